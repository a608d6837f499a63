//! The service, asked by AWS's own client, with a function's real runtime behind it.
//!
//! Needs the example `probe_function`, which `cargo test` builds where it is given no single target.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use lnn_local::gateway::{Gateway, Route};
use lnn_local::service::{
    After, AtTimeout, Before, CallFailure, CallInfo, Fate, FunctionConfig, Interference, ProcessHandle,
    Service,
};
use serde_json::{Value, json};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().unwrap().parent().unwrap().join("examples/probe_function");
    assert!(program.is_file(), "build it first: cargo build --package lnn-local --example probe_function");
    program
}

fn config(timeout: Duration, max_processes: usize) -> FunctionConfig {
    FunctionConfig {
        name: "probe".to_owned(),
        program: program(),
        env: Vec::new(),
        memory_mb: 128,
        timeout,
        max_processes,
        at_timeout: AtTimeout::Kill,
    }
}

async fn service(config: FunctionConfig) -> (Arc<Service>, Client) {
    let service = Service::open().await.unwrap();
    service.register(config);
    let settings = lnn_lambda::aws::config_at(&service.url(), "us-east-1").await;
    let settings = aws_sdk_lambda::config::Builder::from(&settings)
        .retry_config(aws_sdk_lambda::config::retry::RetryConfig::disabled())
        .build();
    (service, Client::from_conf(settings))
}

async fn invoke(client: &Client, event: &Value) -> InvokeOutput {
    client.invoke().function_name("probe").payload(Blob::new(event.to_string())).send().await.unwrap()
}

fn value(output: &InvokeOutput) -> Value {
    serde_json::from_slice(output.payload().unwrap().as_ref()).unwrap()
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn lines(service: &Service, wanted: &str) -> usize {
    service.output().iter().filter(|line| line.contains(wanted)).count()
}

/// What the tests let go wrong.
struct Plan {
    before: Before,
    after: After,
    freezes: Mutex<usize>,
    frozen: Mutex<Vec<ProcessHandle>>,
}

impl Plan {
    fn new(fate: Fate) -> Self {
        Self {
            before: Before::fate(fate),
            after: After::default(),
            freezes: Mutex::new(0),
            frozen: Mutex::default(),
        }
    }
}

impl Interference for Plan {
    fn before(&self, _call: &CallInfo<'_>) -> Before {
        self.before
    }
    fn delivering(&self, _call: &CallInfo<'_>, process: &ProcessHandle) {
        let mut freezes = self.freezes.lock().unwrap();
        if *freezes > 0 {
            *freezes -= 1;
            assert!(process.freeze());
            self.frozen.lock().unwrap().push(process.clone());
        }
    }
    fn after(&self, _call: &CallInfo<'_>, _answer: &Result<Bytes, CallFailure>) -> After {
        self.after
    }
    fn process_env(&self, _function: &str, number: u64) -> Vec<(String, String)> {
        vec![("PROBE_EXTRA".to_owned(), format!("process {number}"))]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_and_its_process_used_again() {
    let (service, client) = service(config(PATIENCE, 4)).await;
    service.interfere(Arc::new(Plan::new(Fate::Deliver)));
    let first = value(&invoke(&client, &json!({ "do": "echo", "n": 1 })).await);
    let second = value(&invoke(&client, &json!({ "do": "echo", "n": 2 })).await);
    assert_eq!((&first["event"]["n"], &second["event"]["n"]), (&json!(1), &json!(2)));
    assert_eq!(first["process"], second["process"]);
    assert_eq!(first["extra"], "process 1");
    assert_ne!(first["request_id"], second["request_id"]);
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:probe:$LATEST";
    let event = json!({ "do": "echo" }).to_string();
    assert!(client.invoke().function_name(arn).payload(Blob::new(event)).send().await.is_ok());
    let counts = service.counts();
    assert_eq!((counts.calls, counts.spawns, counts.cold_starts), (3, 1, 1));
    let processes = service.processes("probe");
    until("the lines", || processes[0].lines().len() == 3).await;
    service.close().await;
    assert!(service.processes("probe").is_empty());
    assert_eq!(processes[0].pid(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_have_processes_of_their_own_and_one_too_many_is_throttled() {
    let (service, client) = service(config(PATIENCE, 3)).await;
    let event = json!({ "do": "sleep", "ms": 1_500 });
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let (client, event) = (client.clone(), event.clone());
            tokio::spawn(async move { value(&invoke(&client, &event).await) })
        })
        .collect();
    until("three processes", || lines(&service, "sleep") == 3).await;
    let refused = client.invoke().function_name("probe").payload(Blob::new("{}")).send().await;
    assert!(refused.unwrap_err().into_service_error().is_too_many_requests_exception());
    let mut processes = BTreeSet::new();
    for call in calls {
        processes.insert(call.await.unwrap()["process"].as_str().unwrap().to_owned());
    }
    assert_eq!((processes.len(), service.counts().throttled), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_as_lambda_says_it() {
    let (service, client) = service(config(Duration::from_millis(300), 2)).await;
    let failed = invoke(&client, &json!({ "do": "fail" })).await;
    assert_eq!((failed.status_code(), failed.function_error()), (200, Some("Unhandled")));
    assert_eq!(value(&failed)["errorMessage"], "it was told to fail");
    let exited = invoke(&client, &json!({ "do": "exit" })).await;
    assert_eq!(value(&exited)["errorType"], "Runtime.ExitError");
    let slow = value(&invoke(&client, &json!({ "do": "sleep", "ms": 60_000 })).await);
    let message = slow["errorMessage"].as_str().unwrap();
    assert!(message.ends_with(" Task timed out after 0.30 seconds"), "{message}");
    until("the slow process's end", || service.processes("probe").is_empty()).await;
    assert_eq!(service.counts().timeouts, 1);

    let unknown = client.invoke().function_name("nobody").payload(Blob::new("{}")).send().await;
    assert!(unknown.unwrap_err().into_service_error().is_resource_not_found_exception());
    let large = Blob::new(vec![b' '; (6 << 20) + 1]);
    let large = client.invoke().function_name("probe").payload(large).send().await.unwrap_err();
    assert_eq!(large.raw_response().unwrap().status().as_u16(), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_tried_three_times_under_one_request_id() {
    let (service, client) = service(config(PATIENCE, 2)).await;
    let call = client.invoke().function_name("probe").invocation_type(InvocationType::Event);
    let told = call.payload(Blob::new(json!({ "do": "fail" }).to_string())).send().await.unwrap();
    assert_eq!(told.status_code(), 202);
    until("three tries", || lines(&service, "fail") == 3).await;
    let ids: BTreeSet<String> =
        service.output().iter().filter_map(|line| line.split(' ').nth(1).map(str::to_owned)).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_call_goes_to_two_processes_under_the_same_request_id() {
    for after in [Duration::ZERO, Duration::from_millis(100)] {
        let (service, client) = service(config(PATIENCE, 4)).await;
        service.interfere(Arc::new(Plan::new(Fate::Twice { after })));
        let answer = value(&invoke(&client, &json!({ "do": "echo" })).await);
        until("the second delivery", || lines(&service, "echo") == 2).await;
        assert_eq!(lines(&service, answer["request_id"].as_str().unwrap()), 2);
        assert_eq!((service.counts().calls, service.counts().duplicates), (1, 1));
        assert_eq!(service.processes("probe").len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_refused_lost_and_their_answers_dropped_on_purpose() {
    let (service, client) = service(config(PATIENCE, 2)).await;
    let call = || {
        client.invoke().function_name("probe").payload(Blob::new(json!({ "do": "echo" }).to_string())).send()
    };
    service.interfere(Arc::new(Plan::new(Fate::Throttle)));
    assert!(call().await.unwrap_err().into_service_error().is_too_many_requests_exception());
    service.interfere(Arc::new(Plan::new(Fate::Fail)));
    assert!(call().await.unwrap_err().into_service_error().is_service_exception());
    service.interfere(Arc::new(Plan::new(Fate::Lose)));
    assert!(call().await.unwrap_err().raw_response().is_none());
    assert_eq!(service.counts().spawns, 0);
    let after = After { is_dropped: true, ..After::default() };
    service.interfere(Arc::new(Plan { after, ..Plan::new(Fate::Deliver) }));
    assert!(call().await.unwrap_err().raw_response().is_none());
    until("the work", || lines(&service, "echo") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_process_comes_back_as_a_zombie_that_nobody_hears() {
    let config = FunctionConfig { at_timeout: AtTimeout::Leave, ..config(Duration::from_millis(300), 1) };
    let (service, client) = service(config).await;
    let before = value(&invoke(&client, &json!({ "do": "echo" })).await);
    let plan = Arc::new(Plan { freezes: Mutex::new(1), ..Plan::new(Fate::Deliver) });
    service.interfere(plan.clone());
    let timed_out = invoke(&client, &json!({ "do": "echo", "zombie": true })).await;
    assert_eq!(value(&timed_out)["errorType"], "Sandbox.Timedout");
    let zombie = plan.frozen.lock().unwrap()[0].clone();
    assert!(zombie.is_zombie() && zombie.pid().is_some());
    assert_eq!(zombie.name(), before["process"]);
    // It does not count: though one process is allowed, another takes the next call.
    let other = value(&invoke(&client, &json!({ "do": "echo" })).await);
    assert_ne!(other["process"], before["process"]);
    assert_eq!(lines(&service, "zombie"), 0);
    assert!(zombie.thaw());
    until("the zombie's work", || lines(&service, "zombie") == 1).await;
    // Asking for more, it is ended.
    until("the zombie's end", || zombie.pid().is_none()).await;
    assert_eq!(service.processes("probe").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_does_not_take_the_process_with_it() {
    let (service, client) = service(config(PATIENCE, 1)).await;
    let first = value(&invoke(&client, &json!({ "do": "echo" })).await);
    let event = json!({ "do": "sleep", "ms": 200 });
    assert!(tokio::time::timeout(Duration::from_millis(50), invoke(&client, &event)).await.is_err());
    let begun = Instant::now();
    let second = loop {
        let answer = client.invoke().function_name("probe");
        match answer.payload(Blob::new(json!({ "do": "echo" }).to_string())).send().await {
            Ok(answer) => break value(&answer),
            Err(_) => assert!(begun.elapsed() < PATIENCE),
        }
    };
    assert_eq!((&second["process"], service.counts().spawns), (&first["process"], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_an_address_of_its_own() {
    let (service, _) = service(config(PATIENCE, 2)).await;
    let gateway = Gateway::open(service, vec![Route::new("/probe", "probe")], 0).await.unwrap();
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let ask = async |path: &str| {
        let request = hyper::Request::builder().method("POST").uri(format!("{}{path}", gateway.url()));
        let request =
            request.header("content-type", "text/plain").body(Full::new(Bytes::from("hello"))).unwrap();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        (parts, body.collect().await.unwrap().to_bytes())
    };
    let (parts, body) = ask("/probe/a%20b/c?x=1&y=2").await;
    assert_eq!((parts.status.as_u16(), &body[..]), (201, &b"hello"[..]));
    assert_eq!(
        (&parts.headers["x-path"], &parts.headers["x-query"]),
        (&"/a%20b/c".parse().unwrap(), &"x=1&y=2".parse().unwrap())
    );
    let (parts, body) = ask("/probe/plain").await;
    assert_eq!((parts.status.as_u16(), &body[..]), (200, &br#"{"plain":true}"#[..]));
    assert_eq!(ask("/elsewhere").await.0.status.as_u16(), 404);
}
