//! What the log API answers: every range of a log's bytes, lines after cursors, and nothing to whom it is not meant for.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::large_futures, reason = "helpers of tests")]

mod common;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use common::{Memory, Tails};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use lnn_lambda::access::Access;
use lnn_lambda::http::HttpAnswer;
use lnn_lambda::launcher::Launcher;
use lnn_lambda::live::{Entry, Tail};
use lnn_lambda::log_api::LogApi;
use lnn_lambda::names;
use lnn_lambda::stores::{Continue, Ending, LogMark, Objects, SegmentItem, Status, StoreError};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Api = LogApi<Tails, common::Runs, common::Bucket>;

#[derive(Clone)]
struct Nobody;

impl Continue for Nobody {
    async fn start(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

fn access() -> Access {
    let digest = |token: &str| HEXLOWER.encode(&Sha256::digest(token.as_bytes()));
    let tokens = json!([
        {"sha256": digest("all"), "runs": ["*"], "launch": true},
        {"sha256": digest("some"), "runs": ["cat-*"]},
    ]);
    Access::new(serde_json::from_value(tokens).unwrap(), vec!["https://a.example".to_owned()])
}

/// An answer as it arrives.
struct Response {
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Response {
    fn of(answer: HttpAnswer) -> Self {
        let body = if answer.is_base64_encoded {
            data_encoding::BASE64.decode(answer.body.as_bytes()).unwrap()
        } else {
            answer.body.clone().into_bytes()
        };
        assert!(serde_json::to_vec(&answer).unwrap().len() < 6_000_000, "Lambda takes 6 MB");
        Self { status: answer.status_code, headers: answer.headers, body }
    }
}

/// A run whose log is what a test says it is.
struct Scene {
    memory: Memory,
    tails: Tails,
    api: Api,
}

impl Scene {
    async fn new(run: &str) -> Self {
        let (memory, tails) = (Memory::default(), Tails::default());
        let api = LogApi::new(tails.clone(), memory.runs.clone(), memory.bucket.clone(), access());
        let launcher = Launcher::new(memory.runs.clone(), memory.bucket.clone(), Nobody, access());
        let csv = data_encoding::BASE64.encode(b"x,y\n1,2\n2,3\n3,4\n4,5\n5,6\n");
        let request =
            json!({"run": run, "data": {"name": "ä set.csv", "base64": csv}, "units_per_neuron": 2});
        launcher.handle(request).await.unwrap();
        Self { memory, tails, api }
    }

    fn change(&self, run: &str, change: impl FnOnce(&mut lnn_lambda::stores::RunItem)) {
        change(self.memory.runs.items.lock().unwrap().get_mut(run).unwrap());
    }

    /// Adds a segment with the lines of a step.
    fn flush(&self, run: &str, step: u64, text: &str) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let mark = LogMark::of_step(step);
        let mut items = self.memory.runs.items.lock().unwrap();
        let item = items.get_mut(run).unwrap();
        let idx = item.n_segments;
        let (file, n_lines, n_bytes) =
            (names::segment_file(idx, 1), text.matches('\n').count() as u64, text.len() as u64);
        let object = lnn_lambda::stores::Object {
            bytes: encoder.finish().unwrap(),
            etag: "1".to_owned(),
            ..Default::default()
        };
        self.memory.bucket.objects.lock().unwrap().insert(names::in_folder(run, &file), object);
        let segment = SegmentItem { idx, file, n_lines, n_bytes, mark };
        self.memory.runs.segments.lock().unwrap().insert((run.to_owned(), idx), segment);
        (item.durable, item.n_segments, item.log_bytes) = (Some(mark), idx + 1, item.log_bytes + n_bytes);
    }

    fn set_tail(&self, generation: u64, steps: impl IntoIterator<Item = (u64, String)>) {
        let entry = |(step, text)| Entry { mark: LogMark::of_step(step), text };
        let entries = steps.into_iter().map(entry).collect();
        *self.tails.tail.lock().unwrap() = Some(Tail { generation, entries });
    }

    async fn ask(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)]) -> Response {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut all = json!({"authorization": format!("Bearer {token}"), "origin": "https://a.example"});
        for (name, value) in headers {
            all[*name] = json!(value);
        }
        let event = json!({
            "rawPath": path, "rawQueryString": query, "headers": all,
            "requestContext": {"http": {"method": method}, "stage": "$default"},
        });
        Response::of(self.api.handle(event, Duration::from_secs(10)).await.unwrap())
    }

    async fn get(&self, path: &str) -> Response {
        self.ask("GET", path, "all", &[]).await
    }

    async fn range(&self, path: &str, range: &str) -> Response {
        self.ask("GET", path, "all", &[("range", range)]).await
    }
}

fn lines(step: u64) -> String {
    format!("{{\"step\":{step}}}\n{{\"of\":\"step {step}\"}}\n")
}

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// Segments up to some step, a tail that begins before their end, as it does before it is trimmed.
async fn log(n_segments: u64, n_tail: u64, n_both: u64) -> (Scene, String) {
    let scene = Scene::new("cat-1").await;
    for step in 0..n_segments {
        scene.flush("cat-1", step, &lines(step));
    }
    let first = n_segments.saturating_sub(n_both);
    scene.set_tail(0, (first..n_segments + n_tail).map(|step| (step, lines(step))));
    (scene, (0..n_segments + n_tail).map(lines).collect())
}

#[tokio::test]
async fn every_range_of_a_log_is_that_of_its_bytes() {
    let (scene, whole) = log(2, 2, 1).await;
    let (path, n) = ("/runs/cat-1/log.ndjson", whole.len());
    let response = scene.get(path).await;
    assert_eq!((response.status, &response.body), (200, &whole.clone().into_bytes()));
    assert_eq!(response.headers["etag"], format!("\"0-{n}\""));
    assert_eq!((&*response.headers["lnn-generation"], &*response.headers["accept-ranges"]), ("0", "bytes"));
    for start in 0..=n + 1 {
        for end in start..=n + 2 {
            let response = scene.range(path, &format!("bytes={start}-{end}")).await;
            if start >= n {
                assert_eq!(
                    (response.status, &response.headers["content-range"]),
                    (416, &format!("bytes */{n}"))
                );
                continue;
            }
            let expected = &whole.as_bytes()[start..n.min(end + 1)];
            assert_eq!((response.status, response.body.as_slice()), (206, expected));
            assert_eq!(
                response.headers["content-range"],
                format!("bytes {start}-{}/{n}", n.min(end + 1) - 1)
            );
        }
        let suffix = scene.range(path, &format!("bytes=-{}", start + 1)).await;
        assert_eq!(suffix.body, &whole.as_bytes()[n.saturating_sub(start + 1)..]);
        let open = scene.range(path, &format!("bytes={start}-")).await;
        assert_eq!(open.status, if start < n { 206 } else { 416 });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_log_read_in_any_pieces_is_its_lines(
        n_segments in 0..6_u64, n_tail in 0..6_u64, n_both in 0..6_u64, piece in 1..200_usize
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (scene, whole) = log(n_segments, n_tail, n_both).await;
            let mut read = Vec::new();
            while read.len() < whole.len() {
                let range = format!("bytes={}-{}", read.len(), read.len() + piece - 1);
                let response = scene.range("/runs/cat-1/log.ndjson", &range).await;
                assert_eq!(response.status, 206);
                read.extend(response.body);
            }
            assert_eq!(String::from_utf8(read).unwrap(), whole);
            let records = scene.get("/runs/cat-1/records").await;
            assert_eq!(records.body, whole.as_bytes());
            assert_eq!(records.headers["lnn-cursor"], format!("0-{}", whole.len()));
        });
    }
}

#[tokio::test]
async fn a_mark_of_before_goes_on_where_lines_were_only_added() {
    let (scene, whole) = log(1, 1, 0).await;
    let path = "/runs/cat-1/log.ndjson";
    let n = whole.len();
    let asked = async |mark: &str| {
        scene.ask("GET", path, "all", &[("range", "bytes=3-"), ("if-range", mark)]).await.status
    };
    for (mark, status) in [
        (format!("\"0-{n}\""), 206),
        ("\"0-3\"".to_owned(), 206),
        (format!("\"0-{}\"", n + 1), 200),
        ("\"1-3\"".to_owned(), 200),
        ("\"else\"".to_owned(), 200),
    ] {
        assert_eq!(asked(&mark).await, status, "{mark}");
    }
    let known = scene.ask("GET", path, "all", &[("if-none-match", &format!("\"0-{n}\""))]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
}

#[tokio::test]
async fn a_long_log_comes_in_answers_of_three_mebibytes_and_whole_lines() {
    let scene = Scene::new("cat-1").await;
    let line = format!("{{\"text\":\"{}\"}}\n", "x".repeat(1_000_000));
    for step in 0..3 {
        scene.flush("cat-1", step, &line.repeat(3));
    }
    let whole = line.repeat(9);
    let path = "/runs/cat-1/log.ndjson";
    let headers: [&[(&str, &str)]; 2] = [&[], &[("accept-encoding", "gzip")]];
    for headers in headers {
        let response = scene.ask("GET", path, "all", headers).await;
        assert_eq!((response.status, response.body.len()), (206, 3 << 20));
        let range = format!("bytes 0-{}/{}", (3 << 20) - 1, whole.len());
        assert_eq!(response.headers["content-range"], range);
    }
    let (mut read, mut cursor) = (Vec::new(), String::new());
    while read.len() < whole.len() {
        let response = scene.get(&format!("/runs/cat-1/records?after={cursor}")).await;
        assert_eq!((response.status, response.body.last()), (200, Some(&b'\n')));
        cursor.clone_from(&response.headers["lnn-cursor"]);
        read.extend(response.body);
    }
    assert_eq!(String::from_utf8(read).unwrap(), whole);
}

#[tokio::test]
async fn a_whole_log_is_packed_where_that_is_liked() {
    let (scene, whole) = log(30, 30, 0).await;
    for (liked, is_packed) in
        [("gzip, br", true), ("br;q=1, GZIP;q=0.5", true), ("gzip;q=0", false), ("", false)]
    {
        for path in ["/runs/cat-1/log.ndjson", "/runs/cat-1/records"] {
            let response = scene.ask("GET", path, "all", &[("accept-encoding", liked)]).await;
            assert_eq!(response.headers.contains_key("content-encoding"), is_packed, "{liked}");
            let mut text = String::new();
            if is_packed {
                flate2::read::GzDecoder::new(response.body.as_slice()).read_to_string(&mut text).unwrap();
            } else {
                text = String::from_utf8(response.body).unwrap();
            }
            assert_eq!(text, whole);
        }
    }
    let headers = [("accept-encoding", "gzip"), ("range", "bytes=0-")];
    let response = scene.ask("GET", "/runs/cat-1/log.ndjson", "all", &headers).await;
    assert_eq!(response.body, whole.as_bytes());
}

#[tokio::test]
async fn a_flush_between_the_two_looks_leaves_no_gap_and_no_double() {
    let (scene, mut whole) = log(1, 3, 0).await;
    // The tail is seen, then its lines go to a segment and leave it, and a new one comes.
    let (tails, flushed) = (scene.tails.clone(), std::sync::atomic::AtomicU64::new(0));
    let scene = std::sync::Arc::new(scene);
    let inner = std::sync::Arc::downgrade(&scene);
    *tails.after.lock().unwrap() = Some(Box::new(move || {
        if flushed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            let scene = inner.upgrade().unwrap();
            scene.flush("cat-1", 2, &(1..=2).map(lines).collect::<String>());
            scene.set_tail(0, [(3, lines(3)), (4, lines(4))]);
        }
    }));
    assert_eq!(scene.get("/runs/cat-1/log.ndjson").await.body, whole.as_bytes());
    whole.push_str(&lines(4));
    assert_eq!(scene.get("/runs/cat-1/log.ndjson").await.body, whole.as_bytes());
}

#[tokio::test]
async fn lines_beyond_a_runs_end_do_not_count() {
    let (scene, _) = log(1, 4, 0).await;
    let ending = Ending { step: 2, status: Status::Failed, message: None };
    scene.change("cat-1", |item| item.ending = Some(ending));
    let expected: String = (0..=2).map(lines).collect();
    assert_eq!(scene.get("/runs/cat-1/log.ndjson").await.body, expected.as_bytes());
}

#[tokio::test]
async fn where_lines_were_lost_a_cursor_of_before_is_gone() {
    let (scene, whole) = log(1, 2, 0).await;
    let records = async |after: &str| scene.get(&format!("/runs/cat-1/records?after={after}")).await;
    let end = format!("0-{}", whole.len());
    assert_eq!(records(&end).await.headers["lnn-cursor"], end);
    // Redis is lost: what is in segments is still there, and the cursor waits.
    *scene.tails.tail.lock().unwrap() = None;
    let response = records(&end).await;
    assert_eq!((response.status, response.body.len(), &response.headers["lnn-cursor"]), (200, 0, &end));
    assert_eq!(scene.get("/runs/cat-1/log.ndjson").await.body, lines(0).as_bytes());
    // A trainer takes the run up; then it is put back.
    scene.change("cat-1", |item| item.generation = 1);
    let response = records(&end).await;
    assert_eq!((response.status, &*response.headers["lnn-generation"]), (410, "1"));
    scene.set_tail(1, [(1, "new\n".to_owned())]);
    let response = records("").await;
    assert_eq!(response.body, format!("{}new\n", lines(0)).as_bytes());
    assert_eq!(response.headers["lnn-cursor"], format!("1-{}", lines(0).len() + 4));
    // The first byte is the first one in every generation.
    assert_eq!(records("0-0").await.body, response.body);
    // An old tail that Redis still shows does not count.
    scene.set_tail(0, [(1, "old\n".to_owned())]);
    assert_eq!(records("").await.body, lines(0).as_bytes());
    for wrong in ["x", "1", "1-", "-1", "1-x"] {
        assert_eq!(records(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_reader_waits_for_lines_and_hears_of_the_end() {
    let (scene, whole) = log(0, 1, 0).await;
    let path = format!("/runs/cat-1/records?after=0-{}&wait_ms=9000", whole.len());
    let (response, ()) = tokio::join!(scene.get(&path), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        scene.set_tail(0, (0..2).map(|step| (step, lines(step))));
    });
    assert_eq!(response.body, lines(1).as_bytes());
    assert_eq!(response.headers["lnn-ended"], "false");

    let path = format!("/runs/cat-1/records?after={}&wait_ms=9000", response.headers["lnn-cursor"]);
    let (response, ()) = tokio::join!(scene.get(&path), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        scene.flush("cat-1", 1, &(0..2).map(lines).collect::<String>());
        scene.change("cat-1", |item| item.status = Status::Done);
        *scene.tails.tail.lock().unwrap() = None;
    });
    assert_eq!((response.status, response.body.len(), &*response.headers["lnn-ended"]), (200, 0, "true"));
    let whole = scene.get("/runs/cat-1/records").await;
    assert_eq!((whole.body.len() as u64, &*whole.headers["lnn-ended"]), (2 * lines(0).len() as u64, "true"));

    // The function's own deadline comes before a long wait.
    scene.change("cat-1", |item| item.status = Status::Running);
    let since = Instant::now();
    let path = format!("/runs/cat-1/records?after={}&wait_ms=20000", response.headers["lnn-cursor"]);
    assert_eq!(scene.get(&path).await.status, 200);
    assert!(since.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn nobody_sees_what_is_not_meant_for_them() {
    let (scene, _) = log(1, 0, 0).await;
    let other = scene.memory.runs.items.lock().unwrap()["cat-1"].clone();
    let other = lnn_lambda::stores::RunItem { run: "dog".to_owned(), ..other };
    scene.memory.runs.items.lock().unwrap().insert("dog".to_owned(), other);
    let parts =
        ["", "/header", "/log.ndjson", "/records", "/checkpoints", "/checkpoints/0.safetensors", "/data"];
    for part in parts {
        for (run, token, status) in [
            ("cat-1", "all", 200),
            ("cat-1", "some", 200),
            ("cat-1", "none", 401),
            ("cat-1", "", 401),
            ("dog", "some", 404),
            ("dog", "none", 401),
            ("cat-2", "some", 404),
            ("nobody", "all", 404),
        ] {
            let path = format!("/runs/{run}{part}");
            let response = scene.ask("GET", &path, token, &[]).await;
            assert_eq!(response.status, status, "{path} with {token}");
            assert_eq!(response.headers["access-control-allow-origin"], "https://a.example");
            if status != 200 {
                assert!(json_of(&response)["error"].is_string());
            }
        }
    }
    let hidden = scene.ask("GET", "/runs/dog", "some", &[]).await;
    let absent = scene.ask("GET", "/runs/cow", "all", &[]).await;
    assert_eq!(
        String::from_utf8(hidden.body).unwrap(),
        String::from_utf8(absent.body).unwrap().replace("cow", "dog")
    );
    let names = async |token: &str| {
        let runs = json_of(&scene.ask("GET", "/runs", token, &[]).await);
        let runs = runs["runs"].as_array().unwrap().clone();
        runs.iter().map(|run| run["run"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("all").await, ["cat-1", "dog"]);
    assert_eq!(names("some").await, ["cat-1"]);
}

#[tokio::test]
async fn a_page_may_ask_first_and_nothing_can_be_changed() {
    let (scene, whole) = log(1, 0, 0).await;
    let preflight = scene.ask("OPTIONS", "/runs/cat-1/log.ndjson", "", &[]).await;
    assert_eq!((preflight.status, preflight.body.len()), (204, 0));
    assert!(preflight.headers["access-control-allow-headers"].contains("Authorization"));
    assert!(preflight.headers["access-control-expose-headers"].contains("Lnn-Cursor"));
    let foreign = scene.ask("GET", "/runs", "all", &[("origin", "https://b.example")]).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(scene.ask(method, "/runs", "all", &[]).await.status, 405);
    }
    for path in
        ["/", "/runs/cat-1/nothing", "/runs/cat-1/checkpoints/x", "/runs/cat-1/checkpoints/7.safetensors"]
    {
        assert_eq!(scene.get(path).await.status, 404, "{path}");
    }
    for path in [
        "/runs",
        "/runs/cat-1",
        "/runs/cat-1/log.ndjson",
        "/runs/cat-1/records?wait_ms=9000",
        "/runs/cat-1/data",
    ] {
        let (head, get) =
            (scene.ask("HEAD", path, "all", &[]).await, scene.get(path.split('?').next().unwrap()).await);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.headers["content-length"], get.body.len().to_string(), "{path}");
    }
    assert_eq!(whole, lines(0));
}

#[tokio::test]
async fn a_run_is_shown_with_its_header_checkpoints_and_data() {
    let (scene, whole) = log(1, 0, 0).await;
    let message = Some("why".to_owned());
    scene.change("cat-1", |item| item.ending = Some(Ending { step: 3, status: Status::Failed, message }));
    let shown = json_of(&scene.get("/runs/cat-1").await);
    let header = json_of(&scene.get("/runs/cat-1/header").await);
    let listed = json_of(&scene.get("/runs").await);
    assert_eq!(
        (&shown["header"], &shown["checkpoints"], &shown["result"]),
        (&header, &json!([0]), &Value::Null)
    );
    for summary in [&shown, &listed["runs"][0]] {
        let expected = json!({
            "run": "cat-1", "status": "launched", "step": 0, "last_step": 100,
            "data": "ä set.csv", "layers": [1, 8, 8, 1], "units_per_neuron": 2, "log_bytes": whole.len(),
            "message": "why",
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&summary[name], value, "{name}");
        }
    }
    let snapshot = scene.memory.bucket.get(&names::checkpoint("cat-1", 0)).await.unwrap().unwrap().bytes;
    let checkpoints = json_of(&scene.get("/runs/cat-1/checkpoints").await);
    assert_eq!(checkpoints, json!({"checkpoints": [{"step": 0, "bytes": snapshot.len()}]}));
    for name in ["0", "000000"] {
        let path = format!("/runs/cat-1/checkpoints/{name}.safetensors");
        let file = scene.get(&path).await;
        assert_eq!((file.status, &file.body), (200, &snapshot));
        let part = scene.range(&path, "bytes=5-9").await;
        assert_eq!((part.status, part.body.as_slice()), (206, &snapshot[5..10]));
        let known = scene.ask("GET", &path, "all", &[("if-none-match", &file.headers["etag"])]).await;
        assert_eq!(known.status, 304);
    }
    let data = scene.get("/runs/cat-1/data").await;
    assert_eq!(data.body, b"x,y\n1,2\n2,3\n3,4\n4,5\n5,6\n");
    assert!(data.headers["content-disposition"].ends_with("%C3%A4%20set.csv"));
}
