//! What a dialog shows of a table: a few rows, and each column in numbers. In: a [`Table`]; out: a [`Preview`], small
//! enough to send from a worker to its page.
//!
//! Read next: `plan/mod.rs`, the choices the dialog then offers.

use crate::{Column, NumberSummary, Separator, Table};

/// A table at a glance.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Preview {
    /// In the order of the file.
    pub columns: Vec<ColumnPreview>,
    /// Rows of the whole table.
    pub n_rows: usize,
    /// Guessed or given.
    pub separator: Separator,
    /// Guessed or given.
    pub has_header: bool,
    /// Guessed or given.
    pub decimal_comma: bool,
    /// Sentences.
    pub warnings: Vec<String>,
}

/// A column at a glance.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ColumnPreview {
    /// From the header.
    pub name: String,
    /// Every value is a number or missing.
    pub is_numeric: bool,
    /// Rows without a value.
    pub n_missing: usize,
    /// Different values.
    pub n_distinct: usize,
    /// False: there are more than `n_distinct`.
    pub n_distinct_is_exact: bool,
    /// Numeric columns only.
    pub numbers: Option<NumberSummary>,
    /// The first rows as text; empty where missing.
    pub first_values: Vec<String>,
}

impl Preview {
    /// The first `n_rows` rows of every column.
    pub fn of(table: &Table, n_rows: usize) -> Self {
        let n_shown = n_rows.min(table.n_rows);
        Self {
            columns: table.columns.iter().map(|column| ColumnPreview::of(column, n_shown)).collect(),
            n_rows: table.n_rows,
            separator: table.separator,
            has_header: table.has_header,
            decimal_comma: table.decimal_comma,
            warnings: table.warnings.iter().map(ToString::to_string).collect(),
        }
    }
}

impl ColumnPreview {
    fn of(column: &Column, n_shown: usize) -> Self {
        Self {
            name: column.name.clone(),
            is_numeric: column.is_numeric(),
            n_missing: column.n_missing,
            n_distinct: column.n_distinct,
            n_distinct_is_exact: column.n_distinct_is_exact,
            numbers: column.numbers,
            first_values: (0..n_shown).map(|row| crate::text::shortened(&column.cell_text(row))).collect(),
        }
    }
}
