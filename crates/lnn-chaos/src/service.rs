//! A Lambda service of one's own: warm processes, calls with deadlines, and what may happen to a call on its way.
//!
//! In: calls, in this process or over HTTP as the trainer makes them. Out: answers. A call may be run twice with the same
//! request id, which no other local service does. Read next: `process.rs`, `functions.rs`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::fault::Function;
use crate::process::{Process, Reply, Words, Work};
use crate::victim::Victim;

/// The environment of a process that is about to start.
pub type Environment = Pin<Box<dyn Future<Output = Result<Vec<(String, String)>>> + Send>>;

/// What becomes of a call on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is run and answered.
    Run,
    /// It is run later.
    Delay(Duration),
    /// Too many calls.
    Throttle,
    /// The service fails.
    Fail,
    /// It is neither run nor answered.
    Lose,
    /// It is run twice at once, with one request id.
    Double,
    /// It is run, and its answer gets lost.
    DropAnswer,
}

/// What the service asks of whoever runs it.
pub trait Hooks: Send + Sync {
    /// What a new process finds in its environment.
    fn environment(&self, victim: Arc<Victim>) -> Environment;
    /// What becomes of a call that comes over HTTP.
    fn fate(&self, function: Function, payload: &[u8]) -> Fate;
}

/// The service.
pub struct Service {
    programs: PathBuf,
    hooks: Arc<dyn Hooks>,
    words: Words,
    next_id: AtomicU64,
    n_busy: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: HashMap<Function, Vec<Arc<Process>>>,
    all: Vec<Arc<Process>>,
    limits: HashMap<Function, Duration>,
    at_once: HashMap<Function, (usize, usize)>,
}

/// A call that is open, for counting.
struct Open(Arc<Service>, Function);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.lock().at_once.entry(self.1).or_default().0 -= 1;
    }
}

/// A process that has a call in hand, for counting.
struct Busy(Arc<Service>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.n_busy.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service {
    /// A service without a process.
    pub fn new(programs: PathBuf, hooks: Arc<dyn Hooks>, words: Words) -> Arc<Self> {
        let (next_id, n_busy, state) = (AtomicU64::new(1), AtomicUsize::new(0), Mutex::default());
        Arc::new(Self { programs, hooks, words, next_id, n_busy, state })
    }

    /// Opens the Invoke API; gives its port.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open(self: &Arc<Self>) -> Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for the Invoke API")?;
        let port = listener.local_addr()?.port();
        let service = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A slow socket is slow.
                let _ = stream.set_nodelay(true);
                let service = service.clone();
                let handler = service_fn(move |request| {
                    let service = service.clone();
                    async move { service.handle(request).await }
                });
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), handler);
                tokio::spawn(async move { serving.await.ok() });
            }
        });
        Ok(port)
    }

    /// Time limits from here on.
    pub fn set_limit(&self, function: Function, limit: Duration) {
        self.lock().limits.insert(function, limit);
    }

    /// Most calls of a function that were open at once since the last time that this was asked.
    pub fn most_at_once(&self, function: Function) -> usize {
        let mut state = self.lock();
        let (now, most) = state.at_once.entry(function).or_default();
        std::mem::replace(most, *now)
    }

    /// Calls a function and waits for its answer; the call goes on where nobody waits any more.
    ///
    /// # Errors
    /// What the function or the service says.
    pub async fn call(self: &Arc<Self>, function: Function, payload: Bytes) -> Reply {
        self.call_as(function, payload, self.request_id()).await
    }

    async fn call_as(self: &Arc<Self>, function: Function, payload: Bytes, request_id: String) -> Reply {
        let service = self.clone();
        let running = tokio::spawn(async move { service.run(function, payload, request_id).await });
        running.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    async fn run(self: &Arc<Self>, function: Function, payload: Bytes, request_id: String) -> Reply {
        self.n_busy.fetch_add(1, Ordering::SeqCst);
        let busy = Busy(self.clone());
        let limit = self.lock().limits.get(&function).copied().unwrap_or(Duration::from_mins(1));
        let (process, answer) = loop {
            let idle = self.lock().idle.entry(function).or_default().pop();
            let process = match idle {
                Some(process) => process,
                None => self.spawn(function).await.map_err(|error| format!("{error:#}"))?,
            };
            let (reply, answer) = oneshot::channel();
            let work = Work { request_id: request_id.clone(), payload: payload.clone(), limit, reply };
            if process.give(work) {
                break (process, answer);
            }
        };
        let answer = tokio::time::timeout(limit, answer).await;
        drop(busy);
        match answer {
            Ok(Ok(answer)) => {
                self.lock().idle.entry(function).or_default().push(process);
                answer
            }
            Ok(Err(_)) => Err("Runtime exited".to_owned()),
            Err(_) => {
                process.victim.kill();
                Err(format!("Task timed out after {} ms", limit.as_millis()))
            }
        }
    }

    async fn spawn(self: &Arc<Self>, function: Function) -> Result<Arc<Process>> {
        let victim = Arc::new(Victim::new(function));
        let environment = self.hooks.environment(victim.clone()).await?;
        let program = self.programs.join(function.as_str());
        let (process, gone) = Process::start(&program, victim, environment, &self.words).await?;
        self.lock().all.push(process.clone());
        let (service, own) = (self.clone(), process.clone());
        tokio::spawn(async move {
            gone.await;
            let mut state = service.lock();
            state.all.retain(|other| !Arc::ptr_eq(other, &own));
            for idle in state.idle.values_mut() {
                idle.retain(|other| !Arc::ptr_eq(other, &own));
            }
        });
        Ok(process)
    }

    /// Ends every process and waits until it has ended.
    pub async fn end_all(&self) {
        let all = self.lock().all.clone();
        self.lock().idle.clear();
        for process in &all {
            process.victim.kill();
        }
        while self.lock().all.iter().any(|process| all.iter().any(|other| Arc::ptr_eq(other, process))) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until no process has a call in hand.
    pub async fn settle(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.n_busy.load(Ordering::SeqCst) > 0 {
            if Instant::now() > until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }

    async fn handle(self: &Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        let name =
            path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"));
        let Some(function) = name.and_then(Function::named) else {
            return error(StatusCode::NOT_FOUND, "ResourceNotFoundException");
        };
        let payload = request.into_body().collect().await?.to_bytes();
        let _open = self.opened(function);
        let fate = self.hooks.fate(function, &payload);
        let request_id = self.request_id();
        match fate {
            Fate::Throttle => return error(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
            Fate::Fail => return error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException"),
            Fate::Lose => std::future::pending::<()>().await,
            Fate::Delay(pause) => tokio::time::sleep(pause).await,
            Fate::Double => {
                let (service, payload, request_id) = (self.clone(), payload.clone(), request_id.clone());
                tokio::spawn(async move { service.run(function, payload, request_id).await });
            }
            Fate::Run | Fate::DropAnswer => {}
        }
        let answer = self.call_as(function, payload, request_id).await;
        if fate == Fate::DropAnswer {
            return Err(anyhow!("the answer is lost"));
        }
        let (body, failure) = match answer {
            Ok(body) => (body, None),
            Err(why) => (serde_json::to_vec(&serde_json::json!({ "errorMessage": why }))?, Some("Unhandled")),
        };
        let mut response = Response::builder().header("X-Amz-Executed-Version", "$LATEST");
        if let Some(failure) = failure {
            response = response.header("X-Amz-Function-Error", failure);
        }
        Ok(response.body(Full::new(Bytes::from(body)))?)
    }

    fn opened(self: &Arc<Self>, function: Function) -> Open {
        let mut state = self.lock();
        let (now, most) = state.at_once.entry(function).or_default();
        *now += 1;
        *most = (*most).max(*now);
        Open(self.clone(), function)
    }

    fn request_id(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn error(status: StatusCode, kind: &str) -> Result<Response<Full<Bytes>>> {
    let body = r#"{"Type":"Service","message":"by schedule"}"#.to_string();
    Ok(Response::builder()
        .status(status)
        .header("x-amzn-errortype", kind)
        .body(Full::new(Bytes::from(body)))?)
}
