//! The Runtime API of one process: where it asks for calls and leaves its answers.
//!
//! In: requests of a function's runtime. Out: calls with their deadlines. Each process has a listener of its own, so that the
//! service knows who asks. Read next: `mod.rs`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::CallInfo;
use super::process::{Process, ProcessHandle, Work};

const PREFIX: &str = "/2018-06-01/runtime/";
const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:";

pub(super) async fn serve(listener: TcpListener, process: Arc<Process>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small messages must not wait for company.
        let _ = stream.set_nodelay(true);
        let process = process.clone();
        let service = service_fn(move |request| {
            let process = process.clone();
            async move { handle(&process, request).await }
        });
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move { serving.await.ok() });
    }
}

async fn handle(process: &Arc<Process>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
    let path = request.uri().path().to_owned();
    let action: Vec<&str> = path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect();
    match (request.method(), action.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => {
            if let Some(work) = process.next().await {
                return call(process, work);
            }
            // What nobody waits for any more gets no more work.
            process.kill();
            plain(StatusCode::GONE)
        }
        (&Method::POST, ["invocation", id, "response"]) => {
            let body = request.into_body().collect().await?.to_bytes();
            process.answer(id, Ok(body));
            plain(StatusCode::ACCEPTED)
        }
        (&Method::POST, ["invocation", id, "error"]) => {
            let body = request.into_body().collect().await?.to_bytes();
            process.answer(id, Err(String::from_utf8_lossy(&body).into_owned()));
            plain(StatusCode::ACCEPTED)
        }
        (&Method::POST, ["init", "error"]) => {
            let body = request.into_body().collect().await?.to_bytes();
            process.init_failed(String::from_utf8_lossy(&body).into_owned());
            process.kill();
            plain(StatusCode::ACCEPTED)
        }
        _ => plain(StatusCode::NOT_FOUND),
    }
}

fn call(process: &Arc<Process>, work: Work) -> Result<Response<Full<Bytes>>> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + work.limit;
    let function = process.function();
    let info =
        CallInfo { function, request_id: &work.request_id, payload: &work.payload, number: work.number };
    work.interference.delivering(&info, &ProcessHandle(process.clone()));
    let answer = Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &work.request_id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", format!("{ARN}{function}"))
        .header(
            "Lambda-Runtime-Trace-Id",
            format!("Root=1-{:08x}-{}", deadline.as_secs(), trace(&work.request_id)),
        )
        .body(Full::new(work.payload))?;
    process.take_on(work.request_id, work.reply);
    let _ = work.taken.send(());
    Ok(answer)
}

/// 24 hexadecimal digits, as a trace has them.
fn trace(request_id: &str) -> String {
    let digits: Vec<char> = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    digits.iter().skip(digits.len().saturating_sub(24)).collect()
}

fn plain(status: StatusCode) -> Result<Response<Full<Bytes>>> {
    Ok(Response::builder().status(status).body(Full::default())?)
}
