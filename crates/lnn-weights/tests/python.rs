//! onnxruntime, NumPy and safetensors read what is written here, and answer what `lnn-core` answers.
//!
//! `LNN_WEIGHTS_PYTHON` names a Python that has the packages of `python/requirements.txt`; `cargo xtask test` brings it.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use std::process::Command;

use lnn_core::random::{RandomStream, Stream, stream};
use lnn_core::{Activation, Layer, Network, Real};
use lnn_weights::{DenseNetwork, Format, write};
use ndarray::{Array1, Array2};
use serde_json::{Value, json};

/// A small generator: tests need no more.
struct Numbers(RandomStream);

impl Numbers {
    /// Between -1 and 1.
    fn next<T: Real>(&mut self) -> T {
        T::from_f64(f64::from(self.0.below(2_000_001)) / 1e6 - 1.0)
    }

    fn matrix<T: Real>(&mut self, n_rows: usize, n_columns: usize, size: f64) -> Array2<T> {
        Array2::from_shape_fn((n_rows, n_columns), |_| self.next::<T>() * T::from_f64(size))
    }
}

fn network<T: Real>(numbers: &mut Numbers, sizes: &[usize], activations: &[Activation]) -> Network<T> {
    let layer = |(pair, &activation): (&[usize], &Activation)| Layer {
        weights: numbers.matrix(pair[1], pair[0], 1.0),
        biases: Array1::from_shape_fn(pair[1], |_| numbers.next()),
        activation,
    };
    Network { layers: sizes.windows(2).zip(activations).map(layer).collect() }
}

/// Writes one network in every format, with what it answers.
fn put<T: Real>(folder: &Path, name: &str, network: &Network<T>, inputs: &Array2<T>) {
    let mut dense = DenseNetwork::trained(network, None).unwrap();
    if dense.n_inputs() < 9 {
        dense.input_names = (1..=dense.n_inputs()).map(|idx| format!("input \"{idx}\" é")).collect();
    }
    for format in [Format::Onnx, Format::Program, Format::Npz, Format::Safetensors] {
        let file = folder.join(name).with_extension(format.as_str());
        std::fs::write(file, write(&dense, format, name).unwrap()).unwrap();
    }
    let mut about: Value = serde_json::from_slice(&write(&dense, Format::Json, name).unwrap()).unwrap();
    let rows = |matrix: &Array2<T>| -> Value {
        matrix
            .outer_iter()
            .map(|row| row.iter().map(|value| json!(value.to_f64())).collect::<Value>())
            .collect()
    };
    about["inputs"] = rows(inputs);
    about["outputs"] = rows(&network.predict(inputs.view()));
    std::fs::write(folder.join(name).with_extension("json"), about.to_string()).unwrap();
}

fn put_all<T: Real>(folder: &Path, numbers: &mut Numbers) {
    for hidden in Activation::HIDDEN {
        for output in Activation::ALL {
            let network = network::<T>(numbers, &[4, 6, 5, 3], &[hidden, hidden, output]);
            let inputs = numbers.matrix(4, 9, 2.0);
            put(folder, &format!("{}_{hidden}_{output}", T::NAME), &network, &inputs);
        }
    }
    for output in Activation::ALL {
        // Far from zero: exponentials must not overflow. In eighths, so that no sum is rounded: only g is compared.
        let eighths = |value: T| T::from_f64((value.to_f64() * 8.0).round() / 8.0);
        let mut network = network::<T>(numbers, &[2, 3], &[output]);
        network.layers[0].weights.mapv_inplace(eighths);
        network.layers[0].biases.mapv_inplace(eighths);
        let inputs = numbers.matrix(2, 20, 900.0).mapv(eighths);
        put(folder, &format!("{}_far_{output}", T::NAME), &network, &inputs);
    }
    let single = network::<T>(numbers, &[1, 1], &[Activation::Sigmoid]);
    put(folder, &format!("{}_one_unit", T::NAME), &single, &numbers.matrix(1, 1, 1.0));
    let activations = [Activation::Relu, Activation::Tanh, Activation::Softmax];
    let mut wide = network::<T>(numbers, &[784, 100, 30, 10], &activations);
    for layer in &mut wide.layers {
        let scale = T::from_f64(1.0 / (layer.weights.ncols() as f64).sqrt());
        layer.weights.mapv_inplace(|weight| weight * scale);
    }
    put(folder, &format!("{}_wide", T::NAME), &wide, &numbers.matrix(784, 50, 1.0));
}

#[test]
fn onnxruntime_and_the_numpy_program_answer_the_same() {
    let Some(python) = std::env::var_os("LNN_WEIGHTS_PYTHON") else {
        eprintln!("skipped: LNN_WEIGHTS_PYTHON names no Python with onnxruntime");
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("weights-python");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut numbers = Numbers(stream(7, Stream::Data, 0, 0));
    put_all::<f32>(&folder, &mut numbers);
    put_all::<f64>(&folder, &mut numbers);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/check.py");
    let output = Command::new(python).arg("-B").arg(script).arg(&folder).output().unwrap();
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{error}");
    assert!(said.starts_with("76 networks: "), "{said}");
    println!("{said}");
}
