//! Every problem is found where it lies, and blocks only where the loader would refuse.

use super::*;
use crate::{
    page::data::plan::{
        PlanEdit, edited,
        tests::{column, flowers},
    },
    protocol::PlanColumn,
};

/// The places and blocking of everything wrong after some edits.
fn check(preview: &Preview, edits: &[PlanEdit], expected: &[(Place, bool, &str)]) {
    let plan = edits.iter().fold(preview.plan.clone(), |plan, edit| edited(preview, &plan, edit));
    let found = problems(preview, &plan);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (problem, (place, is_blocking, words)) in found.iter().zip(expected) {
        assert_eq!((problem.place, problem.is_blocking), (*place, *is_blocking), "{problem:?}");
        assert!(problem.text.contains(words), "{problem:?}");
    }
}

#[test]
fn the_guess_of_a_good_file_has_no_problem() {
    check(&flowers(), &[], &[]);
    let summary = summary(&flowers(), &flowers().plan);
    assert_eq!(summary, "120 examples to train on, 30 held out · 2 inputs → 3 classes of species");
}

#[test]
fn a_number_is_learned_by_regression() {
    let preview = flowers();
    let plan = edited(&preview, &preview.plan, &PlanEdit::Role(1, Role::Target));
    assert_eq!(
        summary(&preview, &plan),
        "120 examples to train on, 30 held out · 4 inputs → width, a number"
    );
}

#[test]
fn a_plan_needs_a_target_and_an_input() {
    let no_target = PlanEdit::Role(2, Role::Ignore);
    check(&flowers(), &[no_target], &[(Place::Columns, true, "No column is the target")]);
    let no_input = PlanEdit::Others(vec![0, 1, 2], Role::Ignore);
    check(&flowers(), &[no_input], &[(Place::Columns, true, "No column is an input")]);
}

#[test]
fn text_is_no_number() {
    let edits = [PlanEdit::Role(0, Role::Target), PlanEdit::Kind(2, Kind::Numeric)];
    check(&flowers(), &edits, &[(Place::Column(2), true, "“species” holds text")]);
    check(&flowers(), &[PlanEdit::Kind(2, Kind::Numeric)], &[(Place::Column(2), true, "to learn classes")]);
}

#[test]
fn too_many_classes_are_refused_with_both_numbers() {
    let mut preview = flowers();
    preview.columns[2].n_distinct = 10_000;
    check(&preview, &[], &[(Place::Column(2), true, "has 10\u{202f}000 classes, at most 200")]);
}

#[test]
fn too_many_inputs_name_the_widest_column() {
    let mut preview = flowers();
    preview.columns.push(column("comment", 30_000, None));
    preview.plan.columns.push(PlanColumn {
        role: Role::Input,
        kind: Kind::Categorical,
        missing: Missing::OwnCategory,
    });
    let expected =
        [(Place::Columns, true, "leave out “comment”"), (Place::Column(3), false, "30\u{202f}000 inputs")];
    check(&preview, &[], &expected);
}

#[test]
fn what_only_deserves_a_word_does_not_block() {
    check(&flowers(), &[PlanEdit::TrainShare(1.0)], &[(Place::Split, false, "Nothing is held out")]);
    let mut preview = flowers();
    preview.columns[0].n_distinct = 1;
    check(&preview, &[], &[(Place::Column(0), false, "the same in every row")]);
}

#[test]
fn rows_with_gaps_are_counted_out() {
    let mut preview = flowers();
    preview.columns[0].n_missing = 10;
    preview.columns[2].n_missing = 20;
    let plan = edited(&preview, &preview.plan, &PlanEdit::Missing(0, Missing::DropRow));
    let outline = outline(&preview, &plan);
    assert_eq!((outline.n_rows, outline.is_exact), (120, false));
    assert!(summary(&preview, &plan).starts_with("at least 96 examples to train on, 24 held out"));
}

#[test]
fn a_category_for_missing_values_is_an_input_too() {
    let mut preview = flowers();
    preview.columns[0].n_missing = 3;
    let plan = edited(&preview, &preview.plan, &PlanEdit::Missing(0, Missing::OwnCategory));
    assert_eq!(outline(&preview, &plan).n_inputs, 3);
}
