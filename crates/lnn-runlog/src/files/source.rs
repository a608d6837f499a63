//! Bytes that can be read at any place: a file, memory, a part of another source, and in a browser a dropped file.
//!
//! In: a place. Out: the bytes there. Sources may still grow. Read next: `gzip.rs`, `zip.rs`.

/// Bytes that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The system refuses.
    #[error("the file can't be read ({0}): look whether it is still there")]
    Io(String),
    /// Compressed bytes that can't be right.
    #[error(
        "the compressed file is damaged at byte {byte} ({why}): everything before is read; copy it again"
    )]
    Damaged {
        /// In the compressed file.
        byte: u64,
        /// What is wrong there.
        why: String,
    },
    /// A way of packing that is not read.
    #[error("«{name}» is {found}, which is not read: {remedy}")]
    Unsupported {
        /// The entry of an archive.
        name: String,
        /// How it is packed.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// No file of that name.
    #[error("there is no file «{0}»")]
    Missing(String),
}

/// Whether a source is at its end or was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// What was read so far is whole.
    Complete,
    /// The compressed bytes end in the middle: they are still being written, or were cut.
    Cut {
        /// Compressed bytes that there are.
        compressed_bytes: u64,
    },
}

/// Bytes that can be read at any place.
pub trait Source {
    /// Reads up to `buf.len()` bytes at a place; 0 = there is nothing there (yet).
    ///
    /// # Errors
    /// The bytes can't be read, or compressed ones can't be right.
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError>;

    /// Whether what was read so far is whole.
    fn state(&self) -> SourceState {
        SourceState::Complete
    }

    /// How many bytes there are at present; none where that can only be found by reading.
    fn n_bytes(&mut self) -> Option<u64> {
        None
    }
}

impl Source for Box<dyn Source> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.as_mut().read_at(offset, buf)
    }

    fn state(&self) -> SourceState {
        self.as_ref().state()
    }

    fn n_bytes(&mut self) -> Option<u64> {
        self.as_mut().n_bytes()
    }
}

/// Bytes in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySource(pub Vec<u8>);

impl Source for MemorySource {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let n_bytes = rest.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(n_bytes)
    }

    fn n_bytes(&mut self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

/// A part of another source.
pub struct Section<S> {
    /// All of it.
    pub source: S,
    /// Where the part begins.
    pub start: u64,
    /// Its bytes.
    pub n_bytes: u64,
}

impl<S: Source> Source for Section<S> {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let left = self.n_bytes.saturating_sub(offset);
        let n_bytes = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        match buf.get_mut(..n_bytes) {
            Some(buf) if n_bytes > 0 => self.source.read_at(self.start.saturating_add(offset), buf),
            _ => Ok(0),
        }
    }

    fn n_bytes(&mut self) -> Option<u64> {
        Some(self.n_bytes)
    }
}

/// A file of the system.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
pub struct FileSource(pub std::fs::File);

#[cfg(not(target_arch = "wasm32"))]
impl FileSource {
    /// Opens a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &std::path::Path) -> Result<Self, SourceError> {
        std::fs::File::open(path).map(Self).map_err(|error| SourceError::Io(error.to_string()))
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Source for FileSource {
    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        use std::io::{Read, Seek, SeekFrom};
        let failed = |error: std::io::Error| SourceError::Io(error.to_string());
        self.0.seek(SeekFrom::Start(offset)).map_err(failed)?;
        loop {
            match self.0.read(buf) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => return result.map_err(failed),
            }
        }
    }

    fn n_bytes(&mut self) -> Option<u64> {
        Some(self.0.metadata().ok()?.len())
    }
}

/// Exactly the bytes at a place; fewer where the source ends before.
///
/// # Errors
/// What the source says.
pub fn read_up_to(source: &mut dyn Source, offset: u64, n_bytes: usize) -> Result<Vec<u8>, SourceError> {
    // Memory grows with what is there, not with what is asked for.
    let mut bytes = Vec::new();
    let mut chunk = vec![0; n_bytes.min(64 << 10)];
    while bytes.len() < n_bytes {
        let wanted = chunk.len().min(n_bytes - bytes.len());
        let Some(buf) = chunk.get_mut(..wanted) else { break };
        let n_read = source.read_at(offset + bytes.len() as u64, buf)?;
        if n_read == 0 {
            break;
        }
        bytes.extend_from_slice(buf.get(..n_read).unwrap_or_default());
    }
    Ok(bytes)
}
