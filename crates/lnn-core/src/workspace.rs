//! The memory and the passes of one training step, each number watched as it is computed.
//!
//! What enters: a network and a mini-batch. What leaves: its forward pass, cost, errors and gradients, or the first
//! number that is not finite. Nothing here changes the network. Read next: [`crate::trainer`].

use crate::backward::errors_room;
use crate::cost::Cost;
use crate::dropout::fill_mask;
use crate::error::TrainError;
use crate::network::{Forward, Network};
use crate::parameters::Gradients;
use crate::product::Scratch;
use crate::real::Real;
use crate::unit::{numbers, numbers_mut, zeros};
use ndarray::{Array2, ArrayView2};

/// Arrays for mini-batches of one size.
#[derive(Debug, Clone)]
pub(crate) struct Buffers<T> {
    n_examples: usize,
    /// The mini-batch, `(n_features, n_examples)`, column-major as in the data set; empty where the data set itself is the batch.
    pub inputs: Array2<T>,
    /// Its targets, `(n_outputs, n_examples)`; empty likewise.
    pub targets: Array2<T>,
    pub forward: Forward<T>,
    pub errors: Vec<Array2<T>>,
}

/// Arrays for the two sizes a run's mini-batches have: the usual one and the last of an epoch.
#[derive(Debug, Clone)]
pub(crate) struct Workspace<T> {
    sizes: Vec<Buffers<T>>,
    pub scratch: Scratch<T>,
}

impl<T: Real> Workspace<T> {
    pub(crate) fn new() -> Self {
        Self { sizes: Vec::new(), scratch: Scratch::default() }
    }

    /// The buffers for `n_examples`, made on first use.
    pub(crate) fn buffers(
        &mut self,
        network: &Network<T>,
        n_examples: usize,
        copies_batch: bool,
        with_dropout: bool,
    ) -> (&mut Buffers<T>, &mut Scratch<T>) {
        let found = self.sizes.iter().position(|buffers| buffers.n_examples == n_examples);
        let idx = found.unwrap_or(self.sizes.len());
        if found.is_none() {
            let copied = if copies_batch { n_examples } else { 0 };
            self.sizes.push(Buffers {
                n_examples,
                inputs: zeros(copied, network.n_features()).reversed_axes(),
                targets: zeros(network.n_outputs(), copied),
                forward: Forward::sized(network, n_examples, with_dropout),
                errors: errors_room(network, n_examples),
            });
        }
        let buffers = &mut self.sizes[idx];
        if with_dropout == (buffers.forward.masks.is_empty() && network.layers.len() > 1) {
            buffers.forward = Forward::sized(network, n_examples, with_dropout);
        }
        (buffers, &mut self.scratch)
    }
}

impl<T: Real> Forward<T> {
    /// Draw the hidden layers' masks of the step after `steps_done` steps.
    pub(crate) fn draw_masks(&mut self, seed: u64, steps_done: u64, dropout: f64) {
        for (layer_idx, mask) in self.masks.iter_mut().enumerate() {
            fill_mask(seed, steps_done, layer_idx, 0, dropout, numbers_mut(mask));
        }
    }
}

/// One mini-batch on its way through the network.
pub(crate) struct Pass<'a, T> {
    pub network: &'a Network<T>,
    pub inputs: ArrayView2<'a, T>,
    pub targets: ArrayView2<'a, T>,
    pub cost: Cost,
    pub l2_penalty: f64,
    /// The update this pass is for, named in errors.
    pub step: u64,
}

impl<T: Real> Pass<'_, T> {
    pub(crate) fn forward(
        &self,
        forward: &mut Forward<T>,
        scratch: &mut Scratch<T>,
    ) -> Result<(), TrainError> {
        for layer_idx in 0..self.network.layers.len() {
            self.network.forward_layer(layer_idx, self.inputs, forward, scratch);
            // Each activation function is finite wherever z is.
            self.check("pre_activation", layer_idx, &forward.pre_activations[layer_idx])?;
        }
        Ok(())
    }

    pub(crate) fn cost(&self, forward: &Forward<T>) -> Result<T, TrainError> {
        let cost = T::from_f64(self.network.cost(forward, self.targets, self.cost, self.l2_penalty));
        if cost.is_finite() {
            return Ok(cost);
        }
        let layer_idx = self.network.layers.len().saturating_sub(1);
        let unit_idx = forward.pre_activations.last().map_or(0, |z| unit_with_the_largest(z));
        Err(non_finite("cost", layer_idx, unit_idx, self.step, cost))
    }

    pub(crate) fn backward(
        &self,
        forward: &Forward<T>,
        errors: &mut [Array2<T>],
        gradients: &mut Gradients<T>,
        scratch: &mut Scratch<T>,
    ) {
        for layer_idx in (0..self.network.layers.len()).rev() {
            self.network.errors_of_layer(layer_idx, self.targets, forward, self.cost, errors, scratch);
            let received = forward.layer_inputs(layer_idx, self.inputs);
            self.network.gradients_of_layer(layer_idx, received, errors, self.l2_penalty, gradients, scratch);
        }
    }

    /// # Errors
    /// The first gradient, in the order of the way back, that is not finite.
    pub(crate) fn check_gradients(&self, gradients: &Gradients<T>) -> Result<(), TrainError> {
        for layer_idx in (0..self.network.layers.len()).rev() {
            self.check("gradient", layer_idx, &gradients.weights[layer_idx])?;
            check_units("gradient", layer_idx, self.step, gradients.biases[layer_idx].iter().copied())?;
        }
        Ok(())
    }

    fn check(&self, quantity: &'static str, layer_idx: usize, matrix: &Array2<T>) -> Result<(), TrainError> {
        check_rows(quantity, layer_idx, self.step, matrix)
    }
}

/// # Errors
/// The first number of `matrix` (row j belongs to unit j) that is not finite.
pub(crate) fn check_rows<T: Real>(
    quantity: &'static str,
    layer_idx: usize,
    step: u64,
    matrix: &Array2<T>,
) -> Result<(), TrainError> {
    if all_finite(numbers(matrix)) {
        return Ok(());
    }
    for (unit_idx, row) in matrix.outer_iter().enumerate() {
        if let Some(&value) = row.iter().find(|value| !value.is_finite()) {
            return Err(non_finite(quantity, layer_idx, unit_idx, step, value));
        }
    }
    Ok(())
}

/// # Errors
/// The first of one number per unit that is not finite.
pub(crate) fn check_units<T: Real>(
    quantity: &'static str,
    layer_idx: usize,
    step: u64,
    values: impl Iterator<Item = T>,
) -> Result<(), TrainError> {
    match values.enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((unit_idx, value)) => Err(non_finite(quantity, layer_idx, unit_idx, step, value)),
    }
}

/// Looks at every number instead of stopping at the first, which lets several be looked at together.
fn all_finite<T: Real>(numbers: &[T]) -> bool {
    numbers.iter().fold(true, |all, number| all & number.is_finite())
}

/// The row that holds the largest |value|: where a sum of finite losses overflowed.
pub(crate) fn unit_with_the_largest<T: Real>(values: &Array2<T>) -> usize {
    let mut largest = (0, T::ZERO);
    for ((unit_idx, _), value) in values.indexed_iter() {
        if value.abs() > largest.1 {
            largest = (unit_idx, value.abs());
        }
    }
    largest.0
}

fn non_finite<T: Real>(
    quantity: &'static str,
    layer_idx: usize,
    unit_idx: usize,
    step: u64,
    value: T,
) -> TrainError {
    TrainError::NonFinite { quantity, layer_idx, unit_idx, step, value: value.to_f64() }
}
