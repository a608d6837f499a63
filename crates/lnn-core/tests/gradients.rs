//! Backpropagation against central differences: every activation × cost × regularizer × depth.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::dropout::dropout_mask;
use lnn_core::gradient_check::DEFAULT_EPSILON;
use lnn_core::random::{Stream, stream};
use lnn_core::{Activation, Cost, DataSet, Network, ParameterId, Recipe, gradient_check};
use ndarray::{Array1, Array2};

const N_FEATURES: usize = 3;
const N_UNITS: usize = 4;
const N_OUTPUTS: usize = 3;
const N_EXAMPLES: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Regularizer {
    None,
    L2,
    Dropout,
}

/// A small problem whose targets suit the cost, and a network with biases that are not zero.
fn problem(recipe: &Recipe, seed: u64) -> (Network<f64>, DataSet<f64>) {
    let mut numbers = stream(seed, Stream::Data, 0, 0);
    let inputs = Array2::from_shape_simple_fn((N_FEATURES, N_EXAMPLES), || numbers.normal());
    let targets = match recipe.cost {
        Cost::SquaredError => Array2::from_shape_simple_fn((N_OUTPUTS, N_EXAMPLES), || numbers.normal()),
        Cost::BinaryCrossEntropy => {
            Array2::from_shape_simple_fn((N_OUTPUTS, N_EXAMPLES), || numbers.uniform())
        }
        Cost::CategoricalCrossEntropy => {
            let class: Vec<usize> =
                (0..N_EXAMPLES).map(|_| numbers.below(N_OUTPUTS as u32) as usize).collect();
            Array2::from_shape_fn((N_OUTPUTS, N_EXAMPLES), |(output, example)| {
                f64::from(u8::from(class[example] == output))
            })
        }
    };
    let mut network = Network::new(recipe, N_FEATURES, N_OUTPUTS).unwrap();
    for layer in &mut network.layers {
        layer.biases = Array1::from_shape_simple_fn(layer.biases.len(), || 0.3 * numbers.normal());
    }
    (network, DataSet::new(inputs, targets).unwrap())
}

/// Central differences mean nothing across a kink of `ReLU`: every z must be well away from 0.
fn is_away_from_kinks(network: &Network<f64>, data: &DataSet<f64>, masks: &[Array2<f64>]) -> bool {
    let forward = network.forward_with_masks(data.inputs().view(), masks.to_vec());
    network.layers.iter().zip(&forward.pre_activations).all(|(layer, z)| {
        !matches!(layer.activation, Activation::Relu | Activation::LeakyRelu)
            || z.iter().all(|z| z.abs() > 2e-3)
    })
}

fn check(hidden: Activation, (output, cost): (Activation, Cost), regularizer: Regularizer, n_hidden: usize) {
    let case = format!("{n_hidden} hidden layers of {hidden}, {output} with {cost}, {regularizer:?}");
    let l2_penalty = if regularizer == Regularizer::L2 { 0.7 } else { 0.0 };
    for seed in 0..100 {
        let recipe = Recipe {
            layers: vec![N_UNITS; n_hidden],
            hidden: vec![hidden; n_hidden],
            output,
            cost,
            seed,
            ..Recipe::default()
        };
        let (network, data) = problem(&recipe, seed);
        let mask = |layer_idx| dropout_mask(seed, 0, layer_idx, 0..N_UNITS, N_EXAMPLES, 0.3);
        let masks: Option<Vec<_>> =
            (regularizer == Regularizer::Dropout).then(|| (0..n_hidden).map(mask).collect());
        if !is_away_from_kinks(&network, &data, masks.as_deref().unwrap_or_default()) {
            continue;
        }
        let checked =
            gradient_check(&network, &data, cost, l2_penalty, masks.as_deref(), None, DEFAULT_EPSILON)
                .unwrap();
        assert_eq!(checked.entries.len(), network.n_parameters());
        if checked.entries.iter().map(|entry| entry.analytic.abs()).sum::<f64>() < 0.1 {
            continue; // every ReLU output is switched off: nothing to check
        }
        let difference = checked.relative_difference;
        assert!(difference < 1e-7, "{case}: relative difference {difference:e}");
        return;
    }
    panic!("{case}: no seed away from kinks");
}

#[test]
fn every_activation_cost_regularizer_and_depth_agrees_with_central_differences() {
    let mut n_checked = 0;
    for cost in Cost::ALL {
        for output in Activation::ALL.into_iter().filter(|output| cost.goes_with(*output)) {
            for hidden in Activation::HIDDEN {
                for regularizer in [Regularizer::None, Regularizer::L2, Regularizer::Dropout] {
                    for n_hidden in 0..=4 {
                        check(hidden, (output, cost), regularizer, n_hidden);
                        n_checked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(n_checked, 8 * 5 * 3 * 5, "eight pairs of output and cost");
}

#[test]
fn chosen_parameters_are_checked_in_the_order_asked_for() {
    let (network, data) = problem(&Recipe { cost: Cost::BinaryCrossEntropy, ..Recipe::default() }, 1);
    let weight = ParameterId { layer_idx: 1, unit_idx: 7, input_idx: Some(2) };
    let bias = ParameterId { layer_idx: 0, unit_idx: 3, input_idx: None };
    let cost = Cost::BinaryCrossEntropy;
    let checked =
        gradient_check(&network, &data, cost, 0.0, None, Some(&[weight, bias]), DEFAULT_EPSILON).unwrap();
    assert_eq!(checked.entries.iter().map(|entry| entry.parameter).collect::<Vec<_>>(), [weight, bias]);
    assert!(checked.entries.iter().all(|entry| entry.relative_difference < 1e-6));

    let missing = ParameterId { layer_idx: 1, unit_idx: 8, input_idx: None };
    let error =
        gradient_check(&network, &data, cost, 0.0, None, Some(&[missing]), DEFAULT_EPSILON).unwrap_err();
    assert_eq!(error.to_string(), "unit and input of layer 2 are (9, 0), expected (8, 8)");
}

#[test]
fn a_wrong_gradient_is_noticed() {
    // At a kink of ReLU the derivative from the left is 0 and the central difference is half the slope.
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        output: Activation::Relu,
        cost: Cost::SquaredError,
        init: lnn_core::Init::Zeros,
        ..Recipe::default()
    };
    let network = Network::new(&recipe, 1, 1).unwrap();
    let data = DataSet::new(Array2::ones((1, 1)), Array2::ones((1, 1))).unwrap();
    let checked = gradient_check(&network, &data, recipe.cost, 0.0, None, None, DEFAULT_EPSILON).unwrap();
    assert!(checked.relative_difference > 0.5, "{}", checked.relative_difference);
}
