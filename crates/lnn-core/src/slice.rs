//! A step in pieces: what a slice of a layer's units computes of it, wherever these units live.
//!
//! What enters: the slice's own parameters and moments, z of the layer before, δ and weights of the layer after. What
//! leaves: its z, its δ, its next parameters and its probes, to the bit those of [`crate::Trainer::step`], and every number
//! that is not finite, by its place, so that the first of the whole step can be named. Read next: [`crate::trainer`],
//! which does the same for a whole network at once.

use crate::activation::{Activation, softmax_columns};
use crate::dropout::dropout_mask;
use crate::error::TrainError;
use crate::network::Network;
use crate::optimizer::{UpdateRule, UpdateSlice};
use crate::parameters::Parameters;
use crate::probe::{LayerProbe, ObservedUnits, probe_units};
use crate::real::Real;
use crate::recipe::Recipe;
use crate::snapshot::Snapshot;
use crate::unit::{
    activations_into, errors_of_units, forward_units, gradients_of_units, multiply, numbers, numbers_mut,
    zeros,
};
use crate::workspace::unit_with_the_largest;
use ndarray::{Array1, Array2, ArrayView2, s};
use std::ops::Range;

/// Parameters and moments of some units of a layer after `step` updates.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitSlice<T> {
    /// The layer, 0 for the first hidden one.
    pub layer_idx: usize,
    /// Which of its units.
    pub units: Range<usize>,
    /// Updates done.
    pub step: u64,
    /// W `(n_units, n_inputs)` and b `(n_units)`.
    pub parameters: (Array2<T>, Array1<T>),
    /// The optimizer's running mean of ∇, if it keeps one; the same shapes.
    pub first_moment: Option<(Array2<T>, Array1<T>)>,
    /// The optimizer's running mean of ∇², if it keeps one; the same shapes.
    pub second_moment: Option<(Array2<T>, Array1<T>)>,
}

/// What stood still while a slice was updated.
#[derive(Debug, Clone, Copy)]
pub struct SliceStep<'a, T> {
    /// The slice's z, `(n_units, n_examples)`.
    pub z: ArrayView2<'a, T>,
    /// The slice's a before dropout, `(n_units, n_examples)`.
    pub a: ArrayView2<'a, T>,
    /// The slice's δ, `(n_units, n_examples)`.
    pub errors: ArrayView2<'a, T>,
    /// What the layer received, `(n_inputs, n_examples)`.
    pub received: ArrayView2<'a, T>,
}

/// What a slice's update leaves.
#[derive(Debug, Clone)]
pub struct SliceUpdate<T> {
    /// The slice after the step; not to be used where something is not finite.
    pub next: UnitSlice<T>,
    /// The probes of its units.
    pub probe: LayerProbe<T>,
    /// The first number of each part that is not finite; empty when all is well.
    pub found: Vec<NonFinite>,
}

/// Where in a step a number can stop being finite, in the order in which a layer is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Part {
    PreActivation,
    WeightGradient,
    BiasGradient,
    Weight,
    Bias,
    FirstMomentWeight,
    FirstMomentBias,
    SecondMomentWeight,
    SecondMomentBias,
}

/// A number that is infinite or not a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonFinite {
    /// What it is a part of.
    pub part: Part,
    /// Its layer.
    pub layer_idx: usize,
    /// Its unit in the layer.
    pub unit_idx: usize,
    /// Infinity or NaN.
    pub value: f64,
}

impl Part {
    /// Every part, in order.
    pub const ALL: [Self; 9] = [
        Self::PreActivation,
        Self::WeightGradient,
        Self::BiasGradient,
        Self::Weight,
        Self::Bias,
        Self::FirstMomentWeight,
        Self::FirstMomentBias,
        Self::SecondMomentWeight,
        Self::SecondMomentBias,
    ];

    const fn quantity(self) -> &'static str {
        match self {
            Self::PreActivation => "pre_activation",
            Self::WeightGradient | Self::BiasGradient => "gradient",
            Self::Weight | Self::Bias => "parameter",
            _ => "optimizer_state",
        }
    }

    const fn is_gradient(self) -> bool {
        matches!(self, Self::WeightGradient | Self::BiasGradient)
    }
}

impl NonFinite {
    /// The error that [`crate::Trainer::step`] gives for what all slices of a step found: gradients, in the order of the
    /// way back, where a state could not be written, else the first in the order of layers. None where all is finite, or
    /// where gradients alone are not, which no optimizer makes good numbers of.
    pub fn first_of(found: &[Self], step: u64) -> Option<TrainError> {
        if found.iter().all(|one| one.part.is_gradient()) {
            return None;
        }
        let gradients = found.iter().filter(|one| one.part.is_gradient());
        let first = gradients
            .min_by_key(|one| (usize::MAX - one.layer_idx, one.part, one.unit_idx))
            .or_else(|| found.iter().min_by_key(|one| (one.layer_idx, one.part, one.unit_idx)))?;
        let NonFinite { part, layer_idx, unit_idx, value } = *first;
        Some(TrainError::NonFinite { quantity: part.quantity(), layer_idx, unit_idx, step, value })
    }
}

impl<T: Real> UnitSlice<T> {
    /// The slice of a snapshot; none where it has no such units.
    pub fn of(snapshot: &Snapshot<T>, layer_idx: usize, units: Range<usize>) -> Option<Self> {
        let cut = |all: &Parameters<T>| {
            let (weights, biases) = (all.weights.get(layer_idx)?, all.biases.get(layer_idx)?);
            let fits = units.start < units.end && units.end <= biases.len();
            fits.then(|| {
                (weights.slice(s![units.clone(), ..]).to_owned(), biases.slice(s![units.clone()]).to_owned())
            })
        };
        Some(Self {
            layer_idx,
            parameters: cut(&snapshot.parameters)?,
            first_moment: snapshot.first_moment.as_ref().and_then(cut),
            second_moment: snapshot.second_moment.as_ref().and_then(cut),
            step: snapshot.step,
            units,
        })
    }

    /// z = W·x + b of the slice for what the layer received, `(n_inputs, n_examples)`.
    ///
    /// # Errors
    /// The first z that is not finite.
    pub fn forward(&self, received: ArrayView2<'_, T>) -> Result<Array2<T>, NonFinite> {
        let (weights, biases) = &self.parameters;
        // Softmax leaves z alone, and what follows z belongs to whoever receives it.
        let (z, _) = forward_units(weights.view(), biases.view(), received, Activation::Identity);
        match first_in_rows(Part::PreActivation, self, &z) {
            Some(found) => Err(found),
            None => Ok(z),
        }
    }

    /// The update of the slice.
    pub fn update(&self, recipe: &Recipe, learning_rate: f64, seen: &SliceStep<'_, T>) -> SliceUpdate<T> {
        let (weights, biases) = &self.parameters;
        let (weight_gradients, bias_gradients) =
            gradients_of_units(seen.errors, seen.received, weights.view(), recipe.l2_penalty);
        let rule = UpdateRule::new(recipe.optimizer, learning_rate, self.step + 1);
        let mut next = self.clone();
        next.step += 1;
        self.apply(&rule, &weight_gradients, &bias_gradients, &mut next);
        let mut probe = LayerProbe::default();
        let observed = ObservedUnits {
            z: &seen.z.as_standard_layout().into_owned(),
            a: &seen.a.as_standard_layout().into_owned(),
            errors: &seen.errors.as_standard_layout().into_owned(),
            weights,
            next_weights: &next.parameters.0,
            weight_gradients: &weight_gradients,
            biases,
            bias_gradients: &bias_gradients,
            activation: activation(recipe, self.layer_idx),
        };
        probe_units(&observed, &mut probe);
        let mut found = next.non_finite();
        if !found.is_empty() {
            found.extend(first_in_rows(Part::WeightGradient, self, &weight_gradients));
            found.extend(first_in_units(Part::BiasGradient, self, &bias_gradients));
        }
        SliceUpdate { next, probe, found }
    }

    fn apply(&self, rule: &UpdateRule<T>, dw: &Array2<T>, db: &Array1<T>, next: &mut Self) {
        let (first, second) = (self.first_moment.as_ref(), self.second_moment.as_ref());
        let (next_first, next_second) = (next.first_moment.as_mut(), next.second_moment.as_mut());
        let (first_weights, first_biases) = next_first.map(|(w, b)| (w, b)).unzip();
        let (second_weights, second_biases) = next_second.map(|(w, b)| (w, b)).unzip();
        rule.apply(UpdateSlice {
            parameters: numbers(&self.parameters.0),
            gradients: numbers(dw),
            first_moment: first.map_or(&[], |moment| numbers(&moment.0)),
            second_moment: second.map_or(&[], |moment| numbers(&moment.0)),
            next_parameters: numbers_mut(&mut next.parameters.0),
            next_first_moment: first_weights.map_or(&mut [], numbers_mut),
            next_second_moment: second_weights.map_or(&mut [], numbers_mut),
        });
        rule.apply(UpdateSlice {
            parameters: row(&self.parameters.1),
            gradients: row(db),
            first_moment: first.map_or(&[], |moment| row(&moment.1)),
            second_moment: second.map_or(&[], |moment| row(&moment.1)),
            next_parameters: row_mut(&mut next.parameters.1),
            next_first_moment: first_biases.map_or(&mut [], row_mut),
            next_second_moment: second_biases.map_or(&mut [], row_mut),
        });
    }

    /// The first number of each part of the state that is not finite.
    fn non_finite(&self) -> Vec<NonFinite> {
        let parts = [
            (Part::Weight, Part::Bias, Some(&self.parameters)),
            (Part::FirstMomentWeight, Part::FirstMomentBias, self.first_moment.as_ref()),
            (Part::SecondMomentWeight, Part::SecondMomentBias, self.second_moment.as_ref()),
        ];
        let mut found = Vec::new();
        for (weight, bias, arrays) in parts {
            let Some((weights, biases)) = arrays else { continue };
            found.extend(first_in_rows(weight, self, weights));
            found.extend(first_in_units(bias, self, biases));
        }
        found
    }
}

/// g of a layer of the recipe.
pub fn activation(recipe: &Recipe, layer_idx: usize) -> Activation {
    recipe.hidden.get(layer_idx).copied().unwrap_or(recipe.output)
}

/// a = g(z) of some units, before dropout; softmax over all rows given, which must be the layer's.
pub fn activations<T: Real>(recipe: &Recipe, layer_idx: usize, z: &Array2<T>) -> Array2<T> {
    let mut a = zeros(z.nrows(), z.ncols());
    if activation(recipe, layer_idx) == Activation::Softmax {
        softmax_columns(numbers(z), numbers_mut(&mut a), z.ncols());
    } else {
        activations_into(activation(recipe, layer_idx), numbers(z), z.ncols(), numbers_mut(&mut a));
    }
    a
}

/// The dropout mask of some units of a hidden layer in the step after `steps_done` steps; none without dropout.
pub fn mask<T: Real>(
    recipe: &Recipe,
    steps_done: u64,
    layer_idx: usize,
    units: Range<usize>,
    n_examples: usize,
) -> Option<Array2<T>> {
    let is_hidden = layer_idx < recipe.layers.len();
    (recipe.dropout > 0.0 && is_hidden)
        .then(|| dropout_mask(recipe.seed, steps_done, layer_idx, units, n_examples, recipe.dropout))
}

/// What the layer after hidden layer `layer_idx` receives: g(z)∘mask, from z of *all* its units.
pub fn received<T: Real>(recipe: &Recipe, steps_done: u64, layer_idx: usize, z: &Array2<T>) -> Array2<T> {
    let mut a = activations(recipe, layer_idx, z);
    if let Some(mask) = mask::<T>(recipe, steps_done, layer_idx, 0..z.nrows(), z.ncols()) {
        multiply(numbers_mut(&mut a), numbers(&mask));
    }
    a
}

/// δ of the whole output layer from its z and the targets, both `(n_outputs, n_examples)`, row-major.
pub fn errors_of_outputs<T: Real>(recipe: &Recipe, z: &Array2<T>, targets: ArrayView2<'_, T>) -> Array2<T> {
    let a = activations(recipe, recipe.layers.len(), z);
    let targets = targets.as_standard_layout();
    let targets = targets.as_slice().unwrap_or_default();
    let mut errors = zeros(z.nrows(), z.ncols());
    recipe.cost.output_errors(
        recipe.output,
        numbers(z),
        numbers(&a),
        targets,
        z.ncols(),
        numbers_mut(&mut errors),
    );
    errors
}

/// The cost that `step` sees, from z of the whole output layer and the targets, both `(n_outputs, n_examples)`. Where the
/// recipe has a penalty it needs all weights; without one, `network` may be none.
///
/// # Errors
/// It is not finite.
pub fn cost_of_outputs<T: Real>(
    recipe: &Recipe,
    network: Option<&Network<T>>,
    z: &Array2<T>,
    targets: ArrayView2<'_, T>,
    step: u64,
) -> Result<T, TrainError> {
    let layer_idx = recipe.layers.len();
    let a = activations(recipe, layer_idx, z);
    let m = targets.ncols() as f64;
    let penalty = network.map_or(0.0, |network| network.penalty(recipe.l2_penalty, m));
    let cost = T::from_f64(recipe.cost.add_losses(0.0, z.view(), a.view(), targets) / m + penalty);
    if cost.is_finite() {
        return Ok(cost);
    }
    let (unit_idx, value) = (unit_with_the_largest(z), cost.to_f64());
    Err(TrainError::NonFinite { quantity: "cost", layer_idx, unit_idx, step, value })
}

/// δ of some units of a hidden layer: `next_weights` `(n_next_units, n_units)` are the columns of the next layer's weights
/// that belong to them, `next_errors` `(n_next_units, n_examples)` the next layer's δ, `z` their own.
pub fn errors_of_hidden<T: Real>(
    recipe: &Recipe,
    steps_done: u64,
    (layer_idx, units): (usize, Range<usize>),
    (next_weights, next_errors): (ArrayView2<'_, T>, ArrayView2<'_, T>),
    z: &Array2<T>,
) -> Array2<T> {
    let a = activations(recipe, layer_idx, z);
    let mask = mask::<T>(recipe, steps_done, layer_idx, units, z.ncols());
    let mask = mask.as_ref().map(|mask| mask.view());
    errors_of_units(next_weights, next_errors, z.view(), a.view(), mask, activation(recipe, layer_idx))
}

fn first_in_rows<T: Real>(part: Part, slice: &UnitSlice<T>, matrix: &Array2<T>) -> Option<NonFinite> {
    if numbers(matrix).iter().fold(true, |all, number| all & number.is_finite()) {
        return None;
    }
    matrix.outer_iter().zip(slice.units.clone()).find_map(|(row, unit_idx)| {
        let value = row.iter().find(|value| !value.is_finite())?.to_f64();
        Some(NonFinite { part, layer_idx: slice.layer_idx, unit_idx, value })
    })
}

fn first_in_units<T: Real>(part: Part, slice: &UnitSlice<T>, values: &Array1<T>) -> Option<NonFinite> {
    values.iter().zip(slice.units.clone()).find(|(value, _)| !value.is_finite()).map(|(value, unit_idx)| {
        NonFinite { part, layer_idx: slice.layer_idx, unit_idx, value: value.to_f64() }
    })
}

fn row<T>(biases: &Array1<T>) -> &[T] {
    biases.as_slice().unwrap_or_default()
}

fn row_mut<T>(biases: &mut Array1<T>) -> &mut [T] {
    biases.as_slice_mut().unwrap_or_default()
}
