//! Places in a text, times in it, and numbers that JSON does not have.
//!
//! In: the bytes of a file. Out: lines and bytes of its parts, milliseconds since 1970. Read next: `visit.rs`.

use std::borrow::Cow;

/// Python writes these, JSON does not know them.
const NON_FINITE: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];

/// A file of lines.
pub(super) struct SourceText<'a> {
    bytes: &'a [u8],
    /// Where each line begins.
    starts: Vec<usize>,
}

/// A part of a file's bytes: line from 1, byte from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub line: u64,
    pub byte: u64,
}

impl<'a> SourceText<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|end| end + 1)).collect();
        Self { bytes, starts }
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The spot of a byte.
    pub fn spot(&self, byte: usize) -> Spot {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        Spot { line: line as u64, byte: byte as u64 }
    }
}

/// The text with `NaN` and the like turned into empty texts of the same length, so that a JSON reader goes on after them.
pub(super) fn non_finite_blanked(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(bytes);
    let mut in_string = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'\\' if in_string => 2,
            b'"' => {
                in_string = !in_string;
                1
            }
            b'N' | b'I' | b'-' if !in_string => {
                let word =
                    NON_FINITE.iter().find(|word| bytes.get(at..).is_some_and(|rest| rest.starts_with(word)));
                if let Some(place) = word.and_then(|word| text.to_mut().get_mut(at..at + word.len())) {
                    place.fill(b' ');
                    place.iter_mut().take(2).for_each(|byte| *byte = b'"');
                }
                word.map_or(1, |word| word.len())
            }
            _ => 1,
        };
    }
    text
}

/// `2018-03-01 10:11:12.131415` in milliseconds since 1970, as if it was in Greenwich where it has no offset.
pub(super) fn time_ms(text: &str) -> Option<f64> {
    let (local, offset_ms) = split_offset(text.trim());
    let time = humantime::parse_rfc3339_weak(local).ok()?;
    let since_1970 = time.duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
    Some(since_1970.as_micros() as f64 / 1e3 - offset_ms)
}

/// A time without its `+01:00`, and that in milliseconds.
fn split_offset(text: &str) -> (&str, f64) {
    let split = || {
        let (local, offset) = text.split_at_checked(text.len().checked_sub("+01:00".len())?)?;
        let (sign, offset) = match offset.split_at_checked(1)? {
            ("+", offset) => (1.0, offset),
            ("-", offset) => (-1.0, offset),
            _ => return None,
        };
        let (hours, minutes) = offset.split_once(':')?;
        let minutes = f64::from(hours.parse::<u8>().ok()?) * 60.0 + f64::from(minutes.parse::<u8>().ok()?);
        Some((local, sign * minutes * 60e3))
    };
    split().unwrap_or((text, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_an_offset() {
        // `datetime(2018, 3, 1, 10, 11, 12, 131415, timezone.utc).timestamp()` is 1519899072.131415.
        let check = |text: &str, expected: Option<f64>| assert_eq!(time_ms(text), expected, "{text}");
        check("2018-03-01 10:11:12.131415", Some(1_519_899_072_131.415));
        check("2018-03-01T10:11:12.131415Z", Some(1_519_899_072_131.415));
        check("2018-03-01 11:11:12.131415+01:00", Some(1_519_899_072_131.415));
        check(" 2018-03-01 10:11:12 ", Some(1_519_899_072_000.0));
        check("2018-03-01 08:41:12-01:30", Some(1_519_899_072_000.0));
        for text in [
            "2018-02-30 10:11:12",
            "2018-13-01 10:11:12",
            "2018-03-01",
            "0.77",
            "+01:00",
            "ü+01:00",
            "",
            "tomorrow at about noon",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_is_no_number_is_blanked_outside_of_texts_alone() {
        let text = br#"{"NaN": NaN, "a\"NaN": -Infinity, "b": [-1, Infinity]}"#;
        let blanked = non_finite_blanked(text);
        assert_eq!(
            std::str::from_utf8(&blanked).unwrap(),
            r#"{"NaN": "" , "a\"NaN": ""       , "b": [-1, ""      ]}"#
        );
        assert!(matches!(non_finite_blanked(b"{\"a\": -1}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_byte_is_in_its_line() {
        let text = SourceText::new(b"a\nb\n");
        let spots: Vec<u64> = (0..=4).map(|byte| text.spot(byte).line).collect();
        assert_eq!(spots, [1, 1, 2, 2, 3]);
    }
}
