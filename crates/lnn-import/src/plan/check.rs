//! Everything that keeps a plan from being carried out, each with the column it belongs to, for a dialog that checks
//! while it is filled in. Read next: `../prepare/mod.rs`.

use std::fmt;

use super::{ImportPlan, Kind, Normalise, Role, Split, Task, text_as_number};
use crate::{Column, ColumnValues, ImportError, Table};

/// One thing wrong with a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanProblem {
    /// The column to correct; `None` if it is the plan as a whole.
    pub column_idx: Option<usize>,
    /// What is wrong and what to do.
    pub error: ImportError,
}

impl fmt::Display for PlanProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

pub(super) fn problems(plan: &ImportPlan, table: &Table) -> Vec<PlanProblem> {
    let (found, expected) = (plan.columns.len(), table.columns.len());
    if found != expected {
        return vec![PlanProblem { column_idx: None, error: ImportError::PlanMismatch { found, expected } }];
    }
    let mut problems = Vec::new();
    let mut add = |column_idx: Option<usize>, error: Option<ImportError>| {
        problems.extend(error.map(|error| PlanProblem { column_idx, error }));
    };
    for (at, (column, values)) in plan.columns.iter().zip(&table.columns).enumerate() {
        if column.role == Role::Input {
            add(Some(at), input_problem(values, column.kind));
        }
    }
    let targets: Vec<usize> = (0..found).filter(|&at| plan.columns[at].role == Role::Target).collect();
    match *targets.as_slice() {
        [] => add(None, Some(ImportError::NoTarget)),
        [at] => add(Some(at), target_problem(&table.columns[at], plan.task)),
        [first, second, ..] => {
            let [first, name] = [first, second].map(|at| plan.columns[at].name.clone());
            add(Some(second), Some(ImportError::SeveralTargets { first, second: name }));
        }
    }
    add(None, too_many_inputs(plan, table));
    add(None, settings_problem(plan, table));
    problems
}

fn input_problem(column: &Column, kind: Kind) -> Option<ImportError> {
    match (&column.values, kind) {
        (ColumnValues::TooManyTexts { limit }, Kind::Categorical) => {
            Some(ImportError::TooManyTexts { column: column.name.clone(), limit: *limit })
        }
        (_, Kind::Numeric) => text_as_number(column),
        _ if !column.n_distinct_is_exact => {
            Some(ImportError::TooManyTexts { column: column.name.clone(), limit: column.n_distinct })
        }
        _ => None,
    }
}

fn target_problem(column: &Column, task: Task) -> Option<ImportError> {
    match (task, &column.values) {
        (Task::Regression, ColumnValues::Numeric(_)) if column.n_distinct == 0 => {
            Some(ImportError::NoValues { column: column.name.clone() })
        }
        (Task::Regression, ColumnValues::Numeric(_)) => None,
        (Task::Regression, _) => Some(ImportError::RegressionOfTexts { column: column.name.clone() }),
        _ => class_problem(column, task),
    }
}

fn class_problem(column: &Column, task: Task) -> Option<ImportError> {
    let (name, found, exact) = (column.name.clone(), column.n_distinct, column.n_distinct_is_exact);
    match found {
        0 => Some(ImportError::NoValues { column: name }),
        1 => Some(ImportError::OneClass { column: name, class: first_text(column) }),
        2 => None,
        _ if found > ImportPlan::MAX_CLASSES => Some(ImportError::TooManyClasses {
            column: name,
            found,
            exact,
            what: if column.is_numeric() { "numbers" } else { "texts" },
            limit: ImportPlan::MAX_CLASSES,
        }),
        _ if task == Task::BinaryClassification => Some(ImportError::NotTwoClasses { column: name, found }),
        _ => None,
    }
}

fn first_text(column: &Column) -> String {
    match &column.values {
        ColumnValues::Text { levels, .. } => levels.first().cloned().unwrap_or_default(),
        _ => column.numbers.map(|numbers| numbers.min.to_string()).unwrap_or_default(),
    }
}

fn too_many_inputs(plan: &ImportPlan, table: &Table) -> Option<ImportError> {
    let (n_inputs, n_rows) = (plan.n_inputs(table), table.n_rows);
    if n_inputs == 0 {
        return Some(ImportError::NoInput);
    }
    if n_inputs > table.limits.n_columns {
        let inputs = plan.columns.iter().zip(&table.columns).filter(|(column, _)| column.role == Role::Input);
        let largest = inputs.max_by_key(|(column, values)| column.n_inputs(values));
        return Some(ImportError::TooManyInputs {
            found: n_inputs,
            limit: table.limits.n_columns,
            largest: largest.map(|(column, _)| column.name.clone()).unwrap_or_default(),
        });
    }
    let limit = table.limits.n_cells;
    if n_inputs.saturating_mul(n_rows) <= limit {
        return None;
    }
    Some(ImportError::DataSetTooLarge { n_inputs, n_rows, limit, every: table.every_fitting(n_inputs) })
}

fn settings_problem(plan: &ImportPlan, table: &Table) -> Option<ImportError> {
    match plan.split {
        Split::Fraction(fraction) if !(fraction > 0.0 && fraction <= 1.0) => {
            return Some(ImportError::BadFraction { fraction });
        }
        Split::First(n) if n == 0 || n > table.n_rows => {
            return Some(ImportError::BadFirst { n, n_rows: table.n_rows });
        }
        _ => {}
    }
    match plan.normalise {
        Normalise::Factor(factor) if !(factor.is_finite() && factor != 0.0 && factor.recip().is_finite()) => {
            Some(ImportError::BadFactor { factor })
        }
        _ => None,
    }
}
