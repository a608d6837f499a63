//! LNN's lines in what `CloudWatch` Logs hands out: exports, subscription deliveries, and the answers of its commands.
//!
//! In: chunks of such a file. Out: [`Message`]s, each one line that some function printed, in the order of the file. Whose
//! lines they are says [`unwrap_record`]; order and doubles are the record reader's business. Read next: `json.rs`.

mod json;
mod text;

use std::borrow::Cow;

use json::JsonMessages;
use text::TextMessages;

/// One line that a function printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// Without its break.
    pub text: Cow<'a, str>,
    /// Where its event begins in the file: the line, from 1.
    pub line: u64,
    /// The byte, from 0; a message's later lines are counted from there.
    pub byte: u64,
}

/// A place that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0.
    pub byte: u64,
    /// What is wrong there.
    pub why: String,
}

/// Hears messages.
pub type MessageSink<'a> = dyn FnMut(Message<'_>) + 'a;

/// What a file of the service looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudWatchForm {
    /// Lines with a time before each message: an export to S3, or `aws logs tail`, which names the stream too.
    Timed,
    /// A function's lines as they are.
    Plain,
    /// JSON objects: a subscription's deliveries, `filter-log-events`, `get-log-events`, Logs Insights.
    Json,
}

/// Reads a file of the service.
pub enum CloudWatchReader {
    /// Lines.
    Text(TextMessages),
    /// Objects.
    Json(JsonMessages),
}

/// What the first bytes of a file say; none where it is no file of the service.
pub fn sniff(first_bytes: &[u8]) -> Option<CloudWatchForm> {
    let text = String::from_utf8_lossy(first_bytes.get(..first_bytes.len().min(4096)).unwrap_or_default());
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text::time_bytes(text).is_some() {
        return Some(CloudWatchForm::Timed);
    }
    let is_functions =
        ["START RequestId:", "INIT_START", "{\"time\":\"", "REPORT RequestId:", "END RequestId:"];
    if is_functions.iter().any(|start| text.starts_with(start)) {
        return Some(CloudWatchForm::Plain);
    }
    let key = text.strip_prefix('{')?.trim_start().strip_prefix('"')?.split('"').next()?;
    let known = [
        "messageType",
        "owner",
        "logGroup",
        "logStream",
        "subscriptionFilters",
        "logEvents",
        "awslogs",
        "events",
        "searchedLogStreams",
        "nextForwardToken",
        "nextBackwardToken",
        "nextToken",
        "Records",
        "results",
        "statistics",
        "queryLanguage",
        "encryptionKey",
        "status",
    ];
    known.contains(&key).then_some(CloudWatchForm::Json)
}

/// Whether this is the object by which the service tries whether it may write to a bucket.
pub fn is_write_test(name: &str) -> bool {
    name.rsplit('/').next() == Some("aws-logs-write-test")
}

/// The line of a run log in a message: the message itself, behind what a runtime puts before it, or in a JSON record of one.
pub fn unwrap_record(text: &str) -> Option<Cow<'_, str>> {
    const START: &str = "{\"kind\":";
    let text = text.trim();
    if let Some(at) = text.find(START) {
        // A runtime's time, request and level have neither braces nor quotes.
        let prefix = text.get(..at)?;
        return (!prefix.contains(['{', '"'])).then(|| Cow::Borrowed(text.get(at..).unwrap_or_default()));
    }
    if !(text.starts_with('{') && text.contains("\\\"kind\\\"")) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let places = ["/message", "/fields/message", "/record"];
    let inner = places.iter().find_map(|place| value.pointer(place)?.as_str())?.trim();
    inner.starts_with(START).then(|| Cow::Owned(inner.to_owned()))
}

impl CloudWatchReader {
    /// A reader at the start of a file.
    pub fn new(form: CloudWatchForm) -> Self {
        match form {
            CloudWatchForm::Timed => Self::Text(TextMessages::new(true)),
            CloudWatchForm::Plain => Self::Text(TextMessages::new(false)),
            CloudWatchForm::Json => Self::Json(JsonMessages::default()),
        }
    }

    /// Takes the next bytes of the file, and gives each message that they end.
    pub fn push(&mut self, chunk: &[u8], sink: &mut MessageSink<'_>) {
        match self {
            Self::Text(text) => text.push(chunk, sink),
            Self::Json(json) => json.push(chunk, sink),
        }
    }

    /// The file ends here. Gives the last message, and what could not be read.
    pub fn finish(&mut self, sink: &mut MessageSink<'_>) -> Vec<Problem> {
        match self {
            Self::Text(text) => text.finish(sink),
            Self::Json(json) => json.finish(sink),
        }
    }
}

/// The lines of a message, one by one.
fn give_lines(text: &str, line: u64, byte: u64, sink: &mut MessageSink<'_>) {
    let mut at = byte;
    for part in text.split('\n') {
        let trimmed = part.strip_suffix('\r').unwrap_or(part);
        if !trimmed.is_empty() {
            sink(Message { text: Cow::Borrowed(trimmed), line, byte: at });
        }
        at += part.len() as u64 + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_behind_and_in_what_runtimes_put_around_it() {
        let line = r#"{"kind":"note","run":"r","text":"a \"b\"","crc32c":"00000000"}"#;
        let wrapped = serde_json::json!({"level": "INFO", "fields": {"message": line}}).to_string();
        let plain = serde_json::json!({"timestamp": 1, "message": format!("{line}\n")}).to_string();
        let tabs = format!("2026-11-22T11:52:39.000Z\t8a24-11\tINFO\t{line}");
        for text in [line, &wrapped, &plain, &tabs, &format!("  {line}\n")] {
            assert_eq!(unwrap_record(text).as_deref(), Some(line), "{text}");
        }
        let foreign = r#"{"time":"t","type":"platform.start","record":{"requestId":"1"}}"#;
        for text in [
            "START RequestId: 1 Version: $LATEST",
            foreign,
            "",
            r#"{"a":"{\"kind\":1}"}"#,
            r#"say "{"kind":"#,
        ] {
            assert_eq!(unwrap_record(text), None, "{text}");
        }
    }

    #[test]
    fn forms_are_told_apart_and_other_files_left_alone() {
        let form = |text: &str| sniff(text.as_bytes());
        assert_eq!(form("2026-11-22T11:52:39.000Z START"), Some(CloudWatchForm::Timed));
        assert_eq!(
            form("2026-11-22T11:52:39.123000+00:00 2026/11/22/[$LATEST]abc x"),
            Some(CloudWatchForm::Timed)
        );
        assert_eq!(form("\n {\n  \"events\": ["), Some(CloudWatchForm::Json));
        assert_eq!(form("{\"awslogs\":{"), Some(CloudWatchForm::Json));
        assert_eq!(form("INIT_START Runtime Version"), Some(CloudWatchForm::Plain));
        for text in ["{\"kind\":\"header\"", "{\"Start\": \"2018-03-01", "a,b\n1,2", "2026-11-22,1.5", ""] {
            assert_eq!(form(text), None, "{text}");
        }
    }
}
