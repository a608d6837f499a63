//! Fixtures that other programs made, and what they must answer.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of them; a test may fail")]

use std::path::PathBuf;

use lnn_core::Activation;
use lnn_weights::{DenseNetwork, Format};
use ndarray::Array2;
use serde_json::Value;

/// Where a fixture lies.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

/// What `make_fixtures.py` wrote down of one file.
pub struct Expected {
    pub name: String,
    pub activations: Vec<Activation>,
    /// Whether the file says so itself.
    pub is_stated: bool,
    /// (`n_inputs`, `n_examples`)
    pub inputs: Array2<f64>,
    /// (`n_outputs`, `n_examples`)
    pub outputs: Array2<f64>,
}

pub fn expected() -> Vec<Expected> {
    let all: Value = serde_json::from_slice(&bytes("expected.json")).unwrap();
    let file = |(name, file): (&String, &Value)| Expected {
        name: name.clone(),
        activations: file["activations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|g| g.as_str().unwrap().parse().unwrap())
            .collect(),
        is_stated: file["stated"].as_bool().unwrap(),
        inputs: matrix(&all["inputs"]),
        outputs: matrix(&file["outputs"]),
    };
    all["files"].as_object().unwrap().iter().map(file).collect()
}

fn matrix(rows: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).unwrap();
    let shape = (rows.len(), rows[0].len());
    Array2::from_shape_vec(shape, rows.concat()).unwrap()
}

/// All files that are networks.
pub fn networks() -> Vec<(Expected, DenseNetwork)> {
    let network = |expected: Expected| {
        let (mut network, _) = lnn_weights::read(&bytes(&expected.name)).unwrap();
        for (layer, activation) in network.layers.iter_mut().zip(&expected.activations) {
            layer.activation.get_or_insert(*activation);
        }
        (expected, network)
    };
    expected().into_iter().map(network).collect()
}

pub fn outputs(network: &DenseNetwork, inputs: &Array2<f64>) -> Array2<f64> {
    network.to_network::<f64>(Format::Json).unwrap().predict(inputs.view())
}

/// The largest difference.
pub fn distance(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    assert_eq!(a.dim(), b.dim());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
