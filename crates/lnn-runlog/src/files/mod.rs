//! Where a log's bytes come from: a folder, an archive, or single files, plain or compressed.
//!
//! Everything here reads at any place and at once: natively from files, in a browser's worker from what was dropped. Read
//! next: `source.rs`, `gzip.rs`, `zip.rs`; `../scan.rs`, which reads a log from them.

#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod gzip;
mod source;
mod zip;

#[cfg(not(target_arch = "wasm32"))]
pub use folder::Folder;
pub use gzip::Inflated;
#[cfg(not(target_arch = "wasm32"))]
pub use source::FileSource;
pub use source::{MemorySource, Section, Source, SourceError, SourceState, read_up_to};
pub use zip::ZipFiles;

/// Named sources.
pub trait Files {
    /// Their names, sorted, relative, with `/` between folders.
    fn names(&self) -> &[String];

    /// Opens one of them.
    ///
    /// # Errors
    /// There is none of that name, or it can't be read.
    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError>;

    /// What is wrong with the whole of them, in sentences.
    fn problems(&self) -> &[String] {
        &[]
    }

    /// Looks for files that have come since.
    fn refresh(&mut self) {}
}

/// Makes a source again and again.
pub type Opener = Box<dyn FnMut() -> Result<Box<dyn Source>, SourceError>>;

/// Files that are there by name: one file, or what a browser gives for a dropped folder.
#[derive(Default)]
pub struct NamedSources {
    names: Vec<String>,
    openers: std::collections::BTreeMap<String, Opener>,
}

impl NamedSources {
    /// Adds a file, in the place of one of the same name.
    pub fn add(&mut self, name: &str, opener: Opener) {
        self.openers.insert(name.to_owned(), opener);
        self.names = self.openers.keys().cloned().collect();
    }

    /// A single file that is opened once.
    pub fn one(name: &str, source: Box<dyn Source>) -> Self {
        let mut source = Some(source);
        let gone = name.to_owned();
        let mut files = Self::default();
        files.add(name, Box::new(move || source.take().ok_or_else(|| SourceError::Missing(gone.clone()))));
        files
    }
}

impl Files for NamedSources {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError> {
        self.openers.get_mut(name).ok_or_else(|| SourceError::Missing(name.to_owned()))?()
    }
}

/// Whether these are the first bytes of a gzip file.
pub fn is_gzip(first_bytes: &[u8]) -> bool {
    first_bytes.starts_with(&[0x1f, 0x8b])
}

/// Whether these are the first bytes of a zip archive, an empty one included.
pub fn is_zip(first_bytes: &[u8]) -> bool {
    first_bytes.starts_with(b"PK\x03\x04") || first_bytes.starts_with(b"PK\x05\x06")
}

/// What a source holds: a gzip file's content, else the source itself.
///
/// # Errors
/// The source can't be read.
pub fn unwrapped(mut source: Box<dyn Source>) -> Result<Box<dyn Source>, SourceError> {
    let first_bytes = read_up_to(&mut source, 0, 2)?;
    Ok(if is_gzip(&first_bytes) { Box::new(Inflated::gzip(source)) } else { source })
}
