//! Places in a text, times in it, and numbers that JSON does not have.
//!
//! In: the bytes of a file. Out: lines and bytes of its parts, milliseconds since 1970. Read next: `visit.rs`.

use std::borrow::Cow;

/// Line breaks are counted up to every so many bytes.
const BLOCK_BYTES: usize = 1 << 10;
/// Python writes these, JSON does not know them.
const NON_FINITE: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];

/// A file of lines.
pub(super) struct SourceText<'a> {
    bytes: &'a [u8],
    /// Line breaks before each block: a place for each line could be many times as large as the file.
    breaks_before: Vec<u64>,
}

/// A part of a file's bytes: line from 1, byte from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub line: u64,
    pub byte: u64,
}

impl<'a> SourceText<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let blocks = bytes.chunks(BLOCK_BYTES).scan(0, |n_breaks, block| {
            let n_before = *n_breaks;
            *n_breaks += n_line_breaks(block);
            Some(n_before)
        });
        Self { bytes, breaks_before: blocks.collect() }
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The spot of a byte.
    pub fn spot(&self, byte: usize) -> Spot {
        let block = (byte / BLOCK_BYTES).min(self.breaks_before.len().saturating_sub(1));
        let n_before = self.breaks_before.get(block).copied().unwrap_or_default();
        let in_block = self.bytes.get(block * BLOCK_BYTES..byte).unwrap_or_default();
        Spot { line: 1 + n_before + n_line_breaks(in_block), byte: byte as u64 }
    }
}

fn n_line_breaks(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
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
            // No string of JSON goes on in the next line: after a lost quote the next line is read rightly again.
            b'\n' => {
                in_string = false;
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
        assert_eq!(&*non_finite_blanked(b"{\"a: 1,\n\"NaN\": NaN"), b"{\"a: 1,\n\"NaN\": \"\" ");
    }

    #[test]
    fn a_byte_is_in_its_line() {
        let text = SourceText::new(b"a\nb\n");
        let spots: Vec<u64> = (0..=4).map(|byte| text.spot(byte).line).collect();
        assert_eq!(spots, [1, 1, 2, 2, 3]);
        assert_eq!(SourceText::new(b"").spot(0), Spot { line: 1, byte: 0 });

        let long: Vec<u8> = (0..2 * BLOCK_BYTES).map(|at| if at % 7 == 3 { b'\n' } else { b' ' }).collect();
        let text = SourceText::new(&long);
        let mut line = 1;
        for byte in 0..=long.len() {
            assert_eq!(text.spot(byte).line, line, "byte {byte}");
            line += u64::from(long.get(byte) == Some(&b'\n'));
        }
    }
}
