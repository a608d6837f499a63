//! Cells in, columns out: the first row names them, every other row adds to them, or is only counted.
//!
//! In: cells, one after the other. Out: a [`Table`]. Here rows are held against the limit of cells, and what would fit is
//! reckoned from how far in the file it was passed. Read next: `column.rs`, then `../table.rs`.

use super::cell::{CellReader, Value, decode};
use super::column::{ColumnBuilder, Shared};
use super::fields::Cell;
use super::importer::CsvOptions;
use super::sniff::{self, Dialect, Separator};
use crate::table::{ImportWarning, Table};
use crate::{Every, Format, ImportError, ImportLimits, OpenOptions};

/// Later rows may be shorter than those seen: so much of the rows that are reckoned is added, one part in …
const MARGIN: u64 = 16;

/// Takes cells, keeps columns.
pub(super) struct RowReader {
    separator: Separator,
    has_header: bool,
    reader: CellReader,
    every: Every,
    /// Bytes of text in the whole file, where somebody said.
    text_bytes: Option<u64>,
    shared: Shared,
    warnings: Vec<ImportWarning>,
    /// The first row, until it is complete.
    first_row: Vec<Vec<u8>>,
    columns: Vec<ColumnBuilder>,
    column_idx: usize,
    n_rows_seen: usize,
    n_rows: usize,
    /// The row that is read is one of those that are kept.
    is_kept: bool,
    /// The first number whose only mark is a point between thousands: its line, its text.
    thousands: Option<(u64, String)>,
}

impl RowReader {
    pub fn new(
        dialect: &Dialect,
        options: &CsvOptions,
        limits: ImportLimits,
        text_bytes: Option<u64>,
    ) -> Self {
        let warnings = if dialect.decimal_comma { vec![ImportWarning::DecimalComma] } else { Vec::new() };
        Self {
            separator: dialect.separator,
            has_header: dialect.has_header,
            reader: CellReader { decimal_comma: dialect.decimal_comma, missing: options.missing.clone() },
            every: options.every,
            text_bytes,
            shared: Shared { limits, text_bytes_left: limits.text_bytes, latin1_line: None },
            warnings,
            first_row: Vec::new(),
            columns: Vec::new(),
            column_idx: 0,
            n_rows_seen: 0,
            n_rows: 0,
            is_kept: true,
            thousands: None,
        }
    }

    pub fn take(&mut self, cell: &Cell<'_>) -> Result<(), ImportError> {
        if self.columns.is_empty() {
            return self.take_first_row(cell);
        }
        let is_blank_line = cell.ends_row && self.column_idx == 0 && cell.bytes.trim_ascii().is_empty();
        if is_blank_line {
            return Ok(());
        }
        match self.columns.get_mut(self.column_idx) {
            Some(column) if self.is_kept => {
                let value = self.reader.read(cell.bytes);
                if self.thousands.is_none() && self.reader.is_thousands_only(cell.bytes) {
                    self.thousands = Some((cell.line, decode(cell.bytes.trim_ascii()).0.into_owned()));
                }
                column.push(value, cell.line, &mut self.shared);
            }
            // Separators at the end of a line are forgiven, values are not.
            None if self.reader.read(cell.bytes) == Value::Missing => self.column_idx -= 1,
            _ => {}
        }
        self.column_idx += 1;
        if cell.ends_row { self.end_row(cell) } else { Ok(()) }
    }

    fn end_row(&mut self, cell: &Cell<'_>) -> Result<(), ImportError> {
        let line = cell.line;
        let (found, expected) = (std::mem::take(&mut self.column_idx), self.columns.len());
        if found != expected {
            return Err(ImportError::RaggedRow { line, found, expected });
        }
        self.n_rows_seen += 1;
        self.n_rows += usize::from(self.is_kept);
        self.is_kept = self.every.keeps(self.n_rows_seen);
        let limit = self.shared.limits.n_cells;
        if self.n_rows.saturating_mul(expected) > limit {
            let n_rows = self.reckoned_rows(cell.end_byte);
            let every = Every::fitting(&[n_rows], expected as u64, limit as u64);
            return Err(ImportError::TooManyCells { line, n_columns: expected, limit, every });
        }
        Ok(())
    }

    /// Rows of the whole file, if the others are as long as those seen; twice as many where its size is not known.
    fn reckoned_rows(&self, bytes_seen: u64) -> u64 {
        let seen = self.n_rows_seen as u64;
        let all = match self.text_bytes {
            // The last line's end may be ours.
            Some(all) if all + 1 >= bytes_seen => all,
            _ => return seen.saturating_mul(2),
        };
        if all <= bytes_seen {
            return seen;
        }
        let reckoned = u128::from(seen) * u128::from(all) / u128::from(bytes_seen.max(1));
        let reckoned = u64::try_from(reckoned).unwrap_or(u64::MAX);
        reckoned.saturating_add(reckoned / MARGIN).saturating_add(1)
    }

    /// Names the columns, or makes up names and reads the row again as data.
    fn take_first_row(&mut self, cell: &Cell<'_>) -> Result<(), ImportError> {
        if self.first_row.len() >= self.shared.limits.n_columns {
            return Err(ImportError::TooManyColumns { line: cell.line, limit: self.shared.limits.n_columns });
        }
        // The first row is kept whole until it ends: charged like texts, so that it can't grow without bound.
        match self.shared.text_bytes_left.checked_sub(cell.bytes.len()) {
            Some(left) => self.shared.text_bytes_left = left,
            None => {
                return Err(ImportError::CellTooLong {
                    line: cell.line,
                    limit: self.shared.limits.cell_bytes,
                });
            }
        }
        self.first_row.push(cell.bytes.to_vec());
        if !cell.ends_row {
            return Ok(());
        }
        let first_row = std::mem::take(&mut self.first_row);
        if first_row.iter().all(|bytes| bytes.trim_ascii().is_empty()) {
            return Ok(());
        }
        if first_row.len() == 1 {
            let name = decode(first_row.concat().trim_ascii()).0.into_owned();
            return Err(ImportError::OneColumn { name });
        }
        let unique = sniff::names(&first_row, self.has_header);
        self.warnings.extend(unique.warnings());
        self.columns = unique.names.into_iter().map(ColumnBuilder::new).collect();
        if self.has_header {
            if first_row.iter().any(|bytes| !decode(bytes).1) {
                self.shared.latin1_line = Some(cell.line);
            }
            return Ok(());
        }
        let last = first_row.len() - 1;
        for (i, bytes) in first_row.iter().enumerate() {
            self.take(&Cell { bytes, line: cell.line, end_byte: cell.end_byte, ends_row: i == last })?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Table, ImportError> {
        match (self.columns.len(), self.n_rows) {
            (0, _) => return Err(ImportError::Empty),
            (n_columns, 0) => return Err(ImportError::HeaderOnly { n_columns }),
            _ => {}
        }
        self.warnings.extend(self.thousands.map(|(line, text)| ImportWarning::Thousands { line, text }));
        self.warnings.extend(self.shared.latin1_line.map(|line| ImportWarning::ReadAsLatin1 { line }));
        let limits = self.shared.limits;
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let (column, warning) = column.finish(&limits)?;
            columns.push(column);
            self.warnings.extend(warning);
        }
        Ok(Table {
            columns,
            n_rows: self.n_rows,
            separator: self.separator,
            has_header: self.has_header,
            decimal_comma: self.reader.decimal_comma,
            warnings: self.warnings,
            limits,
            format: Format::Text,
            n_train: None,
            arrays: Vec::new(),
            reading: OpenOptions::default(),
        })
    }
}
