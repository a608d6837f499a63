//! A dense network outside of training: its layers, and what is known of its inputs and outputs.
//!
//! In: what a reader found. Out: [`DenseNetwork`], checked; as an `lnn_core::Network` it predicts. Read next: `named.rs`, how
//! named arrays become layers.

use lnn_core::{Activation, Layer, Network, Real};
use lnn_import::Preparation;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use crate::{Format, WeightsError};

/// Parameters of one network, 512 MB of `f64`; as many as cells of a data set.
pub(crate) const MAX_PARAMETERS: u64 = 64_000_000;

/// What the numbers were computed and are stored in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 64 bits.
    F64,
}

impl Precision {
    /// Whether a number is finite in it.
    fn holds(self, number: f64) -> bool {
        match self {
            Self::F32 => (number as f32).is_finite(),
            Self::F64 => number.is_finite(),
        }
    }

    /// `f32` or `f64`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// A layer of units, each of which sees all inputs. Row j of the weights is unit j.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseLayer {
    /// W, `(n_units, n_inputs)`.
    pub weights: Array2<f64>,
    /// b, `(n_units)`.
    pub biases: Array1<f64>,
    /// g, where the file says so.
    pub activation: Option<Activation>,
}

/// The hidden layers in order, then the output layer.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseNetwork {
    /// At least one.
    pub layers: Vec<DenseLayer>,
    /// What the numbers are stored in.
    pub precision: Precision,
    /// One for each input, or none where they are not known.
    pub input_names: Vec<String>,
    /// How rows of a data file become inputs, and outputs its target.
    pub preparation: Option<Preparation>,
}

impl DenseNetwork {
    /// A network of which only its layers are known.
    ///
    /// # Errors
    /// The layers make no network.
    pub fn new(layers: Vec<DenseLayer>, precision: Precision) -> Result<Self, WeightsError> {
        let network = Self { layers, precision, input_names: Vec::new(), preparation: None };
        network.check()?;
        Ok(network)
    }

    /// A network as it was trained.
    ///
    /// # Errors
    /// What is known of the data set does not fit the network.
    pub fn trained<T: Real>(
        network: &Network<T>,
        preparation: Option<Preparation>,
    ) -> Result<Self, WeightsError> {
        let layer = |layer: &Layer<T>| DenseLayer {
            weights: layer.weights.mapv(Real::to_f64),
            biases: layer.biases.mapv(Real::to_f64),
            activation: Some(layer.activation),
        };
        let precision = if T::BYTES == 8 { Precision::F64 } else { Precision::F32 };
        let mut dense = Self::new(network.layers.iter().map(layer).collect(), precision)?;
        dense.input_names = preparation.as_ref().map(Preparation::input_names).unwrap_or_default();
        dense.preparation = preparation;
        dense.check()?;
        Ok(dense)
    }

    /// Inputs of the first layer.
    pub fn n_inputs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weights.ncols())
    }

    /// Units of the output layer.
    pub fn n_outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.weights.nrows())
    }

    /// Weights and biases together.
    pub fn n_parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.weights.len() + layer.biases.len()).sum()
    }

    /// `4-20-7-5-3`.
    pub fn sizes(&self) -> String {
        let units = self.layers.iter().map(|layer| layer.weights.nrows());
        let sizes: Vec<String> = [self.n_inputs()].into_iter().chain(units).map(|n| n.to_string()).collect();
        sizes.join("-")
    }

    /// Every layer's activation.
    ///
    /// # Errors
    /// One is not known; `format` is what needs it.
    pub fn activations(&self, format: Format) -> Result<Vec<Activation>, WeightsError> {
        let known = |(idx, layer): (usize, &DenseLayer)| {
            layer.activation.ok_or(WeightsError::NoActivation { layer: idx + 1, format })
        };
        self.layers.iter().enumerate().map(known).collect()
    }

    /// Where layers meet, every number finite, softmax last, as many names as inputs.
    ///
    /// # Errors
    /// What does not hold, with the layer.
    pub fn check(&self) -> Result<(), WeightsError> {
        check_layers(&self.layers, self.precision)?;
        let (n, n_inputs) = (self.input_names.len(), self.n_inputs());
        if n != 0 && n != n_inputs {
            return Err(WeightsError::InputNames { n, n_inputs });
        }
        let Some(preparation) = &self.preparation else { return Ok(()) };
        let sides = [
            ("its inputs", preparation.n_inputs(), n_inputs),
            ("its outputs", preparation.n_outputs(), self.n_outputs()),
        ];
        match sides.into_iter().find(|(_, found, expected)| found != expected) {
            Some((side, found, expected)) => Err(WeightsError::Preparation { side, found, expected }),
            None => Ok(()),
        }
    }

    /// The network as it predicts.
    ///
    /// # Errors
    /// An activation is not known.
    pub fn to_network<T: Real>(&self, format: Format) -> Result<Network<T>, WeightsError> {
        let layer = |(layer, activation): (&DenseLayer, Activation)| Layer {
            weights: layer.weights.mapv(T::from_f64),
            biases: layer.biases.mapv(T::from_f64),
            activation,
        };
        let activations = self.activations(format)?;
        Ok(Network { layers: self.layers.iter().zip(activations).map(layer).collect() })
    }
}

fn check_layers(layers: &[DenseLayer], precision: Precision) -> Result<(), WeightsError> {
    let mut n_arriving = layers.first().map_or(0, |layer| layer.weights.ncols());
    if n_arriving == 0 {
        return Err(WeightsError::NoLayers {
            expected: "weights with at least one input",
            found: "none".into(),
        });
    }
    for (idx, DenseLayer { weights, biases, activation }) in layers.iter().enumerate() {
        let ((n_units, n_inputs), layer) = (weights.dim(), idx + 1);
        if n_units == 0 {
            return Err(WeightsError::array(&format!("layer {layer}"), "without units", "one unit or more"));
        }
        if n_inputs != n_arriving {
            return Err(WeightsError::Chain { layer, found: n_inputs, expected: n_arriving });
        }
        if biases.len() != n_units {
            return Err(WeightsError::Biases { layer, n_weights: n_units, n_biases: biases.len() });
        }
        let is_finite = |(row, bias): (ndarray::ArrayView1<'_, f64>, &f64)| {
            row.iter().chain([bias]).all(|&number| precision.holds(number))
        };
        if let Some(unit_idx) = weights.outer_iter().zip(biases).position(|unit| !is_finite(unit)) {
            return Err(WeightsError::NonFinite { layer, unit: unit_idx + 1 });
        }
        if *activation == Some(Activation::Softmax) && layer != layers.len() {
            return Err(WeightsError::HiddenSoftmax { layer });
        }
        n_arriving = n_units;
    }
    Ok(())
}
