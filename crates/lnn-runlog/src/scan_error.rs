//! Why a log, or a place in it, can't be read. Read next: `scan.rs`.

use crate::files::SourceError;
use crate::line::LineError;

/// A log that can't be read at all, or a place in it.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// None of the files is a log.
    #[error(
        "no run log is in there: expected are run.json and log/*.ndjson.gz, or a file F.ndjson or F.ndjson.gz"
    )]
    NoLog,
    /// A file can't be read.
    #[error("«{name}»: {source}")]
    File {
        /// Its name.
        name: String,
        /// What is wrong.
        source: SourceError,
    },
    /// A line that was good can't be read again.
    #[error("line {line} of «{name}» can't be read again ({why}): the log changed meanwhile, open it again")]
    Changed {
        /// The file.
        name: String,
        /// Counted from 1.
        line: u64,
        /// What is wrong now.
        why: LineError,
    },
    /// A checkpoint that is not there.
    #[error("the checkpoint «{name}» is missing")]
    NoCheckpoint {
        /// Its file.
        name: String,
    },
    /// A checkpoint's bytes in a line are no base64.
    #[error("the checkpoint of step {step} is damaged: {why}")]
    Checkpoint {
        /// Its step.
        step: u64,
        /// What is wrong.
        why: String,
    },
}
