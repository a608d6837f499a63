//! The suite as computed by this machine's own processor, and what the suite holds.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lnn_core::{Activation, Optimizer};
use lnn_exact::{Case, GOLDEN, parse_golden, suite};
use std::collections::BTreeSet;

#[test]
fn every_case_has_the_digest_that_was_written_down() {
    let golden = parse_golden(GOLDEN);
    let suite = suite();
    assert_eq!(golden.len(), suite.len(), "cases");
    for (case, expected) in suite.iter().zip(golden) {
        assert_eq!((case.name.as_str(), case.digest().unwrap()), expected);
    }
}

#[test]
fn no_two_cases_have_the_same_digest() {
    let digests: BTreeSet<u64> = parse_golden(GOLDEN).into_iter().map(|(_, digest)| digest).collect();
    assert_eq!(digests.len(), suite().len());
    assert!(!digests.contains(&0));
}

/// What a case has of each setting, in words. Sizes and activations count wherever they stand in the network.
fn settings(case: &Case) -> Vec<Vec<String>> {
    let recipe = &case.recipe;
    let data = case.data::<f64>();
    vec![
        vec![format!("{:?}", case.precision)],
        vec![recipe.optimizer.to_string()],
        recipe.hidden.iter().map(|activation| format!("hidden {activation}")).collect(),
        vec![format!("{} on {}", recipe.cost, recipe.output)],
        vec![format!("l2 {} dropout {}", recipe.l2_penalty, recipe.dropout)],
        vec![recipe.decay.to_string()],
        vec![format!("batch {} shuffle {}", recipe.batch_size, recipe.shuffle)],
        vec![format!("{} layers", recipe.layers.len() + 1)],
        recipe.layers.iter().map(|units| format!("{units} units")).collect(),
        vec![format!("{} features", data.n_features())],
        vec![recipe.init.to_string()],
    ]
}

#[test]
fn every_pair_of_settings_meets_in_some_case() {
    let cases: Vec<_> = suite().iter().map(settings).collect();
    let n_settings = cases[0].len();
    let choices: Vec<BTreeSet<&String>> =
        (0..n_settings).map(|setting| cases.iter().flat_map(|case| &case[setting]).collect()).collect();
    let counts: Vec<usize> = choices.iter().map(BTreeSet::len).collect();
    assert_eq!(counts, [2, Optimizer::ALL.len(), Activation::HIDDEN.len(), 8, 4, 4, 5, 6, 7, 7, 4]);
    for first in 0..n_settings {
        for second in 0..first {
            for a in &choices[first] {
                for b in &choices[second] {
                    let meets = cases.iter().any(|case| case[first].contains(a) && case[second].contains(b));
                    // A network of one layer has no hidden unit.
                    let is_possible = ![a, b].iter().any(|word| word.as_str() == "1 layers")
                        || ![a, b].iter().any(|word| word.starts_with("hidden") || word.ends_with("units"));
                    assert_eq!(meets, is_possible, "{a} with {b}");
                }
            }
        }
    }
}
