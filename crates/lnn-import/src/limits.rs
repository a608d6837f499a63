//! What an import may use at most. In: the size of the machine; out: refusals before memory is spent.
//!
//! Read next: `csv/importer.rs`, which asks at every cell.

use crate::{Every, ImportError};

/// Bounds on one import. The defaults suit a browser tab (a wasm module addresses 4 GB at most).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// Bytes of the file; 512 MB.
    pub n_bytes: u64,
    /// Columns of the file, and inputs after categories have become columns of their own; 20,000.
    pub n_columns: usize,
    /// Cells of the table, and of the data set made from it; 64 million (512 MB of f64).
    pub n_cells: usize,
    /// Bytes of one cell; 65,536. What is longer is a forgotten quote more often than a text.
    pub cell_bytes: usize,
    /// Different texts kept per column; 100,000. A column with more can only be left out.
    pub n_texts: usize,
    /// Bytes of all different texts together; 128 MB.
    pub text_bytes: usize,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self {
            n_bytes: 512 << 20,
            n_columns: 20_000,
            n_cells: 64_000_000,
            cell_bytes: 1 << 16,
            n_texts: 100_000,
            text_bytes: 128 << 20,
        }
    }
}

impl ImportLimits {
    /// Refuses a text by the size it claims, before a byte of it is read. Texts are streamed: as many bytes are allowed as
    /// keep the rows kept of them within the limit.
    ///
    /// # Errors
    ///
    /// [`ImportError::TooLarge`] with both sizes and an offer.
    pub fn check_size(&self, n_bytes: u64, every: Every) -> Result<(), ImportError> {
        if every.kept(n_bytes) <= self.n_bytes {
            return Ok(());
        }
        let every = usize::try_from(n_bytes.div_ceil(self.n_bytes.max(1))).ok();
        Err(ImportError::TooLarge { n_bytes, limit: self.n_bytes, every })
    }

    /// Refuses files that are held whole while they are read, whatever is kept of them.
    ///
    /// # Errors
    ///
    /// [`ImportError::TooLarge`] with both sizes.
    pub const fn check_held(&self, n_bytes: u64) -> Result<(), ImportError> {
        if n_bytes <= self.n_bytes {
            return Ok(());
        }
        Err(ImportError::TooLarge { n_bytes, limit: self.n_bytes, every: None })
    }
}
