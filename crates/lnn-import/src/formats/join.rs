//! Arrays that belong together become one table: inputs and labels, training and test.
//!
//! In: [`NamedArray`]s of one file or several. Out: a [`Table`] with a row for each example, the training split first. What is
//! what is told by names (`x_train`, `train_set_y`, `train-images-idx3-ubyte` …), and where there are none by shapes. Read
//! next: `../plan/guess.rs`, whose guesses can be corrected.

use super::array::{ArrayValues, NamedArray, shape_text};
use super::records::{categories, numeric};
use crate::text::listed;
use crate::{Format, ImportError, ImportLimits, Table};

/// What an array's name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meaning {
    part: Part,
    is_test: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Inputs,
    Targets,
    Classes,
}

/// Inputs and targets of a split.
struct Pair {
    inputs: NamedArray,
    targets: Option<NamedArray>,
}

/// A table of arrays.
///
/// # Errors
/// No array can be the inputs, or numbers of examples differ.
pub(super) fn table(arrays: Vec<NamedArray>, limits: &ImportLimits) -> Result<Table, ImportError> {
    let names: Vec<String> = arrays.iter().map(described).collect();
    let unclear = || ImportError::UnclearArrays { found: listed(&names) };
    let (mut train, mut test) = (Slots::default(), Slots::default());
    let (mut classes, mut others) = (None, Vec::new());
    for array in arrays {
        match meaning(&array.name) {
            Some(Meaning { part: Part::Classes, .. }) => classes = Some(array),
            Some(meaning) => {
                let slots = if meaning.is_test { &mut test } else { &mut train };
                if let Some(surplus) = slots.put(meaning.part, array) {
                    others.push(surplus);
                }
            }
            None => others.push(array),
        }
    }
    if train.inputs.is_none() {
        train.take_by_shape(&mut others);
    }
    let train = train.pair().ok_or_else(unclear)?;
    let test = test.pair();
    rows(&train, test.as_ref(), classes.as_ref(), limits)
}

#[derive(Default)]
struct Slots {
    inputs: Option<NamedArray>,
    targets: Option<NamedArray>,
}

impl Slots {
    /// What was there already comes back.
    fn put(&mut self, part: Part, array: NamedArray) -> Option<NamedArray> {
        let slot = if part == Part::Inputs { &mut self.inputs } else { &mut self.targets };
        match slot {
            None => {
                *slot = Some(array);
                None
            }
            Some(_) => Some(array),
        }
    }

    /// Without names: the array with most numbers are the inputs, one with a number for each of its examples the targets.
    fn take_by_shape(&mut self, others: &mut Vec<NamedArray>) {
        let most = others
            .iter()
            .enumerate()
            .filter(|(_, array)| array.shape.len() >= 2 && !matches!(array.values, ArrayValues::Texts(_)))
            .max_by_key(|(_, array)| array.shape.iter().product::<usize>());
        let Some((idx, _)) = most else { return };
        let inputs = others.swap_remove(idx);
        let n_rows = inputs.shape.first().copied().unwrap_or(0);
        if self.targets.is_none() {
            let fits = |array: &NamedArray| n_examples_of_targets(array, n_rows).is_some();
            self.targets = others.iter().position(fits).map(|idx| others.swap_remove(idx));
        }
        self.inputs = Some(inputs);
    }

    fn pair(self) -> Option<Pair> {
        Some(Pair { inputs: self.inputs?, targets: self.targets })
    }
}

fn described(array: &NamedArray) -> String {
    let shape: Vec<u64> = array.shape.iter().map(|extent| *extent as u64).collect();
    format!("{} {}", array.name, shape_text(&shape))
}

fn meaning(name: &str) -> Option<Meaning> {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let is_test =
        has(&["test", "t10k", "dev", "val", "valid", "validation"]) || matches!(&*name, "xtest" | "ytest");
    let part = if has(&["classes"]) {
        Part::Classes
    } else if has(&["y", "labels", "label", "targets", "target", "ytrain", "ytest"]) {
        Part::Targets
    } else if has(&["x", "images", "image", "data", "inputs", "features", "pixels", "xtrain", "xtest"]) {
        Part::Inputs
    } else {
        return None;
    };
    Some(Meaning { part, is_test })
}

/// Examples of targets that may be (n), (n, 1), (1, n) or (n, k), for inputs with so many rows.
fn n_examples_of_targets(array: &NamedArray, n_rows: usize) -> Option<usize> {
    let fits = match *array.shape {
        [n] | [n, _] if n == n_rows => true,
        [1, n] => n == n_rows,
        _ => false,
    };
    fits.then_some(n_rows)
}

fn rows(
    train: &Pair,
    test: Option<&Pair>,
    classes: Option<&NamedArray>,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    let n_train = n_rows(train)?;
    let n_test = test.map_or(Ok(0), n_rows)?;
    let width = |pair: &Pair| pair.inputs.shape.iter().skip(1).product::<usize>();
    let n_inputs = width(train);
    if let Some(test) = test.filter(|test| width(test) != n_inputs) {
        return Err(ImportError::ArraysDiffer {
            first: described(&train.inputs),
            second: described(&test.inputs),
        });
    }
    if n_inputs + 1 > limits.n_columns {
        return Err(ImportError::TooManyInputs {
            found: n_inputs,
            limit: limits.n_columns,
            largest: train.inputs.name.clone(),
        });
    }
    let n_cells = (n_train + n_test).saturating_mul(n_inputs + 1);
    if n_cells > limits.n_cells {
        let every = n_cells.div_ceil(limits.n_cells.max(1)) as u64;
        return Err(ImportError::ArrayTooLarge {
            shape: described(&train.inputs),
            limit: limits.n_cells,
            every,
        });
    }
    let mut columns = Vec::with_capacity(n_inputs + 1);
    for idx in 0..n_inputs {
        let of = |pair: &Pair, n: usize| -> Vec<f64> {
            (0..n).map(|row| pair.inputs.values.number(row * n_inputs + idx).unwrap_or(f64::NAN)).collect()
        };
        let mut numbers = of(train, n_train);
        numbers.extend(test.into_iter().flat_map(|test| of(test, n_test)));
        columns.push(numeric(format!("x{idx}"), numbers)?);
    }
    if train.targets.is_some() {
        let names = classes.map(|array| &array.values);
        let mut labels = labels(train, n_train)?;
        if let Some(test) = test {
            if test.targets.is_none() {
                return Err(ImportError::NoTestTargets { inputs: described(&test.inputs) });
            }
            labels.extend(self::labels(test, n_test)?)?;
        }
        columns.push(labels.column(names, limits)?);
    }
    let mut table = Table::of(Format::Npy, columns, n_train + n_test, *limits);
    table.n_train = test.map(|_| n_train);
    Ok(table)
}

fn n_rows(pair: &Pair) -> Result<usize, ImportError> {
    let n = pair.inputs.shape.first().copied().unwrap_or(0);
    match &pair.targets {
        Some(targets) if n_examples_of_targets(targets, n).is_none() => {
            Err(ImportError::ArraysDiffer { first: described(&pair.inputs), second: described(targets) })
        }
        _ => Ok(n),
    }
}

/// Targets of examples.
enum Labels {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

fn labels(pair: &Pair, n: usize) -> Result<Labels, ImportError> {
    let Some(targets) = &pair.targets else { return Ok(Labels::Numbers(Vec::new())) };
    let width = targets.shape.iter().product::<usize>() / n.max(1);
    match &targets.values {
        ArrayValues::Texts(texts) => Ok(Labels::Texts(texts.clone())),
        values if width == 1 => {
            Ok(Labels::Numbers((0..n).map(|row| values.number(row).unwrap_or(f64::NAN)).collect()))
        }
        values => {
            let numbers: Option<Vec<f64>> = (0..n).map(|row| the_one(values, row, width)).collect();
            numbers.map(Labels::Numbers).ok_or_else(|| ImportError::NotOneHot { array: described(targets) })
        }
    }
}

/// Which of a row is 1, where all others are 0.
fn the_one(values: &ArrayValues, row: usize, width: usize) -> Option<f64> {
    let mut found = None;
    for class in 0..width {
        match values.number(row * width + class)? {
            1.0 if found.is_none() => found = Some(class as f64),
            0.0 => {}
            _ => return None,
        }
    }
    found
}

impl Labels {
    fn extend(&mut self, more: Self) -> Result<(), ImportError> {
        match (self, more) {
            (Self::Numbers(numbers), Self::Numbers(more)) => numbers.extend(more),
            (Self::Texts(texts), Self::Texts(more)) => texts.extend(more),
            _ => {
                return Err(ImportError::ArraysDiffer {
                    first: "targets to train on".to_owned(),
                    second: "targets to test on".to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The target's column; classes by their names, where the file has them.
    fn column(
        self,
        names: Option<&ArrayValues>,
        limits: &ImportLimits,
    ) -> Result<crate::Column, ImportError> {
        let name = "label".to_owned();
        match (self, names) {
            (Self::Texts(texts), _) => Ok(categories(name, texts.into_iter().map(Some), limits)),
            (Self::Numbers(numbers), Some(ArrayValues::Texts(names))) => {
                let class = |number: &f64| {
                    (number.fract() == 0.0 && *number >= 0.0).then(|| names.get(*number as usize).cloned())?
                };
                let texts: Option<Vec<String>> = numbers.iter().map(class).collect();
                match texts {
                    Some(texts) => Ok(categories(name, texts.into_iter().map(Some), limits)),
                    None => numeric(name, numbers),
                }
            }
            (Self::Numbers(numbers), _) => numeric(name, numbers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnValues;

    fn array(name: &str, shape: &[usize]) -> NamedArray {
        let n = shape.iter().product::<usize>();
        let values = ArrayValues::Bytes((0..n).map(|idx| (idx % 2) as u8).collect());
        NamedArray { name: name.to_owned(), shape: shape.to_vec(), values }
    }

    fn joined(arrays: &[(&str, &[usize])]) -> Result<Table, ImportError> {
        table(arrays.iter().map(|(name, shape)| array(name, shape)).collect(), &ImportLimits::default())
    }

    #[track_caller]
    fn check(arrays: &[(&str, &[usize])], n_rows: usize, n_columns: usize, n_train: Option<usize>) {
        let table = joined(arrays).unwrap();
        assert_eq!((table.n_rows, table.columns.len(), table.n_train), (n_rows, n_columns, n_train));
    }

    #[test]
    fn arrays_are_told_apart_by_their_names() {
        check(&[("X", &[6, 3]), ("y", &[6])], 6, 4, None);
        check(&[("y", &[6, 1]), ("data", &[6, 3])], 6, 4, None);
        check(
            &[("x_train", &[6, 2, 2]), ("y_train", &[6]), ("x_test", &[4, 2, 2]), ("y_test", &[4])],
            10,
            5,
            Some(6),
        );
        check(
            &[
                ("train_set_x", &[6, 2, 2, 3]),
                ("train_set_y", &[6]),
                ("test_set_x", &[4, 2, 2, 3]),
                ("test_set_y", &[4]),
            ],
            10,
            13,
            Some(6),
        );
        check(&[("train-images-idx3-ubyte", &[6, 2, 2]), ("train-labels-idx1-ubyte", &[6])], 6, 5, None);
        check(
            &[
                ("t10k-labels", &[4]),
                ("t10k-images", &[4, 2]),
                ("train-images", &[6, 2]),
                ("train-labels", &[6]),
            ],
            10,
            3,
            Some(6),
        );
    }

    #[test]
    fn without_names_shapes_tell() {
        check(&[("arr_0", &[6, 3]), ("arr_1", &[6])], 6, 4, None);
        check(&[("a", &[1, 6]), ("b", &[6, 3])], 6, 4, None);
        check(&[("whatever", &[6, 3])], 6, 3, None);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_shapes() {
        let error = joined(&[("X", &[6, 3]), ("y", &[5])]).unwrap_err().to_string();
        assert!(error.contains("X (6, 3)") && error.contains("y (5,)"), "{error}");
        let error = joined(&[("lonely", &[6])]).unwrap_err().to_string();
        assert!(error.contains("lonely (6,)"), "{error}");
    }

    #[test]
    fn classes_get_their_names() {
        let classes = NamedArray {
            name: "list_classes".to_owned(),
            shape: vec![2],
            values: ArrayValues::Texts(vec!["non-cat".to_owned(), "cat".to_owned()]),
        };
        let arrays = vec![array("x", &[4, 2]), array("y", &[4]), classes];
        let table = table(arrays, &ImportLimits::default()).unwrap();
        let label = table.columns.last().unwrap();
        assert!(matches!(&label.values, ColumnValues::Text { levels, .. } if levels == &["cat", "non-cat"]));
        assert_eq!(label.cell_text(1), "cat");
    }
}
