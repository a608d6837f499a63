//! Reads ahead in compressed bytes. In: a [`Source`]. Out: slices from any place on. Read next: `inflater.rs`.

use super::source::copy;
use super::{Source, SourceError};

/// Compressed bytes read at once.
const AHEAD_BYTES: usize = 64 << 10;

/// A source with the bytes that were read ahead.
pub(super) struct Input<S> {
    source: S,
    /// Where `ahead` begins.
    start: u64,
    ahead: Vec<u8>,
    n_ahead: usize,
    /// The end of all bytes seen so far.
    end: u64,
}

impl<S: Source> Input<S> {
    pub fn new(source: S) -> Self {
        Self { source, start: 0, ahead: Vec::new(), n_ahead: 0, end: 0 }
    }

    /// Bytes from `byte` on; empty if there are none (yet).
    pub fn at(&mut self, byte: u64) -> Result<&[u8], SourceError> {
        if !(self.start..self.start + self.n_ahead as u64).contains(&byte) {
            if self.ahead.is_empty() {
                self.ahead = vec![0; AHEAD_BYTES];
            }
            // An error must not leave bytes of one place under the number of another.
            (self.start, self.n_ahead) = (byte, 0);
            self.n_ahead = self.source.read_at(byte, &mut self.ahead)?.min(AHEAD_BYTES);
            self.end = self.end.max(byte + self.n_ahead as u64);
        }
        let skipped = (byte - self.start) as usize;
        Ok(self.ahead.get(skipped..self.n_ahead).unwrap_or_default())
    }

    /// Fills `buf` as far as there are bytes.
    pub fn peek(&mut self, byte: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let mut n_read = 0;
        while let Some(rest) = buf.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
            match copy(self.at(byte + n_read as u64)?, rest) {
                0 => break,
                n_bytes => n_read += n_bytes,
            }
        }
        Ok(n_read)
    }

    /// How many bytes were seen.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// What the bytes come from.
    pub fn source(&self) -> &S {
        &self.source
    }
}
