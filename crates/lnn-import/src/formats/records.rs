//! Records and columns from other formats than CSV become columns of a table.
//!
//! In: values, row by row. Out: a [`Table`] whose columns follow the rules of a CSV's: numbers while all are numbers, else texts, else
//! dates. What is past the limit of cells is only counted, so that what would fit can be offered. Read next: `../csv/column.rs`.

use std::collections::{BTreeMap, HashMap};

use crate::csv::{ColumnBuilder, Shared, Value};
use crate::table::MISSING_CODE;
use crate::{Column, ColumnValues, Every, Format, ImportError, ImportLimits, Table};

/// Columns that grow row by row; new ones may come at any row.
pub(super) struct Records<'a> {
    limits: &'a ImportLimits,
    every: Every,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    /// As many as names, until there are too many cells; then none.
    columns: Vec<ColumnBuilder>,
    shared: Shared,
    n_rows_seen: usize,
    n_rows: usize,
    is_full: bool,
}

impl<'a> Records<'a> {
    pub fn new(limits: &'a ImportLimits, every: Every) -> Self {
        Self {
            limits,
            every,
            names: Vec::new(),
            by_name: HashMap::new(),
            columns: Vec::new(),
            shared: Shared { limits: *limits, text_bytes_left: limits.text_bytes, latin1_line: None },
            n_rows_seen: 0,
            n_rows: 0,
            is_full: false,
        }
    }

    /// Whether the row that comes next is kept.
    pub const fn keeps_next(&self) -> bool {
        self.every.keeps(self.n_rows_seen)
    }

    /// A row that is not kept.
    pub const fn skip_row(&mut self) {
        self.n_rows_seen += 1;
    }

    /// Position of a column; a new one has no values in the rows before.
    ///
    /// # Errors
    /// There are too many.
    pub fn column(&mut self, name: &str) -> Result<usize, ImportError> {
        if let Some(idx) = self.by_name.get(name) {
            return Ok(*idx);
        }
        let (idx, limit) = (self.names.len(), self.limits.n_columns);
        if idx >= limit {
            return Err(ImportError::TooManyFields { row: self.n_rows_seen as u64 + 1, limit });
        }
        self.by_name.insert(name.to_owned(), idx);
        self.names.push(name.to_owned());
        if !self.is_full {
            let mut column = ColumnBuilder::new(name.to_owned());
            (0..self.n_rows).for_each(|_| column.push_missing());
            self.columns.push(column);
        }
        self.hold_to_limit();
        Ok(idx)
    }

    /// The values of a row that is kept, by the positions of their columns.
    pub fn push_row<'v>(&mut self, value: impl Fn(usize) -> Value<'v>) {
        let row = self.n_rows_seen as u64 + 1;
        for (idx, column) in self.columns.iter_mut().enumerate() {
            column.push(value(idx), row, &mut self.shared);
        }
        self.n_rows_seen += 1;
        self.n_rows += 1;
        self.hold_to_limit();
    }

    /// The rows of a file that has one column after the other.
    pub fn expect_rows(&mut self, n_rows: usize) {
        self.n_rows_seen = self.n_rows_seen.max(n_rows);
        self.n_rows = self.every.kept(self.n_rows_seen as u64) as usize;
    }

    /// A new column of such a file; none if there is one of that name, or there are too many cells.
    ///
    /// # Errors
    /// There are too many.
    pub fn new_column(&mut self, name: &str) -> Result<Option<NewColumn<'_>>, ImportError> {
        let n_before = self.names.len();
        if self.column_without_rows(name)? < n_before || self.is_full {
            return Ok(None);
        }
        let (every, shared) = (self.every, &mut self.shared);
        Ok(self.columns.last_mut().map(|column| NewColumn { column, shared, every, n_seen: 0 }))
    }

    /// All values of a new column in a file that has one after the other.
    pub fn push_column<'v>(
        &mut self,
        name: &str,
        values: impl ExactSizeIterator<Item = Value<'v>>,
    ) -> Result<(), ImportError> {
        self.expect_rows(values.len());
        if let Some(mut column) = self.new_column(name)? {
            values.for_each(|value| column.push(value));
        }
        Ok(())
    }

    fn column_without_rows(&mut self, name: &str) -> Result<usize, ImportError> {
        let n_rows = std::mem::take(&mut self.n_rows);
        let idx = self.column(name);
        self.n_rows = n_rows;
        self.hold_to_limit();
        idx
    }

    /// Past the limit nothing is kept, but counted on.
    fn hold_to_limit(&mut self) {
        if self.n_rows.saturating_mul(self.names.len()) > self.limits.n_cells {
            self.is_full = true;
            self.columns = Vec::new();
        }
    }

    /// The table of all rows.
    ///
    /// # Errors
    /// There are none, or too many, or one holds an infinite number.
    pub fn finish(self, format: Format) -> Result<Table, ImportError> {
        if self.n_rows == 0 || self.names.is_empty() {
            return Err(ImportError::NoRecords);
        }
        let (n_columns, limit) = (self.names.len(), self.limits.n_cells);
        if self.is_full {
            let n_rows = self.n_rows_seen as u64;
            let every = Every::fitting(&[n_rows], n_columns as u64, limit as u64);
            return Err(ImportError::TooManyRecords { n_rows, n_columns, limit, every });
        }
        let mut columns = Vec::with_capacity(n_columns);
        let mut warnings = Vec::new();
        for mut column in self.columns {
            (column.len()..self.n_rows).for_each(|_| column.push_missing());
            let (column, warning) = column.finish(self.limits).map_err(in_row)?;
            columns.push(column);
            warnings.extend(warning);
        }
        let mut table = Table::of(format, columns, self.n_rows, *self.limits);
        table.warnings = warnings;
        Ok(table)
    }
}

/// A column that grows by itself.
pub(super) struct NewColumn<'a> {
    column: &'a mut ColumnBuilder,
    shared: &'a mut Shared,
    every: Every,
    n_seen: usize,
}

impl NewColumn<'_> {
    /// The value of the next row.
    pub fn push(&mut self, value: Value<'_>) {
        if self.every.keeps(self.n_seen) {
            self.column.push(value, self.n_seen as u64 + 1, self.shared);
        }
        self.n_seen += 1;
    }
}

/// Records have rows where a CSV has lines.
fn in_row(error: ImportError) -> ImportError {
    match error {
        ImportError::Infinite { line, column } => ImportError::InfiniteInRow { row: line, column },
        other => other,
    }
}

/// A column of numbers, NaN where missing.
///
/// # Errors
/// One is infinite.
pub(super) fn numeric(name: String, numbers: Vec<f64>) -> Result<Column, ImportError> {
    if let Some(row) = numbers.iter().position(|number| number.is_infinite()) {
        return Err(ImportError::InfiniteInRow { row: row as u64 + 1, column: name });
    }
    let n_missing = numbers.iter().filter(|number| number.is_nan()).count();
    Ok(Column::new(name, ColumnValues::Numeric(numbers), n_missing, None))
}

/// A column of texts, none where missing.
pub(super) fn categories(
    name: String,
    texts: impl Iterator<Item = Option<String>>,
    limits: &ImportLimits,
) -> Column {
    let (mut codes, mut by_text) = (Vec::new(), HashMap::<String, u32>::new());
    let (mut n_missing, mut first, mut n_bytes) = (0, None, 0_usize);
    for (row, text) in texts.enumerate() {
        let Some(text) = text else {
            n_missing += 1;
            codes.push(MISSING_CODE);
            continue;
        };
        first.get_or_insert_with(|| (crate::text::shortened(&text), row as u64 + 1));
        let next = by_text.len() as u32;
        let code = *by_text.entry(text).or_insert_with_key(|text| {
            n_bytes += text.len();
            next
        });
        codes.push(code);
        if by_text.len() > limits.n_texts || n_bytes > limits.text_bytes {
            return Column::new(name, ColumnValues::TooManyTexts { limit: limits.n_texts }, n_missing, first);
        }
    }
    let sorted: BTreeMap<String, u32> = by_text.into_iter().collect();
    let mut renumbered = vec![MISSING_CODE; sorted.len()];
    for (new, old) in sorted.values().enumerate() {
        if let Some(place) = renumbered.get_mut(*old as usize) {
            *place = new as u32;
        }
    }
    for code in &mut codes {
        *code = renumbered.get(*code as usize).copied().unwrap_or(MISSING_CODE);
    }
    let levels = sorted.into_keys().collect();
    Column::new(name, ColumnValues::Text { codes, levels }, n_missing, first)
}
