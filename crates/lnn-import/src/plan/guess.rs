//! A first plan for a table, from names and values alone. Read next: `check.rs`.

use std::collections::HashSet;

use super::{ColumnPlan, ImportPlan, Kind, Missing, Normalise, Role, Split, Task};
use crate::prepare::Picture;
use crate::{Column, ColumnValues, Table};

/// Names that targets have, the surest first.
const TARGET_NAMES: [&str; 11] = [
    "target",
    "label",
    "labels",
    "class",
    "y",
    "species",
    "diagnosis",
    "outcome",
    "survived",
    "digit",
    "progression",
];
const IDENTIFIER_NAMES: [&str; 7] = ["id", "index", "idx", "row", "no", "nr", "number"];
/// A whole-numbered target with at most this many values is classes …
const N_CLASSES_OF_INTEGERS: usize = 20;
/// … if each has this many rows on average.
const N_ROWS_OF_A_CLASS: usize = 5;
/// Texts with more values are free text, or names, and no use as an input.
const N_CATEGORIES_OF_AN_INPUT: usize = 200;

/// A column named like a target, else the last that is no identifier.
pub(super) fn target(table: &Table) -> usize {
    let named = |name: &&str| table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let usable = |(at, column): (usize, &Column)| !is_useless(column, at, table);
    TARGET_NAMES
        .iter()
        .find_map(named)
        .or_else(|| {
            (0..table.columns.len()).rev().find(|&at| table.columns.get(at).is_some_and(|c| usable((at, c))))
        })
        .unwrap_or_else(|| table.columns.len().saturating_sub(1))
}

pub(super) fn plan(table: &Table, target_idx: usize) -> ImportPlan {
    let columns: Vec<ColumnPlan> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| column_plan(column, at, at == target_idx, table))
        .collect();
    let task = match (table.columns.get(target_idx), columns.get(target_idx)) {
        (Some(column), Some(plan)) => task(column, plan.kind),
        _ => Task::Regression,
    };
    ImportPlan {
        reading: table.reading.clone(),
        normalise: normalise(table, &columns),
        columns,
        task,
        normalise_target: true,
        // A file that has a test split of its own keeps it.
        split: table.n_train.map_or(Split::Fraction(0.8), Split::First),
        seed: 1,
    }
}

/// What is learned from this column, read this way.
pub(super) fn task(column: &Column, kind: Kind) -> Task {
    match kind {
        Kind::Numeric => Task::Regression,
        Kind::Categorical if column.n_distinct <= 2 => Task::BinaryClassification,
        Kind::Categorical => Task::Classification,
    }
}

fn column_plan(column: &Column, at: usize, is_target: bool, table: &Table) -> ColumnPlan {
    let kind = match column.values {
        ColumnValues::Numeric(_) if is_target && is_classes(column, table.n_rows) => Kind::Categorical,
        ColumnValues::Numeric(_) => Kind::Numeric,
        _ => Kind::Categorical,
    };
    let role = if is_target {
        Role::Target
    } else if is_useless(column, at, table) {
        Role::Ignore
    } else {
        Role::Input
    };
    let missing = match (role, kind) {
        (Role::Target, _) => Missing::DropRow,
        (_, Kind::Numeric) => Missing::Mean,
        (_, Kind::Categorical) => Missing::OwnCategory,
    };
    ColumnPlan { name: column.name.clone(), role, kind, missing }
}

fn is_classes(column: &Column, n_rows: usize) -> bool {
    let all_integers = column.numbers.is_some_and(|numbers| numbers.all_integers);
    let n_most = N_CLASSES_OF_INTEGERS.min((n_rows / N_ROWS_OF_A_CLASS).max(2));
    all_integers && column.n_distinct_is_exact && column.n_distinct <= n_most
}

/// Nothing to learn from: no values, an identifier, or texts that hardly come twice.
fn is_useless(column: &Column, at: usize, table: &Table) -> bool {
    let n_present = table.n_rows.saturating_sub(column.n_missing);
    match &column.values {
        _ if n_present == 0 => true,
        ColumnValues::Numeric(numbers) => {
            is_named_like_identifier(&column.name, at == 0 && table.has_header)
                && column.numbers.is_some_and(|numbers| numbers.all_integers)
                && all_distinct(numbers)
        }
        ColumnValues::Text { levels, .. } => {
            (levels.len() == n_present && n_present > 2) || levels.len() > N_CATEGORIES_OF_AN_INPUT
        }
        ColumnValues::TooManyTexts { .. } => true,
    }
}

fn is_named_like_identifier(name: &str, heads_a_row: bool) -> bool {
    let lower = name.to_lowercase();
    // A spreadsheet's own row numbers have no name.
    (heads_a_row && (lower == "column 1" || lower.starts_with("unnamed")))
        || IDENTIFIER_NAMES.contains(&lower.as_str())
        || lower.ends_with("_id")
        || lower.ends_with(" id")
        || name.ends_with("Id")
        || name.ends_with("ID")
}

fn all_distinct(numbers: &[f64]) -> bool {
    let mut seen = HashSet::new();
    numbers.iter().filter(|number| !number.is_nan()).all(|number| seen.insert(number.to_bits()))
}

/// Pictures share one factor; columns between -1 and 1 need nothing; others are standardised.
fn normalise(table: &Table, plans: &[ColumnPlan]) -> Normalise {
    let inputs = || {
        let pairs = table.columns.iter().zip(plans);
        pairs
            .filter(|(_, plan)| plan.role == Role::Input && plan.kind == Kind::Numeric)
            .map(|(column, _)| column)
    };
    let bounds = inputs().filter_map(|column| column.numbers).map(|numbers| (numbers.min, numbers.max));
    let (min, max) =
        bounds.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), (a, b)| (min.min(a), max.max(b)));
    let names: Vec<String> = inputs().map(|column| column.name.clone()).collect();
    if min >= -1.0 && max <= 1.0 || min > max {
        Normalise::None
    } else if min >= 0.0 && Picture::guess(&names).is_some() {
        Normalise::Factor(1.0 / max)
    } else {
        Normalise::ZScore
    }
}
