//! Launches: one started run for an event, whatever breaks it off and however often it comes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{Bucket, Memory, MiniStack};
use data_encoding::{BASE64, HEXLOWER};
use lnn_lambda::access::Access;
use lnn_lambda::launcher::Launcher;
use lnn_lambda::names;
use lnn_lambda::stores::{Continue, Object, Objects, Put, Registry, Status, StoreError};
use lnn_runlog::{from_safetensors, to_safetensors};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The state machine's executions, by name.
#[derive(Default, Clone)]
struct Machine {
    started: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Continue for Machine {
    async fn start(&self, run: &str) -> Result<(), StoreError> {
        *self.started.lock().unwrap().entry(run.to_owned()).or_default() += 1;
        Ok(())
    }
}

/// A bucket that fails from some write on.
#[derive(Clone)]
struct Failing {
    bucket: Bucket,
    n_left: Arc<AtomicU64>,
    is_after: bool,
}

impl Failing {
    async fn when(&self, write: impl Future<Output = Result<Put, StoreError>>) -> Result<Put, StoreError> {
        let n_left = self.n_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        let lost = || StoreError::failed("S3", "write", "the answer was lost");
        match (n_left, self.is_after) {
            (Ok(_), _) => write.await,
            (Err(_), false) => Err(lost()),
            (Err(_), true) => write.await.and(Err(lost())),
        }
    }
}

impl Objects for Failing {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        self.bucket.get(key).await
    }
    async fn get_range(&self, key: &str, start: u64, end: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.bucket.get_range(key, start, end).await
    }
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.bucket.put(key, bytes).await
    }
    async fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Put, StoreError> {
        self.when(self.bucket.put_new(key, bytes, metadata)).await
    }
    async fn put_over(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
        etag: &str,
    ) -> Result<Put, StoreError> {
        self.when(self.bucket.put_over(key, bytes, metadata, etag)).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        self.bucket.list(prefix).await
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.bucket.remove(key).await
    }
}

fn access() -> Access {
    let digest = |token: &str| HEXLOWER.encode(&Sha256::digest(token.as_bytes()));
    let tokens = json!([
        {"sha256": digest("reader"), "runs": ["*"]},
        {"sha256": digest("starter"), "runs": ["mine-*"], "launch": true},
    ]);
    Access::new(serde_json::from_value(tokens).unwrap(), vec!["https://a.example".to_owned()])
}

const CSV: &str = "x,y,class\n0,1,a\n1,0,b\n0.5,0.25,a\n0.75,1,b\n0.125,0,a\n1,1,b\n";

fn request(run: &str) -> Value {
    json!({ "run": run, "data": { "name": "s.csv", "base64": BASE64.encode(CSV.as_bytes()) }, "epochs": 3 })
}

async fn ask(memory: &Memory, token: &str, method: &str, path: &str, body: Vec<u8>) -> (u64, Value) {
    let launcher = Launcher::new(memory.runs.clone(), memory.bucket.clone(), Machine::default(), access());
    let event = json!({
        "rawPath": path, "headers": { "authorization": format!("Bearer {token}") },
        "requestContext": { "http": { "method": method } },
        "body": BASE64.encode(&body), "isBase64Encoded": true,
    });
    let answer = launcher.handle(event).await.unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body)
}

async fn http(memory: &Memory, token: &str, path: &str, body: &Value) -> (u64, Value) {
    ask(memory, token, "POST", path, body.to_string().into_bytes()).await
}

/// Uploads bytes in parts; gives their key.
async fn upload(memory: &Memory, bytes: &[u8]) -> String {
    let name = HEXLOWER.encode(&Sha256::digest(bytes));
    for (idx, part) in bytes.chunks(names::UPLOAD_PART_BYTES).enumerate() {
        let path = format!("/uploads/{name}/{idx}");
        let (status, answer) = ask(memory, "starter", "PUT", &path, part.to_vec()).await;
        assert_eq!((status, &answer["key"]), (200, &json!(format!("uploads/{name}"))), "{answer}");
    }
    format!("uploads/{name}")
}

#[tokio::test]
async fn a_launch_that_breaks_off_at_any_write_is_made_whole_by_the_next() {
    for is_after in [false, true] {
        for n_writes in 0.. {
            let (memory, machine) = (Memory::default(), Machine::default());
            let n_left = Arc::new(AtomicU64::new(n_writes));
            let bucket = Failing { bucket: memory.bucket.clone(), n_left: n_left.clone(), is_after };
            let launcher = Launcher::new(memory.runs.clone(), bucket, machine.clone(), access());
            let is_whole = launcher.handle(request("cut")).await.is_ok();
            n_left.store(u64::MAX, Ordering::SeqCst);
            let answer = launcher.handle(request("cut")).await.unwrap();
            assert_eq!((&answer["run"], &answer["is_new"]), (&json!("cut"), &json!(!is_whole)));
            let item = memory.runs.get("cut").await.unwrap().unwrap();
            assert_eq!((item.status, memory.runs.list().await.unwrap().len()), (Status::Launched, 1));
            assert!(machine.started.lock().unwrap()["cut"] >= 1);
            let start = memory.bucket.get(&names::checkpoint("cut", 0)).await.unwrap().unwrap();
            assert_eq!(from_safetensors::<f32>(&start.bytes).unwrap().step, 0);
            if is_whole {
                assert!(n_writes > 5, "only {n_writes} writes");
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_same_run_again_is_found_and_another_one_does_not_take_its_name() {
    let memory = Memory::default();
    let path = "/runs";
    assert_eq!(http(&memory, "starter", path, &request("mine-1")).await.0, 201);
    assert_eq!(http(&memory, "starter", path, &request("mine-1")).await.0, 200);
    let mut other = request("mine-1");
    other["epochs"] = json!(4);
    assert_eq!(http(&memory, "starter", path, &other).await.0, 409);
    // Other start weights make another run too.
    let start = memory.bucket.get(&names::checkpoint("mine-1", 0)).await.unwrap().unwrap();
    let mut snapshot = from_safetensors::<f32>(&start.bytes).unwrap();
    snapshot.parameters.biases[0][0] = 0.5;
    let mut other = request("mine-1");
    other["start"] = json!(BASE64.encode(&to_safetensors(&snapshot).unwrap()));
    assert_eq!(http(&memory, "starter", path, &other).await.0, 409);
}

#[tokio::test]
async fn a_token_launches_and_stops_what_it_may_and_nothing_else() {
    let memory = Memory::default();
    for (token, path, run, expected) in [
        ("nobody", "/runs", "mine-1", 401),
        ("reader", "/runs", "mine-1", 403),
        ("starter", "/runs", "yours-1", 403),
        ("starter", "/runs", "mine-1", 201),
        ("reader", "/runs/mine-1/cancel", "", 403),
        ("starter", "/runs/yours-1/cancel", "", 404),
        ("starter", "/runs/mine-1/cancel", "", 202),
    ] {
        let (status, body) = http(&memory, token, path, &request(run)).await;
        assert_eq!(status, expected, "{token} {path} {run}: {body}");
    }
    // A name that the launcher would make is no way around that.
    let mut unnamed = request("x");
    unnamed.as_object_mut().unwrap().remove("run");
    assert_eq!(http(&memory, "starter", "/runs", &unnamed).await.0, 403);
    assert!(memory.runs.get("mine-1").await.unwrap().unwrap().is_cancelled);
}

#[tokio::test]
async fn what_cannot_be_trained_gets_a_sentence_and_leaves_nothing() {
    let memory = Memory::default();
    for (member, value, sentence) in [
        ("precision", json!("f16"), "the precision is «f16», possible are f32 and f64"),
        ("epochs", json!(0), "epochs and units per neuron must be at least 1"),
        ("run", json!("mine-Ä"), "is no name for a run"),
        ("data", json!({ "name": "s.csv" }), "the request has neither data nor a key"),
        ("data", json!({ "name": "s.csv", "key": "runs/mine-2/job.json" }), "is no data set"),
        ("data", json!({ "name": "s.csv", "key": "training_input/none.csv" }), "upload it first"),
        ("data", json!({ "name": "s.csv", "base64": "?" }), "the data set is no base64"),
        ("data", json!({ "name": "s.csv", "base64": BASE64.encode(b"") }), "«s.csv»"),
    ] {
        let mut bad = request("mine-bad");
        bad[member] = value;
        let (status, body) = http(&memory, "starter", "/runs", &bad).await;
        let found = body["error"].as_str().unwrap();
        assert!(status == 400 && found.contains(sentence), "{status} {found}");
    }
    assert!(memory.runs.list().await.unwrap().is_empty());
    assert!(memory.bucket.list("").await.unwrap().is_empty());
}

fn event(key: &str, version: &str) -> Value {
    json!({ "Records": [{ "s3": { "object": { "key": key, "eTag": version } } }] })
}

/// A file that is written over before the event of its first version is read; `mark` is a version as events name it.
async fn check_overwritten<O: Objects + Clone>(objects: &O, mark: impl Fn(&Object) -> String) {
    const NEWER: &str = "x,y,class\n0,1,b\n1,0,a\n0.5,0.25,b\n0.75,1,a\n0.125,0,b\n1,1,a\n0.3,0.4,a\n";
    let (runs, machine) = (Memory::default().runs, Machine::default());
    let launcher = Launcher::new(runs.clone(), objects.clone(), machine.clone(), access());
    let key = "training_input/over.csv";
    let mut marks = Vec::new();
    for text in [CSV, NEWER] {
        objects.put(key, text.as_bytes().to_vec()).await.unwrap();
        marks.push(mark(&objects.get(key).await.unwrap().unwrap()));
    }
    assert_ne!(marks[0], marks[1]);

    let answer = launcher.handle(event(key, &marks[0])).await.unwrap();
    let sentence = answer[0]["superseded"].as_str().unwrap();
    assert!(sentence.contains(key) && sentence.contains("the newer event launches"), "{sentence}");
    assert_eq!((answer[0]["key"].as_str(), answer[0].get("run")), (Some(key), None));
    assert!(runs.list().await.unwrap().is_empty() && machine.started.lock().unwrap().is_empty());
    assert!(objects.list("runs/").await.unwrap().is_empty(), "nothing is left of it");
    assert!(objects.list("training_results/").await.unwrap().is_empty(), "it is no mistake");

    let answer = launcher.handle(event(key, &marks[1])).await.unwrap();
    let run = answer[0]["run"].as_str().unwrap();
    let items = runs.list().await.unwrap();
    assert_eq!((items.len(), items[0].run.as_str(), answer[0]["is_new"].as_bool()), (1, run, Some(true)));
    let job = objects.get(&names::job(run)).await.unwrap().unwrap();
    let job: lnn_lambda::job::Job = serde_json::from_slice(&job.bytes).unwrap();
    assert_eq!(job.neuron.n_train + job.n_dev, 7, "it is trained on what is there");
    // The old event once more, after the newer one.
    let late = launcher.handle(event(key, &marks[0])).await.unwrap();
    assert!(late[0].get("superseded").is_some() && runs.list().await.unwrap().len() == 1, "{late}");
}

#[tokio::test]
async fn a_file_written_over_before_its_event_is_read_is_launched_by_the_newer_event_alone() {
    check_overwritten(&Memory::default().bucket, |object| object.etag.clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_written_over_in_s3_is_launched_by_the_newer_event_alone() {
    let stack = MiniStack::start();
    let objects = stack.aws().await.objects;
    // Events have the mark without the quotes of the header.
    check_overwritten(&objects, |object| {
        assert!(object.etag.starts_with('"'), "{}", object.etag);
        object.etag.trim_matches('"').to_owned()
    })
    .await;
}

#[tokio::test]
async fn an_uploaded_file_is_one_run_a_version_and_a_bad_one_leaves_its_sentence() {
    let (memory, machine) = (Memory::default(), Machine::default());
    let launcher = Launcher::new(memory.runs.clone(), memory.bucket.clone(), machine.clone(), access());
    memory.bucket.put("training_input/a b.csv", CSV.as_bytes().to_vec()).await.unwrap();
    memory.bucket.put("training_input/a b.json", br#"{"epochs": 7}"#.to_vec()).await.unwrap();
    memory.bucket.put("training_input/bad.csv", b"x".to_vec()).await.unwrap();
    let first = launcher.handle(event("training_input/a+b.csv", "1")).await.unwrap();
    let again = launcher.handle(event("training_input/a+b.csv", "1")).await.unwrap();
    assert_eq!((&first[0]["run"], &again[0]["is_new"]), (&again[0]["run"], &json!(false)));
    memory.bucket.put("training_input/a b.csv", CSV.as_bytes().to_vec()).await.unwrap();
    let newer = launcher.handle(event("training_input/a+b.csv", "2")).await.unwrap();
    assert_ne!(newer[0]["run"], first[0]["run"]);
    let item = memory.runs.get(first[0]["run"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!(item.last_step, 7);
    for key in ["training_input/a+b.json", "training_input/bad.csv", "elsewhere/a.csv"] {
        assert_eq!(launcher.handle(event(key, "1")).await.unwrap(), json!([]));
    }
    let said = memory.bucket.get(&names::result("bad.csv", "error.json")).await.unwrap().unwrap();
    assert!(String::from_utf8(said.bytes).unwrap().contains("bad.csv"));
    assert_eq!(memory.runs.list().await.unwrap().len(), 2);
}

/// More than a part holds: columns that are the same in every row.
fn wide_csv() -> String {
    let names: Vec<String> = (0..300).map(|idx| format!("column_{idx}")).collect();
    let row = |y: usize| format!("{}{}\n", "0.123456789,".repeat(300), if y % 2 == 0 { "a" } else { "b" });
    let rows: String = (0..1_600).map(row).collect();
    format!("{},class\n{rows}", names.join(","))
}

#[tokio::test]
async fn what_came_in_parts_is_the_same_run_as_what_came_with_the_request() {
    let memory = Memory::default();
    let csv = wide_csv();
    assert!(csv.len() > names::UPLOAD_PART_BYTES, "{}", csv.len());
    let whole =
        json!({ "run": "mine-1", "data": { "name": "w.csv", "base64": BASE64.encode(csv.as_bytes()) } });
    assert_eq!(http(&memory, "starter", "/runs", &whole).await.0, 201);
    let key = upload(&memory, csv.as_bytes()).await;
    let by_key = json!({ "run": "mine-1", "data": { "name": "w.csv", "key": key } });
    let (status, answer) = http(&memory, "starter", "/runs", &by_key).await;
    assert_eq!((status, &answer["is_new"]), (200, &json!(false)), "{answer}");
    // The run has a data set of its own: the upload may go.
    let mut other = by_key.clone();
    other["run"] = json!("mine-2");
    assert_eq!(http(&memory, "starter", "/runs", &other).await.0, 201);
    let kept = memory.bucket.get("runs/mine-2/data/w.csv").await.unwrap().unwrap();
    assert!(kept.bytes == csv.as_bytes());
    // Start weights may come the same way.
    let start = memory.bucket.get(&names::checkpoint("mine-1", 0)).await.unwrap().unwrap();
    let mut with_start = by_key.clone();
    with_start["start_key"] = json!(upload(&memory, &start.bytes).await);
    with_start["run"] = json!("mine-3");
    assert_eq!(http(&memory, "starter", "/runs", &with_start).await.0, 201);
    let given = memory.bucket.get(&names::checkpoint("mine-3", 0)).await.unwrap().unwrap();
    assert!(given.bytes == start.bytes);
}

#[tokio::test]
async fn an_upload_that_is_not_whole_or_not_what_it_says_is_no_data_set() {
    let memory = Memory::default();
    let name = HEXLOWER.encode(&Sha256::digest(wide_csv().as_bytes()));
    let first = &wide_csv().into_bytes()[..names::UPLOAD_PART_BYTES];
    let launch = async |key: &str| {
        let body = json!({ "run": "mine-1", "data": { "name": "w.csv", "key": key } });
        let (status, answer) = http(&memory, "starter", "/runs", &body).await;
        assert_eq!(status, 400, "{answer}");
        answer["error"].as_str().unwrap().to_owned()
    };
    let key = format!("uploads/{name}");
    assert!(launch(&key).await.contains("is not there"));
    assert_eq!(ask(&memory, "starter", "PUT", &format!("/uploads/{name}/0"), first.to_vec()).await.0, 200);
    assert!(launch(&key).await.ends_with("4194304 bytes of it are there: upload it again"));
    for other in ["uploads/", "uploads/x", &format!("{key}/000000"), &key.to_uppercase()] {
        let sentence = launch(other).await;
        assert!(sentence.contains("is no upload") || sentence.contains("is no data set"), "{sentence}");
    }
    for (token, path, bytes, expected) in [
        ("reader", format!("/uploads/{name}/0"), 5, 403),
        ("nobody", format!("/uploads/{name}/0"), 5, 401),
        ("starter", format!("/uploads/{name}/0"), names::UPLOAD_PART_BYTES + 1, 400),
        ("starter", format!("/uploads/{name}/0"), 0, 400),
        ("starter", format!("/uploads/{name}/256"), 5, 400),
        ("starter", format!("/uploads/{name}/-1"), 5, 400),
        ("starter", "/uploads/..%2F/0".to_owned(), 5, 400),
        ("starter", format!("/uploads/{name}"), 5, 404),
    ] {
        assert_eq!(ask(&memory, token, "PUT", &path, vec![b'x'; bytes]).await.0, expected, "{token} {path}");
    }
    assert_eq!(memory.bucket.list("").await.unwrap().len(), 1);
}
