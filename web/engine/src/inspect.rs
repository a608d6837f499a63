//! The chosen unit, closely: distributions over the data, and its formula at one example with the real numbers.
//!
//! In: a [`Moment`], the training split, the chosen unit and example. Out: [`UnitDetail`].

use lnn_core::{Activation, Backward, Cost, DataSet, Forward, Network};
use ndarray::{ArrayView1, s};

use crate::{
    bulk::Bulk,
    frame::{ErrorTerm, Histogram, Term, TileSheet, UnitDetail},
    protocol::UnitId,
};
use crate::{moment::Moment, watch::Watch};

const MAX_EXAMPLES: usize = 2048;
const MIN_EXAMPLES: usize = 64;
/// Multiply-adds that a frame may spend on distributions.
const BUDGET: usize = 1_000_000;
const N_BINS: usize = 30;
const MAX_TERMS: usize = 12;

/// Where a unit's distributions come from: as many of the first training examples as are affordable.
pub fn sample(train: &DataSet<f32>, network: &Network<f32>) -> DataSet<f32> {
    let affordable = (BUDGET / network.n_parameters().max(1)).clamp(MIN_EXAMPLES, MAX_EXAMPLES);
    let rows: Vec<usize> = (0..train.n_examples().min(affordable)).collect();
    train.select(&rows)
}

/// One forward and backward pass, dropout off.
struct Passes {
    forward: Forward<f32>,
    backward: Backward<f32>,
}

impl Passes {
    fn over(network: &Network<f32>, data: &DataSet<f32>, cost: Cost) -> Self {
        let (inputs, targets) = (data.inputs().view(), data.targets().view());
        let forward = network.forward(inputs);
        let backward = network.backward(inputs, targets, &forward, cost, 0.0);
        Self { forward, backward }
    }

    fn z(&self, unit: UnitId) -> ArrayView1<'_, f32> {
        self.forward.pre_activations[unit.layer_idx].row(unit.unit_idx)
    }

    fn a(&self, unit: UnitId) -> ArrayView1<'_, f32> {
        self.forward.activations[unit.layer_idx].row(unit.unit_idx)
    }

    fn delta(&self, unit: UnitId) -> ArrayView1<'_, f32> {
        self.backward.errors[unit.layer_idx].row(unit.unit_idx)
    }
}

/// Looks closely at a unit; none where the network has no such unit.
pub fn inspect(
    moment: &Moment,
    sample: &DataSet<f32>,
    watch: &Watch,
    cost: Cost,
    unit: UnitId,
    example_idx: usize,
    tile: TileSheet,
) -> Option<UnitDetail> {
    let network = &moment.network;
    let layer = network.layers.get(unit.layer_idx)?;
    if unit.unit_idx >= layer.weights.nrows() {
        return None;
    }
    let over = Passes::over(network, sample, cost);
    let example_idx = example_idx.min(watch.rows.len() - 1);
    let example = watch.data.select(&[example_idx]);
    let at = Passes::over(network, &example, cost);
    let (z, a) = (at.z(unit)[0], at.a(unit)[0]);
    let next = network.layers.get(unit.layer_idx + 1);
    let is_output = next.is_none();
    let (terms, n_terms) = terms(network, &example, &at, unit);
    Some(UnitDetail {
        unit,
        activation_name: layer.activation.as_str().to_owned(),
        tile,
        pre_activations: histogram(over.z(unit)),
        activations: histogram(over.a(unit)),
        errors: histogram(over.delta(unit)),
        n_examples: sample.n_examples(),
        bias: layer.biases[unit.unit_idx],
        weights_in: Bulk(layer.weights.row(unit.unit_idx).to_vec()),
        weights_out: Bulk(next.map_or_else(Vec::new, |next| next.weights.column(unit.unit_idx).to_vec())),
        gradients_in: Bulk(moment.gradients.as_ref().map_or_else(Vec::new, |gradients| {
            gradients.weights[unit.layer_idx].row(unit.unit_idx).to_vec()
        })),
        example_row: watch.rows[example_idx] as u32,
        terms,
        n_terms,
        z,
        a,
        derivative: (layer.activation != Activation::Softmax).then(|| layer.activation.derivative(z, a)),
        error_terms: error_terms(network, &at, unit),
        delta: at.delta(unit)[0],
        target: is_output.then(|| example.targets()[[unit.unit_idx, 0]]),
    })
}

/// The largest terms of z at the example, and how many there are.
fn terms(network: &Network<f32>, example: &DataSet<f32>, at: &Passes, unit: UnitId) -> (Vec<Term>, usize) {
    let weights = network.layers[unit.layer_idx].weights.row(unit.unit_idx);
    let inputs = match unit.layer_idx.checked_sub(1) {
        Some(before) => at.forward.activations[before].slice(s![.., 0]),
        None => example.inputs().slice(s![.., 0]),
    };
    let all = weights.iter().zip(inputs).enumerate();
    let mut terms: Vec<Term> = all
        .map(|(from_idx, (weight, activation))| Term { from_idx, weight: *weight, activation: *activation })
        .collect();
    let n_terms = terms.len();
    terms.sort_by(|a, b| (b.weight * b.activation).abs().total_cmp(&(a.weight * a.activation).abs()));
    terms.truncate(MAX_TERMS);
    (terms, n_terms)
}

fn error_terms(network: &Network<f32>, at: &Passes, unit: UnitId) -> Vec<ErrorTerm> {
    let Some(next) = network.layers.get(unit.layer_idx + 1) else { return Vec::new() };
    let errors = at.backward.errors[unit.layer_idx + 1].slice(s![.., 0]);
    let all = next.weights.column(unit.unit_idx).into_iter().zip(errors).enumerate();
    let mut terms: Vec<ErrorTerm> =
        all.map(|(to_idx, (weight, error))| ErrorTerm { to_idx, weight: *weight, error: *error }).collect();
    terms.sort_by(|a, b| (b.weight * b.error).abs().total_cmp(&(a.weight * a.error).abs()));
    terms.truncate(MAX_TERMS);
    terms
}

/// Thirty bins between the smallest and the largest value.
fn histogram(values: ArrayView1<f32>) -> Histogram {
    let (min, max) =
        values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), v| (min.min(*v), max.max(*v)));
    let mut counts = vec![0_u32; N_BINS];
    for value in values {
        let share = if max > min { (value - min) / (max - min) } else { 0.5 };
        let bin = ((share * N_BINS as f32) as usize).min(N_BINS - 1);
        counts[bin] += 1;
    }
    Histogram { min, max, counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin() {
        let values: Vec<f32> = (0..100).map(|idx| idx as f32).collect();
        let histogram = histogram(ArrayView1::from(&values));
        assert_eq!((histogram.min, histogram.max), (0.0, 99.0));
        assert_eq!(histogram.counts.iter().sum::<u32>(), 100);
        assert_eq!(super::histogram(ArrayView1::from(&[2.0_f32, 2.0])).counts[N_BINS / 2], 2);
    }
}
