//! Bytes of a data file go in; a data set ready to train on comes out, or an error that names the place.
//!
//! Three stations, each usable alone:
//!
//! ```text
//! bytes ──CsvImporter──▶ Table ──ImportPlan::guess──▶ ImportPlan ──prepare──▶ Prepared { train, dev, … }
//!        (csv/)                 (plan/, correctable)              (prepare/)
//! ```
//!
//! Nothing here reads a file, starts a thread or keeps state between calls: bytes are pushed in chunks by whoever has
//! them, so a worker can report progress, and every limit that protects the page is in [`ImportLimits`].
//!
//! Read next: `csv/importer.rs`, `plan/mod.rs`, `prepare/mod.rs`; `error.rs` for every sentence a user may meet.

pub mod arrays;
mod csv;
mod detect;
mod error;
#[cfg(feature = "formats")]
pub mod formats;
pub mod gallery;
#[cfg(feature = "log")]
mod info;
mod limits;
mod names;
mod offer;
mod options;
mod plan;
mod prepare;
mod preview;
mod table;
pub mod text;

pub use arrays::{ArrayChoice, ArrayOptions, ArrayPart, TableArray};
pub use csv::{CsvImporter, CsvOptions, DateStyle, Separator};
pub use detect::Format;
pub use error::{FileKind, ImportError};
pub use limits::ImportLimits;
pub use offer::{Every, Offer};
pub use options::{OpenOptions, PictureOptions};
pub use plan::{
    ColumnPlan, ImportPlan, Kind, Missing, Normalise, PlanProblem, Role, Split, TargetChoice, Task,
};
pub use prepare::{
    Encoded, Encoding, InputColumn, Picture, Preparation, Prepared, Scaling, TargetColumn, prepare,
};
pub use preview::{ColumnPreview, Preview};
pub use table::{Column, ColumnValues, ImportWarning, MISSING_CODE, NumberSummary, Table};
