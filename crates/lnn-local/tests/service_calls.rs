//! The Lambda service, asked by the client that the trainer asks its neurons with.
//!
//! Needs the example `probe_function`, which `cargo test` builds where it is given no single target. Read next: `service.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use lnn_lambda::aws::{Lambda, config_at};
use lnn_lambda::stores::{CallError, Invoke};
use lnn_local::service::{AtTimeout, FunctionConfig, Service};
use serde_json::{Value, json};

const LONG: Duration = Duration::from_secs(20);

async fn service(timeout: Duration, max_processes: usize) -> (Arc<Service>, Lambda) {
    let service = Service::open().await.unwrap();
    // Beside the tests' own programs.
    let program = std::env::current_exe().unwrap();
    let program = program.parent().unwrap().parent().unwrap().join("examples/probe_function");
    service.register(FunctionConfig {
        name: "probe".to_owned(),
        program,
        env: Vec::new(),
        memory_mb: 128,
        timeout,
        max_processes,
        at_timeout: AtTimeout::Kill,
    });
    let config = config_at(&service.url(), "us-east-1").await;
    let calls = aws_sdk_lambda::config::Builder::from(&config)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build();
    (service, Lambda::new(aws_sdk_lambda::Client::from_conf(calls)))
}

async fn ask(lambda: &Lambda, told: Value, patience: Duration) -> Result<Value, CallError> {
    let answer = lambda.call("probe", told.to_string().into_bytes(), patience).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn echo(number: u32) -> Value {
    json!({ "do": "echo", "number": number })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_process_answers_call_after_call() {
    let (service, lambda) = service(LONG, 4).await;
    for number in 0..50 {
        let answer = ask(&lambda, echo(number), LONG).await.unwrap();
        assert_eq!(answer["event"]["number"], number);
    }
    assert_eq!((service.counts().calls, service.counts().cold_starts), (50, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_leaves_its_process_to_the_next() {
    let (service, lambda) = service(LONG, 1).await;
    ask(&lambda, echo(0), LONG).await.unwrap();
    let gone = ask(&lambda, json!({ "do": "sleep", "ms": 400 }), Duration::from_millis(100)).await;
    assert!(matches!(gone, Err(CallError::Timeout(_))), "{gone:?}");
    // The only process is at it still, as on Lambda.
    assert_eq!(ask(&lambda, echo(1), LONG).await, Err(CallError::Throttled));
    let begun = Instant::now();
    while let Err(error) = ask(&lambda, echo(2), LONG).await {
        assert!(error == CallError::Throttled && begun.elapsed() < LONG, "{error:?}");
        tokio::task::yield_now().await;
    }
    assert_eq!(service.counts().cold_starts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_or_is_too_slow_is_told_in_lambdas_words() {
    let (service, lambda) = service(Duration::from_millis(700), 2).await;
    let Err(CallError::Failed(told)) = ask(&lambda, json!({ "do": "fail" }), LONG).await else {
        panic!("it did not fail")
    };
    assert!(told.contains("it was told to fail"), "{told}");
    let Err(CallError::Failed(told)) = ask(&lambda, json!({ "do": "sleep", "ms": 60_000 }), LONG).await
    else {
        panic!("it was in time")
    };
    assert!(told.contains("Task timed out after 0.70 seconds"), "{told}");
    // The slow one was ended; another process answers.
    ask(&lambda, echo(0), LONG).await.unwrap();
    assert_eq!(service.counts().cold_starts, 2);
    let unknown = lambda.call("nobody", b"{}".to_vec(), LONG).await;
    assert!(matches!(unknown, Err(CallError::Failed(_))), "{unknown:?}");
}
