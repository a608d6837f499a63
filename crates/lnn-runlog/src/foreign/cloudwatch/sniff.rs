//! Which form a file has, by its first bytes. In: bytes. Out: a form, or none for everything else.
//!
//! JSON is known by the names that `CloudWatch` gives to members of the first object, so that no other JSON is claimed.
//! Read next: `mod.rs`.

use super::CloudWatchForm;
use super::text::{export_head, tail_head};

/// As many bytes as are looked at; fewer do if the file is shorter.
pub const SNIFF_BYTES: usize = 64 << 10;

/// Starts of messages that only Lambda writes, or LNN.
const LAMBDA_STARTS: [&str; 6] =
    ["INIT_START ", "START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "{\"kind\":", "{\"time\":"];

/// The form of a file that begins with these bytes, at best [`SNIFF_BYTES`] of them.
pub fn sniff(first_bytes: &[u8]) -> Option<CloudWatchForm> {
    let bytes = first_bytes.get(..SNIFF_BYTES).unwrap_or(first_bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match bytes.first() {
        // A list of pages or deliveries.
        Some(b'[') => sniff_json(bytes.get(1..)?.trim_ascii_start()),
        Some(b'{') => sniff_json(bytes),
        Some(b'0'..=b'9') => sniff_text(bytes),
        _ => None,
    }
}

fn sniff_text(bytes: &[u8]) -> Option<CloudWatchForm> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    // The end of what is there may have cut a character.
    let line = String::from_utf8_lossy(line);
    if export_head(&line).is_some() {
        return Some(CloudWatchForm::S3Export);
    }
    let head = tail_head(&line)?;
    let is_tail = match head.stream {
        Some(stream) => !stream.is_empty() && !stream.contains([',', ';', '\t', '"']),
        None => LAMBDA_STARTS.iter().any(|start| head.text.starts_with(start)),
    };
    is_tail.then_some(CloudWatchForm::Tail)
}

/// Looks at each member of the first object, as far as it is there.
fn sniff_json(bytes: &[u8]) -> Option<CloudWatchForm> {
    let bytes = without_blanks(bytes);
    if !bytes.starts_with(b"{") {
        return None;
    }
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let end = at + text_length(bytes.get(at..)?);
                let (name, value) = (bytes.get(at + 1..end.checked_sub(1)?), bytes.get(end..)?);
                if depth == 1
                    && let Some(value) = value.strip_prefix(b":")
                    && let Some(form) = of_member(name?, value)
                {
                    return Some(form);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            return None;
        }
        at += 1;
    }
    None
}

fn of_member(name: &[u8], value: &[u8]) -> Option<CloudWatchForm> {
    let starts = |starts: &[&str]| starts.iter().any(|start| value.starts_with(start.as_bytes()));
    let contains = |part: &str| memchr::memmem::find(value, part.as_bytes()).is_some();
    let (is_it, form) = match name {
        b"messageType" => {
            (starts(&["\"DATA_MESSAGE\"", "\"CONTROL_MESSAGE\""]), CloudWatchForm::Subscription)
        }
        b"logEvents" => (starts(&["["]), CloudWatchForm::Subscription),
        b"awslogs" => (starts(&["{\"data\":\""]), CloudWatchForm::Subscription),
        b"Records" => (starts(&["[{"]) && contains("\"kinesis\":{"), CloudWatchForm::Subscription),
        b"events" => (is_events(value), CloudWatchForm::Events),
        b"searchedLogStreams" => (starts(&["["]), CloudWatchForm::Events),
        b"nextForwardToken" | b"nextBackwardToken" => (starts(&["\""]), CloudWatchForm::Events),
        b"results" => (starts(&["[[{\"field\":\"", "[[{\"value\":\""]), CloudWatchForm::Insights),
        b"statistics" => (
            starts(&["{\"recordsMatched\":", "{\"recordsScanned\":", "{\"bytesScanned\":"]),
            CloudWatchForm::Insights,
        ),
        _ => return None,
    };
    is_it.then_some(form)
}

/// Other programs have lists of events too: the members must be those of log events.
fn is_events(value: &[u8]) -> bool {
    let Some(event) = value.strip_prefix(b"[{") else { return false };
    let contains = |part: &str| memchr::memmem::find(event, part.as_bytes()).is_some();
    if let Some(time) = event.strip_prefix(b"\"timestamp\":") {
        let n_digits = time.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return n_digits > 0 && time.get(n_digits..).is_some_and(|rest| rest.starts_with(b",\"message\":\""));
    }
    event.starts_with(b"\"logStreamName\":\"")
        || event.starts_with(b"\"eventId\":\"") && contains("\"logStreamName\":")
        || event.starts_with(b"\"ingestionTime\":")
        || event.starts_with(b"\"message\":\"") && contains("\"ingestionTime\":")
}

/// JSON as a program writes it that does not write for people.
fn without_blanks(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(byte) = rest.first() {
        let n_bytes = if *byte == b'"' { text_length(rest) } else { 1 };
        if !byte.is_ascii_whitespace() {
            kept.extend_from_slice(rest.get(..n_bytes).unwrap_or_default());
        }
        rest = rest.get(n_bytes..).unwrap_or_default();
    }
    kept
}

/// Bytes of a text with both its quotes, or all there are.
fn text_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known() {
        for (bytes, expected) in [
            ("2026-11-22T11:52:39.000Z START RequestId: 8a24\n", CloudWatchForm::S3Export),
            ("2026-11-22T11:52:39.123000+00:00 2026/11/22/[$LATEST]abc REPORT", CloudWatchForm::Tail),
            ("\u{feff}2026-11-22T11:52:39 INIT_START Runtime Version", CloudWatchForm::Tail),
            (r#"{"messageType":"CONTROL_MESSAGE","#, CloudWatchForm::Subscription),
            (r#"{"owner":"1","logEvents":["#, CloudWatchForm::Subscription),
            (r#" {"awslogs": {"data": "H4sI"#, CloudWatchForm::Subscription),
            (r#"{"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0""#, CloudWatchForm::Subscription),
            ("[\n{\"events\": [ {\n \"timestamp\": 1, \"message\": \"a", CloudWatchForm::Events),
            (r#"{"events":[{"logStreamName":"a""#, CloudWatchForm::Events),
            (r#"{"events":[],"nextForwardToken":"f/1""#, CloudWatchForm::Events),
            (r#"{"queryLanguage":"CWLI","results":[[{"field":"@timestamp""#, CloudWatchForm::Insights),
            (r#"{"results":[],"statistics":{"recordsMatched":0.0"#, CloudWatchForm::Insights),
        ] {
            assert_eq!(sniff(bytes.as_bytes()), Some(expected), "{bytes}");
        }
    }

    #[test]
    fn nothing_else_is_claimed() {
        for bytes in [
            "",
            "{",
            "[",
            "}",
            "{\"\\",
            r#"{"kind":"header","run":"events","writer":"lnn","seq":0,"results":[]"#,
            r#"{"results":[{"field":"a"}],"status":"ok"}"#,
            r#"{"results":[1,2],"machine":{"results":[[{"field":"@message"}]]}}"#,
            r#"{"events":[{"timestamp":"2026-11-22","name":"a"}]}"#,
            r#"{"events":[{"message":"a"}]}"#,
            r#"{"events":[]}"#,
            r#"{"Records":[{"eventVersion":"1.08","eventSource":"s3.amazonaws.com"}]}"#,
            r#"{"a":1}{"logEvents":[]}"#,
            r#"{"text":"\"logEvents\":[","logEvents":1}"#,
            r#"{"level":"INFO","fields":{"message":"epoch"}}"#,
            "time,cost\n2026-11-22T11:52:39.000Z,0.5\n",
            "2026-11-22T11:52:39.000Z,0.5\n",
            "2026-11-22T11:52:39.000Z\t0.5\n",
            "2026-11-22 11:52:39 0.5 0.7\n",
            "2026-11-22T11:52:39+00:00 0.5,0.7\n",
            "1,2,3\n",
            "\u{1f}\u{8b}",
        ] {
            assert_eq!(sniff(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
