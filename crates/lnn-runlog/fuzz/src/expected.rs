//! What a reader of lines must find, said by a few lines of code that hold everything in memory.
//!
//! In: the bytes of a file. Out: its lines with their places. Read next: `outcome.rs`.

use lnn_runlog::Place;

/// A line that is not empty, without what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where it begins, in the first file.
    pub place: Place,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The lines of a file: cut at line breaks, without carriage returns before them and a byte order mark at the start.
pub fn lines(bytes: &[u8]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut byte = 0;
    for (idx, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (start, ended) = (byte, line.strip_suffix(b"\n"));
        byte += line.len() as u64;
        let mut found = ended.map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
        let mut place = Place { file: 0, line: idx as u64 + 1, byte: start };
        if let Some(rest) = found.strip_prefix(b"\xef\xbb\xbf").filter(|_| start == 0) {
            (found, place.byte) = (rest, 3);
        }
        if !found.is_empty() {
            lines.push(Line { place, bytes: found });
        }
    }
    lines
}
