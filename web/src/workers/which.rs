//! A run's log, a network or a data set? Some names may be any's: what is in the file tells.
//!
//! In: a name, a file's first and last bytes. Out: whether it is a log, or may be a network. Read next: `loader.rs`.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use lnn_weights::Format;

/// So many bytes at either end are looked at.
pub const N_LOOKED_AT: f64 = 65_536.0;

/// Words of a log's first lines, LNN's own or as CloudWatch Logs hands them out.
const WORDS: [&str; 8] = [
    "\"crc32c\"",
    "\"kind\"",
    "\"logEvents\"",
    "\"logStreamName\"",
    "\"@message\"",
    "\"requestId\"",
    "\"messageType\"",
    "START RequestId",
];

/// Whether the file with these ends is a log.
pub fn is_log(name: &str, start: &[u8], end: &[u8]) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    if start.starts_with(b"PK") {
        return archive_holds_log(end);
    }
    if start.starts_with(b"\x1f\x8b") {
        let mut text = Vec::new();
        // The beginning of a stream ends too early, which is no matter.
        let _ = MultiGzDecoder::new(start).take(N_LOOKED_AT as u64).read_to_end(&mut text);
        return tells_of_run(&text);
    }
    // Lines of no JSON at all are no data set: the log's reader says what is wrong with them.
    let is_text = !matches!(start.trim_ascii_start().first(), Some(b'{' | b'['));
    let is_named = [".ndjson", ".jsonl"].iter().any(|ending| name.ends_with(ending));
    name == "results.json" || tells_of_run(start) || (is_named && is_text)
}

/// A file that may hold a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayBeWeights {
    /// As what it is to be read.
    pub format: Format,
    /// Whether such files hold nothing else.
    pub is_surely: bool,
}

/// Whether the file that begins like this may hold a network.
pub fn weights(name: &str, start: &[u8]) -> Option<MayBeWeights> {
    let named = Format::of_name(name).filter(|format| matches!(format, Format::Onnx | Format::Safetensors));
    if let Some(format) = named {
        return Some(MayBeWeights { format, is_surely: true });
    }
    let format = Format::of_bytes(start)?;
    // ONNX has no mark: texts may begin like it.
    let is_binary = start.contains(&0);
    match format {
        Format::Onnx => is_binary.then_some(MayBeWeights { format, is_surely: false }),
        Format::Safetensors => Some(MayBeWeights { format, is_surely: true }),
        _ => Some(MayBeWeights { format, is_surely: false }),
    }
}

fn tells_of_run(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether the list of files at an archive's end names a log's.
fn archive_holds_log(end: &[u8]) -> bool {
    let text = String::from_utf8_lossy(end);
    [".ndjson", "run.json", "results.json", "tfevents"].iter().any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &[u8], expected: bool) {
        assert_eq!(is_log(name, text, text), expected, "{name}");
    }

    #[test]
    fn a_network_is_looked_for_where_one_may_be() {
        let format = |name: &str, start: &[u8]| weights(name, start).map(|it| (it.format, it.is_surely));
        assert_eq!(format("a.onnx", b"anything"), Some((Format::Onnx, true)));
        assert_eq!(format("a.bin", b"\x08\x09\x12\x00"), Some((Format::Onnx, false)));
        assert_eq!(format("a.csv", b"\"x\",\"y\"\n1,2\n"), None);
        assert_eq!(format("a.npz", b"PK\x03\x04"), Some((Format::Npz, false)));
        assert_eq!(format("a", b"\x02\0\0\0\0\0\0\0{}"), Some((Format::Safetensors, true)));
    }

    #[test]
    fn a_log_is_known_by_its_words() {
        check("a.ndjson", b"{\"kind\":\"header\",\"run\":\"a\",\"crc32c\":\"00000000\"}\n", true);
        check("a.ndjson", b"{\"size\":1,\"class\":\"ant\"}\n", false);
        check("a.ndjson", b"hello\n", true);
        check("results.json", b"{\"costs\": []}", true);
        check("table.json", b"[{\"size\":1}]", false);
        check("000000.gz", b"not packed at all", false);
        check("a.zip", b"PK\x03\x04 log/000000.ndjson.gz", true);
        check("a.zip", b"PK\x03\x04 cats/1.png", false);
    }
}
