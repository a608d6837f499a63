//! Bytes in chunks to lines, with their places. In: chunks of any size. Out: one call for each line.
//!
//! At most one line is held, and of one that is too long nothing. Read next: `reader.rs`.

use crate::index::Place;
use crate::line::{LineError, MAX_LINE_BYTES};

/// Hears each line with its place, or why it can't be held.
pub type LineSink<'a> = dyn FnMut(Place, Result<&[u8], LineError>) + 'a;

/// Cuts bytes into lines.
#[derive(Debug, Clone)]
pub struct Lines {
    /// Where the line that is being collected begins.
    place: Place,
    held: Vec<u8>,
    /// Bytes of a line that is too long to be held.
    n_passed_over: u64,
    max_bytes: usize,
}

impl Lines {
    /// Lines of a file, numbered so in [`Place::file`].
    pub fn new(file: u32) -> Self {
        Self::with_limit(file, MAX_LINE_BYTES)
    }

    fn with_limit(file: u32, max_bytes: usize) -> Self {
        Self { place: Place { file, line: 1, byte: 0 }, held: Vec::new(), n_passed_over: 0, max_bytes }
    }

    /// Takes the next bytes of the file, and gives each line that they end, without its break.
    pub fn push(&mut self, mut chunk: &[u8], sink: &mut LineSink<'_>) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(end);
            if self.held.is_empty() && self.n_passed_over == 0 && line.len() <= self.max_bytes {
                give(self.place, line, true, sink);
                self.place.byte += 1 + line.len() as u64;
                self.place.line += 1;
            } else {
                self.hold(line);
                self.end_line(true, sink);
                self.place.byte += 1;
            }
            chunk = rest.get(1..).unwrap_or_default();
        }
        self.hold(chunk);
    }

    /// The file ends here: gives the last line if it has no break.
    pub fn finish(&mut self, sink: &mut LineSink<'_>) {
        if self.n_held() > 0 {
            self.end_line(false, sink);
        }
    }

    /// The number of the file.
    pub fn file(&self) -> u32 {
        self.place.file
    }

    /// The number of the line that is collected, from 1.
    pub fn line_number(&self) -> u64 {
        self.place.line
    }

    /// Where the line begins that has no break yet, and its bytes so far; none where there is none.
    pub fn pending(&self) -> Option<(Place, u64)> {
        Some((self.place, self.n_held())).filter(|(_, n_bytes)| *n_bytes > 0)
    }

    fn n_held(&self) -> u64 {
        self.held.len() as u64 + self.n_passed_over
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.n_passed_over > 0 || self.held.len() + bytes.len() > self.max_bytes {
            self.n_passed_over += (self.held.len() + bytes.len()) as u64;
            self.held = Vec::new();
        } else {
            self.held.extend_from_slice(bytes);
        }
    }

    fn end_line(&mut self, has_break: bool, sink: &mut LineSink<'_>) {
        let n_bytes = self.n_held();
        if self.n_passed_over > 0 {
            sink(self.place, Err(LineError::TooLong));
        } else {
            give(self.place, &self.held, has_break, sink);
        }
        self.held.clear();
        self.held.shrink_to(1 << 20);
        self.n_passed_over = 0;
        self.place.byte += n_bytes;
        self.place.line += 1;
    }
}

/// Without what some editors put around a line: a byte order mark before the file's first, a carriage return at the end of
/// one that is ended.
fn give(mut place: Place, line: &[u8], has_break: bool, sink: &mut LineSink<'_>) {
    let mut line = if has_break { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
    if let (0, Some(rest)) = (place.byte, line.strip_prefix(b"\xef\xbb\xbf")) {
        line = rest;
        place.byte = 3;
    }
    if !line.is_empty() {
        sink(place, Ok(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], chunk_bytes: usize, max_bytes: usize) -> Vec<(u64, u64, Option<String>)> {
        let mut lines = Lines::with_limit(0, max_bytes);
        let mut found = Vec::new();
        let mut sink = |place: Place, line: Result<&[u8], LineError>| {
            let line = line.ok().map(|line| String::from_utf8(line.to_vec()).unwrap());
            found.push((place.line, place.byte, line));
        };
        text.chunks(chunk_bytes).for_each(|chunk| lines.push(chunk, &mut sink));
        lines.finish(&mut sink);
        found
    }

    #[test]
    fn lines_and_places_are_the_same_whatever_the_chunks() {
        let text = b"\xef\xbb\xbfone\r\n\ntwo three\nmuch too long\nfour";
        let line = |line, byte, text: &str| (line, byte, Some(text.to_owned()));
        let expected = [line(1, 3, "one"), line(3, 9, "two three"), (4, 19, None), line(5, 33, "four")];
        for chunk_bytes in 1..=text.len() {
            assert_eq!(cut(text, chunk_bytes, 9), expected, "chunks of {chunk_bytes}");
        }
    }
}
