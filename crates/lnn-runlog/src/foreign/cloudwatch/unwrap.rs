//! The line of a run log in what a logging library or Lambda made of it.
//!
//! In: a message. Out: the text that was printed, as its checksum asks for; none if it is no such line, which costs a look at
//! its start or a search. A record that became a JSON *object* of another line is given as it stands there: if whoever put it
//! there wrote it anew, its checksum tells. Read next: `../../line.rs`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::time::stamp;

const START: &str = "{\"kind\":";
/// The start within other JSON: as an object, and as a text in both spellings of a quote that are in use.
const INNER_STARTS: [&str; 3] = [START, "{\\\"kind\\\":", "{\\u0022kind\\u0022:"];
/// What may stand before a line: time, request, level, name of a module.
const MAX_PREFIX_BYTES: usize = 256;

/// Where libraries put what was printed. Lists of members stay as they are until one is asked for.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    fields: Option<&'a RawValue>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

/// The text of a run log's line in a message: alone, after a prefix of Lambda, or in a JSON object under `message`,
/// `fields.message` or `record`, as a text or as an object.
pub fn unwrap_record(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if text.starts_with(START) {
        return Some(Cow::Borrowed(text));
    }
    if !text.starts_with('{') {
        return after_prefix(text).map(Cow::Borrowed);
    }
    let may_be =
        INNER_STARTS.iter().any(|start| memchr::memmem::find(text.as_bytes(), start.as_bytes()).is_some());
    may_be.then(|| inner(text)).flatten()
}

/// Behind `time⇥request⇥INFO⇥`, `[INFO]⇥time⇥request⇥`, or a time and words.
fn after_prefix(text: &str) -> Option<&str> {
    let head = text.as_bytes().get(..MAX_PREFIX_BYTES + START.len()).unwrap_or(text.as_bytes());
    let at = memchr::memmem::find(head, START.as_bytes())?;
    let (prefix, line) = text.split_at_checked(at)?;
    let is_prefix = prefix.ends_with('\t') || prefix.ends_with(' ') && stamp(prefix).is_some();
    is_prefix.then_some(line)
}

fn inner(text: &str) -> Option<Cow<'_, str>> {
    let wrapped: Wrapped<'_> = serde_json::from_str(text).ok()?;
    let of_fields = || {
        let fields: Wrapped<'_> = serde_json::from_str(wrapped.fields?.get()).ok()?;
        fields.message
    };
    let places = [wrapped.message, of_fields(), wrapped.record];
    places.into_iter().flatten().find_map(|value| {
        if value.get().starts_with(START) {
            return Some(Cow::Borrowed(value.get()));
        }
        let value: String = serde_json::from_str(value.get()).ok()?;
        let line = value.trim();
        if !line.starts_with(START) {
            return None;
        }
        // Most often there is nothing to cut off.
        Some(Cow::Owned(if line.len() == value.len() { value } else { line.to_owned() }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        r#"{"kind":"note","run":"r","writer":"w","seq":0,"text":"\"é\\\n\u0001","crc32c":"00000000"}"#;

    #[test]
    fn the_exact_line_is_found_whatever_is_around_it() {
        let quoted = serde_json::Value::from(LINE).to_string();
        for text in [
            LINE.to_owned(),
            format!("  {LINE}\n"),
            format!("2026-11-22T11:52:39.000Z\t8a24f6e0-1b2c-4d5e-8f90-123456789abc\tINFO\t{LINE}"),
            format!("[INFO]\t2026-11-22T11:52:39.000Z\t8a24f6e0\t{LINE}\n"),
            format!("2026-11-22T11:52:39.123456Z  INFO neuron: {LINE}"),
            format!(r#"{{"level":"INFO","fields":{{"message":{quoted}}},"target":"neuron"}}"#),
            format!(r#"{{"timestamp":"2026-11-22T11:52:39.000Z","level":"INFO","message":{quoted}}}"#),
            format!(r#"{{"time":"2026-11-22T11:52:39.000Z","type":"function","record":{quoted}}}"#),
            format!(r#"{{"timestamp":"2026-11-22T11:52:39.000Z","level":"INFO","message":{LINE},"n":1}}"#),
            format!(r#"{{"level":"INFO","fields":{{"run":"r","message": {LINE} }}}}"#),
            format!(r#"{{"time":"2026-11-22T11:52:39.000Z","type":"function","record":{LINE}}}"#),
            format!(r#"{{"message":{{"a":1}},"record":{}}}"#, quoted.replace("\\\"", "\\u0022")),
            format!(r#"{{"message":"{{\"kind","fields":{{"message":{}}}}}"#, quoted.replacen('{', " {", 1)),
        ] {
            assert_eq!(unwrap_record(&text).as_deref(), Some(LINE), "{text}");
        }
        assert!(matches!(unwrap_record(LINE), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn what_is_no_line_is_none() {
        for text in [
            String::new(),
            "START RequestId: 8a24 Version: $LATEST".to_owned(),
            format!("it failed to write {LINE}"),
            format!("{}\t{LINE}", "x".repeat(300)),
            format!("{}{LINE}", "é".repeat(130)),
            r#"{"time":"2026","type":"platform.start","record":{"requestId":"8a24"}}"#.to_owned(),
            format!(r#"{{"level":"INFO","other":{LINE}}}"#),
            format!(r#"{{"level":"INFO","message":{{"a":{LINE}}}}}"#),
            format!(r#"{{"level":"INFO","message":[{LINE}]}}"#),
            format!(r#"{{"level":"INFO","message":{LINE}"#),
            r#"{"message":"{\"kind\":"#.to_owned(),
            r#"{"other":"{\"kind\":1}"}"#.to_owned(),
            r#"{"message":"it says {\"kind\":1}"}"#.to_owned(),
            r#"{"fields":"{\"kind\":1}"}"#.to_owned(),
        ] {
            assert_eq!(unwrap_record(&text), None, "{text}");
        }
    }
}
