//! Metrics against numbers worked by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::{Activation, Cost, DataSet, MetricsKind, Network, Recipe, evaluate};
use ndarray::{Array1, Array2, array};

/// A network that hands its inputs on: identity weights, no bias.
fn pass_on(n_outputs: usize, output: Activation, cost: Cost) -> Network<f64> {
    let recipe = Recipe { layers: vec![], hidden: vec![], output, cost, ..Recipe::default() };
    let parameters = vec![(Array2::eye(n_outputs), Array1::zeros(n_outputs))];
    Network::from_parameters(parameters, &recipe, n_outputs, n_outputs).unwrap()
}

fn measure(inputs: Array2<f64>, targets: Array2<f64>, output: Activation, cost: Cost) -> (f64, MetricsKind) {
    let network = pass_on(inputs.nrows(), output, cost);
    let metrics = evaluate(&network, &DataSet::new(inputs, targets).unwrap(), cost);
    (metrics.cost, metrics.kind)
}

/// z = (2, 1, −1, −3), y = (1, 0, 0, 1): one right and one wrong of each class.
#[test]
fn two_classes_are_counted_at_one_half() {
    let (inputs, targets) = (array![[2.0, 1.0, -1.0, -3.0]], array![[1.0, 0.0, 0.0, 1.0]]);
    for cost in [Cost::BinaryCrossEntropy, Cost::SquaredError] {
        let (_, kind) = measure(inputs.clone(), targets.clone(), Activation::Sigmoid, cost);
        let MetricsKind::Classification { accuracy, confusion, precision, recall } = kind else {
            panic!("classes")
        };
        assert_eq!(confusion, array![[1, 1], [1, 1]]);
        assert_eq!((accuracy.to_string(), precision, recall), ("0.5".into(), vec![0.5, 0.5], vec![0.5, 0.5]));
    }
}

/// Three classes; predicted 0, 0, 1, 2 (a tie goes to the first); actual 0, 1, 1, 1.
#[test]
fn the_largest_output_is_the_class_and_the_first_of_equals() {
    let inputs = array![[5.0, 1.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.0], [0.0, 1.0, 0.0, 3.0]];
    let targets = array![[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]];
    let (_, kind) = measure(inputs, targets, Activation::Softmax, Cost::CategoricalCrossEntropy);
    let MetricsKind::Classification { confusion, precision, recall, .. } = kind else { panic!("classes") };
    assert_eq!(confusion, array![[1, 0, 0], [1, 1, 1], [0, 0, 0]]);
    assert_eq!(precision, [0.5, 1.0, 0.0]);
    assert_eq!(recall, [1.0, 1.0 / 3.0, 0.0], "no example of class 3 gives 0");
}

/// a = (1, 2, 3, 6), y = (1, 2, 4, 5): Σ(a−y)² = 2, ȳ = 3, Σ(y−ȳ)² = 10; R² = 0.8, RMSE = √0.5, C = ½·2/4.
#[test]
fn a_fit_is_measured_by_r2_and_rmse() {
    let (cost, kind) = measure(
        array![[1.0, 2.0, 3.0, 6.0]],
        array![[1.0, 2.0, 4.0, 5.0]],
        Activation::Identity,
        Cost::SquaredError,
    );
    let MetricsKind::Regression { r2, rmse } = kind else { panic!("regression") };
    assert!((r2 - 0.8).abs() < 1e-15 && (rmse - 0.5_f64.sqrt()).abs() < 1e-15 && (cost - 0.25).abs() < 1e-15);
}

#[test]
fn chunks_of_examples_change_no_bit() {
    let network = Network::<f64>::new(&Recipe::default(), 3, 1).unwrap();
    let inputs =
        Array2::from_shape_fn((3, 1000), |(row, col)| ((row * 1000 + col) as f64 * 0.37) % 2.0 - 1.0);
    let targets = Array2::from_shape_fn((1, 1000), |(_, col)| (col % 2) as f64);
    let data = DataSet::new(inputs.clone(), targets.clone()).unwrap();
    let forward = network.forward(inputs.view());
    let whole = network.cost(&forward, targets.view(), Cost::BinaryCrossEntropy, 0.0);
    let chunked = evaluate(&network, &data, Cost::BinaryCrossEntropy).cost;
    assert_eq!(whole.to_bits(), chunked.to_bits());
}
