//! What weights alone don't say: activations, and how columns become inputs. It stands beside an .npz (F.npz.json), and in
//! the metadata of safetensors and ONNX files.
//!
//! In and out: [`Description`] as JSON. Read next: `network.rs`.

use lnn_core::{Activation, Real, Recipe};
use lnn_import::Preparation;
use serde::{Deserialize, Serialize};

use crate::network::Precision;
use crate::{DenseNetwork, WeightsError};

/// The only version so far.
const FORMAT: u32 = 1;

/// Under which name a description stands in the metadata of a file.
pub(crate) const METADATA: &str = "lnn_network";

/// What stands in F.npz.json.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    format: u32,
    /// What the network was trained in.
    pub precision: Precision,
    /// The names of activations, one for each hidden layer.
    hidden: Vec<String>,
    output: String,
    /// From a row of the file to inputs, from outputs to names and units; not known of a network from elsewhere.
    pub preparation: Option<Preparation>,
}

impl Description {
    /// What is known of a network; nothing where an activation is not.
    pub fn of(network: &DenseNetwork) -> Option<Self> {
        let names = network.layers.iter().map(|layer| layer.activation.map(|g| g.as_str().to_owned()));
        let mut hidden: Vec<String> = names.collect::<Option<_>>()?;
        let output = hidden.pop()?;
        let (precision, preparation) = (network.precision, network.preparation.clone());
        Some(Self { format: FORMAT, precision, hidden, output, preparation })
    }

    /// What is known of a network that was trained here.
    pub fn new<T: Real>(recipe: &Recipe, preparation: &Preparation) -> Self {
        Self {
            format: FORMAT,
            precision: if T::BYTES == 8 { Precision::F64 } else { Precision::F32 },
            hidden: recipe.hidden.iter().map(|activation| activation.as_str().to_owned()).collect(),
            output: recipe.output.as_str().to_owned(),
            preparation: Some(preparation.clone()),
        }
    }

    /// From the text of F.npz.json or of metadata.
    ///
    /// # Errors
    /// A sentence: it is damaged, or of a newer lnn.
    pub fn parse(text: &str) -> Result<Self, String> {
        let description: Self = serde_json::from_str(text).map_err(|error| {
            format!("is not what lnn train --save writes; save again, or remove it: {error}")
        })?;
        if description.format != FORMAT {
            let found = description.format;
            return Err(format!("has format {found}, this lnn reads {FORMAT}: use a newer lnn"));
        }
        description.activations().map(|_| description)
    }

    /// As text.
    ///
    /// # Errors
    /// Never, as all of it can be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Every layer's activation, the output's last.
    ///
    /// # Errors
    /// A name is not known.
    pub fn activations(&self) -> Result<Vec<Activation>, String> {
        let names = self.hidden.iter().chain([&self.output]);
        names
            .map(|name| name.parse())
            .collect::<Result<_, _>>()
            .map_err(|error: lnn_core::UnknownName| error.to_string())
    }

    /// Completes a network that was read without it.
    ///
    /// # Errors
    /// It is of another network.
    pub fn complete(self, network: &mut DenseNetwork) -> Result<(), WeightsError> {
        let activations = self.activations().unwrap_or_default();
        let (given, n_layers) = (activations.len(), network.layers.len());
        if given != n_layers {
            return Err(WeightsError::Description { given, n_layers });
        }
        for (layer, activation) in network.layers.iter_mut().zip(activations) {
            layer.activation = Some(activation);
        }
        if let Some(preparation) = self.preparation {
            network.input_names = preparation.input_names();
            network.preparation = Some(preparation);
        }
        network.check()
    }
}
