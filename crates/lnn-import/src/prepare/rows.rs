//! Which rows can be used, and which of them train. In: a table and a plan; out: row numbers.
//!
//! Read next: `mod.rs`.

use lnn_core::random::{Stream, stream};

use crate::table::MISSING_CODE;
use crate::{Column, ColumnValues, ImportPlan, Missing, Role, Split, Table};

pub(super) struct Rows {
    pub train: Vec<usize>,
    pub dev: Vec<usize>,
    pub n_dropped: usize,
}

pub(super) fn choose(table: &Table, plan: &ImportPlan) -> Rows {
    let required: Vec<&Column> = plan
        .columns
        .iter()
        .zip(&table.columns)
        .filter(|(plan, column)| {
            let drops =
                plan.role == Role::Target || (plan.role == Role::Input && plan.missing == Missing::DropRow);
            drops && column.n_missing > 0
        })
        .map(|(_, column)| column)
        .collect();
    let kept: Vec<usize> =
        (0..table.n_rows).filter(|&row| required.iter().all(|column| has_value(column, row))).collect();
    let n_dropped = table.n_rows - kept.len();
    let (train, dev) = match plan.split {
        Split::First(n) => kept.into_iter().partition(|&row| row < n),
        Split::Fraction(fraction) => split_fraction(&kept, fraction, plan.seed),
    };
    Rows { train, dev, n_dropped }
}

fn has_value(column: &Column, row: usize) -> bool {
    match &column.values {
        ColumnValues::Numeric(numbers) => numbers.get(row).is_some_and(|number| !number.is_nan()),
        ColumnValues::Text { codes, .. } => codes.get(row).is_some_and(|&code| code != MISSING_CODE),
        ColumnValues::TooManyTexts { .. } => false,
    }
}

/// The same choice that `lnn_core::DataSet::split_fraction` makes among as many examples; both parts ascending.
fn split_fraction(rows: &[usize], fraction: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
    if rows.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let n_train = ((rows.len() as f64 * fraction).round() as usize).clamp(1, rows.len());
    let mut is_train = vec![false; rows.len()];
    for at in stream(seed, Stream::Split, 0, 0).permutation(rows.len()).into_iter().take(n_train) {
        if let Some(flag) = is_train.get_mut(at) {
            *flag = true;
        }
    }
    let part = |wanted: bool| {
        rows.iter().zip(&is_train).filter(|(_, flag)| **flag == wanted).map(|(&row, _)| row).collect()
    };
    (part(true), part(false))
}
