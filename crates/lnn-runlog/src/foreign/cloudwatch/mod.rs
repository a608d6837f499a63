//! What Amazon `CloudWatch` Logs hands out: exports, deliveries, answers of its API.
//!
//! In: bytes of one file in chunks of any size, unpacked if the file is a `.gz`. Out: [`Message`]s, the exact text of each
//! line that a function printed, in the order of the file; and [`Problem`]s. Lines that come twice are given twice. Read
//! next: `text.rs` for the forms of plain text; `json.rs`, then `scan/mod.rs`, for those of JSON.
//!
//! ```text
//! first bytes ──sniff──▶ CloudWatchForm
//! bytes ──CloudWatchReader──▶ Message ──unwrap_record──▶ text of a LogLine ──LogReader::push_line──▶ Entry
//! ```

mod events;
mod insights;
mod json;
mod packed;
mod problems;
mod scan;
mod sniff;
mod text;
mod time;
mod unwrap;

use std::borrow::Cow;

pub use problems::{MAX_PROBLEMS, Problem};
pub use sniff::{SNIFF_BYTES, sniff};
pub use unwrap::unwrap_record;

/// How a file of messages is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudWatchForm {
    /// `CreateExportTask`: an object in S3 for each stream, lines `2026-11-22T11:52:39.000Z message`.
    S3Export,
    /// What a subscription delivers, alone or one object behind the other, also packed as `{"awslogs":{"data":…}}` or in
    /// an event of Kinesis.
    Subscription,
    /// Pages of `filter-log-events` or `get-log-events`.
    Events,
    /// `aws logs tail`: lines `2026-11-22T11:52:39.123000+00:00 stream message`.
    Tail,
    /// The answer of a query of Logs Insights.
    Insights,
}

impl CloudWatchForm {
    /// What it is called in a sentence.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::S3Export => "an export of CloudWatch Logs to S3",
            Self::Subscription => "a delivery of a subscription to CloudWatch Logs",
            Self::Events => "events of CloudWatch Logs",
            Self::Tail => "the text of aws logs tail",
            Self::Insights => "the answer of a query of CloudWatch Logs Insights",
        }
    }
}

/// One line of what a function printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// The line, without its break. An event of several lines gives several messages.
    pub text: Cow<'a, str>,
    /// The log stream, where it is known: of a Lambda function, one for each process that runs it.
    pub stream: Option<&'a str>,
    /// When the service says that it was printed, in milliseconds since 1970.
    pub timestamp_ms: Option<i64>,
    /// The number of the line, from 1, in which the event begins that it came from.
    pub line: u64,
    /// The first byte of that event in the file, from 0; of a packed object, the first byte of what it is packed in.
    pub byte: u64,
}

/// Hears each message.
pub type MessageSink<'a> = dyn FnMut(Message<'_>) + 'a;

/// Reads one file.
#[derive(Debug, Clone)]
pub struct CloudWatchReader {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Text(Box<text::TextReader>),
    Json(Box<json::JsonReader>),
}

impl CloudWatchReader {
    /// A reader at the start of a file. The stream's name is for events that do not say theirs.
    pub fn new(form: CloudWatchForm, stream_name: Option<&str>) -> Self {
        let kind = match form {
            CloudWatchForm::S3Export => Kind::Text(Box::new(text::TextReader::of_export(stream_name))),
            CloudWatchForm::Tail => Kind::Text(Box::new(text::TextReader::of_tail(stream_name))),
            CloudWatchForm::Subscription | CloudWatchForm::Events | CloudWatchForm::Insights => {
                Kind::Json(Box::new(json::JsonReader::new(stream_name)))
            }
        };
        Self { kind }
    }

    /// Takes the next bytes of the file, and gives each message that they complete.
    pub fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        match &mut self.kind {
            Kind::Text(reader) => reader.push(chunk, sink),
            Kind::Json(reader) => reader.push(chunk, sink),
        }
    }

    /// The file ends here: gives a last line without a break, and what is wrong with the file, in the order of its bytes.
    pub fn finish(&mut self, sink: &mut MessageSink<'_>) -> Vec<Problem> {
        match &mut self.kind {
            Kind::Text(reader) => reader.finish(sink),
            Kind::Json(reader) => reader.finish(sink),
        }
    }
}

/// Whether an object in S3 is the one by which an export tries whether it may write: it holds no log.
pub fn is_write_test(name: &str) -> bool {
    name.rsplit(['/', '\\']).next() == Some("aws-logs-write-test")
}

/// An event of one or several lines, as one message for each that is not empty.
fn give(text: &str, about: &Message<'_>, sink: &mut MessageSink<'_>) {
    for line in text.lines().filter(|line| !line.is_empty()) {
        sink(Message { text: Cow::Borrowed(line), ..*about });
    }
}
