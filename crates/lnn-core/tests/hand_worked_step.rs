//! Training steps worked by hand, in the comments, and compared number by number.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::{
    Activation, BatchSize, Cost, DataSet, LayerProbe, Network, Optimizer, Recipe, Trainer, evaluate,
};
use ndarray::{Array1, Array2, array};
use std::sync::Arc;

fn trainer(
    recipe: &Recipe,
    parameters: Vec<(Array2<f64>, Array1<f64>)>,
    inputs: Array2<f64>,
    targets: Array2<f64>,
) -> Trainer<f64> {
    let data = Arc::new(DataSet::new(inputs, targets).unwrap());
    let network = Network::from_parameters(parameters, recipe, data.n_features(), data.n_outputs()).unwrap();
    Trainer::with_parameters(recipe.clone(), data, network).unwrap()
}

fn check(found: impl IntoIterator<Item = f64>, expected: &[f64], what: &str) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{what}: {found}, expected {expected}");
    }
}

fn sgd(learning_rate: f64) -> Recipe {
    Recipe { optimizer: Optimizer::Sgd, learning_rate, batch_size: BatchSize::Full, ..Recipe::default() }
}

/// x = (1, 2), y = 1. W¹ = ((1, −0.25), (−0.5, 0)), b¹ = 0; W² = (2, −1), b² = −1.
///
/// z¹ = (1 − 0.5, −0.5) = (0.5, −0.5), a¹ = (0.5, 0), z² = 1 − 0 − 1 = 0, a² = 0.5, C = −ln 0.5 = ln 2.
/// δ² = 0.5 − 1 = −0.5, ∂W² = −0.5·(0.5, 0) = (−0.25, 0), ∂b² = −0.5.
/// δ¹ = (2·−0.5·1, −1·−0.5·0) = (−1, 0), ∂W¹ = ((−1, −2), (0, 0)), ∂b¹ = (−1, 0).
/// α = 0.1: W¹ = ((1.1, −0.05), (−0.5, 0)), b¹ = (0.1, 0), W² = (2.025, −1), b² = −0.95.
#[test]
fn a_step_through_relu_and_sigmoid_is_the_one_worked_by_hand() {
    let recipe = Recipe { layers: vec![2], hidden: vec![Activation::Relu], ..sgd(0.1) };
    let parameters =
        vec![(array![[1.0, -0.25], [-0.5, 0.0]], array![0.0, 0.0]), (array![[2.0, -1.0]], array![-1.0])];
    let mut trainer = trainer(&recipe, parameters, array![[1.0], [2.0]], array![[1.0]]);
    let mut probes: Vec<LayerProbe<f64>> = Vec::new();
    let report = trainer.step(Some(&mut probes)).unwrap();

    check([report.cost], &[2.0_f64.ln()], "cost");
    assert_eq!((report.step, report.epoch, report.batch_idx, report.batch_examples), (1, 0, 0, 1));
    let gradients = trainer.last_gradients().unwrap();
    check(gradients.weights[0].iter().copied(), &[-1.0, -2.0, 0.0, 0.0], "∂W¹");
    check(gradients.biases[0].iter().copied(), &[-1.0, 0.0], "∂b¹");
    check(gradients.weights[1].iter().copied(), &[-0.25, 0.0], "∂W²");
    check(gradients.biases[1].iter().copied(), &[-0.5], "∂b²");
    let [first, second] = &trainer.network().layers[..] else { panic!("two layers") };
    check(first.weights.iter().copied(), &[1.1, -0.05, -0.5, 0.0], "W¹");
    check(first.biases.iter().copied(), &[0.1, 0.0], "b¹");
    check(second.weights.iter().copied(), &[2.025, -1.0], "W²");
    check(second.biases.iter().copied(), &[-0.95], "b²");
    check(trainer.last_update().unwrap().weights[0].iter().copied(), &[0.1, 0.2, 0.0, 0.0], "ΔW¹");

    // Unit 1: a = 0.5, ‖∂w‖ = √5, |δ| = 1, ‖w‖ = √1.0625, ‖Δw‖ = √0.05. Unit 2 is switched off.
    let [on, off] = &probes[0].units[..] else { panic!("two units") };
    check([on.activation_mean, on.activation_std, on.inactive_share], &[0.5, 0.0, 0.0], "a of unit 1");
    check([on.gradient_norm, on.error_mean_abs], &[5.0_f64.sqrt(), 1.0], "gradient of unit 1");
    check(
        [on.weight_norm, on.update_ratio],
        &[1.0625_f64.sqrt(), (0.05_f64 / 1.0625).sqrt()],
        "‖w‖ of unit 1",
    );
    check(
        [off.activation_max, off.z_mean, off.inactive_share, off.gradient_norm],
        &[0.0, -0.5, 1.0, 0.0],
        "unit 2",
    );
}

/// One identity unit, w = 2, b = 0, x = (1, 3), y = (1, 2), λ = 0.5, m = 2.
///
/// a = (2, 6), e = (1, 4). C = ½(1 + 16)/2 + 0.5/(2·2)·2² = 4.25 + 0.5 = 4.75.
/// ∂w = (1·1 + 4·3)/2 + 0.5/2·2 = 6.5 + 0.5 = 7, ∂b = (1 + 4)/2 = 2.5: the bias is not penalised.
#[test]
fn the_penalty_enters_cost_and_weights_but_not_biases() {
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        output: Activation::Identity,
        cost: Cost::SquaredError,
        l2_penalty: 0.5,
        ..sgd(0.01)
    };
    let parameters = vec![(array![[2.0]], array![0.0])];
    let mut trainer = trainer(&recipe, parameters, array![[1.0, 3.0]], array![[1.0, 2.0]]);
    check(
        [evaluate(trainer.network(), trainer.train_set(), recipe.cost).cost],
        &[4.25],
        "cost without penalty",
    );
    check([trainer.step(None).unwrap().cost], &[4.75], "cost");
    let gradients = trainer.last_gradients().unwrap();
    check([gradients.weights[0][[0, 0]], gradients.biases[0][0]], &[7.0, 2.5], "gradients");
    check([trainer.network().layers[0].weights[[0, 0]]], &[1.93], "w");
}

/// The same unit without penalty on x = (1, 3, 5), y = 0, batches of 2 in order: the last one holds x = 5 alone.
///
/// ∂w of (1, 3) is (1·2 + 3·6)/2 = 10, w = 2 − 0.01·10 = 1.9, ∂b = 4, b = −0.04.
/// The last batch: a = 1.9·5 − 0.04 = 9.46, ∂w = 9.46·5/1 = 47.3: divided by its own size.
#[test]
fn the_last_short_mini_batch_is_divided_by_its_own_size() {
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        output: Activation::Identity,
        cost: Cost::SquaredError,
        batch_size: BatchSize::Of(2),
        shuffle: lnn_core::Shuffle::None,
        ..sgd(0.01)
    };
    let parameters = vec![(array![[2.0]], array![0.0])];
    let mut trainer = trainer(&recipe, parameters, array![[1.0, 3.0, 5.0]], array![[0.0, 0.0, 0.0]]);
    assert_eq!(trainer.steps_per_epoch(), 2);
    trainer.step(None).unwrap();
    check([trainer.last_gradients().unwrap().weights[0][[0, 0]]], &[10.0], "∂w of the first batch");
    let report = trainer.step(None).unwrap();
    assert_eq!((report.batch_idx, report.batch_examples, trainer.epoch()), (1, 1, 1));
    check([trainer.last_gradients().unwrap().weights[0][[0, 0]]], &[47.3], "∂w of the last batch");
}
