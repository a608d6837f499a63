//! Where the JSON of a `results.json` can be read again after a damaged place.
//!
//! In: the text, and the byte of an error. Out: the first byte of the next whole entry. Read next: `visit.rs`.

use super::epoch_number;

/// Bytes of the longest key that an entry may have: `epoch` and the digits of an `i64`.
const MAX_KEY_BYTES: usize = 24;

/// The next entry after an error at `error`, from byte `least` on. In all calls of a file together, whose errors ascend, each
/// byte is looked at a few times.
pub(super) fn next_entry(text: &[u8], least: usize, error: usize) -> Option<usize> {
    // An error may be noticed one byte after a quote that begins an entry, or after a key where a list should go on.
    let from = key_before(text, error).unwrap_or(error.saturating_sub(1)).max(least);
    let mut quotes = memchr::memchr_iter(b'"', text.get(from..)?).map(|at| from + at);
    quotes.find(|quote| text.get(*quote..).is_some_and(begins_entry))
}

/// The quote that opens the key before a colon.
fn key_before(text: &[u8], colon: usize) -> Option<usize> {
    let before = text.get(..colon).filter(|_| text.get(colon) == Some(&b':'))?;
    let key = before.trim_ascii_end().strip_suffix(b"\"")?;
    let tail = key.get(key.len().saturating_sub(MAX_KEY_BYTES)..)?;
    memchr::memrchr(b'"', tail).map(|at| key.len() - tail.len() + at)
}

/// Whether a key of an entry and a colon are here.
fn begins_entry(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let head = text.get(..text.len().min(MAX_KEY_BYTES + 1)).unwrap_or_default();
    let Some(end) = memchr::memchr(b'"', head) else { return false };
    let key = head.get(..end).and_then(|key| std::str::from_utf8(key).ok());
    let is_key = key.is_some_and(|key| matches!(key, "Start" | "End") || epoch_number(key).is_some());
    is_key && text.get(end + 1..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text's `!` is where the error is, `^` is before the entry that is found.
    fn check(marked: &str) {
        let error = marked.replace('^', "").find('!').unwrap();
        let expected = marked.replace('!', "").find('^');
        let text = marked.replace(['!', '^'], "");
        assert_eq!(next_entry(text.as_bytes(), 0, error), expected, "{marked}");
    }

    #[test]
    fn the_next_entry_is_an_epoch_or_a_time() {
        check(r#"{"epoch0": {"cost": !@}, ^"epoch1": {}, "epoch2": {}}"#);
        check(r#"{"epoch0": {"cost": !@}, ^"End": "2018"}"#);
        check(r#"{"epoch0": !@, ^"Start" : "2018"}"#);
        check("{\"epoch0\": !@,\n^\"epoch1\"\n : {}}");
    }

    #[test]
    fn what_only_looks_like_an_entry_is_passed_over() {
        check(r#"{"epoch0": !@ "End", "epoch", "epochs": 1, "epoch1", "epoch99999999999999999999": 1}"#);
        check(r#"{"epoch0": !@ "epoch1"#);
        check(r#"{"epoch0": !@ "epoch1""#);
        check(r#"{"epoch0": !@ ""#);
        check("!");
    }

    #[test]
    fn a_key_that_the_error_is_noticed_at_is_an_entry() {
        check(r#"{"epoch0": [1, ^"epoch1" !: {}}"#);
        check(r#"{"epoch0": ["a", "cost"!: 1], ^"epoch1": {}}"#);
        check(r#"{"epoch0": {"cost: 1}, ^"!epoch1": {}}"#);
        check("!:");
        check("\"!:");
    }
}
