//! HDF5: `W1 b1 …` as the course saves them, and the dense layers of Keras (`model_weights/dense/dense/kernel:0`).
//!
//! In: every dataset of the file, however deep. The order of Keras's layers and their activations come from the file's
//! attributes `model_config` or `layer_names`. Only read. Read next: `named.rs`.

use hdf5_reader::group::Group;
use hdf5_reader::messages::datatype::Datatype;
use hdf5_reader::{ByteOrder, Dataset, Hdf5File, OpenOptions};
use lnn_core::Activation;
use serde_json::Value;

use crate::error::shortened;
use crate::named::{Named, to_layers};
use crate::network::MAX_PARAMETERS;
use crate::numbers::{Budget, NumberType};
use crate::order::FileOrder;
use crate::{DenseNetwork, Format, WeightsError};

/// Groups within groups; Keras nests five at most.
const MAX_DEPTH: usize = 12;
/// Datasets and groups; a network has two datasets for each layer.
const MAX_OBJECTS: usize = 2_000;
/// Numbers for each byte of the file: more than gzip can pack, so the file can only claim to hold them.
const MAX_RATIO: u64 = 1_100;
/// Where Keras keeps an optimizer's moments, which are no layers.
const LEFT_OUT: [&str; 3] = ["optimizer_weights", "optimizer", "metrics"];

pub(crate) fn read(bytes: &[u8]) -> Result<DenseNetwork, WeightsError> {
    let limit = 8 * MAX_PARAMETERS as usize;
    let options = OpenOptions::default().with_max_read_bytes(limit).with_max_chunk_bytes(limit);
    let file = Hdf5File::from_bytes_with_options(bytes, options).map_err(damaged)?;
    let root = file.root_group().map_err(damaged)?;
    let budget = Budget::of_file(bytes.len(), MAX_RATIO);
    let mut found = Found { arrays: Vec::new(), n_objects: 0, budget };
    found.group(&root, "", 0)?;
    let config = Config::of(&root)?;
    let order = if config.layers.is_empty() { layer_names(&root)? } else { config.names() };
    let (layers, precision) = to_layers(found.arrays, &order, FileOrder::Sorted)?;
    let activated = layers.into_iter().map(|(name, mut layer)| {
        layer.activation = config.activation(&name)?;
        Ok(layer)
    });
    DenseNetwork::new(activated.collect::<Result<_, WeightsError>>()?, precision)
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn damaged(error: impl ToString) -> WeightsError {
    WeightsError::damaged(Format::Hdf5, error)
}

/// What was found so far.
struct Found {
    arrays: Vec<Named>,
    n_objects: usize,
    budget: Budget,
}

impl Found {
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), WeightsError> {
        if depth > MAX_DEPTH {
            let name = shortened(path);
            return Err(damaged(format!("«{name}» lies more than {MAX_DEPTH} groups deep")));
        }
        let (groups, datasets) = group.members().map_err(damaged)?;
        self.n_objects += groups.len() + datasets.len();
        if self.n_objects > MAX_OBJECTS {
            return Err(WeightsError::TooMany { found: self.n_objects, limit: MAX_OBJECTS });
        }
        for dataset in datasets {
            let name = join(path, dataset.name());
            self.dataset(&dataset, name)?;
        }
        for child in groups {
            if depth > 0 || !LEFT_OUT.contains(&child.name()) {
                self.group(&child, &join(path, child.name()), depth + 1)?;
            }
        }
        Ok(())
    }

    /// Arrays of real numbers that are weights; what else the file holds is left alone.
    fn dataset(&mut self, dataset: &Dataset, name: String) -> Result<(), WeightsError> {
        let Some((number_type, is_big_endian)) = number_type(dataset.dtype()) else { return Ok(()) };
        let shape: Vec<usize> = dataset
            .shape()
            .iter()
            .map(|&size| usize::try_from(size))
            .collect::<Result<_, _>>()
            .map_err(damaged)?;
        if shape.len() > 2 || shape.is_empty() {
            return if is_weights(&name) {
                Err(WeightsError::array(
                    &name,
                    format!("{shape:?}, which is no dense layer"),
                    "(n_inputs, n_units)",
                ))
            } else {
                Ok(())
            };
        }
        let n = self.budget.take(&name, &shape)?;
        let bytes =
            dataset.read_raw_bytes().map_err(|error| damaged(format!("«{}»: {error}", shortened(&name))))?;
        let values = number_type.decode(&bytes, is_big_endian);
        if values.len() != n {
            return Err(WeightsError::array(&name, format!("cut: {} numbers", values.len()), n));
        }
        self.arrays.push(Named { name, shape, values, precision: number_type.precision() });
        Ok(())
    }
}

fn is_weights(name: &str) -> bool {
    let name = name.strip_suffix(":0").unwrap_or(name);
    ["kernel", "weight", "vars/0"].iter().any(|part| name.ends_with(part))
}

fn join(path: &str, name: &str) -> String {
    let name = name.trim_start_matches('/');
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn number_type(datatype: &Datatype) -> Option<(NumberType, bool)> {
    let (number_type, order) = match datatype {
        Datatype::FloatingPoint { size: 2, byte_order, .. } => (NumberType::F16, byte_order),
        Datatype::FloatingPoint { size: 4, byte_order, .. } => (NumberType::F32, byte_order),
        Datatype::FloatingPoint { size: 8, byte_order, .. } => (NumberType::F64, byte_order),
        Datatype::FixedPoint { size, signed, byte_order, .. } if matches!(size, 1 | 2 | 4 | 8) => {
            let n = usize::from(*size);
            (if *signed { NumberType::Signed(n) } else { NumberType::Unsigned(n) }, byte_order)
        }
        _ => return None,
    };
    Some((number_type, *order == ByteOrder::BigEndian))
}

/// The order of layers that Keras's weights files state.
fn layer_names(root: &Group) -> Result<Vec<String>, WeightsError> {
    let groups = [root.group("model_weights").ok(), Some(root.clone())];
    for group in groups.into_iter().flatten() {
        let attributes = group.attributes().map_err(damaged)?;
        if let Some(names) = attributes.iter().find(|attribute| attribute.name == "layer_names") {
            return names.read_strings().map_err(damaged);
        }
    }
    Ok(Vec::new())
}

/// What Keras says of a model's layers.
#[derive(Default)]
struct Config {
    /// Name, kind and settings, in order.
    layers: Vec<(String, String, Value)>,
}

impl Config {
    fn of(root: &Group) -> Result<Self, WeightsError> {
        let attributes = root.attributes().map_err(damaged)?;
        let Some(attribute) = attributes.iter().find(|attribute| attribute.name == "model_config") else {
            return Ok(Self::default());
        };
        let text = attribute.read_string().map_err(damaged)?;
        let config: Value = serde_json::from_str(&text)
            .map_err(|error| damaged(format!("the attribute «model_config» is no JSON ({error})")))?;
        let layers = config["config"]["layers"].as_array().or_else(|| config["config"].as_array());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let layer = |layer: &Value| {
            (text(&layer["config"]["name"]), text(&layer["class_name"]), layer["config"].clone())
        };
        let layers: Vec<_> = layers.into_iter().flatten().map(layer).collect();
        let known =
            ["Dense", "InputLayer", "Dropout", "Flatten", "Activation", "ReLU", "Softmax", "LeakyReLU"];
        match layers.iter().find(|(_, kind, _)| !known.contains(&kind.as_str())) {
            Some((name, kind, _)) => Err(WeightsError::graph(
                format!("layer «{}» ({})", shortened(name), shortened(kind)),
                "only Dense layers with activations can be read: save a network of those alone",
            )),
            None => Ok(Self { layers }),
        }
    }

    fn names(&self) -> Vec<String> {
        self.layers.iter().map(|(name, ..)| name.clone()).collect()
    }

    /// That of a dense layer, or of the layer behind it that is nothing but an activation.
    fn activation(&self, found: &str) -> Result<Option<Activation>, WeightsError> {
        let is_it = |(name, ..): &(String, String, Value)| found.split('/').any(|part| part == name);
        let Some(at) = self.layers.iter().position(is_it) else { return Ok(None) };
        let behind = self.layers.iter().skip(at + 1).take_while(|(_, kind, _)| kind != "Dense");
        let mut activation = Activation::Identity;
        for (name, kind, settings) in self.layers.iter().skip(at).take(1).chain(behind) {
            let next = match kind.as_str() {
                "Dense" | "Activation" => by_name(name, &settings["activation"])?,
                "ReLU" => Activation::Relu,
                "Softmax" => Activation::Softmax,
                "LeakyReLU" => leaky(name, settings)?,
                _ => Activation::Identity,
            };
            match (activation, next) {
                (_, Activation::Identity) => {}
                (Activation::Identity, next) => activation = next,
                _ => {
                    let place = format!("layer «{}»", shortened(name));
                    return Err(WeightsError::graph(place, "a layer with two activations can't be read"));
                }
            }
        }
        Ok(Some(activation))
    }
}

fn by_name(layer: &str, name: &Value) -> Result<Activation, WeightsError> {
    match name.as_str() {
        Some("linear") => Ok(Activation::Identity),
        Some("sigmoid") => Ok(Activation::Sigmoid),
        Some("tanh") => Ok(Activation::Tanh),
        Some("relu") => Ok(Activation::Relu),
        Some("softmax") => Ok(Activation::Softmax),
        _ => {
            let why = format!(
                "its activation {} is not known here; known are linear, sigmoid, tanh, relu and softmax",
                shortened(&name.to_string())
            );
            Err(WeightsError::graph(format!("layer «{}»", shortened(layer)), why))
        }
    }
}

/// Keras 2 calls the slope `alpha`, Keras 3 `negative_slope`.
fn leaky(layer: &str, settings: &Value) -> Result<Activation, WeightsError> {
    let slope = settings["negative_slope"].as_f64().or_else(|| settings["alpha"].as_f64()).unwrap_or(0.3);
    if (slope - lnn_core::activation::LEAKY_SLOPE).abs() <= 1e-6 {
        return Ok(Activation::LeakyRelu);
    }
    let why = format!("its slope is {slope}, only 0.01 can be computed here: train with that slope");
    Err(WeightsError::graph(format!("layer «{}»", shortened(layer)), why))
}
