//! What a file holds, before anyone has said what it means: columns of numbers or of texts, each kept once.
//!
//! Made by `csv/importer.rs`; read by `plan/` (what to do with each column), `prepare/` (the data set) and
//! `preview.rs` (what a dialog shows). Read next: `plan/mod.rs`.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::csv::{DateStyle, Separator};
use crate::text::{count, listed, shortened};
use crate::{Every, Format, ImportError, ImportLimits, OpenOptions, TableArray};

/// The code of a missing text.
pub const MISSING_CODE: u32 = u32::MAX;

/// Counting of different numbers stops here.
const N_DISTINCT_COUNTED: usize = 1_000;

/// A file read.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// In the order of the file; names are unique.
    pub columns: Vec<Column>,
    /// Rows of data, the header not counted.
    pub n_rows: usize,
    /// Guessed or given.
    pub separator: Separator,
    /// Guessed or given; without one, columns are named `column 1`, `column 2` …
    pub has_header: bool,
    /// Numbers are written `3,14`.
    pub decimal_comma: bool,
    /// What the reader should know.
    pub warnings: Vec<ImportWarning>,
    /// Bounds that hold for what is made of the table too.
    pub limits: ImportLimits,
    /// What it was read from.
    pub format: Format,
    /// The first rows are the file's own training split, the others its test split.
    pub n_train: Option<usize>,
    /// How the files were read, as far as somebody chose.
    pub reading: OpenOptions,
    /// All arrays of the files, and what each is here; none where they hold no arrays.
    pub arrays: Vec<TableArray>,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// From the header.
    pub name: String,
    /// One for each row.
    pub values: ColumnValues,
    /// Rows without a value.
    pub n_missing: usize,
    /// Different values, the missing ones not counted; see [`Self::n_distinct_is_exact`].
    pub n_distinct: usize,
    /// False where counting stopped at `n_distinct`.
    pub n_distinct_is_exact: bool,
    /// Numeric columns with at least one value.
    pub numbers: Option<NumberSummary>,
    /// The first text and its line: the cell that kept the column from being numeric.
    pub first_text: Option<(String, u64)>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Finite, or NaN where missing; (`n_rows`).
    Numeric(Vec<f64>),
    /// Indices into `levels`, or [`MISSING_CODE`]; (`n_rows`).
    Text {
        /// (`n_rows`)
        codes: Vec<u32>,
        /// The different texts, sorted.
        levels: Vec<String>,
    },
    /// More than `limit` different texts; none is kept.
    TooManyTexts {
        /// [`ImportLimits::n_texts`]
        limit: usize,
    },
}

/// Over the values that are not missing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NumberSummary {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// All are whole numbers.
    pub all_integers: bool,
}

/// What a reader should know about a file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportWarning {
    /// Some cells are no UTF-8.
    ReadAsLatin1 {
        /// The first of them.
        line: u64,
    },
    /// Two columns had one name; the second got a number.
    DuplicateName {
        /// The name in the file.
        name: String,
        /// The name in the table.
        renamed: String,
    },
    /// Numbers are written `3,14`.
    DecimalComma,
    /// A point was read as one between thousands.
    Thousands {
        /// Of the first such number.
        line: u64,
        /// The first such number.
        text: String,
    },
    /// Dates became numbers.
    Dates {
        /// Its name.
        column: String,
        /// How they are written.
        style: DateStyle,
    },
    /// Dates stayed texts.
    AmbiguousDates {
        /// Its name.
        column: String,
    },
    /// Names did not tell which array is what.
    ArraysByShape {
        /// Name and shape.
        inputs: String,
        /// Name and shape.
        targets: Option<String>,
    },
    /// Arrays of the files are neither inputs nor targets.
    ArraysLeftOut {
        /// Their names.
        arrays: Vec<String>,
    },
}

impl fmt::Display for ImportWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadAsLatin1 { line } => {
                write!(f, "line {line} is not UTF-8: texts like it were read as Latin-1 (Windows-1252)")
            }
            Self::DuplicateName { name, renamed } => {
                write!(
                    f,
                    "two columns are named «{}»: the second is «{}» here",
                    shortened(name),
                    shortened(renamed)
                )
            }
            Self::DecimalComma => write!(f, "numbers were read with a decimal comma (3,14)"),
            Self::Thousands { line, text } => {
                write!(
                    f,
                    "points were read as between thousands, such as in «{}» in line {line}",
                    shortened(text)
                )
            }
            Self::Dates { column, style } => write!(
                f,
                "column «{}» holds dates ({style}): they were read as days since 1970-01-01",
                shortened(column)
            ),
            Self::ArraysByShape { inputs, targets } => {
                let targets =
                    targets.as_ref().map_or(String::new(), |it| format!(", and {it} for the targets"));
                write!(
                    f,
                    "names do not tell what the arrays are: by its shape {inputs} was taken for the inputs{targets}; choose others \
                     if that is wrong"
                )
            }
            Self::ArraysLeftOut { arrays } => {
                let are = if arrays.len() == 1 { "is" } else { "are" };
                let names = listed(arrays);
                write!(
                    f,
                    "{names} {are} no part of the data set: choose other arrays, or name them x_train, y_train, x_test and y_test"
                )
            }
            Self::AmbiguousDates { column } => write!(
                f,
                "column «{}» holds dates that can be day/month or month/day: they were read as texts; write them as \
                 2024-05-01",
                shortened(column)
            ),
        }
    }
}

impl Table {
    /// A table from another format than CSV.
    #[cfg(feature = "formats")]
    pub(crate) fn of(format: Format, columns: Vec<Column>, n_rows: usize, limits: ImportLimits) -> Self {
        Self {
            columns,
            n_rows,
            separator: Separator::Comma,
            has_header: true,
            decimal_comma: false,
            warnings: Vec::new(),
            limits,
            format,
            n_train: None,
            reading: OpenOptions::default(),
            arrays: Vec::new(),
        }
    }

    /// Every how-manieth row of the files keeps rows of `width` numbers within the limit.
    pub(crate) fn every_fitting(&self, width: usize) -> Option<usize> {
        // Rows in the files, at most: the last kept one may stand for fewer.
        let in_files = |n_rows: usize| (n_rows as u64).saturating_mul(self.reading.every.get() as u64);
        let n_train = self.n_train.unwrap_or(self.n_rows).min(self.n_rows);
        let splits = [in_files(n_train), in_files(self.n_rows - n_train)];
        Every::fitting(&splits, width as u64, self.limits.n_cells as u64)
    }

    /// Position and column of a name.
    ///
    /// # Errors
    ///
    /// [`ImportError::UnknownColumn`] with the names there are.
    pub fn column(&self, name: &str) -> Result<(usize, &Column), ImportError> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name).ok_or_else(|| {
            ImportError::UnknownColumn { name: name.to_owned(), available: self.column_names() }
        })
    }

    /// In the order of the file.
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// `150 rows, 5 columns, separated by comma`.
    pub fn describe(&self) -> String {
        let size = format!("{}, {}", count(self.n_rows, "row"), count(self.columns.len(), "column"));
        match self.format {
            Format::Text => format!("{size}, separated by {}", self.separator.as_str()),
            other => format!("{size}, read from {}", other.as_str()),
        }
    }
}

impl Column {
    pub(crate) fn new(
        name: String,
        values: ColumnValues,
        n_missing: usize,
        first_text: Option<(String, u64)>,
    ) -> Self {
        let (n_distinct, n_distinct_is_exact) = match &values {
            ColumnValues::Numeric(numbers) => count_distinct(numbers),
            ColumnValues::Text { levels, .. } => (levels.len(), true),
            ColumnValues::TooManyTexts { limit } => (*limit, false),
        };
        let numbers = match &values {
            ColumnValues::Numeric(numbers) => NumberSummary::of(numbers),
            _ => None,
        };
        Self { name, values, n_missing, n_distinct, n_distinct_is_exact, numbers, first_text }
    }

    /// Every value is a number or missing.
    pub const fn is_numeric(&self) -> bool {
        matches!(self.values, ColumnValues::Numeric(_))
    }

    /// The value of a row as text; empty where missing or not kept.
    pub fn cell_text(&self, row: usize) -> String {
        match &self.values {
            ColumnValues::Numeric(numbers) => match numbers.get(row) {
                Some(number) if !number.is_nan() => format!("{number}"),
                _ => String::new(),
            },
            ColumnValues::Text { codes, levels } => {
                codes.get(row).and_then(|&code| levels.get(code as usize)).cloned().unwrap_or_default()
            }
            ColumnValues::TooManyTexts { .. } => String::new(),
        }
    }

    /// Values and how many rows have each, in the order of the values; none where they are not kept.
    pub fn counts(&self) -> Vec<(String, usize)> {
        match &self.values {
            ColumnValues::Numeric(numbers) => {
                let mut counts: HashMap<u64, usize> = HashMap::new();
                for number in numbers.iter().filter(|number| !number.is_nan()) {
                    *counts.entry(number.to_bits()).or_default() += 1;
                }
                let mut counts: Vec<(f64, usize)> =
                    counts.into_iter().map(|(bits, n)| (f64::from_bits(bits), n)).collect();
                counts.sort_by(|a, b| a.0.total_cmp(&b.0));
                counts.into_iter().map(|(number, n)| (number.to_string(), n)).collect()
            }
            ColumnValues::Text { codes, levels } => {
                let mut counts = vec![0; levels.len()];
                for code in codes {
                    if let Some(count) = counts.get_mut(*code as usize) {
                        *count += 1;
                    }
                }
                levels.iter().cloned().zip(counts).collect()
            }
            ColumnValues::TooManyTexts { .. } => Vec::new(),
        }
    }

    /// Different numbers, sorted; empty for texts.
    pub(crate) fn distinct_numbers(&self) -> Vec<f64> {
        let ColumnValues::Numeric(numbers) = &self.values else { return Vec::new() };
        let mut distinct: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
        distinct.sort_unstable_by(f64::total_cmp);
        distinct.dedup();
        distinct
    }
}

impl NumberSummary {
    fn of(numbers: &[f64]) -> Option<Self> {
        let present = || numbers.iter().copied().filter(|number| !number.is_nan());
        let mut summary = Self { min: f64::INFINITY, max: f64::NEG_INFINITY, mean: 0.0, all_integers: true };
        let (mut n, mut sum) = (0_usize, 0.0);
        for number in present() {
            n += 1;
            sum += number;
            summary.min = summary.min.min(number);
            summary.max = summary.max.max(number);
            // From 2^53 on no number has a fraction.
            let is_whole = (number as i64) as f64 == number || number.abs() >= 2_f64.powi(53);
            summary.all_integers &= is_whole;
        }
        summary.mean = sum / n as f64;
        if !sum.is_finite() {
            // Slower, but no larger than its numbers.
            let running =
                present().zip(1_u64..).fold(0.0, |mean, (number, n)| mean + (number - mean) / n as f64);
            summary.mean = running;
        }
        (n > 0).then_some(summary)
    }
}

/// How many different numbers, and whether all were counted.
fn count_distinct(numbers: &[f64]) -> (usize, bool) {
    let mut small = [false; 1_024];
    let mut others = HashSet::new();
    let mut n_small = 0;
    for &number in numbers.iter().filter(|number| !number.is_nan()) {
        let as_index = number as usize;
        match small.get_mut(as_index) {
            Some(seen) if (as_index as f64).to_bits() == number.to_bits() => {
                n_small += usize::from(!std::mem::replace(seen, true));
            }
            _ => {
                others.insert(number.to_bits());
            }
        }
        if n_small + others.len() > N_DISTINCT_COUNTED {
            return (N_DISTINCT_COUNTED, false);
        }
    }
    (n_small + others.len(), true)
}
