//! One line of a run log: a JSON object whose last member is the CRC-32C of every byte before it.
//!
//! In: the text of a line, or a record's members. Out: a [`LogLine`] that is known to be whole, or a sealed line. Read next:
//! `record.rs` for what the kinds hold, `writer.rs`, `reader.rs`.
//!
//! ```text
//! {"kind":"step","run":"iris","writer":"lnn","seq":7,"time_ms":1795349492611, …members of the kind… ,"crc32c":"1f2e3d4c"}
//! ```
//!
//! The checksum is CRC-32C (Castagnoli) of the bytes before `,"crc32c":"`, in eight small hexadecimal digits; nothing but
//! `"}` follows it. So any program can check a line without knowing JSON, and no byte of a line is unprotected.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Longer lines are not read: a forgotten line break, or no log at all.
pub const MAX_LINE_BYTES: usize = 64 << 20;

const SEAL: &str = ",\"crc32c\":\"";
const DIGITS: usize = 8;
const CLOSE: &str = "\"}";

/// Why a line can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Bytes that are no text.
    #[error("byte {byte} of the line is not UTF-8: the line was damaged on its way")]
    NotText {
        /// Counted from 0 in the line.
        byte: usize,
    },
    /// Longer than [`MAX_LINE_BYTES`].
    #[error("the line is longer than {} MiB, which no record is", MAX_LINE_BYTES >> 20)]
    TooLong,
    /// The end of the line is not a seal.
    #[error("the line does not end with its CRC-32C: it was cut or damaged, or is no record of a run log")]
    NoSeal,
    /// The line was changed after it was written.
    #[error("the line's CRC-32C is {found:08x}, its bytes give {computed:08x}: it was damaged on its way")]
    Checksum {
        /// Of the bytes that are there.
        computed: u32,
        /// What the line says.
        found: u32,
    },
    /// The line is whole, but its writer did not write what this version reads.
    #[error("the line is whole, but {0}")]
    Record(String),
}

/// Who wrote a line, of which run, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<'a> {
    /// What the line holds, e.g. `step`.
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    /// The run's name.
    #[serde(borrow)]
    pub run: Cow<'a, str>,
    /// The writer's name, one for each process that writes.
    #[serde(borrow)]
    pub writer: Cow<'a, str>,
    /// The line's number among those of its writer and run, from 0: a gap shows that lines are lost.
    pub seq: u64,
    /// When it was written, in milliseconds since 1970; none where the writer has no clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
}

impl Envelope<'_> {
    /// The same with texts of its own.
    pub(crate) fn into_owned(self) -> Envelope<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let Self { kind, run, writer, seq, time_ms } = self;
        Envelope { kind: own(kind), run: own(run), writer: own(writer), seq, time_ms }
    }
}

/// A line whose checksum is right and whose envelope is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// The whole line, without its line break.
    pub text: &'a str,
    /// Who wrote it.
    pub envelope: Envelope<'a>,
}

impl<'a> LogLine<'a> {
    /// Checks a line.
    ///
    /// # Errors
    /// It is damaged, cut, or no line of a run log.
    pub fn open(bytes: &'a [u8]) -> Result<Self, LineError> {
        Self::of_text(check(bytes)?)
    }

    /// A line whose seal is right.
    pub(crate) fn of_text(text: &'a str) -> Result<Self, LineError> {
        let envelope = serde_json::from_str(text).map_err(record_error)?;
        Ok(Self { text, envelope })
    }

    /// What is the same in two lines that tell the same: a digest of all members but those of the envelope and the seal.
    pub fn fingerprint(&self) -> u32 {
        let body = self.text.get(..self.text.len() - SEAL.len() - DIGITS - CLOSE.len()).unwrap_or_default();
        let mut prefix = String::new();
        open_envelope(&mut prefix, &self.envelope);
        match body.strip_prefix(prefix.as_str()) {
            Some(members) => crc32c::crc32c(members.as_bytes()),
            None => self.sorted_fingerprint(),
        }
    }

    /// The same for writers that order members otherwise: by name, each as it was written.
    fn sorted_fingerprint(&self) -> u32 {
        let members: std::collections::BTreeMap<String, &serde_json::value::RawValue> =
            serde_json::from_str(self.text).unwrap_or_default();
        let told = members.iter().filter(|(name, _)| {
            !matches!(name.as_str(), "kind" | "run" | "writer" | "seq" | "time_ms" | "crc32c")
        });
        told.fold(0, |crc, (name, value)| {
            crc32c::crc32c_append(crc32c::crc32c_append(crc, name.as_bytes()), value.get().as_bytes())
        })
    }
}

/// The text of a line whose seal is right.
///
/// # Errors
/// It is damaged or cut.
pub fn check(bytes: &[u8]) -> Result<&str, LineError> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| LineError::NotText { byte: error.valid_up_to() })?;
    let (body, digits) = split_seal(text).ok_or(LineError::NoSeal)?;
    let found = parse_digits(digits).ok_or(LineError::NoSeal)?;
    let computed = crc32c::crc32c(body.as_bytes());
    if computed == found { Ok(text) } else { Err(LineError::Checksum { computed, found }) }
}

/// What JSON has to say, as the remark about a line that is whole.
pub(crate) fn record_error(error: impl std::fmt::Display) -> LineError {
    LineError::Record(error.to_string())
}

fn split_seal(text: &str) -> Option<(&str, &str)> {
    let sealed = text.strip_suffix(CLOSE)?;
    let at = sealed.len().checked_sub(DIGITS)?;
    Some((sealed.get(..at)?.strip_suffix(SEAL)?, sealed.get(at..)?))
}

/// Small digits only: a capital is a flipped bit.
fn parse_digits(digits: &str) -> Option<u32> {
    let is_small = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_small.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// A sealed line with its line break: the envelope, then the members of `body`, a JSON object.
pub(crate) fn seal(envelope: &Envelope<'_>, body: &str) -> String {
    let mut line = String::with_capacity(body.len() + 160);
    open_envelope(&mut line, envelope);
    let members = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or_default();
    if !members.is_empty() {
        line.push(',');
        line.push_str(members);
    }
    let crc = crc32c::crc32c(line.as_bytes());
    // Writing to a text can't fail.
    let _ = writeln!(line, "{SEAL}{crc:08x}{CLOSE}");
    line
}

fn open_envelope(line: &mut String, envelope: &Envelope<'_>) {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let Envelope { kind, run, writer, seq, time_ms } = envelope;
    let (kind, run, writer) = (text(kind), text(run), text(writer));
    let _ = write!(line, "{{\"kind\":{kind},\"run\":{run},\"writer\":{writer},\"seq\":{seq}");
    if let Some(time_ms) = time_ms {
        let _ = write!(line, ",\"time_ms\":{time_ms}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(seq: u64) -> Envelope<'static> {
        Envelope { kind: "note".into(), run: "r".into(), writer: "w".into(), seq, time_ms: Some(5) }
    }

    #[test]
    fn a_line_by_hand() {
        // The CRC-32C of these bytes by `python -c "import crc32c, sys; print(hex(crc32c.crc32c(…)))"`.
        let body = r#"{"kind":"note","run":"r","writer":"w","seq":0,"time_ms":5,"text":"é""#;
        let line = seal(&envelope(0), r#"{"text":"é"}"#);
        assert_eq!(line, format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes())));
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283, "the check value of RFC 3720");
        let opened = LogLine::open(line.trim_end().as_bytes()).unwrap();
        assert_eq!(opened.envelope, envelope(0));
    }

    #[test]
    fn every_changed_byte_of_a_line_is_noticed() {
        let line = seal(&envelope(7), r#"{"text":"a b","values":[1.5,-2]}"#);
        let line = line.trim_end().as_bytes();
        for at in 0..line.len() {
            for flip in 1..=255_u8 {
                let mut bad = line.to_vec();
                bad[at] ^= flip;
                assert!(LogLine::open(&bad).is_err(), "byte {at} ^ {flip}");
            }
        }
    }

    #[test]
    fn lines_that_tell_the_same_have_one_fingerprint() {
        let print = |line: &str| LogLine::open(line.trim_end().as_bytes()).unwrap().fingerprint();
        let body = r#"{"text":"a"}"#;
        let other = Envelope { seq: 9, writer: "v".into(), time_ms: None, ..envelope(0) };
        assert_eq!(print(&seal(&envelope(0), body)), print(&seal(&other, body)));
        assert_ne!(print(&seal(&envelope(0), body)), print(&seal(&envelope(0), r#"{"text":"b"}"#)));
        let sorted = |text: &str, seq: u64| {
            let body =
                format!("{{\"kind\":\"note\",\"text\":{text},\"run\":\"r\",\"seq\":{seq},\"writer\":\"w\"");
            format!("{body},\"crc32c\":\"{:08x}\"}}", crc32c::crc32c(body.as_bytes()))
        };
        assert_eq!(print(&sorted("\"a\"", 1)), print(&sorted("\"a\"", 2)));
        assert_ne!(print(&sorted("\"a\"", 1)), print(&sorted("\"b\"", 1)));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let error = |bytes: &[u8]| LogLine::open(bytes).unwrap_err().to_string();
        assert!(error(b"START RequestId").contains("does not end with its CRC-32C"));
        assert!(error(b"a\xff").contains("byte 1"));
        let body = r#"{"kind":"note","seq":1"#;
        let line = format!("{body},\"crc32c\":\"{:08x}\"}}", crc32c::crc32c(body.as_bytes()));
        assert!(error(line.as_bytes()).contains("missing field `run`"), "{}", error(line.as_bytes()));
    }
}
