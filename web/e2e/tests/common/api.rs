//! A little service that speaks the log API of docs/lambda.md, on another origin than the page.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::Result;
use serde_json::json;

pub const TOKEN: &str = "a token of 32 letters, say";

/// A run of the service.
#[derive(Clone)]
pub struct ApiRun {
    pub name: String,
    pub status: &'static str,
    pub log: Vec<u8>,
    pub step: u64,
    pub last_step: u64,
    pub generation: u64,
    pub data: Vec<u8>,
}

/// What it has, and how much of a log it gives at once.
pub struct Api {
    pub runs: Vec<ApiRun>,
    pub max_bytes: usize,
    /// Requests, each once with how often.
    pub asked: HashMap<String, usize>,
}

/// The service, and where it is.
pub struct Served {
    pub address: String,
    api: Arc<Mutex<Api>>,
}

impl Served {
    pub fn lock(&self) -> MutexGuard<'_, Api> {
        self.api.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Begins to serve.
pub fn serve(runs: Vec<ApiRun>, max_bytes: usize) -> Result<Served> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    let api = Arc::new(Mutex::new(Api { runs, max_bytes, asked: HashMap::new() }));
    let served = Served { address, api: api.clone() };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let api = api.clone();
            std::thread::spawn(move || answer(stream, &api));
        }
    });
    Ok(served)
}

struct Answer {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

fn plain(status: &'static str) -> Answer {
    Answer { status, headers: String::new(), body: b"{}".to_vec() }
}

fn answer(mut stream: TcpStream, api: &Mutex<Api>) {
    let mut head = [0; 8192];
    let n_read = stream.read(&mut head).unwrap_or(0);
    let head = String::from_utf8_lossy(head.get(..n_read).unwrap_or_default()).into_owned();
    let Answer { status, headers, body } = {
        let mut api = api.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found(&head, &mut api)
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: Authorization, Range\r\n\
         Access-Control-Expose-Headers: Lnn-Generation, Content-Range, ETag\r\nCross-Origin-Resource-Policy: cross-origin\r\n\
         Cache-Control: no-store\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn found(head: &str, api: &mut Api) -> Answer {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method == "OPTIONS" {
        return plain("204 No Content");
    }
    *api.asked.entry(path.to_owned()).or_default() += 1;
    if header(head, "Authorization") != Some(format!("Bearer {TOKEN}").as_str()) {
        return plain("401 Unauthorized");
    }
    if path == "/runs" {
        let body = json!({ "runs": api.runs.iter().enumerate().rev().map(summary).collect::<Vec<_>>() });
        return Answer { status: "200 OK", headers: String::new(), body: body.to_string().into_bytes() };
    }
    let mut parts = path.trim_start_matches("/runs/").split('/');
    let (name, what) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(run) = api.runs.iter().find(|run| run.name == name) else { return plain("404 Not Found") };
    match what {
        "data" => Answer { status: "200 OK", headers: String::new(), body: run.data.clone() },
        "log.ndjson" => log(run, header(head, "Range"), api.max_bytes),
        _ => plain("404 Not Found"),
    }
}

fn log(run: &ApiRun, range: Option<&str>, max_bytes: usize) -> Answer {
    let from =
        range.and_then(|range| range.strip_prefix("bytes=")?.trim_end_matches('-').parse::<usize>().ok());
    let (start, n_all) = (from.unwrap_or(0), run.log.len());
    let mut headers = format!("Lnn-Generation: {}\r\n", run.generation);
    if start >= n_all && from.is_some() {
        let _ = write!(headers, "Content-Range: bytes */{n_all}\r\n");
        return Answer { status: "416 Range Not Satisfiable", headers, body: Vec::new() };
    }
    let end = n_all.min(start + max_bytes);
    let body = run.log.get(start..end).unwrap_or_default().to_vec();
    if from.is_none() && end == n_all {
        return Answer { status: "200 OK", headers, body };
    }
    let _ = write!(headers, "Content-Range: bytes {start}-{}/{n_all}\r\n", end.max(1) - 1);
    Answer { status: "206 Partial Content", headers, body }
}

/// The first run is the newest; they are given the other way round, so that the page has to put them in order.
fn summary((idx, run): (usize, &ApiRun)) -> serde_json::Value {
    let now_ms = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |it| it.as_millis() as u64);
    json!({
        "run": run.name, "status": run.status, "step": run.step, "last_step": run.last_step,
        "created_ms": now_ms - 60_000 * (1 + idx as u64), "updated_ms": now_ms - 3000,
        "data": "flowers.csv", "layers": [4, 6, 5, 3], "units_per_neuron": 1, "log_bytes": run.log.len(),
    })
}
