//! A graph to layers: from its input along the one chain of operations to its output.
//!
//! In: a model of `Gemm`, or `MatMul` and `Add`, with activations between; operations that change nothing when a network
//! predicts (`Dropout`, `Identity`, `Flatten` …) are passed over. Out: a network, or the node that is not understood.
//! Read next: `constants.rs`.

use lnn_core::Activation;
use lnn_core::activation::LEAKY_SLOPE;
use ndarray::{Array1, Array2};
use prost::Message;

use super::constants::{Constants, place};
use super::proto::{Attribute, Graph, Model, Node};
use crate::description::METADATA;
use crate::error::{listed, shortened};
use crate::{DenseLayer, DenseNetwork, Description, Format, Precision, WeightsError};

const ONLY_DENSE: &str = "only Gemm, MatMul, Add, Identity, Sigmoid, Tanh, Relu, LeakyRelu and Softmax can be read: \
                          export a network of dense layers alone";
const ROWS: &str = "examples must come in rows, X·W: export it so";
const INPUT_NAMES: &str = "lnn_input_names";

pub(crate) fn read(bytes: &[u8]) -> Result<DenseNetwork, WeightsError> {
    let damaged = |why: &str| WeightsError::damaged(Format::Onnx, why);
    let model = Model::decode(bytes).map_err(|error| damaged(&error.to_string()))?;
    let graph = model.graph.as_ref().ok_or_else(|| damaged("it has no graph"))?;
    if model.opset_import.is_empty() {
        return Err(damaged("it does not say which operations it is made of"));
    }
    let chain = Chain::follow(graph, bytes.len())?;
    let mut network = DenseNetwork::new(chain.layers, chain.precision)?;
    let metadata = |key: &str| model.metadata.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    if let Some(names) = metadata(INPUT_NAMES) {
        let wrong = |error: serde_json::Error| damaged(&format!("metadata «{INPUT_NAMES}»: {error}"));
        network.input_names = serde_json::from_str(names).map_err(wrong)?;
    }
    if let Some(text) = metadata(METADATA) {
        let wrong = |why: String| damaged(&format!("metadata «{METADATA}»: {why}"));
        Description::parse(text).map_err(wrong)?.complete(&mut network)?;
    }
    Ok(network)
}

/// The layers up to a node.
struct Chain<'a> {
    constants: Constants<'a>,
    /// The tensor that they end in.
    end: &'a str,
    layers: Vec<DenseLayer>,
    precision: Precision,
}

impl<'a> Chain<'a> {
    fn follow(graph: &'a Graph, n_bytes: usize) -> Result<Self, WeightsError> {
        let constants = Constants::new(&graph.initializer, n_bytes);
        let inputs: Vec<&str> = graph.input.iter().map(|input| input.name.as_str()).collect();
        let free: Vec<&str> = inputs.into_iter().filter(|name| !constants.has(name)).collect();
        let [input] = free[..] else {
            let why = format!("its inputs are {}: only networks with one input can be read", listed(free));
            return Err(WeightsError::graph("the graph", why));
        };
        let mut chain = Self { constants, end: input, layers: Vec::new(), precision: Precision::F32 };
        for (idx, node) in graph.node.iter().enumerate() {
            chain.take(node).map_err(|error| in_node(idx, node, error))?;
        }
        if !graph.output.iter().any(|output| output.name == chain.end) {
            let outputs = listed(graph.output.iter().map(|output| output.name.as_str()));
            let why =
                format!("its output is {outputs}, the layers end in «{}»: it is cut", shortened(chain.end));
            return Err(WeightsError::graph("the graph", why));
        }
        for layer in &mut chain.layers {
            layer.activation.get_or_insert(Activation::Identity);
        }
        Ok(chain)
    }

    fn take(&mut self, node: &'a Node) -> Result<(), WeightsError> {
        let mut inputs = node.input.iter().filter(|name| !name.is_empty());
        if inputs.clone().all(|name| self.constants.has(name)) {
            return if self.constants.take(node)? { Ok(()) } else { Err(not_understood(node)) };
        }
        if let Some(other) = inputs.find(|name| !self.constants.has(name) && *name != self.end) {
            let why =
                "it comes from elsewhere than the layer before: only networks without branches can be read";
            return Err(WeightsError::graph(place(other), why));
        }
        let output =
            node.output.first().filter(|name| !name.is_empty()).ok_or_else(|| not_understood(node))?;
        match node.op_type.as_str() {
            _ if !matches!(node.domain.as_str(), "" | "ai.onnx") => return Err(not_understood(node)),
            "Gemm" => self.gemm(node)?,
            "MatMul" => {
                let weights = self.matrix(node, 1)?.reversed_axes();
                self.push(&weights)?;
            }
            "Add" => self.add(node)?,
            "Identity" | "Dropout" | "Cast" => {}
            "Flatten" if integer(node, "axis", 1) == 1 && self.layers.is_empty() => {}
            "Reshape" if self.layers.is_empty() => self.reshape(node)?,
            _ => self.activate(node)?,
        }
        self.end = output;
        Ok(())
    }

    /// Y = α·A·B + β·C, A being what arrives.
    fn gemm(&mut self, node: &'a Node) -> Result<(), WeightsError> {
        if integer(node, "transA", 0) != 0 {
            return Err(WeightsError::graph("transA", ROWS));
        }
        let (alpha, beta) = (real(node, "alpha", 1.0), real(node, "beta", 1.0));
        let b = self.matrix(node, 1)?;
        let weights = if integer(node, "transB", 0) == 0 { b.reversed_axes() } else { b };
        self.push(&weights.mapv(|weight| alpha * weight))?;
        match node.input.get(2).filter(|name| !name.is_empty()) {
            Some(c) => self.add_biases(c, beta),
            None => Ok(()),
        }
    }

    /// The matrix that is the node's input `idx`; what arrives is its other one.
    fn matrix(&mut self, node: &'a Node, idx: usize) -> Result<Array2<f64>, WeightsError> {
        let name = node.input.get(idx).filter(|name| self.constants.has(name));
        let name = name.ok_or_else(|| WeightsError::graph("its weights", ROWS))?;
        let constant = self.constants.get(name)?;
        self.precision = self.precision.max(constant.precision);
        constant.matrix(name)
    }

    /// A layer with these weights `(n_units, n_inputs)`, without biases and activation yet.
    fn push(&mut self, weights: &Array2<f64>) -> Result<(), WeightsError> {
        if let Some(before) = self.layers.last_mut() {
            before.activation.get_or_insert(Activation::Identity);
            if before.weights.nrows() != weights.ncols() {
                let (layer, found) = (self.layers.len() + 1, weights.ncols());
                let expected = self.layers.last().map_or(0, |before| before.weights.nrows());
                return Err(WeightsError::Chain { layer, found, expected });
            }
        }
        let biases = Array1::zeros(weights.nrows());
        let weights = weights.as_standard_layout().into_owned();
        self.layers.push(DenseLayer { weights, biases, activation: None });
        Ok(())
    }

    fn add(&mut self, node: &'a Node) -> Result<(), WeightsError> {
        match node.input.iter().find(|name| self.constants.has(name)) {
            Some(name) => self.add_biases(name, 1.0),
            None => Err(WeightsError::graph("its inputs", "only a bias for each unit can be added")),
        }
    }

    /// Biases belong to the last layer, as long as it has no activation.
    fn add_biases(&mut self, name: &str, factor: f64) -> Result<(), WeightsError> {
        let constant = self.constants.get(name)?;
        self.precision = self.precision.max(constant.precision);
        let Some(layer) = self.layers.last_mut().filter(|layer| layer.activation.is_none()) else {
            return Err(WeightsError::graph(
                place(name),
                "numbers are added where there is no layer to add them to",
            ));
        };
        let added = Array1::from_vec(constant.for_units(name, layer.biases.len())?);
        layer.biases.zip_mut_with(&added, |bias, added| *bias += factor * added);
        Ok(())
    }

    /// Pictures to rows: -1 or 0 stands for the examples.
    fn reshape(&mut self, node: &'a Node) -> Result<(), WeightsError> {
        let name = node.input.get(1).filter(|name| self.constants.has(name));
        let shape = name.map(|name| self.constants.get(name)).transpose()?.map(|shape| shape.values);
        match shape.as_deref() {
            Some([n_examples, _]) if *n_examples <= 0.0 => Ok(()),
            Some([n_examples, n_inputs]) if *n_examples >= 1.0 && *n_inputs == -1.0 => Ok(()),
            _ => Err(WeightsError::graph("its shape", "only a reshape to (examples, inputs) can be read")),
        }
    }

    fn activate(&mut self, node: &'a Node) -> Result<(), WeightsError> {
        let activation = match node.op_type.as_str() {
            "Sigmoid" => Activation::Sigmoid,
            "Tanh" => Activation::Tanh,
            "Relu" => Activation::Relu,
            "LeakyRelu" => leaky(node)?,
            "Softmax" if matches!(integer(node, "axis", 1), 1 | -1) => Activation::Softmax,
            "Softmax" => return Err(WeightsError::graph("its axis", ROWS)),
            _ => return Err(not_understood(node)),
        };
        match self.layers.last_mut() {
            Some(layer) if layer.activation.is_none() => layer.activation = Some(activation),
            Some(_) => {
                return Err(WeightsError::graph("its input", "a layer with two activations can't be read"));
            }
            None => {
                return Err(WeightsError::graph("its input", "an activation without a layer can't be read"));
            }
        }
        Ok(())
    }
}

/// There is one leaky `ReLU` here, that with slope 0.01.
fn leaky(node: &Node) -> Result<Activation, WeightsError> {
    let slope = real(node, "alpha", 0.01);
    if (slope - LEAKY_SLOPE).abs() <= 1e-6 {
        return Ok(Activation::LeakyRelu);
    }
    let why = format!(
        "it is {}; only networks with {LEAKY_SLOPE} can be computed here: train with that slope",
        slope as f32
    );
    Err(WeightsError::graph("its slope alpha", why))
}

fn attribute<'a>(node: &'a Node, name: &str) -> Option<&'a Attribute> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

fn integer(node: &Node, name: &str, default: i64) -> i64 {
    attribute(node, name).map_or(default, |attribute| attribute.i)
}

fn real(node: &Node, name: &str, default: f32) -> f64 {
    f64::from(attribute(node, name).map_or(default, |attribute| attribute.f))
}

fn not_understood(node: &Node) -> WeightsError {
    WeightsError::graph(format!("operation {}", shortened(&node.op_type)), ONLY_DENSE)
}

/// With the node's name, or its number from 1.
fn in_node(idx: usize, node: &Node, error: WeightsError) -> WeightsError {
    let name = if node.name.is_empty() { String::new() } else { format!(" «{}»", shortened(&node.name)) };
    let node = format!("node {}{name} ({})", idx + 1, shortened(&node.op_type));
    match error {
        WeightsError::Graph { place, why } if place.starts_with("operation ") => {
            WeightsError::graph(node, why)
        }
        WeightsError::Graph { place, why } => WeightsError::graph(format!("{node}, {place}"), why),
        other => other,
    }
}

pub(super) const fn input_names_key() -> &'static str {
    INPUT_NAMES
}
