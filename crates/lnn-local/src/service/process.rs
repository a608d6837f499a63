//! One process of a function: its program, its signals, the call it works on.
//!
//! In: a program and its environment. Out: a [`ProcessHandle`], and a queue of one call at a time. Read next:
//! `runtime_api.rs`.

use std::collections::VecDeque;
use std::fmt;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::body::Bytes;
use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot};

use super::{FunctionConfig, Interference, runtime_api};

/// Lines of output that are kept of a process, and of all of them.
const MAX_LINES: usize = 500;

/// What a function answered, or why it did not.
pub type Reply = Result<Bytes, String>;

/// A call on its way into a process.
pub(super) struct Work {
    pub request_id: String,
    pub payload: Bytes,
    pub limit: Duration,
    /// How manyth call of the service it is.
    pub number: u64,
    /// Told when the process is there to take it.
    pub interference: Arc<dyn Interference>,
    /// Said when the process took the call: its time runs from there.
    pub taken: oneshot::Sender<()>,
    pub reply: oneshot::Sender<Reply>,
}

/// The last lines that were printed.
#[derive(Debug, Clone, Default)]
pub struct Output(Arc<Mutex<VecDeque<String>>>);

impl Output {
    fn push(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_back(line);
        while lines.len() > MAX_LINES {
            lines.pop_front();
        }
    }

    /// The last lines, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// A process from outside: who it is, and signals for it.
#[derive(Clone)]
pub struct ProcessHandle(pub(super) Arc<Process>);

impl ProcessHandle {
    /// Its function's name.
    pub fn function(&self) -> &str {
        self.0.function()
    }

    /// Its own name: the log stream's.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its id for the operating system; none when it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.0.pid().map(|pid| pid.as_raw_nonzero().get().cast_unsigned())
    }

    /// The request id of the call that it works on.
    pub fn request_id(&self) -> Option<String> {
        self.0.current().as_ref().map(|(id, _)| id.clone())
    }

    /// Whether its call timed out and it was left alive: its answer will be ignored.
    pub fn is_zombie(&self) -> bool {
        self.0.is_zombie()
    }

    /// Ends it at once, frozen or not.
    pub fn kill(&self) {
        self.0.kill();
    }

    /// Stops it where it is (`SIGSTOP`); false where it has ended.
    pub fn freeze(&self) -> bool {
        self.0.signal(Signal::STOP)
    }

    /// Lets it go on (`SIGCONT`); false where it has ended.
    pub fn thaw(&self) -> bool {
        self.0.signal(Signal::CONT)
    }

    /// The last lines that it printed.
    pub fn lines(&self) -> Vec<String> {
        self.0.output.lines()
    }
}

impl fmt::Debug for ProcessHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProcessHandle").field("name", &self.name()).field("pid", &self.pid()).finish()
    }
}

/// A running process.
pub(super) struct Process {
    function: String,
    name: String,
    output: Output,
    work: mpsc::UnboundedSender<Work>,
    queue: AsyncMutex<mpsc::UnboundedReceiver<Work>>,
    current: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
    pid: Mutex<Option<Pid>>,
    is_zombie: AtomicBool,
    has_begun: AtomicBool,
    stop: Notify,
    /// Why it could not begin, in its own words.
    init_error: Mutex<Option<String>>,
}

impl Process {
    /// Starts one; `ended` runs when it is gone, however it ended.
    pub(super) async fn start(
        config: &FunctionConfig,
        name: String,
        env: &[(String, String)],
        all_output: Output,
        ended: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a Runtime API")?;
        let api = listener.local_addr()?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut child = spawn(config, &name, env, &api.to_string())?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let process = Arc::new(Self {
            function: config.name.clone(),
            name,
            output: Output::default(),
            work: sender,
            queue: AsyncMutex::new(receiver),
            current: Mutex::default(),
            pid: Mutex::new(pid),
            is_zombie: AtomicBool::new(false),
            has_begun: AtomicBool::new(false),
            stop: Notify::new(),
            init_error: Mutex::default(),
        });
        tokio::spawn(listen(child.stdout.take(), process.clone(), all_output.clone()));
        tokio::spawn(listen(child.stderr.take(), process.clone(), all_output));
        let serving = tokio::spawn(runtime_api::serve(listener, process.clone()));
        let own = process.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = child.wait() => {}
                () = own.stop.notified() => { let _ = child.kill().await; }
            }
            serving.abort();
            own.pid_slot().take();
            ended(&own);
            let mut queue = own.queue.lock().await;
            queue.close();
            while queue.try_recv().is_ok() {}
            own.current().take();
        });
        Ok(process)
    }

    pub(super) fn function(&self) -> &str {
        &self.function
    }

    /// Gives it a call; false where it is gone.
    pub(super) fn give(&self, work: Work) -> bool {
        self.work.send(work).is_ok()
    }

    /// Whether it has asked for a call yet.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Waits for the next call; none where the process is not to have another.
    pub(super) async fn next(&self) -> Option<Work> {
        self.has_begun.store(true, Ordering::Relaxed);
        if self.is_zombie() {
            return None;
        }
        self.queue.lock().await.recv().await
    }

    /// Notes which call it works on.
    pub(super) fn take_on(&self, request_id: String, reply: oneshot::Sender<Reply>) {
        *self.current() = Some((request_id, reply));
    }

    /// Hands an answer on; false where nobody waits for this one any more.
    pub(super) fn answer(&self, request_id: &str, reply: Reply) -> bool {
        let mut current = self.current();
        if current.as_ref().is_none_or(|(id, _)| id != request_id) {
            return false;
        }
        current.take().is_some_and(|(_, sender)| sender.send(reply).is_ok())
    }

    /// Leaves it alive, though its call is over: nothing it says counts any more.
    pub(super) fn give_up(&self) {
        self.is_zombie.store(true, Ordering::SeqCst);
        self.current().take();
    }

    pub(super) fn is_zombie(&self) -> bool {
        self.is_zombie.load(Ordering::SeqCst)
    }

    /// Ends it at once.
    pub(super) fn kill(&self) {
        self.stop.notify_one();
    }

    pub(super) fn init_failed(&self, words: String) {
        *self.init_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
    }

    pub(super) fn init_error(&self) -> Option<String> {
        self.init_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn signal(&self, signal: Signal) -> bool {
        // The lock is held: the id is not another process's.
        let pid = self.pid_slot();
        pid.is_some_and(|pid| rustix::process::kill_process(pid, signal).is_ok())
    }

    fn pid(&self) -> Option<Pid> {
        *self.pid_slot()
    }

    fn pid_slot(&self) -> MutexGuard<'_, Option<Pid>> {
        self.pid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> MutexGuard<'_, Option<(String, oneshot::Sender<Reply>)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spawn(config: &FunctionConfig, name: &str, env: &[(String, String)], api: &str) -> Result<Child> {
    Command::new(&config.program)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ])
        .envs(config.env.iter().chain(env).map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", &config.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", config.memory_mb.to_string())
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", config.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} can't be started", config.program.display()))
}

async fn listen(output: Option<impl AsyncRead + Unpin>, process: Arc<Process>, all: Output) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        all.push(format!("{}: {line}", process.function));
        process.output.push(line);
    }
}
