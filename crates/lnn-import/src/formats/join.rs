//! Arrays that belong together become one table: inputs and labels, training and test.
//!
//! In: [`Unread`] arrays of one file or several. Out: a [`Table`] with a row for each example that is kept, the training split first.
//! What is what `assign.rs` tells; then all of it is held against the limits, and only then read. Read next: `assign.rs`,
//! `../plan/guess.rs`.

use super::array::{ArrayValues, Unread};
use super::assign::{Pair, Parts, Splits, assign};
use super::columns::{self, columns};
use super::records::{categories, numeric};
use crate::arrays::{are_targets, in_use, n_rows, width};
use crate::{
    ArrayOptions, ArrayPart, Column, Every, Format, ImportError, ImportLimits, ImportWarning, Table,
    TableArray,
};

/// A table of arrays.
///
/// # Errors
/// No array can be the inputs, one that was said to be something is not there or does not fit, numbers of examples differ, or what is
/// kept is too much.
pub(super) fn table(
    arrays: Vec<Unread>,
    said: &ArrayOptions,
    every: Every,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    let (parts, mut arrays) = assign(arrays, said)?;
    let mut warnings = Vec::new();
    let mut table = match parts {
        Parts::Columns(columns) => columns::table(columns, every, limits)?,
        Parts::Splits(splits) => {
            let is_by_shape = splits.is_by_shape;
            let n_inputs = check(&splits.train, splits.test.as_ref(), every, limits)?;
            let (table, has_targets) = rows(*splits, Kept { every, n_inputs, limits })?;
            if !has_targets {
                let are_of_targets = |array: &&mut TableArray| {
                    matches!(
                        array.part,
                        Some(ArrayPart::Targets | ArrayPart::TestTargets | ArrayPart::Classes)
                    )
                };
                for array in arrays.iter_mut().filter(are_of_targets) {
                    array.part = None;
                }
            }
            if is_by_shape && arrays.len() > 1 {
                let described = |part| in_use(&arrays, part).map(TableArray::described);
                warnings.push(ImportWarning::ArraysByShape {
                    inputs: described(ArrayPart::Inputs).unwrap_or_default(),
                    targets: described(ArrayPart::Targets),
                });
            }
            table
        }
    };
    let unused = |array: &&TableArray| array.part.is_none();
    let left_out: Vec<String> = arrays.iter().filter(unused).map(|array| array.name.clone()).collect();
    if !left_out.is_empty() {
        warnings.push(ImportWarning::ArraysLeftOut { arrays: left_out });
    }
    table.warnings = warnings;
    table.arrays = arrays;
    Ok(table)
}

/// Holds arrays against each other, and what will be kept of them against the limits; tells the numbers of an example.
fn check(
    train: &Pair,
    test: Option<&Pair>,
    every: Every,
    limits: &ImportLimits,
) -> Result<usize, ImportError> {
    let mut splits = Vec::new();
    let mut widest = 0;
    for pair in [Some(train), test].into_iter().flatten() {
        if pair.inputs.is_text {
            return Err(ImportError::TextInputs { array: pair.inputs.described() });
        }
        let n_rows = n_rows(&pair.inputs.shape);
        if let Some(targets) = pair.targets.as_ref().filter(|targets| !are_targets(&targets.shape, n_rows)) {
            return Err(ImportError::ArraysDiffer {
                first: pair.inputs.described(),
                second: targets.described(),
            });
        }
        // One number for each class, or one.
        let of_targets = pair.targets.as_ref().map_or(Some(1), |targets| match *targets.shape {
            [1, n] if n == n_rows => Some(1),
            _ => width(&targets.shape),
        });
        widest = widest.max(of_targets.unwrap_or(u64::MAX));
        splits.push(n_rows);
    }
    let too_large =
        |every| ImportError::ArrayTooLarge { shape: train.inputs.described(), limit: limits.n_cells, every };
    let n_inputs = width(&train.inputs.shape).ok_or_else(|| too_large(None))?;
    if let Some(test) = test.filter(|test| width(&test.inputs.shape) != Some(n_inputs)) {
        return Err(ImportError::ArraysDiffer {
            first: train.inputs.described(),
            second: test.inputs.described(),
        });
    }
    if n_inputs == 0 || splits.first() == Some(&0) {
        return Err(ImportError::NoExamples { array: train.inputs.described() });
    }
    let found = usize::try_from(n_inputs).ok().filter(|n_inputs| *n_inputs < limits.n_columns);
    let n_inputs = found.ok_or_else(|| ImportError::TooManyInputs {
        found: usize::try_from(n_inputs).unwrap_or(usize::MAX),
        limit: limits.n_columns.saturating_sub(1),
        largest: train.inputs.name.clone(),
    })?;
    let width = widest.max(n_inputs as u64 + 1);
    let n_kept = splits.iter().map(|n_rows| u128::from(every.kept(*n_rows))).sum::<u128>();
    if n_kept * u128::from(width) > limits.n_cells as u128 {
        return Err(too_large(Every::fitting(&splits, width, limits.n_cells as u64)));
    }
    Ok(n_inputs)
}

/// What is kept of arrays.
#[derive(Clone, Copy)]
struct Kept<'a> {
    every: Every,
    n_inputs: usize,
    limits: &'a ImportLimits,
}

impl Kept<'_> {
    fn n_rows(self, pair: &Pair) -> usize {
        self.every.kept(n_rows(&pair.inputs.shape)) as usize
    }
}

/// The table, and whether it has targets: what was guessed to be some, and is none, is left out.
fn rows(splits: Splits, kept: Kept<'_>) -> Result<(Table, bool), ImportError> {
    let Kept { every, n_inputs, limits } = kept;
    let Splits { mut train, mut test, classes, has_guessed_targets, .. } = splits;
    if let Some(Pair { inputs, .. }) =
        test.as_ref().filter(|test| train.targets.is_some() && test.targets.is_none())
    {
        return Err(ImportError::NoTestTargets { inputs: inputs.described() });
    }
    let (n_train, n_test) = (kept.n_rows(&train), test.as_ref().map_or(0, |test| kept.n_rows(test)));
    let has_test = test.is_some();
    let described = |pair: &Pair| pair.targets.as_ref().map(Unread::described).unwrap_or_default();
    let (of_train, of_test) = (described(&train), test.as_ref().map(described).unwrap_or_default());
    let (mut parts, mut targets) = (Vec::new(), Vec::new());
    if let Some(array) = train.targets.take() {
        match labels(array, n_rows(&train.inputs.shape), n_train, kept) {
            Err(ImportError::NotOneHot { .. }) if has_guessed_targets => {
                if let Some(test) = &mut test {
                    test.targets = None;
                }
            }
            read => targets.push(read?),
        }
    }
    for (pair, n_kept) in [(Some(train), n_train), (test, n_test)] {
        let Some(pair) = pair else { continue };
        let n_in_file = n_rows(&pair.inputs.shape);
        parts.push((pair.inputs.read(every, limits)?, n_kept));
        if let Some(array) = pair.targets {
            targets.push(labels(array, n_in_file, n_kept, kept)?);
        }
    }
    let mut columns = columns(&parts, n_inputs)?;
    drop(parts);
    let mut targets = targets.into_iter();
    let labels = targets.next();
    let has_targets = labels.is_some();
    if let Some(mut labels) = labels {
        if !targets.all(|more| labels.extend(more)) {
            return Err(ImportError::MixedTargets { train: of_train, test: of_test });
        }
        let names = classes.map(|array| array.read(Every::ALL, limits)).transpose()?;
        columns.push(labels.column(names.as_ref(), limits)?);
    }
    let mut table = Table::of(Format::Npy, columns, n_train + n_test, *limits);
    table.n_train = has_test.then_some(n_train);
    Ok((table, has_targets))
}

/// Targets of examples.
enum Labels {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

fn labels(targets: Unread, n_in_file: u64, n_rows: usize, kept: Kept<'_>) -> Result<Labels, ImportError> {
    let described = targets.described();
    // (1, n): examples are the columns of the only row.
    let values = if matches!(*targets.shape, [1, n] if n == n_in_file) {
        targets.read(Every::ALL, kept.limits)?.thinned(kept.every, 1)
    } else {
        targets.read(kept.every, kept.limits)?
    };
    let n_values = match &values {
        ArrayValues::Bytes(bytes) => bytes.len(),
        ArrayValues::Numbers(numbers) => numbers.len(),
        ArrayValues::Texts(texts) => texts.len(),
    };
    let width = n_values / n_rows.max(1);
    match values {
        ArrayValues::Texts(texts) if width == 1 => Ok(Labels::Texts(texts)),
        values if width == 1 => {
            Ok(Labels::Numbers((0..n_rows).map(|row| values.number(row).unwrap_or(f64::NAN)).collect()))
        }
        values => {
            let numbers: Option<Vec<f64>> = (0..n_rows).map(|row| the_one(&values, row, width)).collect();
            numbers.map(Labels::Numbers).ok_or(ImportError::NotOneHot { array: described })
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
    /// Adds more of the same kind; whether they are.
    fn extend(&mut self, more: Self) -> bool {
        match (self, more) {
            (Self::Numbers(numbers), Self::Numbers(more)) => numbers.extend(more),
            (Self::Texts(texts), Self::Texts(more)) => texts.extend(more),
            _ => return false,
        }
        true
    }

    /// The target's column; classes by their names, where the file has them.
    fn column(self, names: Option<&ArrayValues>, limits: &ImportLimits) -> Result<Column, ImportError> {
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
#[allow(clippy::panic, reason = "a test may fail")]
pub(super) mod tests {
    use super::super::array::{Element, ElementKind, Order, Source};
    use super::super::npy;
    use super::*;
    use crate::ColumnValues;

    /// An array of 0, 1, 0, 1 …; of texts, if its name begins so.
    pub fn array(name: &str, shape: &[u64]) -> Unread {
        let n = shape.iter().fold(1, |n: u64, extent| n.saturating_mul(*extent)).min(1_000);
        if name.starts_with("text") {
            return texts(name, shape, n);
        }
        let element = Element { kind: ElementKind::Unsigned, size: 1, is_big_endian: false };
        let bytes = (0..n).map(|idx| (idx % 2) as u8).collect();
        Unread {
            name: name.to_owned(),
            shape: shape.to_vec(),
            is_text: false,
            file: "file".to_owned(),
            source: Source::Numbers { bytes, element, order: Order::Last },
        }
    }

    fn texts(name: &str, shape: &[u64], n: u64) -> Unread {
        let extents = shape.iter().fold(String::new(), |extents, n| format!("{extents}{n},"));
        let header = format!("{{'descr': '|S1', 'fortran_order': False, 'shape': ({extents})}}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.into_bytes());
        bytes.extend((0..n).map(|idx| b'a' + (idx % 2) as u8));
        npy::look(name, "file", bytes, &ImportLimits::default()).unwrap()
    }

    pub fn joined_as(arrays: &[(&str, &[u64])], said: &ArrayOptions) -> Result<Table, ImportError> {
        let arrays = arrays.iter().map(|(name, shape)| array(name, shape)).collect();
        table(arrays, said, Every::ALL, &ImportLimits::default())
    }

    pub fn joined(arrays: &[(&str, &[u64])]) -> Result<Table, ImportError> {
        joined_as(arrays, &ArrayOptions::default())
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_shapes() {
        let error = joined(&[("X", &[6, 3]), ("y", &[5])]).unwrap_err().to_string();
        assert!(error.contains("X (6, 3)") && error.contains("y (5,)"), "{error}");
        let error = joined(&[("lonely", &[6])]).unwrap_err().to_string();
        assert!(error.contains("lonely (6,)"), "{error}");
    }

    #[test]
    fn arrays_without_examples_or_numbers_are_refused() {
        for shape in [[0, 3], [6, 0], [0, 0]] {
            let error = joined(&[("x", &shape)]).unwrap_err();
            assert!(matches!(error, ImportError::NoExamples { .. }), "{error}");
        }
    }

    #[test]
    fn classes_get_their_names_and_lose_none_to_the_rows_left_out() {
        let classes = Labels::Numbers(vec![1.0, 0.0]);
        let names = ArrayValues::Texts(vec!["non-cat".to_owned(), "cat".to_owned()]);
        let label = classes.column(Some(&names), &ImportLimits::default()).unwrap();
        assert!(matches!(&label.values, ColumnValues::Text { levels, .. } if levels == &["cat", "non-cat"]));
        assert_eq!(label.cell_text(1), "non-cat");
        let arrays = vec![array("x", &[5, 2]), array("y", &[5]), array("list_classes", &[2])];
        let table = table(arrays, &ArrayOptions::default(), Every::nth(2), &ImportLimits::default()).unwrap();
        assert_eq!((table.n_rows, table.columns.last().unwrap().cell_text(2).as_str()), (3, "0"));
    }

    #[test]
    fn the_rows_of_either_way_to_write_targets_stay_together() {
        // Bytes alternate: row 3 of the inputs is 1 0, its target 1.
        for shape in [&[7][..], &[7, 1], &[1, 7]] {
            let arrays = vec![array("x", &[7, 2]), array("y", shape)];
            let table =
                table(arrays, &ArrayOptions::default(), Every::nth(3), &ImportLimits::default()).unwrap();
            let labels: Vec<String> = (0..3).map(|row| table.columns[2].cell_text(row)).collect();
            assert_eq!((table.n_rows, labels.concat().as_str()), (3, "010"), "{shape:?}");
        }
        // As many are left of both, but they were not as many.
        let arrays = vec![array("x", &[6, 2]), array("y", &[5])];
        assert!(table(arrays, &ArrayOptions::default(), Every::nth(6), &ImportLimits::default()).is_err());
    }

    #[test]
    fn what_is_claimed_is_refused_before_it_is_read_and_an_offer_fits_all_arrays() {
        let claims: &[(&str, &[u64])] = &[("x_train", &[1 << 40, 9]), ("x_test", &[1 << 30, 9])];
        let error = joined(claims).unwrap_err();
        let Some(crate::Offer::EveryRow { n }) = error.offer() else { panic!("{error}") };
        let arrays = claims.iter().map(|(name, shape)| array(name, shape)).collect();
        let again =
            table(arrays, &ArrayOptions::default(), Every::nth(n), &ImportLimits::default()).unwrap_err();
        // The size is right: now the numbers are missed.
        assert!(again.to_string().contains("the file is cut off"), "{again}");
        for claims in [[1 << 40, 1 << 40, 1 << 40], [u64::MAX, u64::MAX, 2]] {
            let error = joined(&[("x", &claims)]).unwrap_err();
            assert!(error.to_string().contains("limit of 64,000,000 numbers"), "{error}");
            assert_eq!(error.offer(), None);
        }
    }
}
