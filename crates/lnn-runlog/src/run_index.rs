//! `run.json`: what stands at the top of a run's folder, so that a reader knows the run before it reads a segment.
//!
//! In and out: [`RunIndex`]. The segments' own lines count where the two differ. Read next: `record.rs`.

use serde::{Deserialize, Serialize};

use crate::HeaderRecord;

/// A run's header and the files of its log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunIndex {
    /// The run's name.
    pub run: String,
    /// The same as in the log's header line.
    pub header: HeaderRecord,
    /// Whole segments so far, in their order; the one that is being written is not among them.
    pub segments: Vec<Segment>,
}

/// A whole segment of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Relative to the run's folder, e.g. `log/000000.ndjson.gz`.
    pub file: String,
    /// Its lines.
    pub n_lines: u64,
    /// Its bytes before compression.
    pub n_bytes: u64,
}

impl RunIndex {
    /// As the file's text.
    ///
    /// # Errors
    /// Never for an index whose numbers are finite.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// From the file's text.
    ///
    /// # Errors
    /// It is damaged, or of a newer format.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}
