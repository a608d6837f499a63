//! The run log: the records of a run, whoever made it, and the timeline that every view reads.
//!
//! In come [`lnn_core::Recipe`]s and step reports; out go serde types that cross a worker's boundary, a file or a network.
//! A live run, a dropped log and a run elsewhere give the same stream of records. Read next: [`StepRecord`], then
//! [`Timeline`].

mod header;
mod recipe;
mod step;
mod timeline;

pub use header::{DataInfo, InputScale, RunHeader, Task};
pub use recipe::{DecayRecord, RecipeRecord, RecipeRecordError};
pub use step::{LayerRecord, Quantity, Scores, StepHead, StepRecord};
pub use timeline::Timeline;

/// The format's version that this crate writes.
pub const FORMAT: u32 = 1;
