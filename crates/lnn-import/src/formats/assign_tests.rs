//! Arrays with names, shapes and choices; what each of them became.

#![allow(clippy::panic, reason = "a test may fail")]

use proptest::prelude::*;

use crate::arrays::{candidates, in_use};
use crate::formats::join;
use crate::formats::join::tests::{array, joined, joined_as};
use crate::{ArrayOptions, ArrayPart, Every, ImportError, ImportLimits, ImportWarning, Table, TableArray};

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
        &[("t10k-labels", &[4]), ("t10k-images", &[4, 2]), ("train-images", &[6, 2]), ("train-labels", &[6])],
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
fn targets_to_train_on_and_to_test_on_are_of_one_kind() {
    let mixed: &[(&str, &[u64])] =
        &[("x", &[6, 3]), ("y", &[6]), ("text_y", &[6]), ("x_test", &[2, 3]), ("text_y_test", &[2])];
    let error = joined(mixed).unwrap_err().to_string();
    assert!(
        error.contains("of y (6,) and text_y_test (2,) one holds numbers and the other texts"),
        "{error}"
    );
    let table = joined_as(mixed, &said(&[(ArrayPart::Targets, "text_y")])).unwrap();
    assert_eq!(parts(&table), "x=inputs, y, text_y=targets, x_test=test inputs, text_y_test=test targets");
    let table = joined_as(mixed, &said(&[(ArrayPart::Targets, "y")])).unwrap();
    assert_eq!(parts(&table), "x=inputs, y=targets, text_y, x_test, text_y_test");
}

#[test]
fn whatever_a_dialog_lists_opens() {
    let files: [&[(&str, &[u64])]; 8] = [
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
        // As many classes as examples to test on, and no labels of those.
        &[("train_x", &[6, 3]), ("train_y", &[6]), ("test_x", &[2, 3]), ("list_classes", &[2])],
        &[("x", &[6, 3]), ("classes", &[6]), ("classes_too", &[2]), ("held", &[2, 3])],
    ];
    let n_opened: usize = files.map(|arrays| choose(arrays, &joined(arrays).unwrap(), 2)).iter().sum();
    assert!(n_opened > 1_000, "{n_opened}");
}

const NAMES: [&str; 14] = [
    "X",
    "y",
    "x_train",
    "y_train",
    "x_test",
    "y_test",
    "classes",
    "train/x",
    "test/y",
    "a",
    "b",
    "text",
    "text_y",
    "text_y_test",
];
const SHAPES: [&[u64]; 12] =
    [&[6, 3], &[6], &[6, 1], &[1, 6], &[2, 3], &[2], &[2, 1], &[1, 2], &[6, 4], &[2, 4], &[4, 3], &[]];

/// Opens what may be chosen, and what may be chosen then; every choice becomes what it was chosen for. How many were opened.
fn choose(arrays: &[(&str, &[u64])], table: &Table, depth: usize) -> usize {
    let mut n_opened = 0;
    for part in ArrayPart::CHOSEN {
        let listed = candidates(&table.arrays, part);
        let chosen = in_use(&table.arrays, part);
        assert!(chosen.is_none_or(|array| listed.contains(&array)), "{part:?} of {}", parts(table));
        let can_be_none = !listed.is_empty() && !matches!(part, ArrayPart::Inputs | ArrayPart::TestTargets);
        let none = can_be_none.then_some(None);
        for name in listed.iter().map(|array| Some(array.name.as_str())).chain(none) {
            let options = ArrayOptions::correcting(&table.arrays, part, name);
            match joined_as(arrays, &options) {
                Ok(table) => {
                    assert_eq!(in_use(&table.arrays, part).map(|array| array.name.as_str()), name);
                    n_opened += 1;
                    if depth > 0 {
                        n_opened += choose(arrays, &table, depth - 1);
                    }
                }
                // What numbers are, their shapes do not say.
                Err(ImportError::NotOneHot { .. }) => {}
                Err(error) => panic!("{part:?} = {name:?} after {}: {error}", parts(table)),
            }
        }
    }
    n_opened
}

proptest! {
    #[test]
    fn whatever_is_listed_for_arrays_of_any_names_and_shapes_opens(
        arrays in proptest::collection::vec((proptest::sample::select(&NAMES[..]), proptest::sample::select(&SHAPES[..])), 1..7)
    ) {
        if let Ok(table) = joined(&arrays) {
            choose(&arrays, &table, 1);
        }
    }
}

#[test]
fn what_names_call_a_test_split_is_a_data_set_where_there_is_no_other() {
    let table = joined(&[("t10k-images-idx3-ubyte", &[6, 2, 2]), ("t10k-labels-idx1-ubyte", &[6])]).unwrap();
    assert_eq!((table.n_rows, table.columns.len(), table.n_train), (6, 5, None));
    let table = joined(&[("x_test", &[6, 3]), ("y_test", &[6]), ("ids", &[6, 1])]).unwrap();
    assert_eq!(parts(&table), "x_test=inputs, y_test=targets, ids");
    let table = joined(&[("arr_0", &[9, 3]), ("x_test", &[6, 3])]).unwrap();
    assert_eq!(parts(&table), "arr_0=inputs, x_test=test inputs");
    // Test inputs without labels, as in a competition: the rest is a data set.
    let table = joined(&[("X_train", &[6, 3]), ("y_train", &[6]), ("X_test", &[4, 3])]).unwrap();
    assert_eq!(parts(&table), "X_train=inputs, y_train=targets, X_test");
    let table = joined(&[("x", &[6, 3]), ("y", &[6]), ("x_test", &[0, 3]), ("y_test", &[0])]).unwrap();
    assert_eq!(parts(&table), "x=inputs, y=targets, x_test, y_test");
    // Without targets to train on, those to test on are of no use.
    let table = joined(&[("x_train", &[6, 3]), ("x_test", &[4, 3]), ("y_test", &[4])]).unwrap();
    assert_eq!((table.n_rows, table.columns.len(), table.n_train), (10, 3, Some(6)));
    assert_eq!(parts(&table), "x_train=inputs, x_test=test inputs, y_test");
}

#[test]
fn what_is_named_classes_are_labels_where_nothing_else_can_be() {
    let table = joined(&[("X", &[6, 3]), ("classes", &[6])]).unwrap();
    assert_eq!(parts(&table), "X=inputs, classes=targets");
    let table = joined(&[("X", &[6, 3]), ("classes", &[2])]).unwrap();
    assert_eq!(parts(&table), "X=inputs, classes");
    assert_eq!(table.warnings, [ImportWarning::ArraysLeftOut { arrays: vec!["classes".to_owned()] }]);
    // As many classes as examples to test on: labels of those only to somebody who says so.
    let cats: &[(&str, &[u64])] =
        &[("train_x", &[6, 3]), ("train_y", &[6]), ("test_x", &[2, 3]), ("list_classes", &[2])];
    let table = joined(cats).unwrap();
    assert_eq!(parts(&table), "train_x=inputs, train_y=targets, test_x, list_classes=names of classes");
    let listed = |table: &Table| {
        let listed = candidates(&table.arrays, ArrayPart::TestInputs);
        listed.iter().map(|array| array.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&table), [""; 0]);
    let held = [(ArrayPart::TestInputs, "test_x"), (ArrayPart::TestTargets, "list_classes")];
    let table = joined_as(cats, &said(&held)).unwrap();
    assert_eq!(
        parts(&table),
        "train_x=inputs, train_y=targets, test_x=test inputs, list_classes=test targets"
    );
    assert_eq!(listed(&table), ["test_x"]);
    let again = ArrayOptions::correcting(&table.arrays, ArrayPart::TestInputs, Some("test_x"));
    assert_eq!(parts(&joined_as(cats, &again).unwrap()), parts(&table));
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
fn arrays_of_one_length_are_the_columns_of_a_table() {
    let table = joined(&[("age", &[6]), ("height", &[6, 1]), ("label", &[6]), ("version", &[])]).unwrap();
    assert_eq!((table.n_rows, table.column_names().join(" ").as_str()), (6, "age height label"));
    assert_eq!(parts(&table), "age=column, height=column, label=column, version");
    assert_eq!(table.columns[1].cell_text(3), "1");
    // Of several lengths that which most have.
    let table = joined(&[("a", &[4]), ("b", &[6]), ("c", &[4]), ("d", &[9])]).unwrap();
    assert_eq!(parts(&table), "a=column, b, c=column, d");
    let limits = ImportLimits { n_cells: 1_999, ..ImportLimits::default() };
    let of = |every| {
        let arrays = ["a", "b", "c", "d"].map(|name| array(name, &[1_000]));
        join::table(arrays.into(), &ArrayOptions::default(), every, &limits)
    };
    let Some(crate::Offer::EveryRow { n }) = of(Every::ALL).unwrap_err().offer() else { panic!("no offer") };
    let table = of(Every::nth(n)).unwrap();
    assert_eq!((n, table.n_rows, table.columns[0].cell_text(1)), (3, 334, "1".to_owned()));
}
