//! Logs that other programs wrote or kept: `cloudwatch/` finds LNN's own lines in what a log service hands out; the others tell
//! fewer things than a run log, and are read as curves and distributions.
//!
//! In: the bytes of such a file. Out: lines of run logs, or a [`CurveLog`], which also says what its kind of log lacks. Read
//! next: `cloudwatch/mod.rs`; `curves.rs`, then a kind: `tensorboard/`, `results_json.rs`.

pub mod cloudwatch;
mod collector;
mod curves;
mod results_json;
mod sniff;
mod tensorboard;
mod thinned;

pub use collector::{MAX_POINTS, MAX_TAGS};
pub use curves::{Bucket, Curve, CurveLog, CurvePoint, Distribution, DistributionPoint, Problem};
pub use results_json::{MAX_RESULTS_BYTES, ResultsJsonError, read_results_json};
pub use sniff::{ForeignKind, sniff};
pub use tensorboard::{EventFileReader, MAX_RECORD_BYTES};
