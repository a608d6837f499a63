//! The promises of `stores.rs`, asked of AWS on this machine: writes that happen once, tokens that only grow, bits that stay.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use common::Aws;
use common::MiniStack;
use futures_util::future::join_all;
use lnn_lambda::stores::{
    CallError, Checkpoint, Continue, Ending, Flushed, Invoke, LogMark, Notify, Objects, Put, Registry,
    RunChange, RunItem, Scored, SegmentItem, Status, StoreError,
};
use lnn_runlog::Scores;
use serde_json::json;

fn item(run: &str, created_ms: u64) -> RunItem {
    let settings =
        json!({"learning_rate": 1e-300, "noise": -0.0, "size": 1e200, "layers": [5, 1], "plan": null});
    RunItem::launched(run, created_ms, 100, settings)
}

fn segment(idx: u64) -> (SegmentItem, Flushed) {
    let mark = LogMark::of_step(10 * (idx + 1));
    let item =
        SegmentItem { idx, file: format!("log/{idx:06}-1.ndjson.gz"), n_lines: 10, n_bytes: 100, mark };
    let (n_segments, log_bytes) = (idx + 1, 100 * (idx + 1));
    (item, Flushed { durable: mark, n_segments, log_bytes, step: 10 * (idx + 1) })
}

async fn in_threads<T: Send + 'static>(calls: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    join_all(calls.into_iter().map(tokio::spawn)).await.into_iter().map(Result::unwrap).collect()
}

async fn runs_are_registered_once(aws: &Aws) {
    let calls = (0..20).map(|idx| {
        let (registry, item) = (aws.registry.clone(), item("once", 100 + idx));
        async move { (registry.register(&item).await.unwrap(), item) }
    });
    let answers = in_threads(calls.collect()).await;
    let winners: Vec<RunItem> =
        answers.into_iter().filter(|answer| answer.0).map(|answer| answer.1).collect();
    assert_eq!(winners.len(), 1);
    let found = aws.registry.get("once").await.unwrap().unwrap();
    assert_eq!(found, winners[0]);
    assert_eq!(found.settings["noise"].as_f64().map(f64::to_bits), Some((-0.0_f64).to_bits()));
    assert_eq!(aws.registry.get("nobody").await.unwrap(), None);
    assert!(aws.registry.register(&item("newer", 500)).await.unwrap());
    let listed: Vec<String> = aws.registry.list().await.unwrap().into_iter().map(|item| item.run).collect();
    assert_eq!(listed, ["newer", "once"]);
}

async fn tokens_grow(aws: &Aws) {
    let calls = (0..20).map(|_| {
        let registry = aws.registry.clone();
        async move { registry.acquire("once").await.unwrap().unwrap() }
    });
    let items = in_threads(calls.collect()).await;
    let tokens: BTreeSet<u64> = items.iter().map(|item| item.token).collect();
    assert_eq!(tokens, (1..=20).collect());
    assert!(items.iter().all(|item| item.status == Status::Running));
    assert_eq!(aws.registry.acquire("nobody").await.unwrap(), None);
}

async fn an_old_token_is_fenced(aws: &Aws) {
    let fenced = Err(StoreError::Fenced { run: "once".to_owned() });
    let (first, flushed) = segment(0);
    assert_eq!(aws.registry.add_segment("once", 19, &first, &flushed).await, fenced);
    let change = RunChange { step: Some(7), ..RunChange::default() };
    assert!(matches!(aws.registry.change("once", 19, &change).await, Err(StoreError::Fenced { .. })));
    assert!(matches!(aws.registry.change("nobody", 1, &change).await, Err(StoreError::Fenced { .. })));

    for idx in 0..12 {
        let (segment, flushed) = segment(idx);
        aws.registry.add_segment("once", 20, &segment, &flushed).await.unwrap();
        // The answer may be lost: the same segment again is the same.
        aws.registry.add_segment("once", 20, &segment, &flushed).await.unwrap();
        let other = SegmentItem { n_lines: 11, ..segment };
        assert_eq!(aws.registry.add_segment("once", 20, &other, &flushed).await, fenced);
    }
    let segments = aws.registry.segments("once").await.unwrap();
    assert_eq!(segments, (0..12).map(|idx| segment(idx).0).collect::<Vec<_>>());
    let found = aws.registry.get("once").await.unwrap().unwrap();
    assert_eq!((found.n_segments, found.log_bytes, found.step), (12, 1200, 120));
    assert_eq!(found.durable, Some(LogMark::of_step(120)));
    assert_eq!(aws.registry.list().await.unwrap().len(), 2);
}

async fn changes_keep_every_bit_and_the_first_ending(aws: &Aws) {
    let train = Scores { cost: f64::NAN, accuracy: Some(-0.0), r2: Some(5e-324), rmse: Some(0.1) };
    let checkpoint = Checkpoint { step: 9, scored: Some(Scored { step: 9, train, dev: None }) };
    let ending = |step| Some(Ending { step, status: Status::Failed, message: Some("why".to_owned()) });
    let change = RunChange {
        checkpoint: Some(checkpoint),
        ending: ending(9),
        is_new_generation: true,
        durable: Some(LogMark(3)),
        result: Some(json!({"cost": 1e-310, "digest": "00ff"})),
        is_notified: true,
        ..RunChange::default()
    };
    let found = aws.registry.change("once", 20, &change).await.unwrap();
    assert_eq!(found.checkpoint.scored.map(String::from), checkpoint.scored.map(String::from));
    assert_eq!((found.generation, found.is_notified, found.is_closed), (1, true, false));
    assert_eq!(found.result, change.result);
    // What is durable stays so.
    assert_eq!(found.durable, Some(LogMark::of_step(120)));
    let later = RunChange { ending: ending(10), durable: Some(LogMark(250)), ..RunChange::default() };
    let found = aws.registry.change("once", 20, &later).await.unwrap();
    assert_eq!((found.ending, found.durable), (ending(9), Some(LogMark(250))));
    assert_eq!(found.generation, 1);
}

async fn a_run_that_is_over_keeps_its_status(aws: &Aws) {
    assert!(aws.registry.cancel("once").await.unwrap());
    assert!(!aws.registry.cancel("nobody").await.unwrap());
    assert!(aws.registry.get("once").await.unwrap().unwrap().is_cancelled);
    let change = RunChange { status: Some(Status::Stopped), ..RunChange::default() };
    aws.registry.change("once", 20, &change).await.unwrap();
    assert!(!aws.registry.cancel("once").await.unwrap());
    let found = aws.registry.acquire("once").await.unwrap().unwrap();
    assert_eq!((found.status, found.token), (Status::Stopped, 21));
    let change = RunChange { is_closed: true, ..RunChange::default() };
    assert!(aws.registry.change("once", 21, &change).await.unwrap().is_closed);
    assert_eq!(aws.registry.acquire("once").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_keeps_its_promises() {
    let stack = MiniStack::start();
    let aws = stack.aws().await;
    runs_are_registered_once(&aws).await;
    tokens_grow(&aws).await;
    an_old_token_is_fenced(&aws).await;
    changes_keep_every_bit_and_the_first_ending(&aws).await;
    a_run_that_is_over_keeps_its_status(&aws).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_written_once_and_replaced_where_they_are_known() {
    let stack = MiniStack::start();
    let bucket = stack.aws().await.objects;
    let metadata = BTreeMap::from([("lnn-order".to_owned(), "7 run".to_owned())]);
    assert_eq!(bucket.get("a/new").await.unwrap(), None);
    assert_eq!(bucket.get_range("a/new", 0, 1).await.unwrap(), None);
    let calls = (0..8).map(|idx| {
        let (bucket, metadata) = (bucket.clone(), metadata.clone());
        async move { bucket.put_new("a/new", vec![idx; 10], &metadata).await.unwrap() }
    });
    let n_written = in_threads(calls.collect()).await.iter().filter(|put| **put == Put::Written).count();
    assert_eq!(n_written, 1);
    let object = bucket.get("a/new").await.unwrap().unwrap();
    assert_eq!((object.bytes.len(), &object.metadata), (10, &metadata));

    let put = bucket.put_over("a/new", (0..100).collect(), &BTreeMap::new(), &object.etag).await.unwrap();
    assert_eq!(put, Put::Written);
    let put = bucket.put_over("a/new", vec![1], &metadata, &object.etag).await.unwrap();
    assert_eq!(put, Put::Refused);
    assert_eq!(bucket.put_over("a/none", vec![1], &metadata, &object.etag).await.unwrap(), Put::Refused);
    assert_eq!(bucket.get_range("a/new", 3, 6).await.unwrap(), Some(vec![3, 4, 5]));
    assert_eq!(bucket.get_range("a/new", 3, 3).await.unwrap(), Some(vec![]));

    bucket.put("a/other", vec![]).await.unwrap();
    bucket.put("b", vec![1]).await.unwrap();
    let listed = bucket.list("a/").await.unwrap();
    assert_eq!(listed, [("a/new".to_owned(), 100), ("a/other".to_owned(), 0)]);
    bucket.remove("a/new").await.unwrap();
    bucket.remove("a/new").await.unwrap();
    assert_eq!(bucket.get("a/new").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_news_and_continuations_are_made() {
    let stack = MiniStack::start();
    let config = stack.config().await;
    let sns = aws_sdk_sns::Client::new(&config);
    let topic = |name: &'static str| {
        let create = sns.create_topic().name(name);
        match name.split_once('.') {
            Some((_, "fifo")) => create.attributes("FifoTopic", "true").send(),
            _ => create.send(),
        }
    };
    let machine = aws_sdk_sfn::Client::new(&config)
        .create_state_machine()
        .name("lnn")
        .role_arn("arn:aws:iam::000000000000:role/lnn")
        .definition(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#)
        .send()
        .await
        .unwrap()
        .state_machine_arn;
    for name in ["plain", "ordered.fifo"] {
        let topic = topic(name).await.unwrap().topic_arn;
        let aws = Aws::new(&config, topic, None);
        aws.notify.notify("run/done", "LNN: run run is done", "").await.unwrap();
        aws.notify.notify("run/done", "LNN: run run is done", "{}").await.unwrap();
    }
    let aws = Aws::new(&config, None, Some(machine));
    aws.notify.notify("run/done", "no topic", "").await.unwrap();
    aws.continuation.start("run").await.unwrap();
    aws.continuation.start("run").await.unwrap();
    let answer = aws.invoke.call("nobody", b"{}".to_vec(), Duration::from_secs(5)).await;
    assert!(matches!(answer, Err(CallError::Failed(_))), "{answer:?}");
}
