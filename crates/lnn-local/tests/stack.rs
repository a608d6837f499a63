//! The whole system on this machine, as people use it: over HTTP, with the functions' own programs.
//!
//! Needs the programs of `lnn-lambda` (`cargo build --package lnn-lambda --bins`), redis-server and ministack.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "helpers of tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lnn_core::{Recipe, Trainer};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Split, prepare};
use lnn_local::stack::{Stack, StackOptions, Upload};
use lnn_runlog::{LogLine, RecipeRecord, Record};
use serde_json::{Value, json};

struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
    token: String,
}

struct Answer {
    status: u16,
    headers: hyper::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Api {
    fn of(stack: &Stack) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, url: stack.url.clone(), token: stack.token.clone() }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value, more: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !more.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = self.client.request(request.body(Full::new(body)).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &Value::Null, &[]).await
    }

    async fn wait_for_end(&self, run: &str) -> Value {
        let begun = Instant::now();
        loop {
            let summary = self.get(&format!("/runs/{run}")).await.json();
            if matches!(summary["status"].as_str(), Some("done" | "failed" | "stopped")) {
                return summary;
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "{summary}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn csv() -> String {
    let rows = (0..60).map(|row| {
        let (x, y) = (f64::from(row * 37 % 23) / 7.0 - 1.5, f64::from(row * 11 % 17) / 5.0 - 1.6);
        format!("{x},{y},{}\n", if x * y > 0.0 { "same" } else { "other" })
    });
    std::iter::once("x,y,label\n".to_owned()).chain(rows).collect()
}

fn recipe() -> Recipe {
    Recipe { layers: vec![5, 3], hidden: vec![lnn_core::Activation::Tanh; 2], ..Recipe::default() }
}

fn plan(csv: &str) -> (lnn_import::Table, ImportPlan) {
    let mut importer = CsvImporter::new(ImportLimits::default());
    importer.push(csv.as_bytes()).unwrap();
    let table = importer.finish().unwrap();
    let mut plan = ImportPlan::guess(&table);
    plan.split = Split::First(48);
    (table, plan)
}

fn launch(run: &str, epochs: u64) -> Value {
    json!({
        "run": run,
        "data": { "name": "same.csv", "base64": data_encoding::BASE64.encode(csv().as_bytes()) },
        "plan": plan(&csv()).1,
        "recipe": RecipeRecord::from(&recipe()),
        "epochs": epochs,
        "units_per_neuron": 2,
    })
}

/// What a training in this process ends with.
fn here(epochs: u64) -> Trainer<f32> {
    let (table, plan) = plan(&csv());
    let data = prepare::<f32>(&table, &plan).unwrap();
    let mut trainer = Trainer::new(recipe(), Arc::new(data.train)).unwrap();
    for _ in 0..epochs * trainer.steps_per_epoch() {
        trainer.step(None).unwrap();
    }
    trainer
}

async fn up() -> Stack {
    Stack::up(StackOptions::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_launched_followed_and_ends_with_the_bits_of_this_machine() {
    // With the archives that AWS would get, to see that they run.
    let stack = Stack::up(StackOptions { upload: Upload::Whole, ..StackOptions::default() }).await.unwrap();
    assert!(stack.packages.iter().all(|package| package.is_whole && package.archive_bytes > 1_000_000));
    let api = Api::of(&stack);
    let launched = api.ask("POST", "/launch/runs", &launch("first", 30), &[]).await;
    assert_eq!((launched.status, launched.json()["is_new"].as_bool()), (201, Some(true)));
    // The same request again finds the same run; another one under its name does not pass.
    assert_eq!(api.ask("POST", "/launch/runs", &launch("first", 30), &[]).await.status, 200);
    assert_eq!(api.ask("POST", "/launch/runs", &launch("first", 31), &[]).await.status, 409);

    let (mut cursor, mut lines) = (String::new(), Vec::new());
    loop {
        let answer = api.get(&format!("/runs/first/records?after={cursor}&wait_ms=5000")).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        lines.extend_from_slice(&answer.body);
        cursor = answer.header("lnn-cursor").to_owned();
        if answer.header("lnn-ended") == "true" {
            break;
        }
    }
    let records: Vec<Record> = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| LogLine::open(line).unwrap().record().unwrap())
        .collect();
    let steps: Vec<u64> = records
        .iter()
        .filter_map(|record| match record {
            Record::Step(step) => Some(step.record.head.step),
            _ => None,
        })
        .collect();
    let trainer = here(30);
    assert_eq!(steps, (0..=trainer.step_count()).collect::<Vec<_>>());
    let Some(Record::End(end)) = records.last() else { panic!("the log has no end") };
    assert_eq!((end.reason.as_str(), end.digest), ("done", trainer.network().digest()));
    let summary = api.wait_for_end("first").await;
    assert_eq!(summary["result"]["digest"], format!("{:016x}", trainer.network().digest()));

    let whole = api.get("/runs/first/log.ndjson").await;
    assert!(whole.status == 200 || whole.status == 206);
    assert_eq!(whole.body, lines[..whole.body.len()]);
    let part = api.ask("GET", "/runs/first/log.ndjson", &Value::Null, &[("range", "bytes=100-199")]).await;
    assert_eq!((part.status, part.body.as_slice()), (206, &lines[100..200]));
    assert_eq!(api.get("/runs/first/data").await.body, csv().as_bytes());
    stack.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_nothing_and_bad_requests_get_sentences() {
    let stack = up().await;
    let api = Api::of(&stack);
    for headers in [("authorization", "Bearer wrong"), ("authorization", "")] {
        assert_eq!(api.ask("GET", "/runs", &Value::Null, &[headers]).await.status, 401);
    }
    assert_eq!(api.get("/runs").await.json(), json!({ "runs": [] }));
    assert_eq!(api.get("/runs/none").await.status, 404);
    let mut bad = launch("bad", 1);
    bad["recipe"]["learning_rate"] = json!(-1.0);
    let answer = api.ask("POST", "/launch/runs", &bad, &[]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "learning rate is -1, possible is more than 0");
    let asked =
        api.ask("OPTIONS", "/runs", &Value::Null, &[("origin", "http://page"), ("authorization", "")]).await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, "http://page"));
    stack.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_file_starts_a_run_and_a_run_can_be_stopped() {
    let stack = up().await;
    let api = Api::of(&stack);
    let config = lnn_lambda::aws::config_at(&stack.aws_url(), "us-east-1").await;
    let settings = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(settings);
    let upload = |key: &'static str, text: String| {
        s3.put_object().bucket("lnn").key(key).body(text.into_bytes().into()).send()
    };
    upload("training_input/same.json", json!({ "epochs": 1_000_000 }).to_string()).await.unwrap();
    upload("training_input/same.csv", csv()).await.unwrap();
    let begun = Instant::now();
    let run = loop {
        let runs = api.get("/runs").await.json();
        if runs["runs"][0]["step"].as_u64() > Some(0) || runs["runs"][0]["status"] == "running" {
            break runs["runs"][0]["run"].as_str().unwrap().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{runs}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(run.starts_with("same-"), "{run}");
    assert_eq!(api.ask("POST", &format!("/launch/runs/{run}/cancel"), &Value::Null, &[]).await.status, 202);
    let summary = api.wait_for_end(&run).await;
    assert_eq!(summary["status"], "stopped");
    stack.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_when_a_stack_goes_down_in_the_middle_of_a_run() {
    let stack = up().await;
    let api = Api::of(&stack);
    assert_eq!(api.ask("POST", "/launch/runs", &launch("long", 1_000_000), &[]).await.status, 201);
    let begun = Instant::now();
    while api.get("/runs/long").await.json()["status"] != "running" {
        assert!(begun.elapsed() < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ports: Vec<String> = [&stack.url, &stack.aws_url(), &stack.redis_url(), &stack.service.url()]
        .map(|url| url.rsplit('/').next().unwrap().to_owned())
        .to_vec();
    let bucket = stack.aws_url();
    stack.down().await;
    for port in ports {
        assert!(tokio::net::TcpStream::connect(&port).await.is_err(), "{port}");
    }
    // Whoever was started for this stack has its endpoint in its environment.
    let begun = Instant::now();
    while std::fs::read_dir("/proc").is_ok_and(|processes| {
        processes.flatten().any(|process| {
            let own = process.file_name().to_str() == Some(&std::process::id().to_string());
            let env = std::fs::read(process.path().join("environ")).unwrap_or_default();
            !own && env.windows(bucket.len()).any(|part| part == bucket.as_bytes())
        })
    }) {
        assert!(begun.elapsed() < Duration::from_secs(10), "a function still runs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let folder = format!("lnn-local-{}-{}", std::process::id(), bucket.rsplit(':').next().unwrap());
    assert!(!std::env::temp_dir().join(folder).exists());
}
