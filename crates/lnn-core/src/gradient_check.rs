//! Gradient check: backpropagation against central differences.
//!
//! What enters: a network in `f64`, examples, and which parameters to check. What leaves: both numbers for each, and
//! how far apart they are. Read next: [`crate::backward`], which this proves.

use crate::cost::Cost;
use crate::data::DataSet;
use crate::error::TrainError;
use crate::network::{Network, check_shape};
use crate::parameters::Gradients;
use ndarray::Array2;

/// Half the distance of the two points of a central difference. Rounding and curvature are both near 1e-11 there.
pub const DEFAULT_EPSILON: f64 = 1e-5;

/// One weight or bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParameterId {
    /// The layer, 0 for the first hidden one.
    pub layer_idx: usize,
    /// The unit, from 0.
    pub unit_idx: usize,
    /// The weight's input, from 0; none for the bias.
    pub input_idx: Option<usize>,
}

/// One parameter's gradient, computed in two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientCheckEntry {
    /// Which.
    pub parameter: ParameterId,
    /// ∂C/∂θ by backpropagation.
    pub analytic: f64,
    /// (C(θ+ε) − C(θ−ε))/2ε.
    pub numeric: f64,
    /// |analytic − numeric|/(|analytic| + |numeric|); 0 where both are 0.
    pub relative_difference: f64,
}

/// The result of a gradient check.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientCheck {
    /// One for each parameter checked, in the order asked for.
    pub entries: Vec<GradientCheckEntry>,
    /// ‖analytic − numeric‖₂/(‖analytic‖₂ + ‖numeric‖₂) over all entries, the course's. Below 1e-7 is right.
    pub relative_difference: f64,
}

/// Check these `parameters`, or all where none are named, at ε = `epsilon` ([`DEFAULT_EPSILON`]).
///
/// `masks`: one dropout mask `(n_units, n_examples)` for each hidden layer, held fixed. Each parameter costs two forward
/// passes over `data`.
///
/// # Errors
/// The data do not fit the network, or a parameter or mask does not exist in it.
pub fn gradient_check(
    network: &Network<f64>,
    data: &DataSet<f64>,
    cost: Cost,
    l2_penalty: f64,
    masks: Option<&[Array2<f64>]>,
    parameters: Option<&[ParameterId]>,
    epsilon: f64,
) -> Result<GradientCheck, TrainError> {
    network.check_inputs(data.inputs().view())?;
    check_masks(network, data, masks)?;
    check_shape(|| "targets".into(), (network.n_outputs(), data.n_examples()), data.targets().dim())?;
    let all;
    let parameters = if let Some(parameters) = parameters {
        parameters
    } else {
        all = network.parameter_ids();
        &all
    };
    let masks = masks.map(<[_]>::to_vec).unwrap_or_default();
    let forward = network.forward_with_masks(data.inputs().view(), masks.clone());
    let (inputs, targets) = (data.inputs().view(), data.targets().view());
    let gradients = network.backward(inputs, targets, &forward, cost, l2_penalty).gradients;
    let cost_of = |network: &Network<f64>| {
        network.cost(&network.forward_with_masks(inputs, masks.clone()), targets, cost, l2_penalty)
    };
    let mut moved = network.clone();
    let mut entries = Vec::with_capacity(parameters.len());
    for &parameter in parameters {
        let analytic = *parameter.in_gradients(&gradients).ok_or_else(|| missing(parameter, network))?;
        let numeric = central_difference(&mut moved, parameter, epsilon, &cost_of);
        let numeric = numeric.ok_or_else(|| missing(parameter, network))?;
        let relative_difference = relative(square(analytic - numeric), square(analytic), square(numeric));
        entries.push(GradientCheckEntry { parameter, analytic, numeric, relative_difference });
    }
    let sum = |term: fn(&GradientCheckEntry) -> f64| entries.iter().map(term).sum::<f64>();
    let relative_difference = relative(
        sum(|entry| square(entry.analytic - entry.numeric)),
        sum(|entry| square(entry.analytic)),
        sum(|entry| square(entry.numeric)),
    );
    Ok(GradientCheck { entries, relative_difference })
}

impl Network<f64> {
    /// Every parameter in the order W¹ b¹ W² b² …, unit by unit: weights, then the bias.
    pub fn parameter_ids(&self) -> Vec<ParameterId> {
        let mut ids = Vec::with_capacity(self.n_parameters());
        for (layer_idx, layer) in self.layers.iter().enumerate() {
            for unit_idx in 0..layer.weights.nrows() {
                let inputs = (0..layer.weights.ncols()).map(Some).chain([None]);
                ids.extend(inputs.map(|input_idx| ParameterId { layer_idx, unit_idx, input_idx }));
            }
        }
        ids
    }
}

impl ParameterId {
    fn in_gradients(self, gradients: &Gradients<f64>) -> Option<&f64> {
        match self.input_idx {
            Some(input_idx) => gradients.weights.get(self.layer_idx)?.get([self.unit_idx, input_idx]),
            None => gradients.biases.get(self.layer_idx)?.get(self.unit_idx),
        }
    }

    fn in_network(self, network: &mut Network<f64>) -> Option<&mut f64> {
        let layer = network.layers.get_mut(self.layer_idx)?;
        match self.input_idx {
            Some(input_idx) => layer.weights.get_mut([self.unit_idx, input_idx]),
            None => layer.biases.get_mut(self.unit_idx),
        }
    }
}

/// (C(θ+ε) − C(θ−ε))/2ε; the network is left as it was.
fn central_difference(
    network: &mut Network<f64>,
    parameter: ParameterId,
    epsilon: f64,
    cost_of: &impl Fn(&Network<f64>) -> f64,
) -> Option<f64> {
    let value = *parameter.in_network(network)?;
    *parameter.in_network(network)? = value + epsilon;
    let above = cost_of(network);
    *parameter.in_network(network)? = value - epsilon;
    let below = cost_of(network);
    *parameter.in_network(network)? = value;
    Some((above - below) / (2.0 * epsilon))
}

fn relative(difference: f64, first: f64, second: f64) -> f64 {
    let scale = first.sqrt() + second.sqrt();
    if scale > 0.0 { difference.sqrt() / scale } else { 0.0 }
}

fn square(value: f64) -> f64 {
    value * value
}

fn missing(parameter: ParameterId, network: &Network<f64>) -> TrainError {
    let shapes = network.parameters().shapes();
    let expected = shapes.get(parameter.layer_idx).copied().unwrap_or((0, 0));
    let found = (parameter.unit_idx + 1, parameter.input_idx.map_or(0, |idx| idx + 1));
    crate::error::ShapeError {
        what: format!("unit and input of layer {}", parameter.layer_idx + 1),
        expected,
        found,
    }
    .into()
}

fn check_masks(
    network: &Network<f64>,
    data: &DataSet<f64>,
    masks: Option<&[Array2<f64>]>,
) -> Result<(), TrainError> {
    let Some(masks) = masks else { return Ok(()) };
    let n_hidden = network.layers.len().saturating_sub(1);
    check_shape(|| "masks' layers".into(), (n_hidden, 1), (masks.len(), 1))?;
    for (layer_idx, (mask, layer)) in masks.iter().zip(&network.layers).enumerate() {
        let expected = (layer.biases.len(), data.n_examples());
        check_shape(|| format!("mask of layer {}", layer_idx + 1), expected, mask.dim())?;
    }
    Ok(())
}
