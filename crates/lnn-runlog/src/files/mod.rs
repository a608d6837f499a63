//! Where the bytes of a run log come from: a file, a folder, a zip, files that were dropped on a page.
//!
//! In: anything that can be read at a place, natively or in a browser's worker. Out: [`Files`] with names, and for each a
//! [`Source`] of its bytes, unpacked if they were compressed. Nothing waits and nothing is held but what is being read.
//!
//! ```text
//! Folder, ZipFiles, SingleFile, ManySources ──open──▶ Source ──open_plain──▶ Source ──Chunks──▶ LogReader
//! ```
//!
//! Read next: `source.rs`, then `inflated.rs`.

mod chunks;
mod error;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod gzip;
mod inflated;
mod inflater;
mod input;
mod listing;
mod sniff;
mod source;
mod zip;
mod zip_local;

pub use chunks::Chunks;
pub use error::{Damage, SourceError};
#[cfg(not(target_arch = "wasm32"))]
pub use folder::Folder;
pub use inflated::Inflated;
pub use inflater::RawStream;
pub use listing::{MAX_FILES, ManySources, Problem, SingleFile};
pub use sniff::{is_gzip, is_zip, open_plain};
#[cfg(not(target_arch = "wasm32"))]
pub use source::FileSource;
pub use source::{MemorySource, Section, Shared, Source, SourceState, measure, read_fully, read_up_to};
pub use zip::ZipFiles;
pub use zip_local::ZipEntry;

/// Files with names.
pub trait Files {
    /// Relative names with `/` between their parts, sorted.
    fn names(&self) -> &[String];

    /// The bytes of one of [`Files::names`], as they are stored.
    ///
    /// # Errors
    /// There is no such name, or its bytes can't be had.
    fn open(&mut self, name: &str) -> Result<Box<dyn Source>, SourceError>;

    /// What keeps some of the files from being listed or read; the first [`MAX_LISTED`](crate::MAX_LISTED).
    fn problems(&self) -> &[Problem];

    /// Looks for files that came since, where more can come.
    ///
    /// # Errors
    /// The place can't be read any more; the names stay as they were.
    fn refresh(&mut self) -> Result<(), SourceError> {
        Ok(())
    }
}
