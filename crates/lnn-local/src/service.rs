//! A Lambda service of our own: warm processes, calls with deadlines, the Invoke API that AWS's clients speak.
//!
//! In: functions as programs. Out: answers of their processes, hundreds a second, where emulators give tens. Read next:
//! `process.rs`, `gateway.rs`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use crate::process::{Output, Reply};
use crate::process::{Process, Work};

/// Lambda's limit for requests.
const MAX_PAYLOAD_BYTES: usize = 6 << 20;

/// A function.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// Its name.
    pub name: String,
    /// Its program: what AWS calls `bootstrap`.
    pub program: PathBuf,
    /// All of its environment, but for what the service itself says.
    pub env: Vec<(String, String)>,
    /// Its memory setting.
    pub memory_mb: u32,
    /// Its time limit.
    pub timeout: Duration,
    /// Processes at once at most.
    pub max_processes: usize,
}

struct Function {
    config: FunctionConfig,
    idle: Vec<Arc<Process>>,
    all: Vec<Arc<Process>>,
    /// Processes there are, or are about to be.
    n_processes: usize,
}

/// What the service did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls.
    pub calls: u64,
    /// Processes started.
    pub cold_starts: u64,
}

/// Why a call has no answer of its function's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFailure {
    /// There is no such function.
    Unknown,
    /// All its processes are busy.
    Throttled,
    /// The function failed, or was too slow; Lambda's words.
    Unhandled(String),
}

/// The service.
pub struct Service {
    functions: Mutex<HashMap<String, Function>>,
    next_id: AtomicU64,
    counts: Mutex<Counts>,
    output: Output,
    port: u16,
}

impl Service {
    /// Opens the service, with no function yet.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open() -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for the Lambda service")?;
        let service = Arc::new(Self {
            functions: Mutex::default(),
            next_id: AtomicU64::new(1),
            counts: Mutex::default(),
            output: Output::default(),
            port: listener.local_addr()?.port(),
        });
        tokio::spawn(serve(listener, service.clone()));
        Ok(service)
    }

    /// The address for AWS's clients.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Adds a function, or puts another in the place of one.
    pub fn register(&self, config: FunctionConfig) {
        let name = config.name.clone();
        let function = Function { config, idle: Vec::new(), all: Vec::new(), n_processes: 0 };
        let old = self.lock().insert(name, function);
        for process in old.into_iter().flat_map(|old| old.all) {
            process.kill();
        }
    }

    /// What was done so far.
    pub fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last lines that processes printed.
    pub fn output(&self) -> Vec<String> {
        self.output.lines()
    }

    /// Ends every process.
    pub fn end_all(&self) {
        for function in self.lock().values_mut() {
            function.idle.clear();
            function.all.iter().for_each(|process| process.kill());
        }
    }

    /// Calls a function and waits for its answer. The call goes on where nobody waits any more, as on Lambda, and its
    /// process is free again afterwards.
    ///
    /// # Errors
    /// There is none, it is busy, too slow, or failed.
    pub async fn call(
        self: &Arc<Self>,
        name: &str,
        payload: Bytes,
        request_id: String,
    ) -> Result<Bytes, CallFailure> {
        let (service, name) = (self.clone(), name.to_owned());
        let running = tokio::spawn(async move { service.run(&name, payload, request_id).await });
        running.await.unwrap_or_else(|error| Err(CallFailure::Unhandled(error.to_string())))
    }

    async fn run(
        self: &Arc<Self>,
        name: &str,
        payload: Bytes,
        request_id: String,
    ) -> Result<Bytes, CallFailure> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).calls += 1;
        let (process, answer, limit) = loop {
            let (process, limit) = self.process(name).await?;
            let (reply, answer) = oneshot::channel();
            let work = Work { request_id: request_id.clone(), payload: payload.clone(), limit, reply };
            if process.give(work) {
                break (process, answer, limit);
            }
        };
        match tokio::time::timeout(limit, answer).await {
            Ok(Ok(answer)) => {
                if let Some(function) = self.lock().get_mut(name) {
                    function.idle.push(process);
                }
                answer.map_err(CallFailure::Unhandled)
            }
            Ok(Err(_)) => {
                Err(CallFailure::Unhandled(json!({ "errorMessage": "Runtime exited" }).to_string()))
            }
            Err(_) => {
                process.kill();
                let message = format!("{request_id} Task timed out after {:.2} seconds", limit.as_secs_f64());
                Err(CallFailure::Unhandled(json!({ "errorMessage": message }).to_string()))
            }
        }
    }

    /// A free process: the one that was used last, or a new one.
    async fn process(self: &Arc<Self>, name: &str) -> Result<(Arc<Process>, Duration), CallFailure> {
        let config = {
            let mut functions = self.lock();
            let function = functions.get_mut(name).ok_or(CallFailure::Unknown)?;
            if let Some(process) = function.idle.pop() {
                return Ok((process, function.config.timeout));
            }
            if function.n_processes >= function.config.max_processes {
                return Err(CallFailure::Throttled);
            }
            function.n_processes += 1;
            function.config.clone()
        };
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).cold_starts += 1;
        let (service, own_name) = (Arc::downgrade(self), name.to_owned());
        let ended = move |ended: &Arc<Process>| {
            let Some(service) = service.upgrade() else { return };
            if let Some(function) = service.lock().get_mut(&own_name) {
                function.n_processes = function.n_processes.saturating_sub(1);
                function.idle.retain(|process| !Arc::ptr_eq(process, ended));
                function.all.retain(|process| !Arc::ptr_eq(process, ended));
            }
        };
        match Process::start(&config, self.output.clone(), ended).await {
            Ok(process) => {
                if let Some(function) = self.lock().get_mut(name) {
                    function.all.push(process.clone());
                }
                Ok((process, config.timeout))
            }
            Err(error) => {
                if let Some(function) = self.lock().get_mut(name) {
                    function.n_processes = function.n_processes.saturating_sub(1);
                }
                Err(CallFailure::Unhandled(json!({ "errorMessage": format!("{error:#}") }).to_string()))
            }
        }
    }

    /// A new name for a call.
    pub fn request_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        let name =
            path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"));
        let Some(name) = name.map(last_part) else {
            return error(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                "only invocations are answered here",
            );
        };
        let is_event = request.headers().get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
        let payload = request.into_body().collect().await?.to_bytes();
        if payload.len() > MAX_PAYLOAD_BYTES {
            return error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                "a request has at most 6 MB",
            );
        }
        let request_id = self.request_id();
        if is_event {
            let (service, id) = (self.clone(), request_id.clone());
            tokio::spawn(async move { service.deliver(&name, payload, id).await });
            return Ok(Response::builder()
                .status(StatusCode::ACCEPTED)
                .header("x-amzn-RequestId", request_id)
                .body(Full::default())?);
        }
        let answer = self.call(&name, payload, request_id.clone()).await;
        let response = Response::builder().header("x-amzn-RequestId", request_id);
        match answer {
            Ok(body) => Ok(response.body(Full::new(body))?),
            Err(CallFailure::Unhandled(text)) => {
                Ok(response.header("X-Amz-Function-Error", "Unhandled").body(Full::new(Bytes::from(text)))?)
            }
            Err(CallFailure::Throttled) => {
                error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded.")
            }
            Err(CallFailure::Unknown) => error(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                &format!("Function not found: {name}"),
            ),
        }
    }

    /// An asynchronous call: tried three times under one request id, as Lambda does.
    async fn deliver(self: Arc<Self>, name: &str, payload: Bytes, request_id: String) {
        for wait_ms in [0, 300, 1_000] {
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            if self.call(name, payload.clone(), request_id.clone()).await.is_ok() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Function>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name in an ARN, or the name itself.
fn last_part(name: &str) -> String {
    let name = name.replace("%3A", ":");
    name.split_once(":function:")
        .map_or(name.clone(), |(_, name)| name.split(':').next().unwrap_or(name).to_owned())
}

fn error(status: StatusCode, kind: &str, message: &str) -> Result<Response<Full<Bytes>>> {
    Ok(Response::builder()
        .status(status)
        .header("x-amzn-errortype", kind)
        .body(Full::new(Bytes::from(json!({ "Type": "User", "message": message }).to_string())))?)
}

async fn serve(listener: TcpListener, service: Arc<Service>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small messages must not wait for company.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        let handler = service_fn(move |request| service.clone().handle(request));
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler);
        tokio::spawn(async move { serving.await.ok() });
    }
}
