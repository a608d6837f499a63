//! Which kind of foreign log a file is, by its first bytes and its name.
//!
//! In: the first bytes, at least 64 where there are so many. Out: a [`ForeignKind`], or none. Read next: `tensorboard.rs`,
//! `results_json.rs`.

use super::results_json;
use super::tensorboard;

/// A kind of log that is not LNN's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForeignKind {
    /// A `TensorBoard` event file, `events.out.tfevents.…`: for [`EventFileReader`](super::EventFileReader).
    TensorBoard,
    /// Costs by epoch, `results.json`: for [`read_results_json`](super::read_results_json).
    ResultsJson,
}

/// Tells the kind of a file.
pub fn sniff(first_bytes: &[u8], name: &str) -> Option<ForeignKind> {
    if tensorboard::is_event_file(first_bytes) || name.contains(".tfevents.") {
        Some(ForeignKind::TensorBoard)
    } else if results_json::is_results(first_bytes) {
        Some(ForeignKind::ResultsJson)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first_bytes: &[u8], name: &str, expected: Option<ForeignKind>) {
        assert_eq!(sniff(first_bytes, name), expected, "{}", String::from_utf8_lossy(first_bytes));
    }

    #[test]
    fn kinds_are_told_by_the_first_bytes() {
        let file = include_bytes!("../../tests/tensorboard/twice/events.out.tfevents.1700000393.0.lnn");
        check(&file[..64], "a.bin", Some(ForeignKind::TensorBoard));
        check(&file[..12], "a.bin", Some(ForeignKind::TensorBoard));
        check(&file[..11], "a.bin", None);
        check(&[&file[..12], &[0x0a]].concat(), "train.tfrecord", None);
        check(b"damaged", "events.out.tfevents.1700000000.host.1.0", Some(ForeignKind::TensorBoard));
        check(b"", "a.bin", None);
        check(&[0; 64], "a.bin", None);

        for text in
            ["{\"Start\": \"2018\"", "\u{feff}{\n  \"epoch0\": {", " {\"End\":\"x\"", "{\"epoch12\":{}}"]
        {
            check(text.as_bytes(), "r.json", Some(ForeignKind::ResultsJson));
        }
        for text in [
            "{",
            "{}",
            "[1]",
            "{\"epochs\": 3",
            "{\"epoch\": 3",
            "{\"start\": 1",
            "{\"kind\":\"step\"",
            "\"Start\"",
        ] {
            check(text.as_bytes(), "r.json", None);
        }
    }
}
