//! The files beside this one: a short log of two functions' processes, in each form.
//!
//! `events.tsv` says what happened (time, stream, message as JSON); the other files are the same in other words.

use std::path::{Path, PathBuf};

use lnn_runlog::foreign::cloudwatch::CloudWatchForm;
use lnn_runlog::{
    EndRecord, EpochRecord, InvocationRecord, LogWriter, LoggedStep, NoteRecord, Record, Scores, StepHead,
    StepRecord,
};
use serde_json::Value;

use crate::File;
use crate::write::{self, Event};

pub const STREAMS: [&str; 2] = ["2026/11/22/[$LATEST]3f0a", "2026/11/22/[$LATEST]b71c"];
const START_MS: i64 = 1_795_349_492_611;
const REQUESTS: [&str; 2] = ["8a24f6e0-1b2c-4d5e-8f90-123456789abc", "c0ffee00-1b2c-4d5e-8f90-123456789abc"];

/// Lines of a run log in `events.tsv`, doubled ones included.
pub const N_LINES: u64 = 9;

fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloudwatch")
}

/// What happened.
pub fn events() -> Vec<Event> {
    let text = std::fs::read_to_string(dir().join("events.tsv")).unwrap();
    let event = |line: &str| {
        let mut cells = line.splitn(3, '\t');
        Event {
            time_ms: cells.next().unwrap().parse().unwrap(),
            stream: cells.next().unwrap().to_owned(),
            message: serde_json::from_str(cells.next().unwrap()).unwrap(),
        }
    };
    text.lines().map(event).collect()
}

pub fn of_stream(events: &[Event], stream: &str) -> Vec<Event> {
    events.iter().filter(|event| event.stream == stream).cloned().collect()
}

/// A file with what it must give.
pub struct Fixture {
    pub name: &'static str,
    pub file: File,
    pub events: Vec<Event>,
}

pub fn all() -> Vec<Fixture> {
    let all = events();
    let first = of_stream(&all, STREAMS[0]);
    let fixture = |name, form, events: &[Event], given_stream: Option<&str>| {
        let bytes = std::fs::read(dir().join(name)).unwrap();
        let file = File { given_stream: given_stream.map(str::to_owned), ..File::new(form, bytes) };
        Fixture { name, file, events: events.to_vec() }
    };
    vec![
        fixture("export.txt", CloudWatchForm::S3Export, &first, Some(STREAMS[0])),
        fixture("delivered.json", CloudWatchForm::Subscription, &all, None),
        fixture("delivered-lines.json", CloudWatchForm::Subscription, &all, None),
        fixture("awslogs.json", CloudWatchForm::Subscription, &all, None),
        fixture("kinesis.json", CloudWatchForm::Subscription, &all, None),
        fixture("filter.json", CloudWatchForm::Events, &all, None),
        fixture("get.json", CloudWatchForm::Events, &first, Some(STREAMS[0])),
        fixture("tail.txt", CloudWatchForm::Tail, &all, None),
        fixture("insights.json", CloudWatchForm::Insights, &all, None),
    ]
}

/// Makes the files again.
#[test]
#[ignore = "writes files of the checkout"]
fn write_the_fixtures() {
    let events = make_events();
    let save = |name: &str, text: String| std::fs::write(dir().join(name), text).unwrap();
    let row = |event: &Event| {
        format!("{}\t{}\t{}\n", event.time_ms, event.stream, Value::from(event.message.as_str()))
    };
    let first = of_stream(&events, STREAMS[0]);
    let control = Event {
        time_ms: START_MS,
        stream: String::new(),
        message: "CWL CONTROL MESSAGE: Checking health of destination Firehose.".to_owned(),
    };
    let mut deliveries = write::deliveries(&events);
    deliveries.insert(1, write::delivery("CONTROL_MESSAGE", "", &[control]));
    save("events.tsv", events.iter().map(row).collect());
    save("export.txt", write::export(&first));
    save("delivered.json", deliveries.concat());
    save("delivered-lines.json", deliveries.join("\n"));
    save("awslogs.json", deliveries.iter().map(|it| write::awslogs(it)).collect::<Vec<_>>().join("\n"));
    save("kinesis.json", write::kinesis(&deliveries));
    save("filter.json", write::filter_pages(&events, 7));
    save("get.json", write::get_page(&first[..4]) + &write::get_page(&first[4..]));
    save("tail.txt", write::tail(&events));
    save("insights.json", write::insights(&events));
}

/// A line of a writer of the run, without its break.
struct Writer(LogWriter<Vec<u8>>);

impl Writer {
    fn new(name: &str) -> Self {
        Self(LogWriter::new(Vec::new(), "r1", name))
    }

    fn line(&mut self, record: &Record, time_ms: i64) -> String {
        self.0.write(record, Some(time_ms as u64)).unwrap();
        String::from_utf8(std::mem::take(self.0.get_mut())).unwrap().trim_end().to_owned()
    }
}

fn records() -> [Record; 6] {
    let train = Scores { cost: 0.5, accuracy: Some(0.75), r2: None, rmse: None };
    let head = StepHead {
        step: 12,
        epoch: 1,
        learning_rate: 0.01,
        batch_cost: Some(0.625),
        train,
        dev: None,
        digest: 0x0123_4567_89ab_cdef,
    };
    let step = StepRecord { head, layers: Vec::new() };
    let invocation = InvocationRecord {
        function: "neuron".to_owned(),
        request_id: REQUESTS[0].to_owned(),
        step: Some(12),
        duration_ms: 4.5,
        outcome: "ok".to_owned(),
        ..InvocationRecord::default()
    };
    [
        Record::Note(NoteRecord { text: "«cold start» — \"quoted\" \\ ☃".to_owned() }),
        Record::Step(Box::new(LoggedStep { record: step, scored_step: 12, watched: None })),
        Record::Invocation(invocation),
        Record::Epoch(EpochRecord { epoch: 1, step: 12, train, dev: None }),
        Record::Note(NoteRecord { text: "from the other process".to_owned() }),
        Record::End(EndRecord {
            step: 12,
            epoch: 1,
            digest: head.digest,
            reason: "done".into(),
            message: None,
        }),
    ]
}

/// Two processes, one after the other and in between.
fn make_events() -> Vec<Event> {
    let [cold, step, invocation, epoch, other, end] = records();
    let (mut a, mut b) = (Writer::new("neuron-1"), Writer::new("neuron-2"));
    let cold = a.line(&cold, START_MS + 3);
    let step = a.line(&step, START_MS + 5);
    let (request, other_request) = (REQUESTS[0], REQUESTS[1]);
    let in_json = |line: &str| {
        let line = Value::from(line);
        format!("{{\"level\":\"INFO\",\"fields\":{{\"message\":{line}}},\"target\":\"neuron\"}}\n")
    };
    let platform = |kind: &str| {
        let time = write::time(START_MS, 'T', 3);
        let record = format!("{{\"requestId\":\"{request}\",\"version\":\"$LATEST\"}}");
        format!("{{\"time\":\"{time}Z\",\"type\":\"platform.{kind}\",\"record\":{record}}}\n")
    };
    let prefix = format!("{}Z\t{request}\tINFO\t", write::time(START_MS, 'T', 3));
    let messages = [
        (
            0,
            "INIT_START Runtime Version: provided:al2023.v81\tRuntime Version ARN: arn:aws:lambda:1\n".into(),
        ),
        (0, format!("START RequestId: {request} Version: $LATEST\n")),
        (1, format!("START RequestId: {other_request} Version: $LATEST\n")),
        (0, cold + "\n"),
        (0, platform("start")),
        (0, step.clone() + "\n"),
        (1, b.line(&other, START_MS + 6)),
        (0, in_json(&a.line(&invocation, START_MS + 7))),
        (0, format!("{prefix}{}\n", a.line(&epoch, START_MS + 8))),
        (0, step.clone() + "\n"),
        (
            1,
            "thread 'main' panicked at src/main.rs:7:5:\r\n\r\n  no such layer\nnote: RUST_BACKTRACE=1\n"
                .into(),
        ),
        (1, format!("END RequestId: {other_request}\n")),
        (0, format!("two lines at once:\n{step}\n{step}\n")),
        (0, a.line(&end, START_MS + 13) + "\n"),
        (0, format!("END RequestId: {request}\n")),
        (0, platform("report")),
        (0, format!("REPORT RequestId: {request}\tDuration: 4.50 ms\tBilled Duration: 5 ms\t\n")),
    ];
    let event = |(idx, (stream, message)): (usize, (usize, String))| Event {
        time_ms: START_MS + idx as i64,
        stream: STREAMS[stream].to_owned(),
        message,
    };
    messages.into_iter().enumerate().map(event).collect()
}
