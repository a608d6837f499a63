//! Arrays become columns.
//!
//! In: [`ArrayValues`], a row after the other, or arrays that are a column each. Out: a [`Column`] for each place in a row; a [`Table`].
//! Read next: `join.rs`.

use super::array::{ArrayValues, Unread};
use super::records::{categories, numeric};
use crate::arrays::n_rows;
use crate::{Column, Every, Format, ImportError, ImportLimits, Table};

/// So many columns are made at once: what lies together in a row is read together.
const N_AT_ONCE: usize = 64;

/// Columns `x0`, `x1` … of rows of `width` numbers, those of all parts one after the other.
///
/// # Errors
/// A number is infinite.
pub(super) fn columns(parts: &[(ArrayValues, usize)], width: usize) -> Result<Vec<Column>, ImportError> {
    let n_rows = parts.iter().map(|(_, n_rows)| n_rows).sum();
    let mut columns = Vec::with_capacity(width + 1);
    for first in (0..width).step_by(N_AT_ONCE) {
        let n_columns = N_AT_ONCE.min(width - first);
        let mut block: Vec<Vec<f64>> = (0..n_columns).map(|_| Vec::with_capacity(n_rows)).collect();
        for (values, n_rows) in parts {
            (0..*n_rows).for_each(|row| spread(values, row * width + first, &mut block));
        }
        for (idx, numbers) in block.into_iter().enumerate() {
            columns.push(numeric(format!("x{}", first + idx), numbers)?);
        }
    }
    Ok(columns)
}

/// One value after the other from `first` on, each onto its column; NaN where there is none.
fn spread(values: &ArrayValues, first: usize, columns: &mut [Vec<f64>]) {
    let places = first..first + columns.len();
    match values {
        ArrayValues::Bytes(bytes) => push(bytes.get(places), columns),
        ArrayValues::Numbers(numbers) => push(numbers.get(places), columns),
        ArrayValues::Texts(_) => push::<u8>(None, columns),
    }
}

fn push<T: Copy + Into<f64>>(row: Option<&[T]>, columns: &mut [Vec<f64>]) {
    match row {
        Some(row) => columns.iter_mut().zip(row).for_each(|(column, value)| column.push((*value).into())),
        None => columns.iter_mut().for_each(|column| column.push(f64::NAN)),
    }
}

/// A table of arrays that are its columns, each with its name.
///
/// # Errors
/// They are too many, or too much, or can't be read.
pub(super) fn table(arrays: Vec<Unread>, every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
    let (n_in_file, n_columns) = (arrays.first().map_or(0, |array| n_rows(&array.shape)), arrays.len());
    if n_columns > limits.n_columns {
        return Err(ImportError::TooManyFields { row: 1, limit: limits.n_columns });
    }
    let n_kept = every.kept(n_in_file);
    if n_kept.saturating_mul(n_columns as u64) > limits.n_cells as u64 {
        return Err(ImportError::ArrayTooLarge {
            shape: arrays.first().map(Unread::described).unwrap_or_default(),
            limit: limits.n_cells,
            every: Every::fitting(&[n_in_file], n_columns as u64, limits.n_cells as u64),
        });
    }
    let column = |array: Unread| {
        let name = array.name.clone();
        match array.read(every, limits)? {
            ArrayValues::Texts(texts) => {
                let texts = texts.into_iter().map(|text| (!text.is_empty()).then_some(text));
                Ok(categories(name, texts, limits))
            }
            ArrayValues::Numbers(numbers) => numeric(name, numbers),
            ArrayValues::Bytes(bytes) => numeric(name, bytes.into_iter().map(f64::from).collect()),
        }
    };
    let columns = arrays.into_iter().map(column).collect::<Result<Vec<Column>, _>>()?;
    Ok(Table::of(Format::Npy, columns, n_kept as usize, *limits))
}
