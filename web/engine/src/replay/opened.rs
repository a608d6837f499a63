//! A log of either sort: one that is played, or one of another program that holds curves alone.
//!
//! In: a log's files. Out: what reads them. Read next: `mod.rs`, `curves/mod.rs`.

use lnn_runlog::ScanError;
use lnn_runlog::files::Files;

use super::Replay;
use super::curves::{CurveReading, find};

/// A log that is open; nothing is read yet.
pub enum Opened {
    /// LNN's own.
    Replay(Box<Replay>),
    /// Another program's.
    Curves(Box<CurveReading>),
}

impl Opened {
    /// Opens a log of any kind, told by what is in its files.
    ///
    /// # Errors
    /// There is no log among the files, or one can't be read.
    pub fn new(
        id: u32,
        name: &str,
        log_run: Option<String>,
        n_bytes_total: f64,
        mut files: Box<dyn Files>,
    ) -> Result<Self, ScanError> {
        let runs = find(files.as_mut(), name)?;
        Ok(if runs.is_empty() {
            Self::Replay(Box::new(Replay::open(id, name, log_run, n_bytes_total, files)?))
        } else {
            Self::Curves(Box::new(CurveReading::new(id, name, n_bytes_total, files, runs)))
        })
    }
}
