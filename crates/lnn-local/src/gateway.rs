//! HTTP for people and pages: what API Gateway and function URLs do on AWS.
//!
//! In: HTTP requests. Out: the answers of functions, in payload format 2.0. `/launch/…` is the launcher's, everything else the
//! log API's. Read next: `service.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use crate::service::{CallFailure, Service};

/// The launcher's part of the paths.
const LAUNCH: &str = "/launch";

/// Which function answers which paths.
#[derive(Debug, Clone)]
pub struct Routes {
    /// The launcher's name.
    pub launcher: String,
    /// The log API's name.
    pub log_api: String,
}

/// Opens the gateway; gives its port.
///
/// # Errors
/// The port is taken.
pub async fn open(service: Arc<Service>, routes: Routes, port: u16) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.with_context(|| format!("port {port} is taken: give another one"))?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Small messages must not wait for company.
            let _ = stream.set_nodelay(true);
            let (service, routes) = (service.clone(), routes.clone());
            let handler = service_fn(move |request| answer(service.clone(), routes.clone(), request));
            let serving =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
            tokio::spawn(async move { serving.await.ok() });
        }
    });
    Ok(port)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    is_base64_encoded: bool,
}

async fn answer(
    service: Arc<Service>,
    routes: Routes,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let (function, path) = match path.strip_prefix(LAUNCH) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => (&routes.launcher, rest),
        _ => (&routes.log_api, path),
    };
    let headers: BTreeMap<&str, &str> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let body = body.collect().await?.to_bytes();
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": { "http": { "method": parts.method.as_str(), "path": path, "sourceIp": "127.0.0.1" } },
        "body": data_encoding::BASE64.encode(&body),
        "isBase64Encoded": true,
    });
    let payload = Bytes::from(serde_json::to_vec(&event)?);
    match service.call(function, payload, service.request_id()).await {
        Ok(bytes) => response(&bytes),
        Err(CallFailure::Throttled) => error(StatusCode::TOO_MANY_REQUESTS, "too many requests at once"),
        Err(CallFailure::Unknown) => error(StatusCode::NOT_FOUND, "nothing is here"),
        Err(CallFailure::Unhandled(text)) => error(StatusCode::BAD_GATEWAY, &text),
    }
}

fn response(bytes: &[u8]) -> Result<Response<Full<Bytes>>> {
    let answer: Answer = serde_json::from_slice(bytes).context("the function's answer is no HTTP answer")?;
    let body = if answer.is_base64_encoded {
        data_encoding::BASE64.decode(answer.body.as_bytes()).context("the function's answer is no base64")?
    } else {
        answer.body.into_bytes()
    };
    let mut response = Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(Bytes::from(body)))?)
}

fn error(status: StatusCode, sentence: &str) -> Result<Response<Full<Bytes>>> {
    let body = json!({ "error": sentence }).to_string();
    Ok(Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("access-control-allow-origin", "*")
        .body(Full::new(Bytes::from(body)))?)
}
