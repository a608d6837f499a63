//! A source from some place on, chunk by chunk. In: a [`Source`]. Out: [`Chunks`]. Read next: `../reader.rs`.

use super::{Source, SourceError};

/// Bytes read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// Reads a [`Source`] in chunks, forwards.
///
/// ```
/// use lnn_runlog::files::{Chunks, MemorySource};
///
/// let mut chunks = Chunks::new(MemorySource("seven bytes"), 6);
/// assert_eq!(chunks.next_chunk()?, Some(&b"bytes"[..]));
/// assert_eq!(chunks.next_chunk()?, None);
/// assert_eq!(chunks.offset(), 11);
/// # Ok::<(), lnn_runlog::files::SourceError>(())
/// ```
#[derive(Debug)]
pub struct Chunks<S> {
    source: S,
    offset: u64,
    buf: Vec<u8>,
}

impl<S: Source> Chunks<S> {
    /// From `offset` on, in chunks of 256 KiB or what the source gives at once.
    pub fn new(source: S, offset: u64) -> Self {
        Self::with_size(source, offset, CHUNK_BYTES)
    }

    /// The same in chunks of at most `chunk_bytes`.
    pub fn with_size(source: S, offset: u64, chunk_bytes: usize) -> Self {
        Self { source, offset, buf: vec![0; chunk_bytes.max(1)] }
    }

    /// The next bytes; none where there are none (yet): a later call looks again.
    ///
    /// # Errors
    /// What the source says; a later call tries again at the same place.
    pub fn next_chunk(&mut self) -> Result<Option<&[u8]>, SourceError> {
        let n_bytes = self.source.read_at(self.offset, &mut self.buf)?;
        self.offset += n_bytes as u64;
        Ok(self.buf.get(..n_bytes).filter(|chunk| !chunk.is_empty()))
    }

    /// Where the next chunk begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The source, for example to ask for its state.
    pub fn source(&mut self) -> &mut S {
        &mut self.source
    }

    /// Gives the source back.
    pub fn into_source(self) -> S {
        self.source
    }
}
