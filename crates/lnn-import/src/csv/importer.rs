//! Pushes bytes of a CSV or TSV file through to a [`Table`].
//!
//! The first megabyte waits until it is complete, so that the guesses never depend on how the bytes were cut; after it
//! every cell goes straight to its column. Memory: the columns, that megabyte and one cell. Read next: `rows.rs`.

use super::fields::FieldSplitter;
use super::kind;
use super::rows::RowReader;
use super::sniff::{self, Separator};
use super::utf16::{self, Utf16};
use crate::{Every, ImportError, ImportLimits, Table};

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
    /// Which rows are kept; the others are looked at, but for their number of cells alone.
    pub every: Every,
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
    /// What the file has, where somebody said.
    expected_bytes: Option<u64>,
    encoding: Encoding,
    state: State,
}

/// How the bytes of the file become text.
enum Encoding {
    /// The first bytes tell; they wait here.
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
            expected_bytes: None,
            encoding: Encoding::Untold(Vec::new()),
            state: State::Sampling(Vec::new()),
        }
    }

    /// Says how many bytes will come, before the first of them: so an offer of every k-th row is the right one.
    pub const fn expect_bytes(&mut self, n_bytes: u64) {
        self.expected_bytes = Some(n_bytes);
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
        let n_bytes = self.n_bytes.max(self.expected_bytes.unwrap_or(0));
        self.limits.check_size(n_bytes, self.options.every)?;
        if let Encoding::Untold(start) = &mut self.encoding {
            // Only so much is looked at, that no guess depends on how the bytes were cut.
            let (head, rest) = bytes.split_at(bytes.len().min(utf16::LOOKED_AT - start.len()));
            start.extend_from_slice(head);
            if start.len() < utf16::LOOKED_AT {
                return Ok(());
            }
            let start = self.tell_encoding();
            self.push_encoded(&start, 0)?;
            return self.push_encoded(rest, start.len() as u64);
        }
        self.push_encoded(bytes, first_byte)
    }

    /// What the first bytes tell; they are given back.
    fn tell_encoding(&mut self) -> Vec<u8> {
        let Encoding::Untold(start) = &mut self.encoding else { return Vec::new() };
        let start = std::mem::take(start);
        let utf16 = utf16::is_big_endian(&start).map(|is_big| Encoding::Utf16(Utf16::new(is_big)));
        self.encoding = utf16.unwrap_or(Encoding::Bytes);
        start
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
        let start = self.tell_encoding();
        self.push_encoded(&start, 0)?;
        if let State::Sampling(sample) = &mut self.state {
            let sample = std::mem::take(sample);
            self.start(&sample, true)?;
        }
        match self.state {
            State::Reading(reading) => {
                let mut table = reading.finish()?;
                table.reading = self.options.into();
                Ok(table)
            }
            State::Sampling(_) => Err(ImportError::Empty),
        }
    }

    /// Makes the guesses and reads the sample itself.
    fn start(&mut self, sample: &[u8], is_whole: bool) -> Result<&mut Reading, ImportError> {
        kind::check_start(sample)?;
        let sample = sample.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sample);
        let dialect = sniff::sniff(sample, is_whole, &self.options, self.limits.cell_bytes);
        let told = self.expected_bytes.map(|n_bytes| self.text_bytes(n_bytes, sample));
        let text_bytes = if is_whole { Some(sample.len() as u64) } else { told };
        let rows = RowReader::new(&dialect, &self.options, self.limits, text_bytes);
        let splitter = FieldSplitter::new(dialect.separator.byte(), self.limits.cell_bytes);
        let mut reading = Box::new(Reading { splitter, rows });
        reading.take(sample)?;
        self.state = State::Reading(reading);
        match &mut self.state {
            State::Reading(reading) => Ok(reading),
            State::Sampling(_) => Err(ImportError::Empty),
        }
    }

    /// Bytes of text in a file of so many bytes, if it goes on as it began.
    fn text_bytes(&self, n_bytes: u64, sample: &[u8]) -> u64 {
        if !matches!(self.encoding, Encoding::Utf16(_)) || sample.is_empty() {
            return n_bytes;
        }
        let n_units = String::from_utf8_lossy(sample).encode_utf16().count().max(1) as u128;
        let reckoned = u128::from(n_bytes / 2) * sample.len() as u128 / n_units;
        u64::try_from(reckoned).unwrap_or(u64::MAX)
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
