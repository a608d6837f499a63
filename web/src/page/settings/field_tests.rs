//! What may be typed, what is refused, and what continues a run.

use lnn_runlog::Task;

use super::*;
use crate::state::effects::changes;

fn check(field: Field, text: &str, is_possible: bool) {
    let recipe = Recipe::default();
    let parsed = field.parse(text, &recipe, 320);
    assert_eq!(parsed.is_ok(), is_possible, "{field:?} {text:?}: {parsed:?}");
    if let Ok(edit) = parsed {
        assert_eq!(edit.apply(&recipe, Task::BinaryClassification).check(), Ok(()), "{field:?} {text:?}");
    }
}

#[test]
fn ranges_are_checked_as_typed() {
    for text in ["0.01", "1e-3", " 100 ", "0,5"] {
        check(Field::LearningRate, text, true);
    }
    for text in ["", "0", "-1", "−1", "101", "ten", "NaN", "inf", "0.0.1"] {
        check(Field::LearningRate, text, false);
    }
    for (text, is_possible) in [("1", true), ("512", true), ("0", false), ("513", false), ("2.5", false)] {
        check(Field::Units(0), text, is_possible);
    }
    for (text, is_possible) in [("full", true), ("ALL", true), ("320", true), ("321", false), ("0", false)] {
        check(Field::BatchSize, text, is_possible);
    }
    for (text, is_possible) in [("0", true), ("0.999", true), ("1", false), ("-0.1", false)] {
        check(Field::Dropout, text, is_possible);
        check(Field::Beta1, text, is_possible);
    }
    check(Field::Seed, "9007199254740991", true);
    check(Field::Seed, "1e300", false);
}

#[test]
fn a_setting_that_the_recipe_lacks_is_refused() {
    check(Field::Beta, "0.5", false);
    check(Field::DecayRate, "0.5", false);
}

#[test]
fn a_refusal_says_what_is_possible() {
    let refusal = Field::LearningRate.parse("x", &Recipe::default(), 0);
    assert_eq!(refusal, Err("0 < α ≤ 100; 0.01 is a good start".to_owned()));
}

#[test]
fn the_mark_of_starting_again_tells_the_truth() {
    let recipe = Recipe { decay: LearningRateDecay::InverseTime { rate: 0.1 }, ..Recipe::default() };
    for (field, text) in [
        (Field::Units(0), "3"),
        (Field::Seed, "99"),
        (Field::LearningRate, "0.5"),
        (Field::DecayRate, "0.5"),
        (Field::BatchSize, "full"),
        (Field::L2Penalty, "0.5"),
        (Field::Dropout, "0.5"),
        (Field::Beta1, "0.5"),
        (Field::Epsilon, "0.5"),
    ] {
        let edit = field.parse(text, &recipe, 320).unwrap();
        let next = edit.apply(&recipe, Task::BinaryClassification);
        assert_eq!(changes(&recipe, &next).is_some(), field.continues(), "{field:?}");
    }
}

#[test]
fn arrow_keys_walk_in_steps_that_make_sense() {
    let at = |learning_rate, l2_penalty| Recipe { learning_rate, l2_penalty, ..Recipe::default() };
    for (recipe, field, is_up, expected) in [
        (at(0.01, 0.0), Field::LearningRate, true, "0.03"),
        (at(0.03, 0.0), Field::LearningRate, true, "0.1"),
        (at(0.02, 0.0), Field::LearningRate, false, "0.01"),
        (at(0.01, 0.0), Field::LearningRate, false, "0.003"),
        (at(100.0, 0.0), Field::LearningRate, true, "100"),
        (at(0.01, 0.0), Field::L2Penalty, true, "1e-4"),
        (at(0.01, 0.0), Field::L2Penalty, false, "0"),
        (at(0.01, 1e-6), Field::L2Penalty, false, "0"),
        (at(0.01, 0.0), Field::Dropout, true, "0.05"),
        (at(0.01, 0.0), Field::Units(0), true, "9"),
        (at(0.01, 0.0), Field::Beta1, false, "0.89"),
    ] {
        assert_eq!(field.nudged(&recipe, 320, is_up), expected, "{field:?}");
    }
}
