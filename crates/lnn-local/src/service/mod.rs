//! A Lambda service of our own: warm processes, calls with deadlines, the Invoke API that AWS's clients speak.
//!
//! In: functions as programs; an [`Interference`] where things are to go wrong. Out: answers of their processes, thousands a
//! second, where emulators give tens. Read next: `pool.rs`, `process.rs`, `invoke_api.rs`, `interference.rs`.

mod deliver;
mod interference;
mod invoke_api;
mod pool;
mod process;
mod runtime_api;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::body::Bytes;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use interference::{After, Before, CallInfo, Calm, Fate, Interference};
pub use pool::{AtTimeout, FunctionConfig};
pub use process::{Output, ProcessHandle, Reply};

use deliver::Second;
use pool::Function;

/// Lambda's limit for requests.
pub(crate) const MAX_PAYLOAD_BYTES: usize = 6 << 20;
/// How long a new process may take until it asks for its first call.
const INIT_LIMIT: Duration = Duration::from_mins(1);
/// How long the end of processes is waited for.
const END_LIMIT: Duration = Duration::from_secs(5);

/// What the service did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls, lost and throttled ones too.
    pub calls: u64,
    /// Deliveries to a process that was started for them.
    pub cold_starts: u64,
    /// Processes started.
    pub spawns: u64,
    /// Second deliveries under the same request id.
    pub duplicates: u64,
    /// Calls that found every process busy, or were refused on purpose.
    pub throttled: u64,
    /// Calls that were too slow.
    pub timeouts: u64,
}

/// Why a call has no answer of its function's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFailure {
    /// There is no such function.
    Unknown,
    /// All its processes are busy.
    Throttled,
    /// The service failed, on purpose.
    Service,
    /// The call was lost, on purpose.
    Lost,
    /// The function failed, or was too slow; Lambda's words.
    Unhandled(String),
}

/// What became of a call.
struct Answered {
    answer: Result<Bytes, CallFailure>,
    is_dropped: bool,
}

/// The service.
pub struct Service {
    functions: Mutex<HashMap<String, Function>>,
    interference: Mutex<Arc<dyn Interference>>,
    next_call: AtomicU64,
    next_process: AtomicU64,
    /// Tells services apart: names of calls and processes are never used twice.
    salt: u64,
    counts: Mutex<Counts>,
    output: Output,
    port: u16,
    accepting: OnceLock<AbortHandle>,
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.get() {
            accepting.abort();
        }
        self.end_all();
    }
}

impl Service {
    /// Opens the service at any free port of this machine, with no function yet.
    ///
    /// # Errors
    /// No port is free.
    pub async fn open() -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for the Lambda service")?;
        let salt = getrandom::u64().map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
        let service = Arc::new(Self {
            functions: Mutex::default(),
            interference: Mutex::new(Arc::new(Calm)),
            next_call: AtomicU64::new(1),
            next_process: AtomicU64::new(1),
            salt,
            counts: Mutex::default(),
            output: Output::default(),
            port: listener.local_addr()?.port(),
            accepting: OnceLock::new(),
        });
        let accepting = tokio::spawn(invoke_api::serve(listener, Arc::downgrade(&service)));
        // It is set once, here.
        let _ = service.accepting.set(accepting.abort_handle());
        Ok(service)
    }

    /// The address for AWS's clients.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Adds a function, or puts another in the place of one.
    pub fn register(&self, config: FunctionConfig) {
        let name = config.name.clone();
        let old = self.lock().insert(name, Function::new(config));
        old.iter().flat_map(Function::all).for_each(|process| process.kill());
    }

    /// Lets things go wrong from now on; [`Calm`] ends it.
    pub fn interfere(&self, interference: Arc<dyn Interference>) {
        *self.interference.lock().unwrap_or_else(PoisonError::into_inner) = interference;
    }

    /// What was done so far.
    pub fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last lines that processes printed.
    pub fn output(&self) -> Vec<String> {
        self.output.lines()
    }

    /// Every living process of a function, those left behind too.
    pub fn processes(&self, name: &str) -> Vec<ProcessHandle> {
        let functions = self.lock();
        functions
            .get(name)
            .map_or_else(Vec::new, |all| all.all().iter().cloned().map(ProcessHandle).collect())
    }

    /// Whether there is such a function.
    pub fn has(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }

    /// Ends every process.
    pub fn end_all(&self) {
        self.lock().values().flat_map(Function::all).for_each(|process| process.kill());
    }

    /// Answers nobody any more, ends every process and waits until they are gone.
    pub async fn close(&self) {
        if let Some(accepting) = self.accepting.get() {
            accepting.abort();
        }
        let gone = async {
            loop {
                self.end_all();
                if self.lock().values().all(|function| function.all().is_empty()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // What does not end within this time ends with us.
        let _ = tokio::time::timeout(END_LIMIT, gone).await;
    }

    /// A new name for a call.
    pub fn request_id(&self) -> String {
        let (number, salt) = (self.next_call.fetch_add(1, Ordering::Relaxed), self.salt);
        format!("{:08x}-{:04x}-4000-8000-{number:012x}", salt >> 32, salt & 0xffff)
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// There is none, it is busy, too slow, or failed; or the interference wanted it so.
    pub async fn call(
        self: &Arc<Self>,
        name: &str,
        payload: Bytes,
        request_id: String,
    ) -> Result<Bytes, CallFailure> {
        let Answered { answer, is_dropped } = self.answered(name, payload, request_id).await;
        if is_dropped { Err(CallFailure::Lost) } else { answer }
    }

    /// The same, in a task of its own: a process finishes its work though the caller is gone.
    async fn answered(self: &Arc<Self>, name: &str, payload: Bytes, request_id: String) -> Answered {
        let (service, name) = (self.clone(), name.to_owned());
        let task = tokio::spawn(async move { service.run(&name, payload, request_id).await });
        task.await.unwrap_or(Answered { answer: Err(CallFailure::Service), is_dropped: false })
    }

    async fn run(self: &Arc<Self>, name: &str, payload: Bytes, request_id: String) -> Answered {
        let number = self.count(|counts| &mut counts.calls);
        let interference = self.interference();
        let info = CallInfo { function: name, request_id: &request_id, payload: &payload, number };
        let Before { delay, fate } = interference.before(&info);
        wait(delay).await;
        let first = Arc::new(OnceLock::new());
        let answer = match fate {
            Fate::Throttle => {
                self.count(|counts| &mut counts.throttled);
                Err(CallFailure::Throttled)
            }
            Fate::Fail => Err(CallFailure::Service),
            Fate::Lose => Err(CallFailure::Lost),
            Fate::Deliver => self.deliver(&info, &first, None).await,
            Fate::Twice { after } => {
                let second = Second {
                    function: name.to_owned(),
                    payload: payload.clone(),
                    request_id: request_id.clone(),
                    number,
                    after,
                    first: first.clone(),
                };
                tokio::spawn(self.clone().deliver_again(second));
                self.deliver(&info, &first, None).await
            }
        };
        let After { delay, is_dropped } = interference.after(&info, &answer);
        wait(delay).await;
        Answered { answer, is_dropped }
    }
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// Lambda's words for what went wrong in a function.
fn unhandled(kind: &str, message: &str) -> CallFailure {
    CallFailure::Unhandled(json!({ "errorType": kind, "errorMessage": message }).to_string())
}
