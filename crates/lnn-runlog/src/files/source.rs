//! Bytes that can be read at any place. In: memory, a file, a part of either. Out: [`Source`], [`SourceError`].
//!
//! A browser's worker brings its own: a Blob, cut into slices that are read at once. Read next: `inflated.rs`.

use std::cell::RefCell;
use std::rc::Rc;

use super::error::SourceError;

/// Bytes that can be read at any place. They may still grow.
pub trait Source {
    /// Reads up to `buf.len()` bytes at `offset`, and says how many; 0 = there is nothing there (yet).
    ///
    /// # Errors
    /// What can't be read, and why.
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError>;

    /// What is known so far of the end; something else than [`SourceState::Complete`] where the bytes are unpacked.
    fn state(&mut self) -> SourceState {
        SourceState::Complete
    }
}

/// How a [`Source`] ends, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// Everything that is there is good, and nothing shows that more has to come.
    Complete,
    /// Compressed data whose end was not met: it was not read so far, is still being written, or was cut.
    Growing {
        /// How many compressed bytes were seen.
        compressed_bytes: u64,
    },
    /// What was met after the last good byte.
    Damaged(SourceError),
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        (**self).read_at(offset, buf)
    }

    fn state(&mut self) -> SourceState {
        (**self).state()
    }
}

impl<S: Source + ?Sized> Source for &mut S {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        (**self).read_at(offset, buf)
    }

    fn state(&mut self) -> SourceState {
        (**self).state()
    }
}

/// The bytes at a place; fewer where the source ends before. Memory grows with what is there, not with what is asked for.
///
/// # Errors
/// What the source says.
pub fn read_up_to(source: &mut dyn Source, offset: u64, n_bytes: usize) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; n_bytes.min(64 << 10)];
    while bytes.len() < n_bytes {
        let wanted = chunk.len().min(n_bytes - bytes.len());
        let Some(buf) = chunk.get_mut(..wanted) else { break };
        let n_read = source.read_at(offset.saturating_add(bytes.len() as u64), buf)?;
        if n_read == 0 {
            break;
        }
        bytes.extend_from_slice(buf.get(..n_read).unwrap_or_default());
    }
    Ok(bytes)
}

/// Bytes in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySource<T>(pub T);

impl<T: AsRef<[u8]>> Source for MemorySource<T> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.0.as_ref().get(start..).unwrap_or_default();
        Ok(copy(rest, buf))
    }
}

/// Copies as much as fits.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let n_bytes = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..n_bytes), to.get_mut(..n_bytes)) {
        to.copy_from_slice(from);
    }
    n_bytes
}

/// A part of another source.
#[derive(Debug, Clone)]
pub struct Section<S> {
    source: S,
    start: u64,
    n_bytes: u64,
}

impl<S: Source> Section<S> {
    /// At most `n_bytes` bytes from `start` on; fewer where the source ends before.
    pub fn new(source: S, start: u64, n_bytes: u64) -> Self {
        Self { source, start, n_bytes }
    }
}

impl<S: Source> Source for Section<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let n_bytes = usize::try_from(self.n_bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let n_bytes = n_bytes.min(buf.len());
        match (self.start.checked_add(offset), buf.get_mut(..n_bytes)) {
            (Some(offset), Some(buf)) if n_bytes > 0 => self.source.read_at(offset, buf),
            _ => Ok(0),
        }
    }

    fn state(&mut self) -> SourceState {
        self.source.state()
    }
}

/// A source that several others read, such as the entries of one zip.
#[derive(Clone)]
pub struct Shared(Rc<RefCell<Box<dyn Source>>>);

impl Shared {
    /// Shares `source`.
    pub fn new(source: Box<dyn Source>) -> Self {
        Self(Rc::new(RefCell::new(source)))
    }
}

impl Source for Shared {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let mut source = self.0.try_borrow_mut().map_err(|error| SourceError::read(offset, &error))?;
        source.read_at(offset, buf)
    }

    fn state(&mut self) -> SourceState {
        self.0.try_borrow_mut().map_or(SourceState::Complete, |mut source| source.state())
    }
}

/// A file of the machine. What is appended later is seen.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct FileSource(std::fs::File);

#[cfg(not(target_arch = "wasm32"))]
impl FileSource {
    /// Opens a file to be read.
    ///
    /// # Errors
    /// Names the file, and what the system says.
    pub fn open(path: &std::path::Path) -> Result<Self, SourceError> {
        let why = |error: std::io::Error| SourceError::open(&path.to_string_lossy(), &error);
        std::fs::File::open(path).map(Self).map_err(why)
    }

    /// An open file. Nobody else may move its place while it is read.
    pub fn new(file: std::fs::File) -> Self {
        Self(file)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Source for FileSource {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};

        // No file reaches so far, and systems refuse places beyond.
        if i64::try_from(offset).is_err() {
            return Ok(0);
        }
        let why = |error: std::io::Error| SourceError::read(offset, &error);
        self.0.seek(SeekFrom::Start(offset)).map_err(why)?;
        let mut n_read = 0;
        while let Some(rest) = buf.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
            match self.0.read(rest) {
                Ok(0) => break,
                Ok(n_bytes) => n_read += n_bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // What was read before is good; the error comes again with the next call.
                Err(_) if n_read > 0 => break,
                Err(error) => return Err(why(error)),
            }
        }
        Ok(n_read)
    }
}

/// Reads until `buf` is full or the source ends, and says how many bytes there were.
///
/// # Errors
/// What the source says.
pub fn read_fully(source: &mut dyn Source, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
    let mut n_read = 0;
    while let Some(rest) = buf.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
        match source.read_at(offset.saturating_add(n_read as u64), rest)? {
            0 => break,
            n_bytes => n_read += n_bytes.min(rest.len()),
        }
    }
    Ok(n_read)
}

/// How many bytes the source has now: found by halving, a byte at a time, since a [`Source`] need not know it.
///
/// # Errors
/// What the source says.
pub fn measure(source: &mut dyn Source) -> Result<u64, SourceError> {
    let mut has = |byte: u64| source.read_at(byte, &mut [0]).map(|n_bytes| n_bytes > 0);
    // The bytes before `there` are there, the one at `missing` is not.
    let (mut there, mut missing) = (0, 1 << 16);
    while has(missing)? {
        there = missing + 1;
        missing = missing.saturating_mul(2);
        if missing == u64::MAX {
            return Ok(missing);
        }
    }
    while there < missing {
        let middle = there + (missing - there) / 2;
        if has(middle)? {
            there = middle + 1;
        } else {
            missing = middle;
        }
    }
    Ok(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &mut dyn Source, expected: &[u8]) {
        for start in 0..=expected.len() {
            for end in start..=expected.len() {
                let mut buf = vec![0; end - start];
                assert_eq!(read_fully(source, start as u64, &mut buf), Ok(buf.len()));
                assert_eq!(buf, expected[start..end]);
            }
        }
        for beyond in [expected.len() as u64, 1 << 40, u64::MAX] {
            assert_eq!(source.read_at(beyond, &mut [0; 4]), Ok(0));
        }
        assert_eq!(measure(source), Ok(expected.len() as u64));
        assert_eq!(source.state(), SourceState::Complete);
    }

    #[test]
    fn memory_a_section_and_a_shared_source_are_read_at_any_place() {
        check(&mut MemorySource(&b"abcdefgh"[..]), b"abcdefgh");
        check(&mut MemorySource(Vec::new()), b"");
        check(&mut Section::new(MemorySource(b"abcdefgh"), 2, 3), b"cde");
        check(&mut Section::new(MemorySource(b"abcdefgh"), 6, 30), b"gh");
        check(&mut Section::new(MemorySource(b"abcdefgh"), u64::MAX, u64::MAX), b"");
        check(&mut Shared::new(Box::new(MemorySource(b"abcdefgh"))), b"abcdefgh");
    }

    #[test]
    fn a_long_source_is_measured_by_halving() {
        for n_bytes in [65_535, 65_536, 65_537, 65_538, 131_073, 1_000_000] {
            assert_eq!(measure(&mut MemorySource(vec![0; n_bytes])), Ok(n_bytes as u64));
        }
    }
}
