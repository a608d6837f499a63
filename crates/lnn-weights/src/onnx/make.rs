//! Layers to a graph: `Gemm(X, W, b)` with W as (`n_units`, `n_inputs`), then the activation.
//!
//! In: a network whose activations are known. Out: a model that Netron shows and onnxruntime computes, examples in rows: X
//! (`n_examples`, `n_inputs`), Y (`n_examples`, `n_outputs`). Read next: `proto.rs`.

use lnn_core::Activation;
use lnn_core::activation::LEAKY_SLOPE;
use prost::Message;

use super::graph::input_names_key;
use super::proto::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, StringEntry, Tensor, TensorType, ValueInfo,
    ValueType, attribute_type, data_type,
};
use crate::description::METADATA;
use crate::numbers::encode;
use crate::{DenseNetwork, Description, Format, Precision, WeightsError};

/// ONNX 1.12 of 2022: old enough for every runtime that is in use.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;
const INPUT: &str = "X";
const OUTPUT: &str = "Y";

pub(crate) fn write(network: &DenseNetwork, name: &str) -> Result<Vec<u8>, WeightsError> {
    let failed =
        |error: serde_json::Error| WeightsError::Write { format: Format::Onnx, why: error.to_string() };
    let activations = network.activations(Format::Onnx)?;
    let precision = network.precision;
    let mut graph = Graph {
        name: if name.is_empty() { "network".to_owned() } else { name.to_owned() },
        input: vec![value(INPUT, network.n_inputs(), precision, &network.input_names.join(", "))],
        output: vec![value(OUTPUT, network.n_outputs(), precision, "")],
        ..Graph::default()
    };
    let mut arriving = INPUT.to_owned();
    for (idx, (layer, activation)) in network.layers.iter().zip(activations).enumerate() {
        let number = idx + 1;
        let (w, b) = (format!("W{number}"), format!("b{number}"));
        let (n_units, n_inputs) = layer.weights.dim();
        graph.initializer.push(tensor(&w, &[n_units, n_inputs], &layer.weights, precision));
        graph.initializer.push(tensor(&b, &[n_units], &layer.biases, precision));
        let leaving = if number == network.layers.len() { OUTPUT.to_owned() } else { format!("a{number}") };
        let is_identity = activation == Activation::Identity;
        let z = if is_identity { leaving.clone() } else { format!("z{number}") };
        graph.node.push(gemm(number, [arriving, w, b], &z));
        if !is_identity {
            graph.node.push(activate(number, activation, &z, &leaving));
        }
        arriving = leaving;
    }
    let mut metadata = Vec::new();
    if !network.input_names.is_empty() {
        let value = serde_json::to_string(&network.input_names).map_err(failed)?;
        metadata.push(StringEntry { key: input_names_key().to_owned(), value });
    }
    if let Some(description) = Description::of(network) {
        metadata
            .push(StringEntry { key: METADATA.to_owned(), value: description.to_json().map_err(failed)? });
    }
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "lnn".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: format!("A dense network, {}.", network.sizes()),
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        metadata,
    };
    Ok(model.encode_to_vec())
}

/// z = x·Wᵀ + b for each row x.
fn gemm(number: usize, input: [String; 3], z: &str) -> Node {
    Node {
        input: input.into(),
        output: vec![z.to_owned()],
        name: format!("layer{number}"),
        op_type: "Gemm".to_owned(),
        attribute: vec![integer("transB", 1)],
        domain: String::new(),
    }
}

fn activate(number: usize, activation: Activation, z: &str, a: &str) -> Node {
    let (op_type, attribute) = match activation {
        Activation::Identity => ("Identity", None),
        Activation::Sigmoid => ("Sigmoid", None),
        Activation::Tanh => ("Tanh", None),
        Activation::Relu => ("Relu", None),
        Activation::LeakyRelu => ("LeakyRelu", Some(real("alpha", LEAKY_SLOPE as f32))),
        Activation::Softmax => ("Softmax", Some(integer("axis", 1))),
    };
    Node {
        input: vec![z.to_owned()],
        output: vec![a.to_owned()],
        name: format!("activation{number}"),
        op_type: op_type.to_owned(),
        attribute: attribute.into_iter().collect(),
        domain: String::new(),
    }
}

fn integer(name: &str, i: i64) -> Attribute {
    Attribute { name: name.to_owned(), i, kind: attribute_type::INT, ..Attribute::default() }
}

fn real(name: &str, f: f32) -> Attribute {
    Attribute { name: name.to_owned(), f, kind: attribute_type::FLOAT, ..Attribute::default() }
}

fn tensor<'a>(
    name: &str,
    shape: &[usize],
    values: impl IntoIterator<Item = &'a f64>,
    precision: Precision,
) -> Tensor {
    Tensor {
        name: name.to_owned(),
        dims: shape.iter().map(|&size| size as i64).collect(),
        data_type: element(precision),
        raw_data: encode(values, precision),
        ..Tensor::default()
    }
}

const fn element(precision: Precision) -> i32 {
    match precision {
        Precision::F32 => data_type::FLOAT,
        Precision::F64 => data_type::DOUBLE,
    }
}

/// A matrix with a row for each example.
fn value(name: &str, width: usize, precision: Precision, doc_string: &str) -> ValueInfo {
    let dim = vec![
        Dimension { value: None, parameter: Some("n_examples".to_owned()) },
        Dimension { value: Some(width as i64), parameter: None },
    ];
    let tensor = TensorType { element: element(precision), shape: Some(Shape { dim }) };
    ValueInfo {
        name: name.to_owned(),
        value_type: Some(ValueType { tensor: Some(tensor) }),
        doc_string: doc_string.to_owned(),
    }
}
