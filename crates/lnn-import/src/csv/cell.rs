//! One cell in; missing, a number or a text out.
//!
//! Read next: `column.rs`, which collects them.

use std::borrow::Cow;

/// Spellings of "not known", compared without regard to case; the empty cell besides.
const MISSING: [&str; 7] = ["na", "n/a", "nan", "null", "?", "-", "#n/a"];

/// Characters of Windows-1252 at 0x80..=0x9f; all others are Unicode's own first 256.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Missing,
    /// May be infinite: whether that is an error is the column's to say.
    Number(f64),
    Text(&'a [u8]),
}

/// How cells are written in this file.
#[derive(Clone, Debug, Default)]
pub(super) struct CellReader {
    pub decimal_comma: bool,
    /// Further spellings of "not known".
    pub missing: Vec<String>,
}

impl CellReader {
    pub fn read<'a>(&self, cell: &'a [u8]) -> Value<'a> {
        let cell = cell.trim_ascii();
        let Some(&first) = cell.first() else { return Value::Missing };
        if !self.missing.is_empty() && is_one_of(cell, self.missing.iter().map(String::as_str)) {
            return Value::Missing;
        }
        if matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b',')
            && let Some(number) = self.number(cell)
        {
            return if number.is_nan() { Value::Missing } else { Value::Number(number) };
        }
        if is_one_of(cell, MISSING.into_iter()) {
            return Value::Missing;
        }
        if is_one_of(cell, ["inf", "infinity"].into_iter()) {
            return Value::Number(f64::INFINITY);
        }
        Value::Text(cell)
    }

    /// A number that would be another one if its point stood before decimals.
    pub fn is_thousands_only(&self, cell: &[u8]) -> bool {
        self.decimal_comma && cell.contains(&b'.') && is_grouped(cell.trim_ascii())
    }

    fn number(&self, cell: &[u8]) -> Option<f64> {
        if self.decimal_comma && (cell.contains(&b',') || is_grouped(cell)) {
            return decimal_comma_number(cell);
        }
        // + 0.0 makes the two zeros one.
        std::str::from_utf8(cell).ok()?.parse::<f64>().ok().map(|number| number + 0.0)
    }
}

/// `3,14` → 3.14, `1.234,5` and `1 234,5` → 1234.5; `1,234,567` is none.
pub(super) fn decimal_comma_number(cell: &[u8]) -> Option<f64> {
    let text = decode(cell).0;
    let text = Some(text.as_ref()).filter(|text| text.len() < 64)?;
    let (whole, decimals) = text.split_once(',').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let whole = if whole.contains(is_between_thousands) { ungrouped(whole)? } else { whole.to_owned() };
    let number = match decimals {
        Some(decimals) if decimals.contains('.') => return None,
        Some(decimals) => format!("{whole}.{decimals}"),
        None => whole,
    };
    number.parse::<f64>().ok().map(|number| number + 0.0)
}

/// Points, spaces, and spaces that break no line.
const fn is_between_thousands(c: char) -> bool {
    matches!(c, '.' | ' ' | '\u{a0}' | '\u{202f}')
}

/// `-1.234.567` → `-1234567`: groups of three after one to three digits, all with the same mark between them.
fn ungrouped(whole: &str) -> Option<String> {
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with(['+', '-'])));
    let mark = digits.chars().find(|c| is_between_thousands(*c))?;
    let are_digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let mut groups = digits.split(mark);
    let first =
        groups.next().filter(|first| are_digits(first) && first.len() <= 3 && !first.starts_with('0'))?;
    let rest: Vec<&str> = groups.collect();
    let is_right = rest.iter().all(|group| group.len() == 3 && are_digits(group));
    is_right.then(|| format!("{sign}{first}{}", rest.concat()))
}

/// A whole number in groups of three: `1.234`, `12 345 678`.
pub(super) fn is_grouped(cell: &[u8]) -> bool {
    let is_digit_or_mark = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b' ' | b'+' | b'-' | 0x80..);
    cell.len() < 64 && cell.iter().all(is_digit_or_mark) && ungrouped(&decode(cell).0).is_some()
}

/// `1,234`, `1,234,567`: thousands of English rather than decimals.
pub(super) fn looks_like_english_thousands(cell: &[u8]) -> bool {
    let points: Vec<u8> = cell.iter().map(|&b| if b == b',' { b'.' } else { b }).collect();
    !cell.contains(&b'.') && is_grouped(&points)
}

fn is_one_of<'a>(cell: &[u8], mut words: impl Iterator<Item = &'a str>) -> bool {
    words.any(|word| cell.eq_ignore_ascii_case(word.as_bytes()))
}

/// The text of a cell, and whether it was valid UTF-8; what is not is read as Windows-1252.
pub(crate) fn decode(cell: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(cell) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (Cow::Owned(cell.iter().map(|&b| windows_1252(b)).collect()), false),
    }
}

fn windows_1252(byte: u8) -> char {
    usize::from(byte).checked_sub(0x80).and_then(|i| WINDOWS_1252.get(i).copied()).unwrap_or(char::from(byte))
}

/// How a number is written as a category: the shortest text that reads back as the same number.
pub(crate) fn number_text(number: f64) -> String {
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, expected: Value<'_>) {
        assert_eq!(CellReader::default().read(cell.as_bytes()), expected, "{cell:?}");
    }

    #[test]
    fn cells_are_missing_numbers_or_texts() {
        for missing in ["", "  ", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "-", "+nan"] {
            check(missing, Value::Missing);
        }
        for (cell, number) in [
            ("1", 1.0),
            (" -2.5 ", -2.5),
            ("+.5", 0.5),
            ("1e3", 1000.0),
            ("1E-2", 0.01),
            ("-0", 0.0),
            ("007", 7.0),
            ("inf", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            check(cell, Value::Number(number));
        }
        for text in ["a", "1a", "--", "1,5", "0x10", "1_000", "infinite", "nano", ".", "+"] {
            check(text, Value::Text(text.as_bytes()));
        }
    }

    #[test]
    fn decimal_commas_are_read_where_they_are_expected() {
        let reader = CellReader { decimal_comma: true, missing: vec!["k.A.".into()] };
        assert_eq!(reader.read(b"2,75"), Value::Number(2.75));
        assert_eq!(reader.read(b"-,5"), Value::Number(-0.5));
        assert_eq!(reader.read(b"7"), Value::Number(7.0));
        for text in ["1,2,3", "1.23,5", "1.234.56", "0.123,5", "1.234 567,5", "1,234.5", "1 23", ". 123"] {
            assert_eq!(reader.read(text.as_bytes()), Value::Text(text.as_bytes()));
        }
        for (cell, number) in [
            ("1.234,5", 1234.5),
            ("-12.345.678,25", -12_345_678.25),
            ("1 234,5", 1234.5),
            ("1\u{a0}234\u{a0}567", 1_234_567.0),
            ("1\u{202f}234,5", 1234.5),
            ("1.234", 1234.0),
            ("1234,5", 1234.5),
            ("1.5", 1.5),
            ("1,5e3", 1500.0),
            ("7,", 7.0),
        ] {
            assert_eq!(reader.read(cell.as_bytes()), Value::Number(number), "{cell}");
        }
        assert_eq!(reader.read(b"1\xa0234,5"), Value::Number(1234.5));
        assert_eq!(reader.read(b"K.a."), Value::Missing);
    }

    #[test]
    fn what_is_not_utf8_is_read_as_windows_1252() {
        assert_eq!(decode("Zürich".as_bytes()), ("Zürich".into(), true));
        assert_eq!(decode(b"Z\xfcrich \x80"), ("Zürich €".into(), false));
    }
}
