//! LNN's lines in every form in which `CloudWatch` Logs hands them out, among the lines of the service, interleaved over
//! streams and doubled by redelivery.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test may fail, and be slow")]

mod common;

use std::io::Write;

use common::{lines, log};
use data_encoding::BASE64;
use flate2::{Compression, write::GzEncoder};
use lnn_runlog::files::{ManySources, MemorySource, SingleFile};
use lnn_runlog::{Depth, LogScan, Progress, Report};
use serde_json::{Value, json};

const TIME: u64 = 1_795_349_492_611;
const STREAM: &str = "2026/11/22/[$LATEST]abc";

/// What two functions printed, and the service around it; some lines came twice, some late.
fn messages(text: &str) -> Vec<String> {
    let all = lines(text);
    let mut messages = vec![
        "INIT_START Runtime Version: provided:al2023.v1\n".to_owned(),
        "START RequestId: 8a24 Version: $LATEST\n".to_owned(),
        r#"{"time":"2026-11-22T11:52:39.000Z","type":"platform.start","record":{"requestId":"8a24"}}"#
            .to_owned(),
    ];
    for (idx, line) in all.iter().enumerate() {
        messages.push((*line).to_owned());
        match idx % 4 {
            0 => messages.push(format!("progress «{idx}» \u{1f980} {{\"kind\" is no record}}\n")),
            1 => messages.push((*line).to_owned()),
            2 => messages.push(json!({"level": "INFO", "fields": {"message": line, "n": idx}}).to_string()),
            _ => messages.push("two\nlines\n".to_owned()),
        }
    }
    messages[5..17].reverse();
    messages.push("REPORT RequestId: 8a24\tDuration: 12.5 ms\tBilled Duration: 13 ms\n".to_owned());
    messages
}

fn event(idx: usize, message: &str) -> Value {
    let id = format!("3862834738374738383{idx}");
    json!({"id": id, "timestamp": TIME + idx as u64, "message": message})
}

fn delivery(messages: &[String]) -> Value {
    let events: Vec<Value> = messages.iter().enumerate().map(|(idx, message)| event(idx, message)).collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/lambda/neuron", "logStream": STREAM,
           "subscriptionFilters": ["f"], "logEvents": events})
}

fn packed(value: &Value) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(value.to_string().as_bytes()).unwrap();
    BASE64.encode(&encoder.finish().unwrap())
}

/// The same messages in every form.
fn forms(messages: &[String]) -> Vec<(&'static str, String)> {
    let control = json!({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
        "subscriptionFilters": [], "logEvents": [event(0, "CWL CONTROL MESSAGE: Checking health of destination")]});
    let (first, second) = messages.split_at(messages.len() / 2);
    let timed = |time: &str| -> String {
        messages.iter().map(|message| format!("{time} {}\n", message.trim_end_matches('\n'))).collect()
    };
    let found = |idx: usize, message: &String| json!({"logStreamName": STREAM, "timestamp": TIME, "message": message, "ingestionTime": TIME, "eventId": idx.to_string()});
    let found: Vec<Value> = messages.iter().enumerate().map(|(idx, message)| found(idx, message)).collect();
    let filtered = json!({"events": found, "searchedLogStreams": [{"logStreamName": STREAM, "searchedCompletely": true}]});
    let got = json!({"events": found, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"});
    let rows: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!([{"field": "@timestamp", "value": "2026-11-22 12:11:35.871"}, {"field": "@message", "value": message},
                   {"field": "@ptr", "value": "Cm…"}])
        })
        .collect();
    let insights = json!({"results": rows, "statistics": {"recordsMatched": 3.0}, "status": "Complete"});
    let awslogs = |messages: &[String]| json!({"awslogs": {"data": packed(&delivery(messages))}});
    let kinesis = json!({"Records": [{"kinesis": {"data": packed(&delivery(first)), "sequenceNumber": "1"}},
                                      {"kinesis": {"data": packed(&delivery(second))}}]});
    vec![
        ("an export", timed("2026-11-22T11:52:39.000Z")),
        ("tail", timed(&format!("2026-11-22T11:52:39.123000+00:00 {STREAM}"))),
        (
            "plain lines",
            messages.iter().map(|message| format!("{}\n", message.trim_end_matches('\n'))).collect(),
        ),
        ("a delivery", delivery(messages).to_string()),
        ("Firehose", format!("{control}{}{}", delivery(first), delivery(second))),
        ("a function's events", format!("{}\n{}\n", awslogs(first), awslogs(second))),
        ("Kinesis", kinesis.to_string()),
        ("filter-log-events", serde_json::to_string_pretty(&filtered).unwrap()),
        ("get-log-events, two pages", format!("{got}\n{}\n", json!({"events": []}))),
        ("Logs Insights", serde_json::to_string_pretty(&insights).unwrap()),
    ]
}

fn report(name: &str, text: &[u8]) -> Report {
    let files = SingleFile::new(name, Box::new(MemorySource(text.to_vec())));
    let mut scan = LogScan::new(Box::new(files), Depth::Outline).unwrap();
    while scan.advance(999, &mut |_| ()).unwrap() == Progress::More {}
    scan.finish(&mut |_| ());
    let places: Vec<_> = scan.reader().runs().iter().flat_map(|run| run.steps.iter().copied()).collect();
    for place in places {
        let (record, _) = scan.record(place.place, place.n_bytes).unwrap();
        assert!(matches!(record, lnn_runlog::Record::Step(step) if step.record.head.step == place.step));
    }
    scan.report()
}

#[test]
fn the_run_is_whole_in_every_form() {
    for (name, text) in forms(&messages(&log(9).text)) {
        let report = report(name, text.as_bytes());
        assert!(report.is_good(), "{name}: {report:?}");
        assert!(report.duplicates > 0 && report.out_of_order > 0, "{name}: {report:?}");
        assert_eq!(report.runs[0].steps, 10, "{name}");
    }
}

#[test]
fn streams_in_files_of_their_own_are_one_run() {
    let text = log(9).text;
    let all = lines(&text);
    let stream = |parity: usize| -> Vec<u8> {
        let its = all.iter().enumerate().filter(|(idx, _)| idx % 2 == parity);
        its.map(|(_, line)| format!("2026-11-22T11:52:39.000Z {line}")).collect::<String>().into_bytes()
    };
    let packed = |name: &str, bytes: Vec<u8>| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes).unwrap();
        let source: Box<dyn lnn_runlog::files::Source> = Box::new(MemorySource(encoder.finish().unwrap()));
        (name.to_owned(), source)
    };
    let files = ManySources::new(vec![
        packed("exports/task/a/000000.gz", stream(1)),
        packed("exports/task/b/000000.gz", stream(0)),
        packed("exports/aws-logs-write-test", b"Permission Check Successful".to_vec()),
    ]);
    let mut scan = LogScan::new(Box::new(files), Depth::Outline).unwrap();
    while scan.advance(u64::MAX, &mut |_| ()).unwrap() == Progress::More {}
    scan.finish(&mut |_| ());
    assert!(scan.report().is_good(), "{:?}", scan.report());
}

#[test]
fn what_comes_after_a_broken_object_is_read() {
    let messages = messages(&log(4).text);
    let whole = delivery(&messages[3..]).to_string();
    let cut = delivery(&messages[..3]).to_string();
    let text = format!("{}\n{whole}\n", &cut[..cut.len() - 40]);
    let report = report("broken", text.as_bytes());
    assert_eq!((report.runs[0].steps, report.n_bad_lines), (5, 1));
    assert!(report.bad_lines[0].why.contains("damaged"), "{report:?}");
    // One event that is no event.
    let odd = whole.replacen("\"message\":\"{", "\"message\":12,\"was\":\"{", 1);
    let report = self::report("odd", odd.as_bytes());
    assert_eq!(report.n_bad_lines, 1, "{report:?}");
    assert!(report.runs[0].steps >= 4);
}

#[test]
fn a_line_that_was_cut_by_the_service_is_told() {
    let messages = messages(&log(4).text);
    let cut: Vec<String> = messages
        .iter()
        .map(|message| message.chars().take(600).collect())
        .filter(|message: &String| !message.contains("fields"))
        .collect();
    let report = report("cut", delivery(&cut).to_string().as_bytes());
    assert!(report.n_bad_lines > 0 && report.bad_lines[0].why.contains("CRC-32C"), "{report:?}");
}
