//! What a file is by its first bytes. In: a [`Source`]. Out: the same, unpacked if it is gzip. Read next: `inflated.rs`.

use super::gzip::MAGIC;
use super::source::read_fully;
use super::{Inflated, MemorySource, Source, SourceError, SourceState};

/// The part of the magic number that tells gzip; the method after it is for error messages.
const SNIFFED_BYTES: usize = 2;

/// Whether a file that begins so is gzip.
pub fn is_gzip(first_bytes: &[u8]) -> bool {
    MAGIC.get(..SNIFFED_BYTES).is_some_and(|magic| first_bytes.starts_with(magic))
}

/// Whether a file that begins so is a zip.
pub fn is_zip(first_bytes: &[u8]) -> bool {
    first_bytes.starts_with(b"PK\x03\x04") || first_bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks a source if it is gzip, and gives it back otherwise. What comes out is not unpacked again.
///
/// A source that is still too short to tell is looked at again when it is read.
///
/// # Errors
/// The first bytes can't be read.
pub fn open_plain(mut source: Box<dyn Source>) -> Result<Box<dyn Source>, SourceError> {
    Ok(match sniff(&mut source)? {
        Some(kind) => kind.open(source),
        None => Box::new(Undecided { source, kind: None }),
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Gzip,
}

impl Kind {
    fn open(self, source: Box<dyn Source>) -> Box<dyn Source> {
        match self {
            Self::Plain => source,
            Self::Gzip => Box::new(Inflated::gzip(source)),
        }
    }
}

/// None if more bytes are needed.
fn sniff(source: &mut dyn Source) -> Result<Option<Kind>, SourceError> {
    let mut first = [0; SNIFFED_BYTES];
    let n_bytes = read_fully(source, 0, &mut first)?;
    let first = first.get(..n_bytes).unwrap_or_default();
    Ok(match first {
        _ if is_gzip(first) => Some(Kind::Gzip),
        _ if MAGIC.starts_with(first) => None,
        _ => Some(Kind::Plain),
    })
}

/// A source whose first bytes are not all there yet.
struct Undecided {
    source: Box<dyn Source>,
    kind: Option<Kind>,
}

impl Source for Undecided {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        if self.kind.is_none() {
            self.kind = sniff(&mut self.source)?;
            let Some(kind) = self.kind else { return Ok(0) };
            let source = std::mem::replace(&mut self.source, Box::new(MemorySource([])));
            self.source = kind.open(source);
        }
        self.source.read_at(offset, buf)
    }

    fn state(&mut self) -> SourceState {
        // Nothing at all is a whole file, the first byte of gzip alone is not.
        match self.source.read_at(0, &mut [0]) {
            Ok(1..) if self.kind.is_none() => SourceState::Growing { compressed_bytes: 1 },
            _ => self.source.state(),
        }
    }
}
