//! Carries a plan out: a table in, data sets out, with the names and units that the page shows.
//!
//! `rows.rs` chooses rows, `fit.rs` learns from the training rows what every row goes through (`preparation.rs`),
//! `encode.rs` does it. Read next: `rows.rs`.

mod encode;
mod fit;
mod picture;
mod preparation;
mod rows;

pub use encode::Encoded;
pub use picture::Picture;
pub use preparation::{Encoding, InputColumn, Preparation, Scaling, TargetColumn};

use encode::Source;
use lnn_core::{DataSet, Real};

use crate::{Column, ImportError, ImportPlan, Role, Table};

/// A table made ready to train on.
#[derive(Clone, Debug)]
pub struct Prepared<T> {
    /// Inputs (`n_inputs`, `n_train`), targets (`n_outputs`, `n_train`).
    pub train: DataSet<T>,
    /// The other rows, if there are any.
    pub dev: Option<DataSet<T>>,
    /// What every row went through: names of classes, scales, task; later files go through the same.
    pub preparation: Preparation,
    /// (`n_inputs`)
    pub input_names: Vec<String>,
    /// Smallest and largest value of each input over the training rows, in the network's units; (`n_inputs`).
    pub input_ranges: Vec<(f64, f64)>,
    /// The picture that the inputs are, if they are one.
    pub picture: Option<Picture>,
    /// The row of the table that each training example is; (`n_train`).
    pub train_rows: Vec<usize>,
    /// The row of the table that each dev example is.
    pub dev_rows: Vec<usize>,
    /// Rows left out for missing values.
    pub n_rows_dropped: usize,
}

impl<T> Prepared<T> {
    /// Sorted, numbers as numbers; empty for regression.
    pub fn class_names(&self) -> &[String] {
        &self.preparation.target.class_names
    }
}

/// Makes the data sets that a plan describes.
///
/// Classes are in order: numbers by size, texts by letters; of two the second is 1. Rows keep their order in both
/// splits.
///
/// # Errors
///
/// The first of [`ImportPlan::check`]'s problems, or what only the chosen rows show: none left to train on, a column
/// without a value in them, a number beyond the range of `T`.
pub fn prepare<T: Real>(table: &Table, plan: &ImportPlan) -> Result<Prepared<T>, ImportError> {
    if let Some(problem) = plan.check(table).into_iter().next() {
        return Err(problem.error);
    }
    let rows = rows::choose(table, plan);
    if rows.train.is_empty() {
        return Err(ImportError::NoRowsLeft { n_dropped: rows.n_dropped });
    }
    let preparation = fit::fit(table, plan, &rows.train)?;
    let columns: Vec<&Column> = of_role(table, plan, Role::Input).collect();
    let sources: Result<Vec<Source<'_>>, ImportError> = columns
        .into_iter()
        .zip(&preparation.inputs)
        .map(|(column, input)| Source::new(column, &input.encoding))
        .collect();
    let sources = sources?;
    let target = of_role(table, plan, Role::Target).next().ok_or(ImportError::NoTarget)?;
    let data_set = |rows: &[usize]| {
        let (inputs, targets) =
            (preparation.inputs_of(&sources, rows)?, preparation.targets_of(target, rows)?);
        DataSet::<T>::new(inputs, targets).map_err(|error| ImportError::DataSet(error.to_string()))
    };
    let train = data_set(&rows.train)?;
    let dev = if rows.dev.is_empty() { None } else { Some(data_set(&rows.dev)?) };
    let input_ranges = ranges(&train);
    let picture = preparation.picture().filter(|_| input_ranges.iter().all(|(min, _)| *min >= 0.0));
    Ok(Prepared {
        input_names: preparation.input_names(),
        input_ranges,
        picture,
        train,
        dev,
        preparation,
        train_rows: rows.train,
        dev_rows: rows.dev,
        n_rows_dropped: rows.n_dropped,
    })
}

fn of_role<'a>(table: &'a Table, plan: &'a ImportPlan, role: Role) -> impl Iterator<Item = &'a Column> {
    plan.columns
        .iter()
        .zip(&table.columns)
        .filter(move |(plan, _)| plan.role == role)
        .map(|(_, column)| column)
}

fn ranges<T: Real>(data: &DataSet<T>) -> Vec<(f64, f64)> {
    let range = |row: ndarray::ArrayView1<'_, T>| {
        row.iter()
            .map(|value| value.to_f64())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (min.min(value), max.max(value)))
    };
    data.inputs().outer_iter().map(range).collect()
}
