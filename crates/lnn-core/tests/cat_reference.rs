//! The cat network 12288-20-7-5-1 against the published curve, where its data are present.
//!
//! The reference was computed with NumPy in `f64`: `ReLU` hidden layers, sigmoid output, cross-entropy, full batch,
//! learning rate 0.0075, start weights given. The cost listed at epoch e is the one before update e + 1.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::{
    Activation, BatchSize, Cost, DataSet, Network, Optimizer, Recipe, Shuffle, Trainer, evaluate,
};
use ndarray::{Array, Array1, Array2, Dimension};
use ndarray_npy::{NpzReader, ReadableElement};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn shared_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    folder.join("cat.npz").is_file().then_some(folder)
}

fn read<A: ReadableElement, D: Dimension>(npz: &mut NpzReader<File>, name: &str) -> Array<A, D> {
    npz.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pictures(npz: &mut NpzReader<File>, part: &str) -> DataSet<f64> {
    let pixels: ndarray::Array4<u8> = read(npz, &format!("x_{part}"));
    let n_examples = pixels.shape()[0];
    let flat = pixels.into_shape_with_order((n_examples, 12288)).unwrap();
    let inputs = flat.t().mapv(|pixel| f64::from(pixel) / 255.0);
    let labels: ndarray::ArrayD<i64> = read(npz, &format!("y_{part}"));
    let targets =
        Array2::from_shape_fn((1, n_examples), |(_, example)| labels.as_slice().unwrap()[example] as f64);
    DataSet::new(inputs, targets).unwrap()
}

fn recipe() -> Recipe {
    Recipe {
        layers: vec![20, 7, 5],
        hidden: vec![Activation::Relu; 3],
        output: Activation::Sigmoid,
        cost: Cost::BinaryCrossEntropy,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.0075,
        batch_size: BatchSize::Full,
        shuffle: Shuffle::None,
        ..Recipe::default()
    }
}

fn start_weights(folder: &Path) -> Network<f64> {
    let mut npz = NpzReader::new(File::open(folder.join("cat_init_seed1.npz")).unwrap()).unwrap();
    let layer = |layer: usize| {
        let weights: Array2<f64> = read(&mut npz, &format!("W{layer}"));
        let biases: Array2<f64> = read(&mut npz, &format!("b{layer}"));
        (weights, Array1::from_iter(biases))
    };
    Network::from_parameters((1..=4).map(layer).collect(), &recipe(), 12288, 1).unwrap()
}

/// The numbers after `"key": ` in the reference file.
fn reference(text: &str, key: &str) -> f64 {
    let start = text.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("no {key}")) + key.len() + 3;
    text[start..].split([',', '}', '\n']).next().unwrap().trim().parse().unwrap()
}

#[test]
fn the_cost_of_every_hundredth_epoch_is_the_published_one_within_1e_9() {
    let Some(folder) = shared_data() else {
        println!("skipped: no shared data");
        return;
    };
    let mut npz = NpzReader::new(File::open(folder.join("cat.npz")).unwrap()).unwrap();
    let (train, test) = (Arc::new(pictures(&mut npz, "train")), pictures(&mut npz, "test"));
    let text = std::fs::read_to_string(folder.join("cat_reference.json")).unwrap();
    let mut trainer = Trainer::with_parameters(recipe(), train.clone(), start_weights(&folder)).unwrap();
    for epoch in 0..2500 {
        let cost = trainer.step(None).unwrap().cost;
        if epoch % 100 == 0 {
            let expected = reference(&text, &epoch.to_string());
            assert!((cost - expected).abs() < 1e-9, "epoch {epoch}: {cost}, expected {expected}");
        }
    }
    let measured = evaluate(trainer.network(), &train, Cost::BinaryCrossEntropy);
    let expected = reference(&text, "cost_after_2500");
    assert!((measured.cost - expected).abs() < 1e-9, "after 2500: {}, expected {expected}", measured.cost);
    let accuracy = |data| evaluate(trainer.network(), data, Cost::BinaryCrossEntropy).accuracy().unwrap();
    assert!((accuracy(&train) - reference(&text, "train_accuracy")).abs() < 1e-12);
    assert!((accuracy(&test) - reference(&text, "test_accuracy")).abs() < 1e-12);
}
