//! What stands between one process and AWS: request by request, and any may be the one at which a fault strikes.
//!
//! In: requests to S3, `DynamoDB`, SNS and Step Functions. Out: the first three go to the local AWS, a start of the state
//! machine goes to the suite's engine. Read next: `engine.rs`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::engine::Engine;
use crate::fault::{Fault, FaultKind, Place};
use crate::referee::Referee;
use crate::victim::Victim;

/// What requests are sent on with.
pub type HttpClient = Client<HttpConnector, Full<Bytes>>;
type Reply = Response<Full<Bytes>>;

/// A client for any number of proxies.
pub fn http_client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

/// A door to AWS for one process.
pub struct AwsProxy {
    /// Whose door it is.
    pub victim: Arc<Victim>,
    /// Who decides.
    pub referee: Arc<Referee>,
    /// Where the state machine's executions go.
    pub engine: Arc<Engine>,
    /// The local AWS' port.
    pub upstream_port: u16,
    /// For sending on.
    pub client: HttpClient,
}

/// Which service a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    S3,
    DynamoDb,
    Sns,
    StepFunctions,
}

impl AwsProxy {
    /// Opens the door; gives its port.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open(self) -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for an AWS proxy")?;
        let port = listener.local_addr()?.port();
        let proxy = Arc::new(self);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Small answers wait for nothing.
                let _ = stream.set_nodelay(true);
                let proxy = proxy.clone();
                let service = service_fn(move |request| {
                    let proxy = proxy.clone();
                    async move { proxy.handle(request).await }
                });
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                // A lost connection is what a fault looks like here.
                tokio::spawn(async move { serving.await.ok() });
            }
        });
        Ok(port)
    }

    /// An error ends the connection without an answer.
    async fn handle(&self, request: Request<Incoming>) -> Result<Reply> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let service = service_of(&parts);
        let what = describe(service, &parts, &body);
        let fault = self.referee.meet(Place::AwsRequest(self.victim.function), &what);
        if let Some(fault) = fault
            && let Some(reply) = self.before(fault, service).await?
        {
            return Ok(reply);
        }
        let reply = match service {
            Service::StepFunctions => Ok(self.start_execution(&body)),
            _ => self.forward(parts, body.clone()).await,
        }?;
        if service == Service::Sns && reply.status().is_success() {
            self.referee.publish(&body);
        }
        match fault.map(|fault| fault.kind) {
            Some(FaultKind::KillAfterAws) => {
                self.victim.kill();
                Err(anyhow!("the process is gone"))
            }
            Some(FaultKind::AwsAnswerLost) => Err(anyhow!("the answer is lost")),
            _ => Ok(reply),
        }
    }

    /// What a fault does before the work; a reply where it is instead of it.
    async fn before(&self, fault: Fault, service: Service) -> Result<Option<Reply>> {
        match fault.kind {
            FaultKind::AwsUnavailable => {
                return Ok(Some(failure(service, StatusCode::SERVICE_UNAVAILABLE)));
            }
            FaultKind::AwsFailure => return Ok(Some(failure(service, StatusCode::INTERNAL_SERVER_ERROR))),
            FaultKind::AwsThrottled => return Ok(Some(failure(service, StatusCode::TOO_MANY_REQUESTS))),
            FaultKind::KillBeforeAws => {
                self.victim.kill();
                return Err(anyhow!("the process is gone"));
            }
            FaultKind::FreezeBeforeAws => self.referee.freeze(&self.victim, fault).await,
            FaultKind::AwsDelayed => tokio::time::sleep(Duration::from_millis(fault.pause_ms)).await,
            _ => {}
        }
        Ok(None)
    }

    async fn forward(&self, parts: Parts, body: Bytes) -> Result<Reply> {
        let path = parts.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
        let uri: Uri = format!("http://127.0.0.1:{}{path}", self.upstream_port).parse()?;
        let length = HeaderValue::from(body.len());
        let mut request = Request::from_parts(parts, Full::new(body));
        *request.uri_mut() = uri;
        request.headers_mut().remove(TRANSFER_ENCODING);
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        parts.headers.remove(TRANSFER_ENCODING);
        Ok(Response::from_parts(parts, Full::new(body.collect().await?.to_bytes())))
    }

    fn start_execution(&self, body: &[u8]) -> Reply {
        let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let input: serde_json::Value =
            request["input"].as_str().and_then(|input| serde_json::from_str(input).ok()).unwrap_or_default();
        let Some(run) = input["run"].as_str() else {
            return json(StatusCode::BAD_REQUEST, r#"{"__type":"InvalidExecutionInput","message":"no run"}"#);
        };
        if self.engine.start(run) {
            let arn = format!("arn:aws:states:us-east-1:000000000000:execution:lnn:{run}");
            json(StatusCode::OK, &format!(r#"{{"executionArn":"{arn}","startDate":1.0}}"#))
        } else {
            let refusal = r#"{"__type":"ExecutionAlreadyExists","message":"Execution Already Exists"}"#;
            json(StatusCode::BAD_REQUEST, refusal)
        }
    }
}

fn service_of(parts: &Parts) -> Service {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("");
    let is_form = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"application/x-www-form-urlencoded") && parts.uri.path() == "/"
    });
    match target.split_once('.') {
        Some(("AWSStepFunctions", _)) => Service::StepFunctions,
        Some(_) => Service::DynamoDb,
        None if is_form => Service::Sns,
        None => Service::S3,
    }
}

/// What a request asks for, in few words.
fn describe(service: Service, parts: &Parts, body: &[u8]) -> String {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    match (service, target) {
        (Service::S3, _) => format!("{} {}", parts.method, parts.uri.path()),
        (Service::Sns, _) => String::from_utf8_lossy(body).chars().take(30).collect(),
        (_, target) => target.unwrap_or_default().to_owned(),
    }
}

/// What a service in trouble says, in its own form.
fn failure(service: Service, status: StatusCode) -> Reply {
    let is_throttled = status == StatusCode::TOO_MANY_REQUESTS;
    match service {
        Service::S3 => {
            let (status, code) = match status {
                StatusCode::INTERNAL_SERVER_ERROR => (status, "InternalError"),
                _ => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
            };
            xml(status, &format!("<Error><Code>{code}</Code><Message>by schedule</Message></Error>"))
        }
        Service::Sns => {
            let (status, code) = if is_throttled {
                (StatusCode::BAD_REQUEST, "Throttling")
            } else {
                (status, "InternalError")
            };
            let error = format!("<Error><Code>{code}</Code><Message>by schedule</Message></Error>");
            xml(status, &format!("<ErrorResponse>{error}</ErrorResponse>"))
        }
        Service::DynamoDb | Service::StepFunctions => {
            let (status, code) = match (is_throttled, service) {
                (true, _) => (StatusCode::BAD_REQUEST, "ThrottlingException"),
                (_, Service::DynamoDb) => (status, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
                _ => (status, "InternalFailure"),
            };
            json(status, &format!(r#"{{"__type":"{code}","message":"by schedule"}}"#))
        }
    }
}

fn json(status: StatusCode, text: &str) -> Reply {
    reply(status, "application/x-amz-json-1.0", text)
}

fn xml(status: StatusCode, text: &str) -> Reply {
    reply(status, "application/xml", text)
}

fn reply(status: StatusCode, kind: &'static str, text: &str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}
