//! Records and columns from other formats than CSV become columns of a table.
//!
//! In: values by column. Out: [`Column`]s with the same rules as those of a CSV: numbers while all are numbers, else texts.
//! Read next: `../table.rs`.

use std::collections::{BTreeMap, HashMap};

use crate::table::MISSING_CODE;
use crate::{Column, ColumnValues, ImportError, ImportLimits};

/// A value of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Missing,
    Number(f64),
    Text(String),
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

/// A column of whatever there is.
///
/// # Errors
/// All are numbers, and one is infinite.
pub(super) fn column(name: String, values: Vec<Value>, limits: &ImportLimits) -> Result<Column, ImportError> {
    if values.iter().any(|value| matches!(value, Value::Text(_))) {
        let text = |value| match value {
            Value::Missing => None,
            Value::Number(number) => Some(number.to_string()),
            Value::Text(text) => Some(text),
        };
        return Ok(categories(name, values.into_iter().map(text), limits));
    }
    let number = |value| if let Value::Number(number) = value { number } else { f64::NAN };
    numeric(name, values.into_iter().map(number).collect())
}
