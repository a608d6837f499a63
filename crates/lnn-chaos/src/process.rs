//! One process of a function, and the Runtime API that it asks for work.
//!
//! In: a program and its environment. Out: a [`Process`] that is given one call at a time. Read next: `service.rs`.

use std::path::Path;
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
use tokio::process::Command;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

use crate::victim::Victim;

/// What a function answered, or the service about it.
pub type Reply = Result<Vec<u8>, String>;

/// A call for a process.
pub struct Work {
    /// What the service calls the call.
    pub request_id: String,
    /// What it is given.
    pub payload: Bytes,
    /// How long it may take.
    pub limit: Duration,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Reply>,
}

/// What is known of a process.
pub struct Process {
    /// For signals.
    pub victim: Arc<Victim>,
    work: mpsc::UnboundedSender<Work>,
    queue: AsyncMutex<mpsc::UnboundedReceiver<Work>>,
    current: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
}

/// Where lines go that processes print.
pub type Words = Arc<dyn Fn(&str) + Send + Sync>;

impl Process {
    /// Starts one.
    ///
    /// # Errors
    /// The program can't be started.
    pub async fn start(
        program: &Path,
        victim: Arc<Victim>,
        environment: Vec<(String, String)>,
        words: &Words,
    ) -> Result<(Arc<Self>, impl Future<Output = ()> + use<>)> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let process = Arc::new(Self {
            victim: victim.clone(),
            work: sender,
            queue: AsyncMutex::new(receiver),
            current: Mutex::new(None),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port for a Runtime API")?;
        let api = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener, process.clone()));
        let name = victim.function.as_str();
        let mut child = Command::new(program)
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("{name}/{}", api.port()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} can't be started", program.display()))?;
        victim.started(child.id().unwrap_or_default());
        let ear = (name.to_owned() + " " + &child.id().unwrap_or_default().to_string(), words.clone());
        tokio::spawn(listen(child.stdout.take(), ear.clone()));
        tokio::spawn(listen(child.stderr.take(), ear));
        let ended = process.clone();
        let gone = async move {
            // However it ended: it is gone, and with it what it had in hand.
            let _ = child.wait().await;
            serving.abort();
            let mut queue = ended.queue.lock().await;
            queue.close();
            while queue.try_recv().is_ok() {}
            ended.current().take();
        };
        Ok((process, gone))
    }

    /// Gives it a call; false where it is gone.
    pub fn give(&self, work: Work) -> bool {
        self.work.send(work).is_ok()
    }

    fn current(&self) -> MutexGuard<'_, Option<(String, oneshot::Sender<Reply>)>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        let Some(action) = path.strip_prefix("/2018-06-01/runtime/") else {
            return reply(StatusCode::NOT_FOUND);
        };
        if action == "invocation/next" {
            let Some(work) = self.queue.lock().await.recv().await else { return reply(StatusCode::GONE) };
            let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + work.limit;
            let answer = Response::builder()
                .header("Lambda-Runtime-Aws-Request-Id", &work.request_id)
                .header("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string())
                .header(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    "arn:aws:lambda:us-east-1:000000000000:function:lnn",
                )
                .body(Full::new(work.payload))?;
            *self.current() = Some((work.request_id, work.reply));
            return Ok(answer);
        }
        let body = request.into_body().collect().await?.to_bytes().to_vec();
        let told = match action.rsplit_once('/') {
            Some((_, "response")) => Ok(body),
            _ => Err(String::from_utf8_lossy(&body).into_owned()),
        };
        let current = self.current().take();
        if let Some((id, sender)) = current
            && action.contains(&id)
        {
            // Who waited for it may have gone.
            let _ = sender.send(told);
        }
        reply(StatusCode::ACCEPTED)
    }
}

fn reply(status: StatusCode) -> Result<Response<Full<Bytes>>> {
    Ok(Response::builder().status(status).body(Full::default())?)
}

async fn serve(listener: TcpListener, process: Arc<Process>) {
    while let Ok((stream, _)) = listener.accept().await {
        // A slow socket is slow.
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

async fn listen(output: Option<impl AsyncRead + Unpin>, (name, words): (String, Words)) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        words(&format!("{name}: {line}"));
    }
}
