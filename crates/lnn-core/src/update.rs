//! From gradients to the next parameters, layer by layer.
//!
//! What enters: a network, its moments and gradients. What leaves: the next network and moments, in other memory,
//! checked. Read next: [`crate::trainer`].

use crate::error::TrainError;
use crate::network::Network;
use crate::optimizer::{Optimizer, UpdateRule, UpdateSlice};
use crate::parameters::{Gradients, Parameters};
use crate::real::Real;
use crate::unit::{numbers, numbers_mut};
use crate::workspace::{check_rows, check_units};
use ndarray::Array1;

/// The optimizer's memory: running means of ∇ and ∇², where it keeps them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moments<T> {
    pub first: Option<Parameters<T>>,
    pub second: Option<Parameters<T>>,
}

/// All a step changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State<T> {
    pub network: Network<T>,
    pub moments: Moments<T>,
}

impl<T: Real> Moments<T> {
    pub(crate) fn zeros(optimizer: Optimizer, like: &Parameters<T>) -> Self {
        Self {
            first: optimizer.has_first_moment().then(|| like.zeros_like()),
            second: optimizer.has_second_moment().then(|| like.zeros_like()),
        }
    }
}

impl<T: Real> State<T> {
    /// Write into `next` what one update makes of `self`.
    ///
    /// # Errors
    /// A parameter or moment is not finite afterwards.
    pub(crate) fn write_next(
        &self,
        rule: &UpdateRule<T>,
        gradients: &Gradients<T>,
        next: &mut Self,
        step: u64,
    ) -> Result<(), TrainError> {
        for layer_idx in 0..self.network.layers.len() {
            self.update_weights(rule, gradients, next, layer_idx);
            self.update_biases(rule, gradients, next, layer_idx);
            next.check_layer(layer_idx, step)?;
        }
        Ok(())
    }

    fn update_weights(
        &self,
        rule: &UpdateRule<T>,
        gradients: &Gradients<T>,
        next: &mut Self,
        layer_idx: usize,
    ) {
        rule.apply(UpdateSlice {
            parameters: numbers(&self.network.layers[layer_idx].weights),
            gradients: numbers(&gradients.weights[layer_idx]),
            first_moment: weights_of(self.moments.first.as_ref(), layer_idx),
            second_moment: weights_of(self.moments.second.as_ref(), layer_idx),
            next_parameters: numbers_mut(&mut next.network.layers[layer_idx].weights),
            next_first_moment: weights_of_mut(next.moments.first.as_mut(), layer_idx),
            next_second_moment: weights_of_mut(next.moments.second.as_mut(), layer_idx),
        });
    }

    fn update_biases(
        &self,
        rule: &UpdateRule<T>,
        gradients: &Gradients<T>,
        next: &mut Self,
        layer_idx: usize,
    ) {
        rule.apply(UpdateSlice {
            parameters: row(&self.network.layers[layer_idx].biases),
            gradients: row(&gradients.biases[layer_idx]),
            first_moment: self.moments.first.as_ref().map_or(&[], |all| row(&all.biases[layer_idx])),
            second_moment: self.moments.second.as_ref().map_or(&[], |all| row(&all.biases[layer_idx])),
            next_parameters: row_mut(&mut next.network.layers[layer_idx].biases),
            next_first_moment: biases_of_mut(next.moments.first.as_mut(), layer_idx),
            next_second_moment: biases_of_mut(next.moments.second.as_mut(), layer_idx),
        });
    }

    fn check_layer(&self, layer_idx: usize, step: u64) -> Result<(), TrainError> {
        let layer = &self.network.layers[layer_idx];
        check_rows("parameter", layer_idx, step, &layer.weights)?;
        check_units("parameter", layer_idx, step, layer.biases.iter().copied())?;
        for moment in [&self.moments.first, &self.moments.second].into_iter().flatten() {
            check_rows("optimizer_state", layer_idx, step, &moment.weights[layer_idx])?;
            check_units("optimizer_state", layer_idx, step, moment.biases[layer_idx].iter().copied())?;
        }
        Ok(())
    }

    /// Δθ = `next` − `self` for every parameter.
    pub(crate) fn difference(&self, next: &Self) -> Gradients<T> {
        let layers = || self.network.layers.iter().zip(&next.network.layers);
        Parameters {
            weights: layers().map(|(old, new)| &new.weights - &old.weights).collect(),
            biases: layers().map(|(old, new)| &new.biases - &old.biases).collect(),
        }
    }
}

fn weights_of<T: Real>(moment: Option<&Parameters<T>>, layer_idx: usize) -> &[T] {
    moment.map_or(&[], |all| numbers(&all.weights[layer_idx]))
}

fn weights_of_mut<T: Real>(moment: Option<&mut Parameters<T>>, layer_idx: usize) -> &mut [T] {
    moment.map_or(&mut [], |all| numbers_mut(&mut all.weights[layer_idx]))
}

fn biases_of_mut<T: Real>(moment: Option<&mut Parameters<T>>, layer_idx: usize) -> &mut [T] {
    moment.map_or(&mut [], |all| row_mut(&mut all.biases[layer_idx]))
}

fn row<T>(biases: &Array1<T>) -> &[T] {
    biases.as_slice().unwrap_or_default()
}

fn row_mut<T>(biases: &mut Array1<T>) -> &mut [T] {
    biases.as_slice_mut().unwrap_or_default()
}
