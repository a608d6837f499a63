//! The matrix products of one training step, with the shapes and the order of a real step, and nothing else.
//!
//! In: the units of each layer and the examples of a mini-batch. Out: the time is the caller's. [`multiply`] is the one
//! place that calls the core's kernel. Read next: `crates/lnn-core/src/unit.rs`, which calls it in a step.

use lnn_core::product::{Scratch, product};
use ndarray::{Array2, ArrayView2};

/// What a layer multiplies: W `(n_units, n_inputs)`, X `(n_inputs, m)`, δ `(n_units, m)`, and where results go.
struct Layer {
    weights: Array2<f32>,
    inputs: Array2<f32>,
    errors: Array2<f32>,
    pre_activations: Vec<f32>,
    gradients: Vec<f32>,
    /// Wᵀ·δ; empty for the first layer, whose inputs learn nothing.
    errors_before: Vec<f32>,
}

/// The products of one step.
pub struct Products {
    layers: Vec<Layer>,
    scratch: Scratch<f32>,
}

/// out ← left · right.
fn multiply(
    left: ArrayView2<'_, f32>,
    right: ArrayView2<'_, f32>,
    out: &mut [f32],
    scratch: &mut Scratch<f32>,
) {
    product(left, right, out, scratch);
}

impl Products {
    /// For `layers` units, the inputs first, and m examples.
    pub fn new(layers: &[usize], n_examples: usize) -> Self {
        let pairs = layers.iter().zip(layers.iter().skip(1)).enumerate();
        let layers = pairs.map(|(idx, (&n_inputs, &n_units))| Layer {
            weights: filled(n_units, n_inputs),
            // The data's own inputs lie example by example, what a layer sends to the next unit by unit.
            inputs: if idx == 0 {
                filled(n_examples, n_inputs).reversed_axes()
            } else {
                filled(n_inputs, n_examples)
            },
            errors: filled(n_units, n_examples),
            pre_activations: vec![0.0; n_units * n_examples],
            gradients: vec![0.0; n_units * n_inputs],
            errors_before: vec![0.0; if idx == 0 { 0 } else { n_inputs * n_examples }],
        });
        Self { layers: layers.collect(), scratch: Scratch::default() }
    }

    /// Multiplications and additions of one step.
    pub fn flops(&self) -> f64 {
        let of_layer = |layer: &Layer| {
            let n_products = if layer.errors_before.is_empty() { 2.0 } else { 3.0 };
            2.0 * n_products * (layer.weights.len() * layer.inputs.ncols()) as f64
        };
        self.layers.iter().map(of_layer).sum()
    }

    /// All products of a step: Z = W·X layer by layer; then, from the last layer to the first, Wᵀ·δ and δ·Xᵀ. Returns a
    /// number of each, so that none can be left out.
    pub fn step(&mut self) -> f32 {
        let scratch = &mut self.scratch;
        for layer in &mut self.layers {
            multiply(layer.weights.view(), layer.inputs.view(), &mut layer.pre_activations, scratch);
        }
        for layer in self.layers.iter_mut().rev() {
            if !layer.errors_before.is_empty() {
                multiply(layer.weights.t(), layer.errors.view(), &mut layer.errors_before, scratch);
            }
            multiply(layer.errors.view(), layer.inputs.t(), &mut layer.gradients, scratch);
        }
        let first = |numbers: &[f32]| numbers.first().copied().unwrap_or_default();
        let of_layer =
            |it: &Layer| first(&it.pre_activations) + first(&it.gradients) + first(&it.errors_before);
        self.layers.iter().map(of_layer).sum()
    }
}

/// Numbers of the size that a network's are.
fn filled(n_rows: usize, n_cols: usize) -> Array2<f32> {
    Array2::from_shape_fn((n_rows, n_cols), |(row, col)| ((row * 31 + col * 17) % 101) as f32 / 101.0 - 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_of_a_small_step_are_counted_by_hand() {
        let mut products = Products::new(&[3, 2, 1], 5);
        // Layer 1: two products of 2·3·5 terms; layer 2: three of 1·2·5.
        assert_eq!(products.flops(), f64::from(2 * (2 * 2 * 3 * 5 + 3 * 2 * 5)));
        assert!(products.step().is_finite());
    }
}
