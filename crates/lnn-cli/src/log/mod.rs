//! Run logs in a terminal: `lnn train --log` writes one; `lnn log` shows, checks, repairs, exports and verifies them.
//!
//! Read next: `record.rs` for writing, `open.rs` for reading.

mod place;
mod record;

pub use record::RunLog;
