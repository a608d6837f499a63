//! Networks learn what they should: XOR, the spiral, digits; with every optimizer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::random::{Stream, stream};
use lnn_core::{
    Activation, BatchSize, Cost, DataSet, Init, LearningRateDecay, MetricsKind, Optimizer, Real, Recipe,
    SyntheticKind, Trainer, evaluate,
};
use ndarray::{Array2, array};
use std::path::Path;
use std::sync::Arc;

/// Train for `epochs` and measure on the training set.
fn train<T: Real>(recipe: Recipe, data: &Arc<DataSet<T>>, epochs: u64) -> Trainer<T> {
    let mut trainer = Trainer::new(recipe, Arc::clone(data)).unwrap();
    while trainer.epoch() < epochs {
        trainer.step(None).unwrap();
    }
    trainer
}

fn accuracy<T: Real>(trainer: &Trainer<T>, data: &DataSet<T>) -> f64 {
    evaluate(trainer.network(), data, trainer.recipe().cost).accuracy().unwrap()
}

fn hidden(units: &[usize], activation: Activation) -> Recipe {
    Recipe { layers: units.to_vec(), hidden: vec![activation; units.len()], ..Recipe::default() }
}

#[test]
fn xor_is_learned_by_four_hidden_units_and_not_without_them() {
    let inputs = array![[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]];
    let data = Arc::new(DataSet::<f32>::new(inputs, array![[0.0, 1.0, 1.0, 0.0]]).unwrap());
    let recipe =
        Recipe { learning_rate: 0.05, batch_size: BatchSize::Full, ..hidden(&[4], Activation::Tanh) };
    let learned = train(recipe.clone(), &data, 500);
    assert!(evaluate(learned.network(), &data, Cost::BinaryCrossEntropy).cost < 0.02);
    assert!((accuracy(&learned, &data) - 1.0).abs() < 1e-9);
    let single = train(Recipe { layers: vec![], hidden: vec![], ..recipe }, &data, 500);
    assert!(accuracy(&single, &data) < 0.8, "no line separates XOR");
}

#[test]
fn every_made_up_data_set_is_learned() {
    for (kind, epochs, activation, init) in [
        (SyntheticKind::Circle, 60, Activation::Tanh, Init::Xavier),
        (SyntheticKind::Xor, 60, Activation::Tanh, Init::Xavier),
        (SyntheticKind::Gaussians, 30, Activation::Tanh, Init::Xavier),
        (SyntheticKind::Moons, 100, Activation::Tanh, Init::Xavier),
        // Tanh near 0 is a line and stays on the spiral's plateau for long; units with a kink leave it at once.
        (SyntheticKind::Spiral, 150, Activation::LeakyRelu, Init::He),
    ] {
        let data = Arc::new(kind.generate::<f32>(400, 0.02, 1));
        let recipe = Recipe { init, batch_size: BatchSize::Of(32), ..hidden(&[16, 16], activation) };
        let learned = accuracy(&train(recipe, &data, epochs), &data);
        assert!(learned > 0.97, "{kind}: accuracy {learned}");
    }
}

#[test]
fn every_optimizer_converges_at_its_stated_rate() {
    let data = Arc::new(SyntheticKind::Circle.generate::<f64>(256, 0.02, 2));
    for (optimizer, learning_rate) in [
        (Optimizer::sgd(), 0.5),
        (Optimizer::momentum(), 0.5),
        (Optimizer::rmsprop(), 0.005),
        (Optimizer::adam(), 0.01),
    ] {
        let recipe = Recipe { optimizer, learning_rate, ..hidden(&[8, 8], Activation::Tanh) };
        let trainer = train(recipe, &data, 200);
        let cost = evaluate(trainer.network(), &data, Cost::BinaryCrossEntropy).cost;
        assert!(cost < 0.05, "{optimizer}: cost {cost} after 200 epochs");
    }
}

#[test]
fn regularised_and_decayed_training_converges_for_every_hidden_activation() {
    let data = Arc::new(SyntheticKind::Gaussians.generate::<f32>(200, 0.05, 2));
    for activation in Activation::HIDDEN {
        let recipe = Recipe {
            l2_penalty: 0.01,
            dropout: 0.1,
            decay: LearningRateDecay::Step { factor: 0.5, every_epochs: 20 },
            ..hidden(&[12, 12], activation)
        };
        let learned = accuracy(&train(recipe, &data, 60), &data);
        assert!(learned > 0.97, "{activation}: accuracy {learned}");
    }
}

#[test]
fn a_line_is_found_by_regression_with_its_slope() {
    let inputs = Array2::from_shape_fn((1, 50), |(_, example)| example as f64 / 25.0 - 1.0);
    let targets = inputs.mapv(|x| 3.0 * x - 0.5);
    let data = Arc::new(DataSet::new(inputs, targets).unwrap());
    let recipe = Recipe {
        output: Activation::Identity,
        cost: Cost::SquaredError,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.5,
        batch_size: BatchSize::Full,
        ..hidden(&[], Activation::Tanh)
    };
    let trainer = train(recipe, &data, 300);
    let line = &trainer.network().layers[0];
    assert!((line.weights[[0, 0]] - 3.0).abs() < 1e-6 && (line.biases[0] + 0.5).abs() < 1e-6);
    let MetricsKind::Regression { r2, rmse } = evaluate(trainer.network(), &data, Cost::SquaredError).kind
    else {
        panic!("a regression")
    };
    assert!(r2 > 0.999_999 && rmse < 1e-5, "R² {r2}, RMSE {rmse}");
}

#[test]
fn zero_start_weights_keep_the_units_of_a_layer_alike() {
    let data = Arc::new(SyntheticKind::Xor.generate::<f64>(64, 0.0, 1));
    let trainer = train(Recipe { init: Init::Zeros, ..hidden(&[4], Activation::Sigmoid) }, &data, 20);
    let weights = &trainer.network().layers[0].weights;
    assert!(weights.outer_iter().all(|row| row == weights.row(0)));
}

/// Ten made-up 8×8 patterns under noise: a stand-in for digits that needs no file.
fn patterns(n_examples: usize, seed: u64) -> DataSet<f32> {
    let mut prototypes = stream(1, Stream::Data, 99, 0);
    let prototypes = Array2::from_shape_simple_fn((64, 10), || prototypes.uniform());
    let mut noise = stream(seed, Stream::Data, 98, 0);
    let inputs = Array2::from_shape_fn((64, n_examples), |(pixel, example)| {
        (prototypes[[pixel, example % 10]] + 0.3 * noise.normal()) as f32
    });
    let targets =
        Array2::from_shape_fn((10, n_examples), |(class, example)| f32::from(class == example % 10));
    DataSet::new(inputs, targets).unwrap()
}

fn softmax() -> Recipe {
    Recipe {
        output: Activation::Softmax,
        cost: Cost::CategoricalCrossEntropy,
        init: Init::He,
        ..hidden(&[32], Activation::Relu)
    }
}

#[test]
fn ten_noisy_patterns_are_told_apart_on_examples_not_seen() {
    let (data, unseen) = (Arc::new(patterns(500, 1)), patterns(200, 2));
    let trainer = train(softmax(), &data, 10);
    let metrics = evaluate(trainer.network(), &unseen, Cost::CategoricalCrossEntropy);
    assert!(metrics.accuracy().unwrap() > 0.95, "{:?}", metrics.accuracy());
    let MetricsKind::Classification { confusion, precision, recall, .. } = metrics.kind else {
        panic!("classes")
    };
    assert_eq!((confusion.dim(), confusion.sum()), ((10, 10), 200));
    assert!(precision.iter().chain(&recall).all(|share| *share > 0.8));
}

/// 1,797 digits as 64 pixels of 0 to 16 and a label, in the page's folder.
fn digits() -> Option<DataSet<f32>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/data/digits.csv");
    let text = std::fs::read_to_string(path).ok()?;
    let rows: Vec<Vec<f32>> = text
        .lines()
        .filter_map(|line| line.split(',').map(|cell| cell.trim().parse().ok()).collect())
        .collect();
    let inputs = Array2::from_shape_fn((64, rows.len()), |(pixel, example)| rows[example][pixel] / 16.0);
    let targets = Array2::from_shape_fn((10, rows.len()), |(digit, example)| {
        f32::from(rows[example][64] as usize == digit)
    });
    DataSet::new(inputs, targets).ok()
}

#[test]
fn handwritten_digits_are_learned() {
    let Some(digits) = digits() else {
        println!("skipped: no digits");
        return;
    };
    assert_eq!(digits.n_examples(), 1797);
    let (train_set, dev) = digits.split_first(1500);
    let (train_set, dev) = (Arc::new(train_set), dev.unwrap());
    let trainer = train(softmax(), &train_set, 30);
    let (known, unseen) = (accuracy(&trainer, &train_set), accuracy(&trainer, &dev));
    assert!(known > 0.99 && unseen > 0.9, "accuracy {known} on those seen, {unseen} on others");
}
