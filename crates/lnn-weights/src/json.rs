//! LNN's JSON: everything that is known of a network, in a form that a person can read and any program too.
//!
//! ```json
//! {"format": "lnn-weights", "version": 1, "precision": "f32", "input_names": ["x", "y"],
//!  "layers": [{"activation": "relu", "weights": [[0.5, -1.0]], "biases": [0.25]}], "preparation": null}
//! ```
//!
//! In and out: weights row by row, a row for each unit. Numbers come back to the bit. Read next: `network.rs`.

use lnn_import::Preparation;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DenseLayer, DenseNetwork, Format, Precision, WeightsError};

const FORMAT: &str = "lnn-weights";
const VERSION: u32 = 1;

/// What decides how the rest is read.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    precision: Precision,
}

/// The whole; `T` is the type of its numbers, so that each is read to the nearest of that type.
#[derive(Serialize, Deserialize)]
struct File<T> {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u32,
    #[serde(default)]
    precision: Precision,
    #[serde(default)]
    input_names: Vec<String>,
    layers: Vec<Layer<T>>,
    #[serde(default = "Option::default")]
    preparation: Option<Preparation>,
}

#[derive(Serialize, Deserialize)]
struct Layer<T> {
    #[serde(default = "Option::default")]
    activation: Option<String>,
    /// A row for each unit.
    weights: Vec<Vec<T>>,
    biases: Vec<T>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<DenseNetwork, WeightsError> {
    let damaged = |why: String| WeightsError::damaged(Format::Json, why);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if head.format.is_number() {
        return Err(damaged("it is what stands beside an .npz: give the .npz".into()));
    }
    if head.format.as_str() != Some(FORMAT) {
        return Err(damaged(format!("«format» is not \"{FORMAT}\"")));
    }
    match head.version {
        Some(VERSION) => {}
        Some(version) => {
            return Err(damaged(format!(
                "it has version {version}, this lnn reads {VERSION}: use a newer lnn"
            )));
        }
        None => return Err(damaged("it has no «version»".into())),
    }
    match head.precision {
        Precision::F32 => network::<f32>(bytes),
        Precision::F64 => network::<f64>(bytes),
    }
}

fn network<'a, T: Deserialize<'a> + Into<f64>>(bytes: &'a [u8]) -> Result<DenseNetwork, WeightsError> {
    let file: File<T> =
        serde_json::from_slice(bytes).map_err(|error| WeightsError::damaged(Format::Json, error))?;
    let layers = file.layers.into_iter().enumerate().map(|(idx, layer)| layer.dense(idx + 1));
    let mut network = DenseNetwork::new(layers.collect::<Result<_, _>>()?, file.precision)?;
    network.input_names = file.input_names;
    network.preparation = file.preparation;
    Ok(network)
}

impl<T: Into<f64>> Layer<T> {
    fn dense(self, layer: usize) -> Result<DenseLayer, WeightsError> {
        let place = |what: &str| format!("layer {layer}'s {what}");
        let n_inputs = self.weights.first().map_or(0, Vec::len);
        let n_units = self.weights.len();
        if let Some(row) = self.weights.iter().position(|row| row.len() != n_inputs) {
            let name = place(&format!("weights of unit {}", row + 1));
            let found = self.weights.get(row).map_or(0, Vec::len);
            return Err(WeightsError::array(&name, format!("{found} numbers"), n_inputs));
        }
        let numbers: Vec<f64> = self.weights.into_iter().flatten().map(Into::into).collect();
        let weights = Array2::from_shape_vec((n_units, n_inputs), numbers)
            .map_err(|error| WeightsError::damaged(Format::Json, error))?;
        let biases: Array1<f64> = self.biases.into_iter().map(Into::into).collect();
        let activation = self.activation.map(|name| name.parse()).transpose();
        let activation = activation.map_err(|error: lnn_core::UnknownName| {
            WeightsError::damaged(Format::Json, format!("layer {layer}: {error}"))
        })?;
        Ok(DenseLayer { weights, biases, activation })
    }
}

pub(crate) fn write(network: &DenseNetwork) -> Result<Vec<u8>, WeightsError> {
    let bytes = match network.precision {
        Precision::F32 => serde_json::to_vec(&file(network, |value| value as f32)),
        Precision::F64 => serde_json::to_vec(&file(network, |value| value)),
    };
    bytes.map_err(|error| WeightsError::Write { format: Format::Json, why: error.to_string() })
}

fn file<T>(network: &DenseNetwork, convert: impl Fn(f64) -> T + Copy) -> File<T> {
    let layer = |layer: &DenseLayer| Layer {
        activation: layer.activation.map(|activation| activation.as_str().to_owned()),
        weights: layer.weights.outer_iter().map(|row| row.iter().map(|&w| convert(w)).collect()).collect(),
        biases: layer.biases.iter().map(|&b| convert(b)).collect(),
    };
    File {
        format: FORMAT.to_owned(),
        version: VERSION,
        precision: network.precision,
        input_names: network.input_names.clone(),
        layers: network.layers.iter().map(layer).collect(),
        preparation: network.preparation.clone(),
    }
}
