//! CSV and TSV: bytes in, in chunks of any size; a [`crate::Table`] out.
//!
//! `fields.rs` splits bytes into cells (csv-core does the grammar), `sniff.rs` guesses separator, header and decimal
//! comma from the first megabyte, `cell.rs` reads one cell, `column.rs` collects a column and `dates.rs` its dates, `rows.rs` counts rows,
//! `importer.rs` joins them.
//! Read next: `importer.rs`.

mod cell;
mod column;
mod dates;
mod fields;
mod importer;
mod kind;
mod rows;
mod sniff;
mod utf16;

pub(crate) use cell::number_text;
#[cfg(feature = "formats")]
pub(crate) use cell::{Value, decode};
#[cfg(feature = "formats")]
pub(crate) use column::{ColumnBuilder, Shared};
pub use dates::DateStyle;
pub use importer::{CsvImporter, CsvOptions};
pub use sniff::Separator;
