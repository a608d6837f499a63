//! Training stops at the first number that is not finite, names it, and keeps everything before it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::{
    Activation, BatchSize, Cost, DataSet, History, Network, Optimizer, Recipe, RecipeChange, TrainError,
    Trainer,
};
use ndarray::{Array2, array};
use std::sync::Arc;

/// Regression on two examples with a rate that is too high by far: w grows without end.
fn diverging() -> Trainer<f32> {
    let recipe = Recipe {
        layers: vec![3],
        hidden: vec![Activation::Identity],
        output: Activation::Identity,
        cost: Cost::SquaredError,
        optimizer: Optimizer::Sgd,
        learning_rate: 5.0,
        batch_size: BatchSize::Full,
        ..Recipe::default()
    };
    let data = DataSet::new(array![[1.0, 2.0], [3.0, -1.0]], array![[1.0, -1.0]]).unwrap();
    Trainer::new(recipe, Arc::new(data)).unwrap()
}

#[test]
fn the_first_number_that_is_not_finite_is_named_and_the_state_before_it_kept() {
    let mut run = diverging();
    let mut history = History::new(1 << 20);
    history.record(&run);
    let mut digests = vec![run.network().digest()];
    let error = loop {
        match run.step(None) {
            Ok(_) => {
                history.record(&run);
                digests.push(run.network().digest());
            }
            Err(error) => break error,
        }
    };
    let TrainError::NonFinite { step, layer_idx, unit_idx, value, .. } = error else { panic!("{error}") };
    assert_eq!(step, run.step_count() + 1, "the step that failed is the next one");
    assert!(layer_idx < 2 && unit_idx < 3 && !value.is_finite(), "{error}");
    assert!(error.to_string().starts_with(&format!("step {step}: ")), "{error}");
    assert!(run.snapshot().parameters.iter().all(f32::is_finite));
    assert_eq!(run.network().digest(), *digests.last().unwrap());
    assert_eq!(run.step(None), Err(error.clone()), "the same error again");
    assert_eq!(run.failure(), Some(&error));
    for (step, digest) in digests.iter().enumerate() {
        assert_eq!(history.trainer_at(step as u64, &run).unwrap().network().digest(), *digest);
    }
}

#[test]
fn a_changed_setting_or_an_earlier_snapshot_lets_training_go_on() {
    let mut run = diverging();
    let start = run.snapshot();
    while run.step(None).is_ok() {}
    run.restore(&start).unwrap();
    run.set(RecipeChange::LearningRate(0.01)).unwrap();
    let first = run.step(None).unwrap().cost;
    for _ in 0..200 {
        run.step(None).unwrap();
    }
    assert!(run.step(None).unwrap().cost < first);
}

fn check(parameters: [f32; 2], inputs: Array2<f32>, rate: f64, expected: &str) {
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        output: Activation::Identity,
        cost: Cost::SquaredError,
        optimizer: Optimizer::Sgd,
        learning_rate: rate,
        batch_size: BatchSize::Full,
        ..Recipe::default()
    };
    let n_examples = inputs.ncols();
    let data = Arc::new(DataSet::new(inputs, Array2::zeros((2, n_examples))).unwrap());
    let weights = array![[parameters[0]], [parameters[1]]];
    let network = Network::from_parameters(vec![(weights, array![0.0, 0.0])], &recipe, 1, 2).unwrap();
    let mut run = Trainer::with_parameters(recipe, data, network).unwrap();
    let digest = run.network().digest();
    let error = run.step(None).unwrap_err();
    let advice = "; lower the learning rate or scale the inputs";
    assert_eq!(error.to_string(), format!("{expected}{advice}"));
    assert_eq!(run.network().digest(), digest);
    assert_eq!(run.step_count(), 0);
}

#[test]
fn each_quantity_is_named_where_it_first_overflows() {
    // 3e38·2 overflows in unit 2 only
    check([1.0, 3e38], array![[2.0]], 0.1, "step 1: pre-activation of layer 1 unit 2 is not finite (inf)");
    // ½(1e30)² overflows in the cost
    check([1.0, 1.0], array![[1e30]], 0.1, "step 1: cost at layer 1 unit 1 is not finite (inf)");
    // a = 2e18, cost 2e36·2, but δ·x = 2e18·... stays finite; the update 1e30·4e36 does not
    check([1.0, 0.0], array![[2e18]], 1e30, "step 1: parameter of layer 1 unit 1 is not finite (-inf)");
}

#[test]
fn a_gradient_that_overflows_is_named() {
    // a = 1e-20·1e25 = 1e5, cost 5e9, ∂w = 1e5·1e25 = 1e30; with 1e34 ∂w = 1e14·1e34 overflows, cost 5e27 does not
    check([1e-20, 0.0], array![[1e34]], 0.1, "step 1: gradient of layer 1 unit 1 is not finite (inf)");
}

#[test]
fn a_moment_that_overflows_is_named_before_it_silences_a_unit() {
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        output: Activation::Identity,
        cost: Cost::SquaredError,
        optimizer: Optimizer::rmsprop(),
        batch_size: BatchSize::Full,
        ..Recipe::default()
    };
    let data = Arc::new(DataSet::new(array![[1e12_f32]], array![[0.0]]).unwrap());
    let network = Network::from_parameters(vec![(array![[1.0]], array![0.0])], &recipe, 1, 1).unwrap();
    let error = Trainer::with_parameters(recipe, data, network).unwrap().step(None).unwrap_err();
    assert!(
        error.to_string().starts_with("step 1: optimizer state of layer 1 unit 1 is not finite (inf)"),
        "{error}"
    );
}

#[test]
fn given_parameters_and_targets_are_checked_at_the_start() {
    let recipe = Recipe { layers: vec![], hidden: vec![], ..Recipe::default() };
    let given = |weight: f64| {
        Network::from_parameters(vec![(array![[0.0], [weight]], array![0.0, 0.0])], &recipe, 1, 2).map(|_| ())
    };
    let error = given(f64::NAN).unwrap_err();
    assert!(
        error.to_string().starts_with("step 0: parameter of layer 1 unit 2 is not finite (NaN)"),
        "{error}"
    );
    assert_eq!(given(1.0), Ok(()));

    let data = Arc::new(DataSet::new(array![[0.0, 0.0]], array![[1.0, 2.0]]).unwrap());
    let error = Trainer::<f64>::new(recipe, data).unwrap_err();
    assert_eq!(error.to_string(), "target of output 1, example 2 is 2; binary_cross_entropy needs 0 to 1");
}

#[test]
fn wrong_shapes_are_reported_with_both_shapes() {
    let recipe = Recipe { layers: vec![2], hidden: vec![Activation::Tanh], ..Recipe::default() };
    let parameters = vec![(Array2::<f32>::zeros((2, 4)), array![0.0, 0.0])];
    let error = Network::from_parameters(parameters.clone(), &recipe, 3, 1).unwrap_err();
    assert_eq!(error.to_string(), "parameters' layers are (1, 2), expected (2, 2)");
    let parameters = [parameters, vec![(Array2::zeros((1, 2)), array![0.0])]].concat();
    let error = Network::from_parameters(parameters, &recipe, 3, 1).unwrap_err();
    assert_eq!(error.to_string(), "weights of layer 1 are (2, 4), expected (2, 3)");
    let network = Network::<f32>::new(&recipe, 3, 1).unwrap();
    let error = network.check_inputs(Array2::zeros((5, 9)).view()).unwrap_err();
    assert_eq!(error.to_string(), "inputs are (5, 9), expected (3, 9)");
}
