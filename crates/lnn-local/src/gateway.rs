//! HTTP for people and pages: what API Gateway and function URLs do on AWS.
//!
//! In: HTTP requests. Out: the answers of functions, in payload format 2.0. A path's beginning says which function; what
//! follows is the function's path. Read next: `service/mod.rs`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::service::{CallFailure, MAX_PAYLOAD_BYTES, Service};

/// A function and the paths that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// How its paths begin: `/launch`, or nothing for all that is left.
    pub prefix: String,
    /// The function's name.
    pub function: String,
}

impl Route {
    /// Paths that begin so, for this function.
    pub fn new(prefix: &str, function: &str) -> Self {
        Self { prefix: prefix.to_owned(), function: function.to_owned() }
    }
}

/// An open port; closed when it is dropped.
#[derive(Debug)]
pub struct Gateway {
    port: u16,
    accepting: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Gateway {
    /// Opens a port of this machine, any free one for 0; the first route that fits answers.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn open(service: Arc<Service>, routes: Vec<Route>, port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.with_context(|| format!("port {port} is taken: give another one"))?;
        let port = listener.local_addr()?.port();
        let accepting = tokio::spawn(serve(listener, service, routes.into()));
        Ok(Self { port, accepting })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn serve(listener: TcpListener, service: Arc<Service>, routes: Arc<[Route]>) {
    while let Ok((stream, from)) = listener.accept().await {
        // Small messages must not wait for company.
        let _ = stream.set_nodelay(true);
        let (service, routes) = (service.clone(), routes.clone());
        let handler = service_fn(move |request| answer(service.clone(), routes.clone(), from, request));
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
        tokio::spawn(async move { serving.await.ok() });
    }
}

async fn answer(
    service: Arc<Service>,
    routes: Arc<[Route]>,
    from: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let Some((function, path)) = route(&routes, parts.uri.path()) else {
        return error(StatusCode::NOT_FOUND, "nothing is here");
    };
    let Ok(body) = Limited::new(body, MAX_PAYLOAD_BYTES).collect().await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "a request has at most 6 MB");
    };
    let payload = serde_json::to_vec(&event(&parts, path, from, &body.to_bytes()))?;
    if payload.len() > MAX_PAYLOAD_BYTES {
        return error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "a request has at most 6 MB, as base64 where it is no text",
        );
    }
    match service.call(function, Bytes::from(payload), service.request_id()).await {
        Ok(bytes) => response(&bytes),
        Err(CallFailure::Throttled) => error(StatusCode::TOO_MANY_REQUESTS, "too many requests at once"),
        Err(CallFailure::Unknown) => error(StatusCode::NOT_FOUND, "nothing is here"),
        Err(CallFailure::Lost) => bail!("the answer was lost on purpose"),
        Err(CallFailure::Service) => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "the service failed on purpose")
        }
        Err(CallFailure::Unhandled(text)) => error(StatusCode::BAD_GATEWAY, &text),
    }
}

/// Which function answers a path, and what it sees of it.
fn route<'a>(routes: &'a [Route], path: &'a str) -> Option<(&'a str, &'a str)> {
    routes.iter().find_map(|route| {
        let rest = path.strip_prefix(route.prefix.as_str())?;
        let is_whole = rest.is_empty() || rest.starts_with('/');
        is_whole.then_some((route.function.as_str(), if rest.is_empty() { "/" } else { rest }))
    })
}

fn event(parts: &Parts, path: &str, from: SocketAddr, body: &Bytes) -> Value {
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str())
            .and_modify(|all| *all = format!("{all},{value}"))
            .or_insert_with(|| value.clone().into_owned());
    }
    let is_text = headers.get("content-type").is_some_and(|kind| {
        kind.starts_with("text/") || ["json", "javascript", "xml"].iter().any(|word| kind.contains(word))
    });
    let text = std::str::from_utf8(body).ok().filter(|_| is_text);
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": from.ip().to_string(),
                "userAgent": headers.get("user-agent"),
            },
        },
        "isBase64Encoded": !body.is_empty() && text.is_none(),
    });
    if !body.is_empty() {
        event["body"] = text.map_or_else(|| data_encoding::BASE64.encode(body), str::to_owned).into();
    }
    event
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn response(bytes: &Bytes) -> Result<Response<Full<Bytes>>> {
    let value: Value = serde_json::from_slice(bytes).context("the function's answer is no JSON")?;
    if value.get("statusCode").is_none() {
        // An answer that says nothing of HTTP is the body.
        let response = Response::builder().header("content-type", "application/json");
        return Ok(response.body(Full::new(bytes.clone()))?);
    }
    let answer: Answer = serde_json::from_value(value).context("the function's answer is no HTTP answer")?;
    let body = if answer.is_base64_encoded {
        data_encoding::BASE64.decode(answer.body.as_bytes()).context("the function's answer is no base64")?
    } else {
        answer.body.into_bytes()
    };
    let mut response = Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response = response.header(name, text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_first_route_that_begins_it_as_a_whole() {
        let routes = [Route::new("/launch", "launcher"), Route::new("", "log_api")];
        for (path, function, rest) in [
            ("/launch/runs", "launcher", "/runs"),
            ("/launch", "launcher", "/"),
            ("/launches", "log_api", "/launches"),
            ("/runs/a", "log_api", "/runs/a"),
        ] {
            assert_eq!(route(&routes, path), Some((function, rest)), "{path}");
        }
        assert_eq!(route(&routes[..1], "/runs"), None);
    }
}
