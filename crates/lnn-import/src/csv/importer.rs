//! Pushes bytes of a CSV or TSV file through to a [`Table`].
//!
//! The first megabyte waits until it is complete, so that the guesses never depend on how the bytes were cut; after it
//! every cell goes straight to its column. Memory: the columns, that megabyte and one cell. Read next: `column.rs`,
//! then `../table.rs`.

use super::cell::{CellReader, Value, decode};
use super::column::{ColumnBuilder, Shared};
use super::fields::{Cell, FieldSplitter};
use super::kind;
use super::sniff::{self, Separator};
use super::utf16::{self, Utf16};
use crate::table::{ImportWarning, Table};
use crate::{Format, ImportError, ImportLimits};

/// The sample that guesses are made from.
const SAMPLE_BYTES: usize = 1 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the file is written, as far as it shall not be guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct CsvOptions {
    /// What stands between cells; guessed if not given.
    pub separator: Option<Separator>,
    /// The first row names the columns; guessed if not given.
    pub has_header: Option<bool>,
    /// Numbers are written `3,14`; guessed if not given.
    pub decimal_comma: Option<bool>,
    /// Spellings of "not known" besides empty, NA, N/A, NaN, null, ? and -; without regard to case.
    pub missing: Vec<String>,
}

/// Takes a file in chunks of any size.
///
/// ```
/// use lnn_import::{CsvImporter, ImportLimits};
///
/// let mut importer = CsvImporter::new(ImportLimits::default());
/// for chunk in ["height;weight\n1,", "71;70\n1,65;58\n"] {
///     importer.push(chunk.as_bytes())?;
/// }
/// let table = importer.finish()?;
/// assert_eq!(table.describe(), "2 rows, 2 columns, separated by semicolon");
/// assert!(table.decimal_comma && table.columns[0].is_numeric());
/// # Ok::<(), lnn_import::ImportError>(())
/// ```
pub struct CsvImporter {
    limits: ImportLimits,
    options: CsvOptions,
    n_bytes: u64,
    encoding: Encoding,
    state: State,
}

/// How the bytes of the file become text.
enum Encoding {
    /// The first two bytes tell; one of them may wait here.
    Untold(Vec<u8>),
    /// As they are.
    Bytes,
    Utf16(Utf16),
}

enum State {
    Sampling(Vec<u8>),
    Reading(Box<Reading>),
}

/// After the guesses are made.
struct Reading {
    splitter: FieldSplitter,
    rows: RowReader,
}

/// Takes cells, keeps columns.
struct RowReader {
    separator: Separator,
    has_header: bool,
    reader: CellReader,
    shared: Shared,
    warnings: Vec<ImportWarning>,
    /// The first row, until it is complete.
    first_row: Vec<Vec<u8>>,
    columns: Vec<ColumnBuilder>,
    column_idx: usize,
    n_rows: usize,
}

impl CsvImporter {
    /// Guesses how the file is written.
    pub fn new(limits: ImportLimits) -> Self {
        Self::with_options(limits, CsvOptions::default())
    }

    /// Guesses only what the options leave open.
    pub const fn with_options(limits: ImportLimits, options: CsvOptions) -> Self {
        Self {
            limits,
            options,
            n_bytes: 0,
            encoding: Encoding::Untold(Vec::new()),
            state: State::Sampling(Vec::new()),
        }
    }

    /// Bytes pushed so far.
    pub const fn bytes_read(&self) -> u64 {
        self.n_bytes
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    ///
    /// The first thing wrong with the file; later calls are of no use then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        let first_byte = self.n_bytes;
        self.n_bytes += bytes.len() as u64;
        self.limits.check_size(self.n_bytes)?;
        if let Encoding::Untold(start) = &mut self.encoding {
            start.extend_from_slice(bytes);
            if start.len() < 2 {
                return Ok(());
            }
            let start = std::mem::take(start);
            let utf16 = utf16::is_big_endian(&start).map(|is_big| Encoding::Utf16(Utf16::new(is_big)));
            self.encoding = utf16.unwrap_or(Encoding::Bytes);
            return self.push_encoded(&start, 0);
        }
        self.push_encoded(bytes, first_byte)
    }

    fn push_encoded(&mut self, bytes: &[u8], first_byte: u64) -> Result<(), ImportError> {
        if let Encoding::Utf16(utf16) = &mut self.encoding {
            let text = utf16.decode(bytes);
            return self.push_text(text.as_bytes(), first_byte);
        }
        self.push_text(bytes, first_byte)
    }

    fn push_text(&mut self, bytes: &[u8], first_byte: u64) -> Result<(), ImportError> {
        kind::check_no_nul(bytes, first_byte).map_err(|error| self.named(error, bytes))?;
        match &mut self.state {
            State::Reading(reading) => reading.take(bytes),
            State::Sampling(sample) => {
                let (head, rest) = bytes.split_at(bytes.len().min(SAMPLE_BYTES - sample.len()));
                sample.extend_from_slice(head);
                if sample.len() < SAMPLE_BYTES {
                    return Ok(());
                }
                let sample = std::mem::take(sample);
                self.start(&sample, false)?.take(rest)
            }
        }
    }

    /// The table, once every byte was pushed.
    ///
    /// # Errors
    ///
    /// What only the end shows: no rows, one column, an open quote, an infinite number in a column of numbers.
    pub fn finish(mut self) -> Result<Table, ImportError> {
        if let Encoding::Untold(start) = &mut self.encoding {
            let start = std::mem::take(start);
            self.push_text(&start, 0)?;
        }
        if let State::Sampling(sample) = &mut self.state {
            let sample = std::mem::take(sample);
            self.start(&sample, true)?;
        }
        match self.state {
            State::Reading(reading) => reading.finish(),
            State::Sampling(_) => Err(ImportError::Empty),
        }
    }

    /// Makes the guesses and reads the sample itself.
    fn start(&mut self, sample: &[u8], is_whole: bool) -> Result<&mut Reading, ImportError> {
        kind::check_start(sample)?;
        let sample = sample.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sample);
        let dialect = sniff::sniff(sample, is_whole, &self.options, self.limits.cell_bytes);
        let mut warnings = Vec::new();
        if dialect.decimal_comma {
            warnings.push(ImportWarning::DecimalComma);
        }
        let rows = RowReader {
            separator: dialect.separator,
            has_header: dialect.has_header,
            reader: CellReader {
                decimal_comma: dialect.decimal_comma,
                missing: self.options.missing.clone(),
            },
            shared: Shared {
                limits: self.limits,
                text_bytes_left: self.limits.text_bytes,
                latin1_line: None,
            },
            warnings,
            first_row: Vec::new(),
            columns: Vec::new(),
            column_idx: 0,
            n_rows: 0,
        };
        let splitter = FieldSplitter::new(dialect.separator.byte(), self.limits.cell_bytes);
        let mut reading = Box::new(Reading { splitter, rows });
        reading.take(sample)?;
        self.state = State::Reading(reading);
        match &mut self.state {
            State::Reading(reading) => Ok(reading),
            State::Sampling(_) => Err(ImportError::Empty),
        }
    }

    /// A NUL in the first bytes: they often tell what the file is.
    fn named(&self, error: ImportError, chunk: &[u8]) -> ImportError {
        let start = match &self.state {
            State::Sampling(sample) if !sample.is_empty() => sample,
            State::Sampling(_) => chunk,
            State::Reading(_) => return error,
        };
        match kind::check_start(start) {
            Err(ImportError::Binary { byte: 0, kind }) => ImportError::Binary { byte: 0, kind },
            _ => error,
        }
    }
}

impl Reading {
    fn take(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.splitter.split(bytes, |cell| self.rows.take(&cell))
    }

    fn finish(mut self) -> Result<Table, ImportError> {
        self.splitter.finish(|cell| self.rows.take(&cell))?;
        self.rows.finish()
    }
}

impl RowReader {
    fn take(&mut self, cell: &Cell<'_>) -> Result<(), ImportError> {
        if self.columns.is_empty() {
            return self.take_first_row(cell);
        }
        let is_blank_line = cell.ends_row && self.column_idx == 0 && cell.bytes.trim_ascii().is_empty();
        if is_blank_line {
            return Ok(());
        }
        let value = self.reader.read(cell.bytes);
        match self.columns.get_mut(self.column_idx) {
            Some(column) => column.push(value, cell.line, &mut self.shared),
            // Separators at the end of a line are forgiven, values are not.
            None if value == Value::Missing => self.column_idx -= 1,
            None => {}
        }
        self.column_idx += 1;
        if cell.ends_row { self.end_row(cell.line) } else { Ok(()) }
    }

    fn end_row(&mut self, line: u64) -> Result<(), ImportError> {
        let (found, expected) = (std::mem::take(&mut self.column_idx), self.columns.len());
        if found != expected {
            return Err(ImportError::RaggedRow { line, found, expected });
        }
        self.n_rows += 1;
        let limit = self.shared.limits.n_cells;
        if self.n_rows.saturating_mul(expected) > limit {
            return Err(ImportError::TooManyCells { line, n_columns: expected, limit });
        }
        Ok(())
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
        let (names, renamed) = sniff::unique_names(&first_row, self.has_header);
        self.warnings.extend(
            renamed.into_iter().map(|(name, renamed)| ImportWarning::DuplicateName { name, renamed }),
        );
        self.columns = names.into_iter().map(ColumnBuilder::new).collect();
        if self.has_header {
            if first_row.iter().any(|bytes| !decode(bytes).1) {
                self.shared.latin1_line = Some(cell.line);
            }
            return Ok(());
        }
        let last = first_row.len() - 1;
        for (i, bytes) in first_row.iter().enumerate() {
            self.take(&Cell { bytes, line: cell.line, ends_row: i == last })?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Table, ImportError> {
        match (self.columns.len(), self.n_rows) {
            (0, _) => return Err(ImportError::Empty),
            (n_columns, 0) => return Err(ImportError::HeaderOnly { n_columns }),
            _ => {}
        }
        if let Some(line) = self.shared.latin1_line {
            self.warnings.push(ImportWarning::ReadAsLatin1 { line });
        }
        let limits = self.shared.limits;
        let columns: Result<Vec<_>, _> =
            self.columns.into_iter().map(|column| column.finish(&limits)).collect();
        Ok(Table {
            columns: columns?,
            n_rows: self.n_rows,
            separator: self.separator,
            has_header: self.has_header,
            decimal_comma: self.reader.decimal_comma,
            warnings: self.warnings,
            limits,
            format: Format::Text,
            n_train: None,
        })
    }
}
