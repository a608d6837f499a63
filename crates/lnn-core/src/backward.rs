//! The way back: from the cost to every unit's error and every parameter's gradient.
//!
//! What enters: a forward pass and the targets. What leaves: δ = ∂L/∂z of each layer and ∂C/∂W, ∂C/∂b. Read next:
//! [`crate::optimizer`].

use crate::cost::Cost;
use crate::network::{Forward, Network};
use crate::parameters::{Gradients, Parameters};
use crate::product::Scratch;
use crate::real::Real;
use crate::unit::{UnitState, errors_into, gradients_into, numbers, numbers_mut, zeros};
use ndarray::{Array2, ArrayView2};

/// What a backward pass leaves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Backward<T> {
    /// δ = ∂L/∂z of each layer, `(n_units, n_examples)`, not divided by the number of examples.
    pub errors: Vec<Array2<T>>,
    /// ∂C/∂W and ∂C/∂b of each layer, the penalty included.
    pub gradients: Gradients<T>,
}

impl<T: Real> Network<T> {
    /// Errors and gradients of the cost's mean over the examples plus λ/(2m)·Σ‖W‖².
    ///
    /// `inputs` `(n_features, n_examples)`, `targets` `(n_outputs, n_examples)`, `forward` from the same inputs: the
    /// dropout masks it carries are used on the way back too.
    pub fn backward(
        &self,
        inputs: ArrayView2<'_, T>,
        targets: ArrayView2<'_, T>,
        forward: &Forward<T>,
        cost: Cost,
        l2_penalty: f64,
    ) -> Backward<T> {
        let mut errors = errors_room(self, inputs.ncols());
        let mut gradients = self.parameters().zeros_like();
        let mut scratch = Scratch::default();
        for layer_idx in (0..self.layers.len()).rev() {
            self.errors_of_layer(layer_idx, targets, forward, cost, &mut errors, &mut scratch);
            let received = forward.layer_inputs(layer_idx, inputs);
            self.gradients_of_layer(layer_idx, received, &errors, l2_penalty, &mut gradients, &mut scratch);
        }
        Backward { errors, gradients }
    }

    /// The mean over the examples of the loss, plus the penalty; accumulated in `f64`.
    pub fn cost(&self, forward: &Forward<T>, targets: ArrayView2<'_, T>, cost: Cost, l2_penalty: f64) -> f64 {
        let (Some(z), Some(a)) = (forward.pre_activations.last(), forward.activations.last()) else {
            return 0.0;
        };
        let m = targets.ncols() as f64;
        cost.add_losses(0.0, z.view(), a.view(), targets) / m + self.penalty(l2_penalty, m)
    }

    /// λ/(2m)·Σ‖W‖² over all weights, biases left out.
    pub(crate) fn penalty(&self, l2_penalty: f64, m: f64) -> f64 {
        if l2_penalty <= 0.0 {
            return 0.0;
        }
        let mut squares = 0.0;
        for weight in self.layers.iter().flat_map(|layer| &layer.weights) {
            squares += weight.to_f64() * weight.to_f64();
        }
        l2_penalty / (2.0 * m) * squares
    }

    /// δ of layer `layer_idx`: from the targets for the output layer, from the next layer's δ for a hidden one.
    pub(crate) fn errors_of_layer(
        &self,
        layer_idx: usize,
        targets: ArrayView2<'_, T>,
        forward: &Forward<T>,
        cost: Cost,
        errors: &mut [Array2<T>],
        scratch: &mut Scratch<T>,
    ) {
        let (own, next) = errors.split_at_mut(layer_idx + 1);
        let own = numbers_mut(&mut own[layer_idx]);
        let activation = self.layers[layer_idx].activation;
        let (z, a) = (numbers(&forward.pre_activations[layer_idx]), numbers(&forward.activations[layer_idx]));
        if let Some(next_errors) = next.first() {
            let next_weights = self.layers[layer_idx + 1].weights.view();
            let unit = UnitState { z, a, mask: forward.masks.get(layer_idx).map(numbers), activation };
            errors_into(next_weights, next_errors.view(), &unit, own, scratch);
        } else {
            let targets_row_major = targets.as_standard_layout();
            let y = targets_row_major.as_slice().unwrap_or_default();
            cost.output_errors(activation, z, a, y, targets.ncols(), own);
        }
    }

    /// ∂C/∂W and ∂C/∂b of layer `layer_idx` from its δ and what it received.
    pub(crate) fn gradients_of_layer(
        &self,
        layer_idx: usize,
        received: ArrayView2<'_, T>,
        errors: &[Array2<T>],
        l2_penalty: f64,
        gradients: &mut Parameters<T>,
        scratch: &mut Scratch<T>,
    ) {
        gradients_into(
            errors[layer_idx].view(),
            received,
            self.layers[layer_idx].weights.view(),
            l2_penalty,
            numbers_mut(&mut gradients.weights[layer_idx]),
            gradients.biases[layer_idx].as_slice_mut().unwrap_or_default(),
            scratch,
        );
    }
}

/// Room for each layer's δ.
pub(crate) fn errors_room<T: Real>(network: &Network<T>, n_examples: usize) -> Vec<Array2<T>> {
    network.layers.iter().map(|layer| zeros(layer.biases.len(), n_examples)).collect()
}
