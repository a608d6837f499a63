//! The run log: the records of a run, whoever made it, and the timeline that every view reads.
//!
//! In come [`lnn_core::Recipe`]s and step reports; out go serde types that cross a worker's boundary, a file or a network.
//! A live run, a dropped log and a run elsewhere give the same stream of records.
//!
//! ```text
//! Record ──LogWriter──▶ lines ──▶ file, service, network ──▶ Lines ──LogLine──▶ LogReader ──▶ Entry, RunLedger ──▶ Report
//!          writer.rs    line.rs                              lines.rs           reader.rs    ledger.rs           report.rs
//! ```
//!
//! Read next: [`StepRecord`], then [`Timeline`]; for logs `line.rs`, then `record.rs`.

mod checkpoint;
mod data_digest;
mod differences;
pub mod files;
mod float;
pub mod foreign;
mod head;
mod header;
mod index;
mod layout;
mod ledger;
mod line;
mod lines;
mod link;
mod long_step;
mod numbers;
mod quantised;
mod reader;
mod recipe;
mod record;
mod recorder;
mod report;
mod run_index;
mod scan;
mod scan_error;
mod spans;
mod spool;
mod step;
mod step_line;
mod timeline;
mod watched;
mod writer;

pub use checkpoint::{CheckpointError, from_safetensors, to_safetensors};
pub use data_digest::data_digest;
pub use differences::{Difference, differences};
pub use header::{DataInfo, InputScale, RunHeader, Task};
pub use index::{Place, StepIndex, StepPlace};
pub use layout::log_files;
pub use ledger::{CheckpointPlace, Conflict, MAX_LISTED, Placed, RunLedger, Told, Verdict};
pub use line::{Envelope, LineError, LogLine, MAX_LINE_BYTES};
pub use link::{Link, Linkable, RunClock};
pub use quantised::{Quantised, WatchedValues};
pub use reader::{BadLine, Depth, Entry, LogReader};
pub use recipe::{DecayRecord, RecipeRecord, RecipeRecordError};
pub use record::{
    ChangeRecord, CheckpointRecord, DataOrigin, EndRecord, EpochRecord, HeaderRecord, InvocationRecord,
    MadeUp, NoteRecord, Record, WatchedExamples,
};
pub use recorder::{ObservedStep, Recorder};
pub use report::{ListedConflict, ListedLine, Report, RunReport, missing_steps};
pub use run_index::{RunIndex, Segment};
pub use scan::{LogScan, Progress};
pub use scan_error::ScanError;
pub use spans::Spans;
pub use step::{LayerRecord, Quantity, Scores, StepHead, StepRecord};
pub use step_line::{LoggedStep, StepSummary};
pub use timeline::Timeline;
pub use watched::{MAX_WATCHED, label, watched_rows};
pub use writer::{LogWriter, WriteError};

/// The format's version that this crate writes.
pub const FORMAT: u32 = 1;
