//! Arrays that belong together become one table: inputs and labels, training and test.
//!
//! In: [`Unread`] arrays of one file or several. Out: a [`Table`] with a row for each example that is kept, the training split first.
//! What is what `assign.rs` tells; then all of it is held against the limits, and only then read. Read next: `assign.rs`,
//! `../plan/guess.rs`.

use super::array::{ArrayValues, Unread};
use super::assign::{Pair, Parts, Splits, assign};
use super::columns::columns;
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
        Parts::Columns(columns) => of_columns(columns, every, limits)?,
        Parts::Splits(splits) => {
            let is_by_shape = splits.is_by_shape;
            let n_inputs = check(&splits.train, splits.test.as_ref(), every, limits)?;
            let (table, has_targets) = rows(*splits, Kept { every, n_inputs, limits })?;
            if !has_targets {
                let are_targets = |array: &&mut TableArray| {
                    matches!(array.part, Some(ArrayPart::Targets | ArrayPart::TestTargets))
                };
                for array in arrays.iter_mut().filter(are_targets) {
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

/// A table of arrays that are its columns, each with its name.
fn of_columns(arrays: Vec<Unread>, every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
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
        targets.try_for_each(|more| labels.extend(more))?;
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
mod tests {
    use super::super::array::{Element, ElementKind, Order, Source};
    use super::*;
    use crate::ColumnValues;

    fn array(name: &str, shape: &[u64]) -> Unread {
        let n = shape.iter().fold(1, |n: u64, extent| n.saturating_mul(*extent)).min(1_000);
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

    fn joined(arrays: &[(&str, &[u64])]) -> Result<Table, ImportError> {
        let arrays = arrays.iter().map(|(name, shape)| array(name, shape)).collect();
        table(arrays, &ArrayOptions::default(), Every::ALL, &ImportLimits::default())
    }

    #[track_caller]
    fn check(arrays: &[(&str, &[u64])], n_rows: usize, n_columns: usize, n_train: Option<usize>) {
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
    fn groups_tell_the_splits_where_names_do_not_and_what_is_left_out_is_said() {
        let of_groups: [(&str, &[u64]); 4] =
            [("d/test/x", &[4, 2]), ("d/test/y", &[4]), ("d/train/x", &[6, 2]), ("d/train/y", &[6])];
        check(&of_groups, 10, 3, Some(6));
        check(&[("test_of_mine/x_train", &[6, 2]), ("test_of_mine/y_train", &[6])], 6, 3, None);
        let digits = joined(&[("data", &[6, 4]), ("images", &[6, 2, 2]), ("target", &[6])]).unwrap();
        assert_eq!(digits.warnings, [ImportWarning::ArraysLeftOut { arrays: vec!["images".to_owned()] }]);
        assert!(digits.warnings[0].to_string().starts_with("«images» is no part of the data set"));
    }

    fn said(choices: &[(ArrayPart, &str)]) -> ArrayOptions {
        let mut said = ArrayOptions::default();
        for (part, name) in choices {
            said.say(*part, Some(*name).filter(|name| *name != "none"));
        }
        said
    }

    fn joined_as(arrays: &[(&str, &[u64])], said: &ArrayOptions) -> Result<Table, ImportError> {
        let arrays = arrays.iter().map(|(name, shape)| array(name, shape)).collect();
        table(arrays, said, Every::ALL, &ImportLimits::default())
    }

    /// What each array is: `a=inputs b=targets c`.
    fn parts(table: &Table) -> String {
        let part = |array: &TableArray| match array.part {
            Some(part) => format!("{}={}", array.name, part.as_str()),
            None => array.name.clone(),
        };
        table.arrays.iter().map(part).collect::<Vec<_>>().join(", ")
    }

    const ODD: &[(&str, &[u64])] =
        &[("first", &[6, 3]), ("kind", &[6]), ("second", &[6, 4]), ("held", &[2, 3]), ("held_kind", &[1, 2])];

    #[test]
    fn what_is_said_goes_before_names_and_shapes() {
        let guessed = joined_as(ODD, &ArrayOptions::default()).unwrap();
        assert_eq!(parts(&guessed), "first, kind=targets, second=inputs, held, held_kind");
        let words: Vec<String> = guessed.warnings.iter().map(ToString::to_string).collect();
        assert!(
            words[0].contains("second (6, 4) was taken for the inputs, and kind (6,) for the targets"),
            "{words:?}"
        );
        assert!(words[1].starts_with("«first», «held», «held_kind» are no part"), "{words:?}");
        let all = [
            (ArrayPart::Inputs, "first"),
            (ArrayPart::Targets, "kind"),
            (ArrayPart::TestInputs, "held"),
            (ArrayPart::TestTargets, "held_kind"),
        ];
        let chosen = joined_as(ODD, &said(&all)).unwrap();
        assert_eq!((chosen.n_rows, chosen.columns.len(), chosen.n_train), (8, 4, Some(6)));
        assert_eq!(
            parts(&chosen),
            "first=inputs, kind=targets, second, held=test inputs, held_kind=test targets"
        );
        let without =
            joined_as(ODD, &said(&[(ArrayPart::Inputs, "first"), (ArrayPart::Targets, "none")])).unwrap();
        assert_eq!((without.n_rows, without.columns.len()), (6, 3));
        // Names that do not fit what was chosen belong to others.
        let named: &[(&str, &[u64])] =
            &[("x_train", &[6, 3]), ("y_train", &[6]), ("x_test", &[2, 3]), ("y_test", &[2]), ("z", &[5, 2])];
        let other = joined_as(named, &said(&[(ArrayPart::Inputs, "z")])).unwrap();
        assert_eq!(parts(&other), "x_train, y_train, x_test, y_test, z=inputs");
        let whole = joined_as(named, &said(&[(ArrayPart::TestInputs, "none")])).unwrap();
        assert_eq!(parts(&whole), "x_train=inputs, y_train=targets, x_test, y_test, z");
    }

    #[test]
    fn what_is_said_and_can_not_be_is_refused_with_what_there_is() {
        let refused = |choices: &[(ArrayPart, &str)]| joined_as(ODD, &said(choices)).unwrap_err().to_string();
        let error = refused(&[(ArrayPart::Inputs, "frist")]);
        assert!(
            error.contains("no array is named «frist», which should be the inputs")
                && error.contains("first (6, 3)")
        );
        let error = refused(&[(ArrayPart::Inputs, "first"), (ArrayPart::Targets, "first")]);
        assert!(error.contains("«first» can't be two things"), "{error}");
        let error = refused(&[(ArrayPart::Targets, "held_kind")]);
        assert!(error.contains("second (6, 4) and held_kind (1, 2) do not belong together"), "{error}");
        let error = refused(&[(ArrayPart::TestTargets, "held_kind")]);
        assert!(error.contains("held_kind (1, 2) can't be test targets without test inputs"), "{error}");
        let error = refused(&[(ArrayPart::Inputs, "second"), (ArrayPart::TestInputs, "first")]);
        assert!(error.contains("second (6, 4) and first (6, 3) do not belong together"), "{error}");
        let error = refused(&[
            (ArrayPart::Inputs, "first"),
            (ArrayPart::TestInputs, "held"),
            (ArrayPart::TestTargets, "none"),
        ]);
        assert!(error.contains("held (2, 3) is there to test on, but no labels"), "{error}");
    }

    #[test]
    fn whatever_a_dialog_lists_opens() {
        let files: [&[(&str, &[u64])]; 6] = [
            ODD,
            &[
                ("x_train", &[6, 2, 2]),
                ("y_train", &[6]),
                ("x_test", &[4, 2, 2]),
                ("y_test", &[4]),
                ("ids", &[6]),
            ],
            &[("a", &[6]), ("b", &[6, 1]), ("c", &[4]), ("d", &[]), ("e", &[4])],
            &[("images", &[6, 4]), ("data", &[6, 2, 2]), ("y", &[1, 6])],
            &[("x_train", &[6, 3]), ("x_test", &[2, 3]), ("w", &[6])],
            &[("t10k-images", &[6, 4]), ("t10k-labels", &[6]), ("more", &[6, 1])],
        ];
        let mut n_opened = 0;
        for arrays in files {
            let mut tables = vec![joined_as(arrays, &ArrayOptions::default()).unwrap()];
            for part in ArrayPart::CHOSEN {
                let mut next = Vec::new();
                for table in &tables {
                    let names = crate::arrays::candidates(&table.arrays, part).into_iter();
                    let names = names.map(|array| Some(array.name.as_str()));
                    // Where there are test inputs, there have to be targets of them.
                    let names = names.chain((part != ArrayPart::TestTargets).then_some(None));
                    for name in names {
                        let said = ArrayOptions::correcting(&table.arrays, part, name);
                        match joined_as(arrays, &said) {
                            Ok(table) => next.push(table),
                            // What numbers are, their shapes do not say.
                            Err(ImportError::NotOneHot { .. }) => {}
                            Err(error) => panic!("{said:?}: {error}"),
                        }
                    }
                }
                n_opened += next.len();
                tables = next;
            }
        }
        assert!(n_opened > 100, "{n_opened}");
    }

    #[test]
    fn arrays_of_one_length_are_the_columns_of_a_table() {
        let table = joined(&[("age", &[6]), ("height", &[6, 1]), ("label", &[6]), ("version", &[])]).unwrap();
        assert_eq!((table.n_rows, table.column_names().join(" ").as_str()), (6, "age height label"));
        assert_eq!(parts(&table), "age=column, height=column, label=column, version");
        assert_eq!(table.columns[1].cell_text(3), "1");
        // Of several lengths that which most have.
        let table = joined(&[("a", &[4]), ("b", &[6]), ("c", &[4]), ("d", &[9])]).unwrap();
        assert_eq!(parts(&table), "a=column, b, c=column, d");
        let many = ["a", "b", "c", "d"].map(|name| array(name, &[1_000]));
        let limits = ImportLimits { n_cells: 1_999, ..ImportLimits::default() };
        let of =
            |every| super::table(many.iter().map(again).collect(), &ArrayOptions::default(), every, &limits);
        let Some(crate::Offer::EveryRow { n }) = of(Every::ALL).unwrap_err().offer() else {
            panic!("no offer")
        };
        let table = of(Every::nth(n)).unwrap();
        assert_eq!((n, table.n_rows, table.columns[0].cell_text(1)), (3, 334, "1".to_owned()));
    }

    fn again(one: &Unread) -> Unread {
        array(&one.name, &one.shape)
    }

    #[test]
    fn what_names_call_a_test_split_is_a_data_set_where_there_is_no_other() {
        let table =
            joined(&[("t10k-images-idx3-ubyte", &[6, 2, 2]), ("t10k-labels-idx1-ubyte", &[6])]).unwrap();
        assert_eq!((table.n_rows, table.columns.len(), table.n_train), (6, 5, None));
        let table = joined(&[("x_test", &[6, 3]), ("y_test", &[6]), ("ids", &[6, 1])]).unwrap();
        assert_eq!(parts(&table), "x_test=inputs, y_test=targets, ids");
        let table = joined(&[("arr_0", &[9, 3]), ("x_test", &[6, 3])]).unwrap();
        assert_eq!(parts(&table), "arr_0=inputs, x_test=test inputs");
        // Test inputs without labels, as in a competition: the rest is a data set.
        let table = joined(&[("X_train", &[6, 3]), ("y_train", &[6]), ("X_test", &[4, 3])]).unwrap();
        assert_eq!(parts(&table), "X_train=inputs, y_train=targets, X_test");
        // Without targets to train on, those to test on are of no use.
        let table = joined(&[("x_train", &[6, 3]), ("x_test", &[4, 3]), ("y_test", &[4])]).unwrap();
        assert_eq!((table.n_rows, table.columns.len(), table.n_train), (10, 3, Some(6)));
        assert_eq!(parts(&table), "x_train=inputs, x_test=test inputs, y_test");
    }

    #[test]
    fn two_arrays_of_one_name_are_told_apart() {
        let table = joined(&[("x", &[6, 3]), ("x", &[6, 2]), ("y", &[6])]).unwrap();
        assert_eq!(parts(&table), "x=inputs, x (2), y=targets");
        let other =
            joined_as(&[("x", &[6, 3]), ("x", &[6, 2]), ("y", &[6])], &said(&[(ArrayPart::Inputs, "x (2)")]));
        assert_eq!(other.unwrap().columns.len(), 3);
    }

    #[test]
    fn without_names_shapes_tell() {
        check(&[("arr_0", &[6, 3]), ("arr_1", &[6])], 6, 4, None);
        check(&[("a", &[1, 6]), ("b", &[6, 3])], 6, 4, None);
        check(&[("whatever", &[6, 3])], 6, 3, None);
        let table = joined(&[("a", &[6, 4]), ("b", &[6, 3]), ("x_test", &[2, 4]), ("y_test", &[2])]).unwrap();
        assert_eq!((table.n_rows, table.columns.len()), (8, 4));
        assert_eq!(parts(&table), "a=inputs, b, x_test=test inputs, y_test");
        // Several numbers a row that are no classes: bytes alternate, (6, 3) has two ones in every second row.
        check(&[("a", &[6, 4]), ("b", &[6, 3])], 6, 4, None);
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
