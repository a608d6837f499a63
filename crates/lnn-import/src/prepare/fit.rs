//! What the training rows teach about a column: its scale, its categories, and what fills its gaps.
//!
//! In: a table, a plan and the training rows; out: a [`Preparation`]. Statistics are over the values that are there.
//! Read next: `encode.rs`.

use super::encode::{Categories, Category};
use super::preparation::{Encoding, InputColumn, Preparation, Scaling, TargetColumn};
use crate::csv::number_text;
use crate::plan::require_numbers;
use crate::{
    Column, ColumnPlan, ColumnValues, ImportError, ImportPlan, Kind, Missing, Normalise, Role, Table, Task,
};

pub(super) fn fit(
    table: &Table,
    plan: &ImportPlan,
    train_rows: &[usize],
) -> Result<Preparation, ImportError> {
    let mut inputs = Vec::new();
    let mut target = None;
    for (column_plan, column) in plan.columns.iter().zip(&table.columns) {
        match column_plan.role {
            Role::Ignore => {}
            Role::Target => target = Some(fit_target(column, plan, train_rows)?),
            Role::Input => inputs.push(InputColumn {
                name: column.name.clone(),
                encoding: match column_plan.kind {
                    Kind::Numeric => fit_numbers(column, column_plan, plan.normalise, train_rows)?,
                    Kind::Categorical => fit_categories(column, column_plan, train_rows)?,
                },
            }),
        }
    }
    Ok(Preparation { inputs, target: target.ok_or(ImportError::NoTarget)?, task: plan.task })
}

fn fit_target(column: &Column, plan: &ImportPlan, train_rows: &[usize]) -> Result<TargetColumn, ImportError> {
    let name = column.name.clone();
    if plan.task != Task::Regression {
        return Ok(TargetColumn { name, class_names: category_names(column), scaling: Scaling::IDENTITY });
    }
    let scaling = if plan.normalise_target {
        z_score(&present(require_numbers(column)?, train_rows))
    } else {
        Scaling::IDENTITY
    };
    Ok(TargetColumn { name, class_names: Vec::new(), scaling })
}

fn fit_numbers(
    column: &Column,
    plan: &ColumnPlan,
    normalise: Normalise,
    train_rows: &[usize],
) -> Result<Encoding, ImportError> {
    let values = present(require_numbers(column)?, train_rows);
    let has_gaps = column.n_missing > 0;
    if values.is_empty() && has_gaps && plan.missing != Missing::DropRow {
        return Err(ImportError::NoValues { column: column.name.clone() });
    }
    let scaling = match normalise {
        Normalise::None => Scaling::IDENTITY,
        Normalise::ZScore => z_score(&values),
        Normalise::MinMax => min_max(&values),
        Normalise::Factor(factor) => Scaling { shift: 0.0, scale: factor.recip() },
    };
    // A file that comes later may have gaps where this one has none: the choice is fitted all the same.
    let fill = match plan.missing {
        _ if values.is_empty() => None,
        Missing::DropRow => None,
        Missing::Mean | Missing::OwnCategory => Some(mean(&values)),
        Missing::Median => Some(median(values)),
        Missing::MostFrequent => Some(most_frequent(values)),
    };
    Ok(Encoding::Numeric { scaling, fill, flags_missing: has_gaps && plan.missing == Missing::OwnCategory })
}

fn fit_categories(column: &Column, plan: &ColumnPlan, train_rows: &[usize]) -> Result<Encoding, ImportError> {
    let categories = category_names(column);
    let fill = match plan.missing {
        Missing::MostFrequent => most_frequent_category(column, &categories, train_rows)?,
        _ => None,
    };
    let has_missing_category = column.n_missing > 0 && plan.missing.is_own_category_of_texts();
    Ok(Encoding::OneHot { categories, fill, has_missing_category })
}

/// Sorted: numbers as numbers, texts as texts.
fn category_names(column: &Column) -> Vec<String> {
    match &column.values {
        ColumnValues::Text { levels, .. } => levels.clone(),
        _ => column.distinct_numbers().into_iter().map(number_text).collect(),
    }
}

/// The training rows' values that are not missing.
fn present(numbers: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().filter_map(|&row| numbers.get(row)).copied().filter(|number| !number.is_nan()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean and population standard deviation; a constant column keeps scale 1.
fn z_score(values: &[f64]) -> Scaling {
    if values.is_empty() {
        return Scaling::IDENTITY;
    }
    let shift = mean(values);
    let variance =
        values.iter().map(|value| (value - shift) * (value - shift)).sum::<f64>() / values.len() as f64;
    Scaling { shift, scale: usable_scale(variance.sqrt(), values) }
}

fn min_max(values: &[f64]) -> Scaling {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if min > max { Scaling::IDENTITY } else { Scaling { shift: min, scale: usable_scale(max - min, values) } }
}

/// 1 for a constant column, also where rounding of the mean makes its deviation look like a tiny one.
fn usable_scale(scale: f64, values: &[f64]) -> f64 {
    let is_constant = values.windows(2).all(|pair| matches!(pair, [a, b] if a.to_bits() == b.to_bits()));
    if is_constant || scale == 0.0 { 1.0 } else { scale }
}

/// The middle value, or the mean of the two in the middle; `values` is not empty.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.len() / 2;
    let at = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 { at(upper) } else { f64::midpoint(at(upper.saturating_sub(1)), at(upper)) }
}

/// Of equally frequent values the smallest; `values` is not empty.
fn most_frequent(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let runs = values.chunk_by(|a, b| a.to_bits() == b.to_bits());
    let longest = runs.fold(&[][..], |best, run| if run.len() > best.len() { run } else { best });
    longest.first().copied().unwrap_or(f64::NAN)
}

/// Of equally frequent categories the first.
fn most_frequent_category(
    column: &Column,
    categories: &[String],
    rows: &[usize],
) -> Result<Option<usize>, ImportError> {
    let lookup = Categories::new(column, categories)?;
    let mut counts = vec![0_usize; categories.len()];
    for &row in rows {
        if let Category::Known(category) = lookup.of(row)
            && let Some(count) = counts.get_mut(category)
        {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max();
    Ok(counts.iter().position(|&count| Some(count) == most && count > 0))
}
