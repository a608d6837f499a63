//! Data sets: inputs and targets, checked once.
//!
//! What enters: two matrices whose columns are examples. What leaves: a [`DataSet`] in which every number is finite
//! and every input has its target, and parts of it. Read next: [`crate::batch`], [`crate::trainer`].

use crate::batch::Batch;
use crate::cost::Cost;
use crate::error::TrainError;
use crate::kernel::copy;
use crate::random::{Stream, stream};
use crate::real::Real;
use crate::unit::{numbers, numbers_mut};
use ndarray::{Array2, Axis, s};

/// Examples to learn from or to measure on. Columns are examples.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSet<T> {
    /// X, `(n_features, n_examples)`, column-major: an example's features lie side by side, so that a mini-batch is
    /// gathered in whole runs of memory, and both products of the first layer read them as they lie.
    inputs: Array2<T>,
    /// Y, `(n_outputs, n_examples)`.
    targets: Array2<T>,
}

/// Why two matrices are no data set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DataError {
    /// Another number of inputs than targets.
    #[error("inputs have {inputs} examples, targets {targets}")]
    ExampleCount {
        /// Columns of the inputs.
        inputs: usize,
        /// Columns of the targets.
        targets: usize,
    },
    /// No example, feature or output at all.
    #[error(
        "a data set needs an example, a feature and an output at least; \
         found {n_examples} examples, {n_features} features, {n_outputs} outputs"
    )]
    Empty {
        /// Columns.
        n_examples: usize,
        /// Rows of the inputs.
        n_features: usize,
        /// Rows of the targets.
        n_outputs: usize,
    },
    /// The first number that is infinite or not a number; row and example count from 1 in the message.
    #[error("{matrix} row {}, example {} is not finite ({value})", row_idx + 1, example_idx + 1)]
    NonFinite {
        /// `"inputs"` or `"targets"`.
        matrix: &'static str,
        /// Row, from 0.
        row_idx: usize,
        /// Column, from 0.
        example_idx: usize,
        /// What stands there.
        value: f64,
    },
}

impl<T: Real> DataSet<T> {
    /// X `(n_features, n_examples)` and Y `(n_outputs, n_examples)`, any memory order.
    ///
    /// # Errors
    /// Different numbers of examples, nothing at all, or a number that is not finite.
    pub fn new(inputs: Array2<T>, targets: Array2<T>) -> Result<Self, DataError> {
        if inputs.ncols() != targets.ncols() {
            return Err(DataError::ExampleCount { inputs: inputs.ncols(), targets: targets.ncols() });
        }
        let data = Self { inputs: column_major(inputs), targets: row_major(targets) };
        check_not_empty(&data)?;
        check_finite("inputs", &data.inputs)?;
        check_finite("targets", &data.targets)?;
        Ok(data)
    }

    /// A data set of matrices known to be good.
    pub(crate) fn from_finite(inputs: Array2<T>, targets: Array2<T>) -> Self {
        debug_assert!(inputs.ncols() == targets.ncols() && !inputs.is_empty(), "made with equal sizes");
        Self { inputs: column_major(inputs), targets: row_major(targets) }
    }

    /// Rows of the inputs.
    pub fn n_features(&self) -> usize {
        self.inputs.nrows()
    }
    /// Rows of the targets.
    pub fn n_outputs(&self) -> usize {
        self.targets.nrows()
    }
    /// Columns of both.
    pub fn n_examples(&self) -> usize {
        self.inputs.ncols()
    }
    /// X, `(n_features, n_examples)`, column-major: an example's features lie side by side.
    pub fn inputs(&self) -> &Array2<T> {
        &self.inputs
    }
    /// Y, `(n_outputs, n_examples)`, row-major.
    pub fn targets(&self) -> &Array2<T> {
        &self.targets
    }

    /// These examples in this order; indices beyond the last example are left out. No index gives a set without
    /// examples, which no trainer takes.
    #[must_use]
    pub fn select(&self, examples: &[usize]) -> Self {
        let known: Vec<usize> = examples.iter().copied().filter(|&idx| idx < self.n_examples()).collect();
        let pick = |matrix: &Array2<T>| matrix.select(Axis(1), &known);
        Self { inputs: column_major(pick(&self.inputs)), targets: row_major(pick(&self.targets)) }
    }

    /// The first `n_train` examples (at least 1) and the others, if there are any.
    pub fn split_first(&self, n_train: usize) -> (Self, Option<Self>) {
        let n_train = n_train.clamp(1, self.n_examples());
        let part = |start: usize, end: usize| Self {
            inputs: column_major(self.inputs.slice(s![.., start..end]).to_owned()),
            targets: row_major(self.targets.slice(s![.., start..end]).to_owned()),
        };
        let dev = (n_train < self.n_examples()).then(|| part(n_train, self.n_examples()));
        (part(0, n_train), dev)
    }

    /// Indices of a random training part, `fraction` of all (rounded, at least 1), and of the others; both ascending.
    pub fn split_fraction(&self, fraction: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
        let n_train = ((self.n_examples() as f64 * fraction).round() as usize).clamp(1, self.n_examples());
        let mut train = stream(seed, Stream::Split, 0, 0).permutation(self.n_examples());
        let mut dev = train.split_off(n_train);
        train.sort_unstable();
        dev.sort_unstable();
        (train, dev)
    }

    /// Copy one mini-batch into matrices of its size: inputs column-major, targets row-major.
    pub(crate) fn gather(&self, batch: &Batch<'_>, inputs: &mut Array2<T>, targets: &mut Array2<T>) {
        match batch {
            Batch::All => {
                inputs.assign(&self.inputs);
                targets.assign(&self.targets);
            }
            Batch::Range(range) => {
                inputs.assign(&self.inputs.slice(s![.., range.clone()]));
                targets.assign(&self.targets.slice(s![.., range.clone()]));
            }
            Batch::Picked(examples) => {
                gather_examples(&self.inputs, examples, inputs);
                gather_columns(&self.targets, examples, targets);
            }
        }
    }
}

/// # Errors
/// There is no example, feature or output: only after selecting no example at all.
pub(crate) fn check_not_empty<T: Real>(data: &DataSet<T>) -> Result<(), DataError> {
    if !data.inputs.is_empty() && !data.targets.is_empty() {
        return Ok(());
    }
    let (n_features, n_examples) = data.inputs.dim();
    Err(DataError::Empty { n_examples, n_features, n_outputs: data.targets.nrows() })
}

/// Whether the cost is defined for every target.
///
/// # Errors
/// Cross-entropy with a target outside [0, 1], or categorical targets that do not sum to 1.
pub(crate) fn check_targets<T: Real>(cost: Cost, data: &DataSet<T>) -> Result<(), TrainError> {
    if cost == Cost::SquaredError {
        return Ok(());
    }
    let error = |output_idx, example_idx, value, needs| {
        Err(TrainError::Target { output_idx, example_idx, value, cost: cost.as_str(), needs })
    };
    for ((output_idx, example_idx), y) in data.targets.indexed_iter() {
        if *y < T::ZERO || *y > T::ONE {
            return error(output_idx, example_idx, y.to_f64(), "0 to 1");
        }
    }
    if cost == Cost::CategoricalCrossEntropy {
        for (example_idx, column) in data.targets.axis_iter(Axis(1)).enumerate() {
            let sum = column.iter().fold(0.0, |sum, y| sum + y.to_f64());
            if (sum - 1.0).abs() > 1e-5 {
                return error(0, example_idx, sum, "outputs that sum to 1 for each example");
            }
        }
    }
    Ok(())
}

/// Columns that lie in one piece each.
fn gather_examples<T: Real>(from: &Array2<T>, examples: &[usize], to: &mut Array2<T>) {
    let n_features = from.nrows();
    let (Some(from), Some(to)) = (from.as_slice_memory_order(), to.as_slice_memory_order_mut()) else {
        return;
    };
    for (to, &example) in to.chunks_exact_mut(n_features).zip(examples) {
        copy(&from[example * n_features..][..n_features], to);
    }
}

/// Columns of a row-major matrix, row by row.
fn gather_columns<T: Real>(from: &Array2<T>, examples: &[usize], to: &mut Array2<T>) {
    let n_examples = from.ncols();
    for (from, to) in
        numbers(from).chunks_exact(n_examples).zip(numbers_mut(to).chunks_exact_mut(examples.len()))
    {
        for (slot, &example) in to.iter_mut().zip(examples) {
            *slot = from[example];
        }
    }
}

fn column_major<T: Real>(matrix: Array2<T>) -> Array2<T> {
    if matrix.t().is_standard_layout() {
        return matrix;
    }
    matrix.t().as_standard_layout().into_owned().reversed_axes()
}

fn row_major<T: Real>(matrix: Array2<T>) -> Array2<T> {
    if matrix.is_standard_layout() { matrix } else { matrix.as_standard_layout().into_owned() }
}

fn check_finite<T: Real>(name: &'static str, matrix: &Array2<T>) -> Result<(), DataError> {
    match matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row_idx, example_idx), value)) => {
            Err(DataError::NonFinite { matrix: name, row_idx, example_idx, value: value.to_f64() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn numbers(n_examples: usize) -> DataSet<f64> {
        let row = Array2::from_shape_fn((1, n_examples), |(_, example)| example as f64);
        DataSet::new(row.clone(), row).unwrap()
    }

    #[test]
    fn wrong_example_count_is_reported_with_both_numbers() {
        let error = DataSet::<f64>::new(Array2::zeros((2, 3)), Array2::zeros((1, 4))).unwrap_err();
        assert_eq!(error.to_string(), "inputs have 3 examples, targets 4");
    }

    #[test]
    fn a_number_that_is_not_finite_is_found_by_row_and_example() {
        let inputs = array![[0.0, 1.0], [2.0, f64::NAN]];
        let error = DataSet::new(inputs, Array2::zeros((1, 2))).unwrap_err();
        assert_eq!(error.to_string(), "inputs row 2, example 2 is not finite (NaN)");
    }

    #[test]
    fn nothing_is_no_data_set() {
        let error = DataSet::<f64>::new(Array2::zeros((2, 0)), Array2::zeros((1, 0))).unwrap_err();
        assert!(error.to_string().ends_with("found 0 examples, 2 features, 1 outputs"), "{error}");
    }

    #[test]
    fn a_split_holds_each_example_once() {
        let (train, dev) = numbers(10).split_fraction(0.8, 4);
        assert_eq!((train.len(), dev.len()), (8, 2));
        let mut all = [train, dev].concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        let (first, rest) = numbers(10).split_first(7);
        assert_eq!(first.n_examples(), 7);
        assert_eq!(rest.unwrap().inputs()[[0, 0]].to_bits(), 7.0_f64.to_bits());
        assert!(numbers(3).split_first(9).1.is_none());
    }

    #[test]
    fn select_keeps_inputs_and_targets_together() {
        let picked = numbers(5).select(&[4, 0, 9]);
        assert_eq!(picked.inputs(), &array![[4.0, 0.0]]);
        assert_eq!(picked.targets(), &array![[4.0, 0.0]]);
    }
}
