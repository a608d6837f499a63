//! Probes: what is seen of every unit in a step.
//!
//! What enters: a step's forward pass, errors, gradients and update. What leaves: a dozen numbers for each unit. A
//! probe only reads: training with and without it gives the same bits. Read next: [`crate::history`].

use crate::activation::Activation;
use crate::network::{Forward, Layer, Network};
use crate::parameters::Gradients;
use crate::real::Real;
use ndarray::{Array2, ArrayView1};

/// Sigmoid units are saturated at a below this share or above one minus it.
pub const SIGMOID_SATURATED: f64 = 0.03;
/// Tanh units are saturated at |a| above this.
pub const TANH_SATURATED: f64 = 0.97;

/// One unit in one step. Means and shares are over the mini-batch's examples; dropout is not counted into a.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitProbe<T> {
    /// Mean of a.
    pub activation_mean: T,
    /// Standard deviation of a (divided by m, not m−1).
    pub activation_std: T,
    /// Smallest a.
    pub activation_min: T,
    /// Largest a.
    pub activation_max: T,
    /// Share of examples with z ≤ 0 for `ReLU` (a = 0) and leaky `ReLU`; 0 for other activations.
    pub inactive_share: T,
    /// Share of examples with a < 0.03 or a > 0.97 for sigmoid, |a| > 0.97 for tanh; 0 for other activations.
    pub saturated_share: T,
    /// Mean of z.
    pub z_mean: T,
    /// Standard deviation of z.
    pub z_std: T,
    /// Mean of |δ|, δ = ∂L/∂z.
    pub error_mean_abs: T,
    /// ‖∂C/∂w‖ over the unit's weights.
    pub gradient_norm: T,
    /// ∂C/∂b.
    pub bias_gradient: T,
    /// ‖w‖ before the update: of the weights that gave this a.
    pub weight_norm: T,
    /// b before the update.
    pub bias: T,
    /// ‖Δw‖/‖w‖ with w before the update; 0 where ‖w‖ is 0.
    pub update_ratio: T,
}

/// The units of one layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerProbe<T> {
    /// Unit 0, 1, …
    pub units: Vec<UnitProbe<T>>,
}

/// What a finished step left to be looked at.
pub(crate) struct Observed<'a, T> {
    pub network: &'a Network<T>,
    pub forward: &'a Forward<T>,
    pub errors: &'a [Array2<T>],
    pub gradients: &'a Gradients<T>,
    pub update: &'a Gradients<T>,
}

/// Write every layer's probes, reusing the vectors' memory.
pub(crate) fn probe_layers<T: Real>(observed: &Observed<'_, T>, probes: &mut Vec<LayerProbe<T>>) {
    probes.resize_with(observed.network.layers.len(), LayerProbe::default);
    for (layer_idx, (layer, probe)) in observed.network.layers.iter().zip(probes).enumerate() {
        probe.units.clear();
        probe.units.extend((0..layer.biases.len()).map(|unit| probe_unit(observed, layer, layer_idx, unit)));
    }
}

fn probe_unit<T: Real>(
    observed: &Observed<'_, T>,
    layer: &Layer<T>,
    layer_idx: usize,
    unit_idx: usize,
) -> UnitProbe<T> {
    let z = observed.forward.pre_activations[layer_idx].row(unit_idx);
    let a = observed.forward.activations[layer_idx].row(unit_idx);
    let ((z_mean, z_std), (activation_mean, activation_std)) = (mean_and_std(z), mean_and_std(a));
    let (activation_min, activation_max) = bounds(a);
    let weight_norm = norm(layer.weights.row(unit_idx));
    let update_norm = norm(observed.update.weights[layer_idx].row(unit_idx));
    UnitProbe {
        activation_mean,
        activation_std,
        activation_min,
        activation_max,
        inactive_share: share(z, |z| is_inactive(layer.activation, z)),
        saturated_share: share(a, |a| is_saturated(layer.activation, a)),
        z_mean,
        z_std,
        error_mean_abs: mean_abs(observed.errors[layer_idx].row(unit_idx)),
        gradient_norm: norm(observed.gradients.weights[layer_idx].row(unit_idx)),
        bias_gradient: observed.gradients.biases[layer_idx][unit_idx],
        weight_norm,
        bias: layer.biases[unit_idx],
        update_ratio: if weight_norm > T::ZERO { update_norm / weight_norm } else { T::ZERO },
    }
}

/// Whether a unit lets (nearly) nothing through at this z.
pub fn is_inactive<T: Real>(activation: Activation, z: T) -> bool {
    matches!(activation, Activation::Relu | Activation::LeakyRelu) && z <= T::ZERO
}

/// Whether a unit is where its activation function is nearly flat at both ends.
pub fn is_saturated<T: Real>(activation: Activation, a: T) -> bool {
    match activation {
        Activation::Sigmoid => a < T::from_f64(SIGMOID_SATURATED) || a > T::from_f64(1.0 - SIGMOID_SATURATED),
        Activation::Tanh => a.abs() > T::from_f64(TANH_SATURATED),
        _ => false,
    }
}

// Sums are in f64 so that a probe is exact enough for any mini-batch.

fn mean_and_std<T: Real>(values: ArrayView1<'_, T>) -> (T, T) {
    let m = values.len().max(1) as f64;
    let mean = values.iter().fold(0.0, |sum, value| sum + value.to_f64()) / m;
    let squares = values.iter().fold(0.0, |sum, value| {
        let distance = value.to_f64() - mean;
        sum + distance * distance
    });
    (T::from_f64(mean), T::from_f64((squares / m).sqrt()))
}

fn bounds<T: Real>(values: ArrayView1<'_, T>) -> (T, T) {
    let first = values.first().copied().unwrap_or_default();
    values.iter().fold((first, first), |(min, max), &value| {
        (if value < min { value } else { min }, if value > max { value } else { max })
    })
}

fn share<T: Real>(values: ArrayView1<'_, T>, is: impl Fn(T) -> bool) -> T {
    let count = values.iter().filter(|&&value| is(value)).count();
    T::from_usize(count) / T::from_usize(values.len().max(1))
}

fn mean_abs<T: Real>(values: ArrayView1<'_, T>) -> T {
    let sum = values.iter().fold(0.0, |sum, value| sum + value.abs().to_f64());
    T::from_f64(sum / values.len().max(1) as f64)
}

fn norm<T: Real>(values: ArrayView1<'_, T>) -> T {
    let squares = values.iter().fold(0.0, |sum, value| sum + value.to_f64() * value.to_f64());
    T::from_f64(squares.sqrt())
}
