//! The Invoke API, as AWS's clients speak it.
//!
//! In: `POST /2015-03-31/functions/NAME/invocations`. Out: a function's answer, or Lambda's own words. Read next: `mod.rs`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Answered, CallFailure, MAX_PAYLOAD_BYTES, Service};

/// When an asynchronous call is tried, after the try before.
const EVENT_WAITS_MS: [u64; 3] = [0, 300, 1_000];

pub(super) async fn serve(listener: TcpListener, service: std::sync::Weak<Service>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small messages must not wait for company.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        let handler = service_fn(move |request| {
            let service = service.upgrade();
            async move {
                let Some(service) = service else { bail!("the service is closed") };
                handle(&service, request).await
            }
        });
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
        tokio::spawn(async move { serving.await.ok() });
    }
}

async fn handle(service: &Arc<Service>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let Some(name) = function_name(request.method(), request.uri().path()) else {
        let sentence = "only invocations are answered here";
        return error(StatusCode::NOT_FOUND, "ResourceNotFoundException", sentence);
    };
    let kind = request.headers().get("x-amz-invocation-type").cloned();
    let Ok(body) = Limited::new(request.into_body(), MAX_PAYLOAD_BYTES).collect().await else {
        let sentence =
            format!("Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the Invoke operation");
        return error(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &sentence);
    };
    let (payload, request_id) = (body.to_bytes(), service.request_id());
    if kind.is_some_and(|kind| kind == "Event") {
        if !service.has(&name) {
            return failed(&CallFailure::Unknown, &name, &request_id);
        }
        tokio::spawn(deliver(service.clone(), name, payload, request_id.clone()));
        let response = Response::builder().status(StatusCode::ACCEPTED);
        return Ok(response.header("x-amzn-RequestId", request_id).body(Full::default())?);
    }
    let Answered { answer, is_dropped } = service.answered(&name, payload, request_id.clone()).await;
    if is_dropped {
        // An error closes the connection without a word.
        bail!("the answer of {request_id} was dropped");
    }
    match answer {
        Ok(body) => Ok(Response::builder()
            .header("x-amzn-RequestId", request_id)
            .header("X-Amz-Executed-Version", "$LATEST")
            .header("Content-Type", "application/json")
            .body(Full::new(body))?),
        Err(failure) => failed(&failure, &name, &request_id),
    }
}

fn failed(failure: &CallFailure, name: &str, request_id: &str) -> Result<Response<Full<Bytes>>> {
    match failure {
        CallFailure::Unhandled(text) => Ok(Response::builder()
            .header("x-amzn-RequestId", request_id)
            .header("X-Amz-Function-Error", "Unhandled")
            .header("X-Amz-Executed-Version", "$LATEST")
            .header("Content-Type", "application/json")
            .body(Full::new(Bytes::from(text.clone())))?),
        CallFailure::Throttled => {
            error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded.")
        }
        CallFailure::Service => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", "the service failed, on purpose")
        }
        CallFailure::Lost => bail!("the call {request_id} was lost"),
        CallFailure::Unknown => {
            let sentence = format!("Function not found: {name}");
            error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &sentence)
        }
    }
}

/// An asynchronous call: tried three times under one request id, as Lambda does.
async fn deliver(service: Arc<Service>, name: String, payload: Bytes, request_id: String) {
    for wait_ms in EVENT_WAITS_MS {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        if service.call(&name, payload.clone(), request_id.clone()).await.is_ok() {
            return;
        }
    }
}

/// The name in a path, which may hold an ARN or a version.
fn function_name(method: &Method, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/2015-03-31/functions/")?;
    let name = rest.strip_suffix("/invocations")?.replace("%3A", ":").replace("%3a", ":").replace("%24", "$");
    let name = name.rsplit_once("function:").map_or(name.as_str(), |(_, name)| name);
    (method == Method::POST).then(|| name.split(':').next().unwrap_or(name).to_owned())
}

fn error(status: StatusCode, kind: &str, message: &str) -> Result<Response<Full<Bytes>>> {
    let body = json!({ "Type": "User", "message": message, "Message": message }).to_string();
    let response = Response::builder().status(status).header("x-amzn-ErrorType", kind);
    Ok(response.header("Content-Type", "application/json").body(Full::new(Bytes::from(body)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_known_by_name_version_and_arn() {
        let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aneuron";
        for name in ["neuron", "neuron:%24LATEST", arn, &format!("{arn}%3A%24LATEST")] {
            let path = format!("/2015-03-31/functions/{name}/invocations");
            assert_eq!(function_name(&Method::POST, &path).as_deref(), Some("neuron"), "{name}");
        }
        assert_eq!(function_name(&Method::GET, "/2015-03-31/functions/neuron/invocations"), None);
        assert_eq!(function_name(&Method::POST, "/2015-03-31/functions"), None);
    }
}
