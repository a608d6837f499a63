//! One process of a function, and the Runtime API that it asks for work.
//!
//! In: a program and its environment. Out: a [`Process`] that is given one call at a time. Read next: `service.rs`.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot};

use crate::service::FunctionConfig;

/// Lines of a function's output that are kept.
const MAX_LINES: usize = 200;

/// What a function answered, or why it did not.
pub type Reply = Result<Bytes, String>;

/// A call.
pub(crate) struct Work {
    pub request_id: String,
    pub payload: Bytes,
    pub limit: Duration,
    pub reply: oneshot::Sender<Reply>,
}

/// The last lines that processes printed.
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

/// A running process.
pub(crate) struct Process {
    work: mpsc::UnboundedSender<Work>,
    queue: AsyncMutex<mpsc::UnboundedReceiver<Work>>,
    current: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
    stop: Notify,
}

impl Process {
    /// Starts one; `ended` runs when it is gone, however it ended.
    pub(crate) async fn start(
        config: &FunctionConfig,
        output: Output,
        ended: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a Runtime API")?;
        let api = listener.local_addr()?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let (queue, current) = (AsyncMutex::new(receiver), Mutex::new(None));
        let process = Arc::new(Self { work: sender, queue, current, stop: Notify::new() });
        let mut child = spawn(config, &api.to_string(), api.port())?;
        let serving = tokio::spawn(serve(listener, process.clone()));
        tokio::spawn(listen(child.stdout.take(), config.name.clone(), output.clone()));
        tokio::spawn(listen(child.stderr.take(), config.name.clone(), output));
        let own = process.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = child.wait() => {}
                () = own.stop.notified() => { let _ = child.kill().await; }
            }
            serving.abort();
            ended(&own);
            let mut queue = own.queue.lock().await;
            queue.close();
            while queue.try_recv().is_ok() {}
            own.current().take();
        });
        Ok(process)
    }

    /// Gives it a call; false where it is gone.
    pub(crate) fn give(&self, work: Work) -> bool {
        self.work.send(work).is_ok()
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.stop.notify_one();
    }

    fn current(&self) -> MutexGuard<'_, Option<(String, oneshot::Sender<Reply>)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        let action = path.strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
        if action == "invocation/next" {
            let Some(work) = self.queue.lock().await.recv().await else { return plain(StatusCode::GONE) };
            let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + work.limit;
            let answer = Response::builder()
                .header("Lambda-Runtime-Aws-Request-Id", &work.request_id)
                .header("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string())
                .header(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    "arn:aws:lambda:local:000000000000:function:lnn",
                )
                .body(Full::new(work.payload))?;
            *self.current() = Some((work.request_id, work.reply));
            return Ok(answer);
        }
        let body = request.into_body().collect().await?.to_bytes();
        let told = if action.ends_with("/response") {
            Ok(body)
        } else {
            Err(String::from_utf8_lossy(&body).into_owned())
        };
        if let Some((_, sender)) = self.current().take() {
            // Who waited for it may have gone.
            let _ = sender.send(told);
        }
        plain(StatusCode::ACCEPTED)
    }
}

fn spawn(config: &FunctionConfig, api: &str, port: u16) -> Result<Child> {
    Command::new(&config.program)
        .env_clear()
        .envs(config.env.iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", &config.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", config.memory_mb.to_string())
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", config.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("{}/{port}", config.name))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} can't be started", config.program.display()))
}

fn plain(status: StatusCode) -> Result<Response<Full<Bytes>>> {
    Ok(Response::builder().status(status).body(Full::default())?)
}

async fn serve(listener: TcpListener, process: Arc<Process>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small messages must not wait for company.
        let _ = stream.set_nodelay(true);
        let process = process.clone();
        let service = service_fn(move |request| {
            let process = process.clone();
            async move { process.handle(request).await }
        });
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { serving.await.ok() });
    }
}

async fn listen(output: Option<impl AsyncRead + Unpin>, name: String, kept: Output) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        kept.push(format!("{name}: {line}"));
    }
}
