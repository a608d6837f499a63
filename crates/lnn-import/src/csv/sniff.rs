//! How a file is written, guessed from its first megabyte: separator, header, decimal comma.
//!
//! In: a sample; out: a [`Dialect`]. Every guess can be overruled by `CsvOptions`. Read next: `importer.rs`.

use std::collections::HashSet;

use super::cell::{
    CellReader, Value, decimal_comma_number, decode, is_grouped, looks_like_english_thousands,
};
use super::dates;
use super::fields::FieldSplitter;
use super::importer::CsvOptions;
use crate::names::Unique;

/// Rows looked at.
const N_ROWS: usize = 200;

/// What stands between the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Bar,
}

impl Separator {
    /// In the order they are tried.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    /// The character.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    /// Its name in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "bar",
        }
    }
}

pub(super) struct Dialect {
    pub separator: Separator,
    pub has_header: bool,
    pub decimal_comma: bool,
}

type Row = Vec<Vec<u8>>;

/// `is_whole`: the sample is the file, so its last line counts even without a newline.
pub(super) fn sniff(sample: &[u8], is_whole: bool, options: &CsvOptions, cell_bytes: usize) -> Dialect {
    let candidates = options.separator.map_or(Separator::ALL.to_vec(), |separator| vec![separator]);
    let mut best: Option<(Score, Separator, Vec<Row>)> = None;
    for separator in candidates {
        let rows = first_rows(sample, is_whole, separator, cell_bytes);
        let score = Score::of(&rows, separator);
        if best.as_ref().is_none_or(|(best_score, ..)| score.is_better_than(best_score)) {
            best = Some((score, separator, rows));
        }
    }
    let (_, separator, rows) = best.unwrap_or((Score::default(), Separator::Comma, Vec::new()));
    let decimal_comma = options.decimal_comma.unwrap_or_else(|| writes_decimal_commas(&rows, separator));
    let reader = CellReader { decimal_comma, missing: options.missing.clone() };
    let has_header = options.has_header.unwrap_or_else(|| starts_with_header(&rows, &reader));
    Dialect { separator, has_header, decimal_comma }
}

fn first_rows(sample: &[u8], is_whole: bool, separator: Separator, cell_bytes: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = Row::new();
    let mut splitter = FieldSplitter::new(separator.byte(), cell_bytes);
    let mut take = |cell: super::fields::Cell<'_>| {
        if rows.len() < N_ROWS {
            row.push(cell.bytes.trim_ascii().to_vec());
            if cell.ends_row {
                rows.push(std::mem::take(&mut row));
            }
        }
        Ok(())
    };
    // A cell too long ends the sample here; the import itself will say so.
    let split = splitter.split(sample, &mut take);
    if is_whole && split.is_ok() {
        let _ = splitter.finish(&mut take);
    }
    // A first row longer than the sample is better than none.
    if rows.is_empty() {
        rows.push(row);
    }
    rows.retain(|row| row.len() > 1 || row.iter().any(|cell| !cell.is_empty()));
    rows
}

/// How well a separator fits: rows of equal length first, then cells that are numbers, then more columns.
#[derive(Default)]
struct Score {
    n_columns: usize,
    equal_rows: f64,
    numeric_cells: f64,
}

impl Score {
    fn of(rows: &[Row], separator: Separator) -> Self {
        let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
        let n_with = |length: usize| lengths.iter().filter(|&&l| l == length).count();
        let Some(n_columns) = lengths.iter().copied().max_by_key(|&length| (n_with(length), length)) else {
            return Self::default();
        };
        let n_cells: usize = lengths.iter().sum();
        let is_number = |cell: &&Vec<u8>| {
            is_number(cell) || (separator != Separator::Comma && decimal_comma_number(cell).is_some())
        };
        let n_numbers = rows.iter().flatten().filter(is_number).count();
        Self {
            n_columns,
            equal_rows: n_with(n_columns) as f64 / rows.len() as f64,
            numeric_cells: n_numbers as f64 / n_cells.max(1) as f64,
        }
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let key = |score: &Self| (f64::from(score.n_columns > 1), score.equal_rows, score.numeric_cells);
        key(self)
            .partial_cmp(&key(other))
            .is_some_and(|order| order.then(self.n_columns.cmp(&other.n_columns)).is_gt())
    }
}

fn is_number(cell: &[u8]) -> bool {
    matches!(CellReader::default().read(cell), Value::Number(_))
}

/// Some cells are `3,14`, none is `3.14`, and they can't all be thousands (`1,234`). A point may stand between thousands.
fn writes_decimal_commas(rows: &[Row], separator: Separator) -> bool {
    let mut found = false;
    for cell in rows.iter().flatten().filter(|_| separator != Separator::Comma) {
        if cell.contains(&b',') {
            found |= decimal_comma_number(cell).is_some() && !looks_like_english_thousands(cell);
        } else if cell.contains(&b'.') && is_number(cell) && !is_grouped(cell) {
            return false;
        }
    }
    found
}

/// The first row names the columns if its texts stand over numbers, or if none of its texts comes again below.
fn starts_with_header(rows: &[Row], reader: &CellReader) -> bool {
    let Some((first, below)) = rows.split_first() else { return false };
    let first_values: Vec<Value<'_>> = first.iter().map(|cell| reader.read(cell)).collect();
    let n_texts = first_values.iter().filter(|value| matches!(value, Value::Text(_))).count();
    let integers: Vec<f64> = first_values.iter().filter_map(integer).collect();
    if is_counted(&integers) && integers.len() == first.len() {
        return true;
    }
    let all_distinct = first.iter().collect::<HashSet<_>>().len() == first.len();
    if below.is_empty() {
        return n_texts == first.len() && all_distinct;
    }
    let (mut over_numbers, mut numbers_over_numbers) = (0, 0);
    for (at, (cell, value)) in first.iter().zip(&first_values).enumerate() {
        if is_dates_below(below, at) {
            over_numbers += usize::from(matches!(value, Value::Text(_)) && !is_date(cell));
            numbers_over_numbers += usize::from(is_date(cell));
        } else if is_numeric_below(below, at, reader) {
            over_numbers += usize::from(matches!(value, Value::Text(_)));
            numbers_over_numbers += usize::from(matches!(value, Value::Number(_)));
        }
    }
    if over_numbers > 0 {
        return over_numbers >= numbers_over_numbers
            || (integers.len() + n_texts == first.len() && all_distinct);
    }
    let comes_again = |at: usize, text: &Vec<u8>| below.iter().any(|row| row.get(at) == Some(text));
    let has_numbers =
        numbers_over_numbers > 0 || n_texts < first.iter().filter(|cell| !cell.is_empty()).count();
    !has_numbers
        && n_texts > 0
        && all_distinct
        && !first.iter().enumerate().any(|(at, text)| comes_again(at, text))
}

/// 0, 1, 2 …: names that a program made up.
fn is_counted(integers: &[f64]) -> bool {
    integers.len() > 1
        && integers.iter().enumerate().all(|(i, integer)| integer.to_bits() == (i as f64).to_bits())
}

fn integer(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) if number.fract() == 0.0 => Some(*number),
        _ => None,
    }
}

fn is_numeric_below(below: &[Row], at: usize, reader: &CellReader) -> bool {
    let mut has_number = false;
    for cell in below.iter().filter_map(|row| row.get(at)) {
        match reader.read(cell) {
            Value::Text(_) => return false,
            Value::Number(_) => has_number = true,
            Value::Missing => {}
        }
    }
    has_number
}

fn is_date(cell: &[u8]) -> bool {
    !dates::styles(&decode(cell).0).is_empty()
}

fn is_dates_below(below: &[Row], at: usize) -> bool {
    let mut cells = below.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(|cell| is_date(cell))
}

/// Names of the columns: the header's, made unique, or `column 1`, `column 2` …
pub(super) fn names(header: &[Vec<u8>], has_header: bool) -> Unique {
    Unique::of(header.iter().enumerate().map(|(idx, cell)| {
        let given = decode(cell.trim_ascii()).0.into_owned();
        if has_header && !given.is_empty() { given } else { format!("column {}", idx + 1) }
    }))
}
