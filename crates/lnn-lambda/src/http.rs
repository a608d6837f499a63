//! HTTP as functions get and answer it: API Gateway's payload 2.0, which function URLs speak too.
//!
//! In: an event's JSON. Out: a request; and the answer's JSON. Read next: `launcher/http.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Access;

/// A request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpRequest {
    /// The path, with its escapes.
    pub raw_path: String,
    /// What follows the question mark.
    #[serde(default)]
    pub raw_query_string: String,
    /// Headers, small letters.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The method and more.
    pub request_context: RequestContext,
    /// The body.
    #[serde(default)]
    pub body: Option<String>,
    /// Whether the body is base64.
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// Around a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RequestContext {
    /// The method.
    pub http: HttpContext,
}

/// The method.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct HttpContext {
    /// `GET`, `POST` …
    pub method: String,
}

impl HttpRequest {
    /// The method.
    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(found.1)
    }

    /// The body's bytes; none where it is broken base64.
    pub fn body_bytes(&self) -> Option<Vec<u8>> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            data_encoding::BASE64.decode(body.as_bytes()).ok()
        } else {
            Some(body.as_bytes().to_vec())
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    /// 200 …
    pub status_code: u16,
    /// Headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// Whether the body is base64.
    pub is_base64_encoded: bool,
}

impl HttpAnswer {
    /// A JSON answer.
    pub fn json(status_code: u16, value: &Value) -> Self {
        let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
        Self { status_code, headers, body: value.to_string(), is_base64_encoded: false }
    }

    /// 204: nothing to be said.
    pub fn empty() -> Self {
        Self { status_code: 204, headers: BTreeMap::new(), body: String::new(), is_base64_encoded: false }
    }

    /// A sentence that says what is wrong.
    pub fn error(status_code: u16, sentence: &str) -> Self {
        Self::json(status_code, &serde_json::json!({ "error": sentence }))
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The answer to `HEAD`: the body's length instead of the body.
    #[must_use]
    pub fn without_body(self) -> Self {
        let padding = self.body.bytes().rev().take_while(|byte| *byte == b'=').count();
        let n_bytes =
            if self.is_base64_encoded { self.body.len() / 4 * 3 - padding } else { self.body.len() };
        let answer = Self { body: String::new(), is_base64_encoded: false, ..self };
        answer.with("content-length", &n_bytes.to_string())
    }

    /// The same with what browsers of allowed origins need.
    #[must_use]
    pub fn for_origin(self, access: &Access, request: &HttpRequest) -> Self {
        let Some(origin) = request.header("origin").and_then(|origin| access.allowed_origin(origin)) else {
            return self.with("vary", "Origin");
        };
        self.with("access-control-allow-origin", origin).with("vary", "Origin").with(
            "access-control-expose-headers",
            "ETag, Content-Range, Content-Length, Content-Disposition, Lnn-Cursor, Lnn-Generation, Lnn-Ended",
        )
    }

    /// The answer to a browser that asks whether it may ask.
    pub fn preflight(access: &Access, request: &HttpRequest) -> Self {
        Self::empty()
            .for_origin(access, request)
            .with("access-control-allow-methods", "GET, HEAD, POST, PUT, OPTIONS")
            .with(
                "access-control-allow-headers",
                "Authorization, Range, If-Range, If-None-Match, Content-Type",
            )
            .with("access-control-max-age", "600")
    }
}
