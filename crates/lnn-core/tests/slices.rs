//! A layer cut into slices of units anywhere, as when units live on other machines, gives the bits of the whole layer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::dropout::dropout_mask;
use lnn_core::unit::{errors_of_units, forward_units, gradients_of_units};
use lnn_core::{
    Activation, BatchSize, DataSet, Init, Network, Optimizer, Real, Recipe, Trainer, UpdateRule, UpdateSlice,
};
use ndarray::{Array1, Array2, Axis, concatenate, s};
use std::ops::Range;
use std::sync::Arc;

/// What the layers computed, layer by layer; `received` starts with the inputs.
struct Passed<T> {
    received: Vec<Array2<T>>,
    z: Vec<Array2<T>>,
    a: Vec<Array2<T>>,
    masks: Vec<Array2<T>>,
}

fn slices(n_units: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n_units).step_by(size).map(move |start| start..n_units.min(start + size))
}

fn join<T: Real>(parts: &[Array2<T>]) -> Array2<T> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).unwrap().as_standard_layout().into_owned()
}

fn forward<T: Real>(run: &Trainer<T>, size: usize) -> Passed<T> {
    let (recipe, data) = (run.recipe(), run.train_set());
    let mut passed = Passed { received: vec![data.inputs().clone()], z: vec![], a: vec![], masks: vec![] };
    for (layer_idx, layer) in run.network().layers.iter().enumerate() {
        let (mut z, mut a, mut masks) = (vec![], vec![], vec![]);
        for units in slices(layer.biases.len(), size) {
            let weights = layer.weights.slice(s![units.clone(), ..]);
            let biases = layer.biases.slice(s![units.clone()]);
            let (own_z, own_a) =
                forward_units(weights, biases, passed.received[layer_idx].view(), layer.activation);
            z.push(own_z);
            a.push(own_a);
            let (step, m) = (run.step_count(), data.n_examples());
            masks.push(dropout_mask(recipe.seed, step, layer_idx, units, m, recipe.dropout));
        }
        passed.z.push(join(&z));
        passed.a.push(join(&a));
        passed.masks.push(join(&masks));
        passed.received.push(&passed.a[layer_idx] * &passed.masks[layer_idx]);
    }
    passed
}

/// δ of a hidden layer from the next layer's, slice by slice.
fn errors_of_layer<T: Real>(
    network: &Network<T>,
    layer_idx: usize,
    passed: &Passed<T>,
    next_errors: &Array2<T>,
    size: usize,
) -> Array2<T> {
    let layer = &network.layers[layer_idx];
    let own = |units: Range<usize>| {
        let rows = s![units.clone(), ..];
        errors_of_units(
            network.layers[layer_idx + 1].weights.slice(s![.., units]),
            next_errors.view(),
            passed.z[layer_idx].slice(rows),
            passed.a[layer_idx].slice(rows),
            Some(passed.masks[layer_idx].slice(rows)),
            layer.activation,
        )
    };
    join(&slices(layer.biases.len(), size).map(own).collect::<Vec<_>>())
}

/// The first step of a run from the per-unit pieces, each layer cut into slices of `size` units.
fn step_in_slices<T: Real>(run: &Trainer<T>, size: usize) -> Network<T> {
    let (recipe, network) = (run.recipe(), run.network());
    let passed = forward(run, size);
    let rule = UpdateRule::new(recipe.optimizer, recipe.learning_rate, 1);
    let mut next = network.clone();
    let mut errors = Array2::from_elem((0, 0), T::ZERO);
    for (layer_idx, layer) in network.layers.iter().enumerate().rev() {
        errors = if layer_idx + 1 == network.layers.len() {
            &passed.a[layer_idx] - run.train_set().targets()
        } else {
            errors_of_layer(network, layer_idx, &passed, &errors, size)
        };
        for units in slices(layer.biases.len(), size) {
            let rows = s![units.clone(), ..];
            let (weights, biases) = (layer.weights.slice(rows), layer.biases.slice(s![units.clone()]));
            let received = passed.received[layer_idx].view();
            let (dw, db) = gradients_of_units(errors.slice(rows), received, weights, recipe.l2_penalty);
            let updated = update(&rule, weights.as_slice().unwrap(), dw.as_slice().unwrap());
            let updated = Array2::from_shape_vec(weights.dim(), updated).unwrap();
            next.layers[layer_idx].weights.slice_mut(rows).assign(&updated);
            let updated = update(&rule, biases.as_slice().unwrap(), db.as_slice().unwrap());
            next.layers[layer_idx].biases.slice_mut(s![units]).assign(&Array1::from_vec(updated));
        }
    }
    next
}

/// An optimizer's first step, whose moments are still zero.
fn update<T: Real>(rule: &UpdateRule<T>, parameters: &[T], gradients: &[T]) -> Vec<T> {
    let zeros = vec![T::ZERO; parameters.len()];
    let (mut next, mut first, mut second) = (zeros.clone(), zeros.clone(), zeros.clone());
    rule.apply(UpdateSlice {
        parameters,
        gradients,
        first_moment: &zeros,
        second_moment: &zeros,
        next_parameters: &mut next,
        next_first_moment: &mut first,
        next_second_moment: &mut second,
    });
    next
}

fn check<T: Real>(optimizer: Optimizer) {
    let recipe = Recipe {
        layers: vec![11, 9],
        hidden: vec![Activation::Relu, Activation::Sigmoid],
        init: Init::He,
        optimizer,
        batch_size: BatchSize::Full,
        l2_penalty: 0.1,
        dropout: 0.3,
        ..Recipe::default()
    };
    let inputs =
        Array2::from_shape_fn((13, 37), |(row, col)| T::from_f64((row * 37 + col) as f64 % 7.3 - 3.0));
    let targets = Array2::from_shape_fn((2, 37), |(row, col)| T::from_usize((row + col) % 2));
    let mut run = Trainer::new(recipe, Arc::new(DataSet::new(inputs, targets).unwrap())).unwrap();
    let sliced = [1, 2, 3, 7, 99].map(|size| step_in_slices(&run, size).digest());
    run.step(None).unwrap();
    assert_eq!(sliced, [run.network().digest(); 5], "{optimizer} in {}", T::NAME);
}

#[test]
fn a_step_cut_into_slices_of_units_gives_the_bits_of_the_whole_step() {
    for optimizer in Optimizer::ALL {
        check::<f32>(optimizer);
        check::<f64>(optimizer);
    }
}
