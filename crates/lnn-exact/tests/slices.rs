//! The suite from the per-unit parts: each layer cut into slices of 1, 2, 3, 7 or all units, as when units live on
//! other machines, through all steps and with the optimizer's state, gives the digests that were written down.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lnn_core::activation::softmax_columns;
use lnn_core::dropout::dropout_mask;
use lnn_core::random::{Stream, stream};
use lnn_core::unit::{errors_of_units, forward_units, gradients_of_units};
use lnn_core::{
    Activation, BatchSize, DataSet, Parameters, Real, Recipe, Shuffle, Snapshot, Trainer, UpdateRule,
    UpdateSlice,
};
use lnn_exact::{Case, GOLDEN, N_STEPS, Precision, digest_of, parse_golden, suite};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use std::ops::Range;
use std::sync::Arc;

/// What the layers computed, layer by layer; `received` starts with the inputs.
struct Passed<T> {
    received: Vec<Array2<T>>,
    z: Vec<Array2<T>>,
    a: Vec<Array2<T>>,
    masks: Vec<Option<Array2<T>>>,
}

/// A trainer that knows units and messages between them only.
struct Sliced<'a, T> {
    recipe: &'a Recipe,
    data: &'a DataSet<T>,
    /// Units in a slice.
    size: usize,
    now: Snapshot<T>,
}

fn slices(n_units: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n_units).step_by(size).map(move |start| start..n_units.min(start + size))
}

fn join<T: Real>(parts: &[Array2<T>]) -> Array2<T> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).unwrap().as_standard_layout().into_owned()
}

impl<T: Real> Sliced<'_, T> {
    fn batch_size(&self) -> usize {
        self.recipe.batch_size.examples(self.data.n_examples())
    }

    fn steps_per_epoch(&self) -> u64 {
        self.data.n_examples().div_ceil(self.batch_size()) as u64
    }

    /// The examples of the next step.
    fn batch(&self) -> (Array2<T>, Array2<T>) {
        let (n_examples, size) = (self.data.n_examples(), self.batch_size());
        let epoch = self.now.step / self.steps_per_epoch();
        let batch_idx = (self.now.step % self.steps_per_epoch()) as usize;
        let mut order: Vec<usize> = (0..n_examples).collect();
        if self.recipe.shuffle == Shuffle::EachEpoch && self.recipe.batch_size != BatchSize::Full {
            stream(self.recipe.seed, Stream::Shuffle, epoch, 0).shuffle(&mut order);
        }
        let examples = &order[batch_idx * size..n_examples.min((batch_idx + 1) * size)];
        (self.data.inputs().select(Axis(1), examples), self.data.targets().select(Axis(1), examples))
    }

    fn activation(&self, layer_idx: usize) -> Activation {
        self.recipe.hidden.get(layer_idx).copied().unwrap_or(self.recipe.output)
    }

    fn n_layers(&self) -> usize {
        self.now.parameters.weights.len()
    }

    fn forward(&self, inputs: Array2<T>) -> Passed<T> {
        let n_examples = inputs.ncols();
        let mut passed = Passed { received: vec![inputs], z: vec![], a: vec![], masks: vec![] };
        for (layer_idx, weights) in self.now.parameters.weights.iter().enumerate() {
            let biases = &self.now.parameters.biases[layer_idx];
            let activation = self.activation(layer_idx);
            let (mut z, mut a, mut masks) = (vec![], vec![], vec![]);
            for units in slices(biases.len(), self.size) {
                let (own_weights, own_biases) =
                    (weights.slice(s![units.clone(), ..]), biases.slice(s![units.clone()]));
                let received = passed.received[layer_idx].view();
                let (own_z, own_a) = forward_units(own_weights, own_biases, received, activation);
                z.push(own_z);
                a.push(own_a);
                let (seed, dropout) = (self.recipe.seed, self.recipe.dropout);
                masks.push(dropout_mask(seed, self.now.step, layer_idx, units, n_examples, dropout));
            }
            let (z, mut a) = (join(&z), join(&a));
            if activation == Activation::Softmax {
                softmax_columns(z.as_slice().unwrap(), a.as_slice_mut().unwrap(), n_examples);
            }
            let mask = (self.recipe.dropout > 0.0 && layer_idx + 1 < self.n_layers()).then(|| join(&masks));
            passed.received.push(mask.as_ref().map_or_else(|| a.clone(), |mask| &a * mask));
            passed.z.push(z);
            passed.a.push(a);
            passed.masks.push(mask);
        }
        passed
    }

    fn output_errors(&self, passed: &Passed<T>, targets: &Array2<T>) -> Array2<T> {
        let (z, a) = (passed.z.last().unwrap(), passed.a.last().unwrap());
        let targets_row_major = targets.as_standard_layout();
        let mut errors = Array2::from_elem(a.dim(), T::ZERO);
        self.recipe.cost.output_errors(
            self.recipe.output,
            z.as_slice().unwrap(),
            a.as_slice().unwrap(),
            targets_row_major.as_slice().unwrap(),
            targets.ncols(),
            errors.as_slice_mut().unwrap(),
        );
        errors
    }

    /// δ of a hidden layer from the next layer's, slice by slice.
    fn hidden_errors(&self, layer_idx: usize, passed: &Passed<T>, next_errors: &Array2<T>) -> Array2<T> {
        let next_weights = &self.now.parameters.weights[layer_idx + 1];
        let own = |units: Range<usize>| {
            let rows = s![units.clone(), ..];
            errors_of_units(
                next_weights.slice(s![.., units]),
                next_errors.view(),
                passed.z[layer_idx].slice(rows),
                passed.a[layer_idx].slice(rows),
                passed.masks[layer_idx].as_ref().map(|mask| mask.slice(rows)),
                self.activation(layer_idx),
            )
        };
        join(&slices(next_weights.ncols(), self.size).map(own).collect::<Vec<_>>())
    }

    fn step(&mut self) {
        let (inputs, targets) = self.batch();
        let passed = self.forward(inputs);
        let epoch = self.now.step / self.steps_per_epoch();
        let learning_rate = self.recipe.decay.learning_rate(self.recipe.learning_rate, epoch);
        let rule = UpdateRule::new(self.recipe.optimizer, learning_rate, self.now.step + 1);
        let mut next = self.now.clone();
        next.step += 1;
        let mut errors = self.output_errors(&passed, &targets);
        for layer_idx in (0..self.n_layers()).rev() {
            if layer_idx + 1 < self.n_layers() {
                errors = self.hidden_errors(layer_idx, &passed, &errors);
            }
            for units in slices(errors.nrows(), self.size) {
                let weights = self.now.parameters.weights[layer_idx].slice(s![units.clone(), ..]);
                let own_errors = errors.slice(s![units.clone(), ..]);
                let received = passed.received[layer_idx].view();
                let (dw, db) = gradients_of_units(own_errors, received, weights, self.recipe.l2_penalty);
                self.update(&rule, layer_idx, units, (dw.view(), db.view()), &mut next);
            }
        }
        self.now = next;
    }

    /// The parameters and moments of some units, updated in `next`.
    fn update(
        &self,
        rule: &UpdateRule<T>,
        layer_idx: usize,
        units: Range<usize>,
        gradients: (ArrayView2<'_, T>, ArrayView1<'_, T>),
        next: &mut Snapshot<T>,
    ) {
        let arrays = |snapshot: &Snapshot<T>| {
            let own = |all: &Parameters<T>| flat(all, layer_idx, units.clone());
            let moment = |moment: &Option<Parameters<T>>| moment.as_ref().map(own).unwrap_or_default();
            [own(&snapshot.parameters), moment(&snapshot.first_moment), moment(&snapshot.second_moment)]
        };
        let [parameters, first, second] = arrays(&self.now);
        let [mut next_parameters, mut next_first, mut next_second] = arrays(next);
        let gradients: Vec<T> = gradients.0.iter().chain(gradients.1).copied().collect();
        rule.apply(UpdateSlice {
            parameters: &parameters,
            gradients: &gradients,
            first_moment: &first,
            second_moment: &second,
            next_parameters: &mut next_parameters,
            next_first_moment: &mut next_first,
            next_second_moment: &mut next_second,
        });
        write(&mut next.parameters, layer_idx, units.clone(), &next_parameters);
        for (moment, numbers) in
            [(&mut next.first_moment, next_first), (&mut next.second_moment, next_second)]
        {
            if let Some(moment) = moment {
                write(moment, layer_idx, units.clone(), &numbers);
            }
        }
    }
}

/// The numbers of some units of a layer: their weights, then their biases.
fn flat<T: Real>(all: &Parameters<T>, layer_idx: usize, units: Range<usize>) -> Vec<T> {
    let weights = all.weights[layer_idx].slice(s![units.clone(), ..]);
    let biases = all.biases[layer_idx].slice(s![units]);
    weights.iter().chain(biases).copied().collect()
}

fn write<T: Real>(all: &mut Parameters<T>, layer_idx: usize, units: Range<usize>, numbers: &[T]) {
    let mut weights = all.weights[layer_idx].slice_mut(s![units.clone(), ..]);
    let mut biases = all.biases[layer_idx].slice_mut(s![units]);
    for (slot, number) in weights.iter_mut().chain(&mut biases).zip(numbers) {
        *slot = *number;
    }
}

fn digest_in_slices<T: Real>(case: &Case, size: usize) -> u64 {
    let data = case.data::<T>();
    let now = Trainer::new(case.recipe.clone(), Arc::new(data.clone())).unwrap().snapshot();
    let mut run = Sliced { recipe: &case.recipe, data: &data, size, now };
    for _ in 0..N_STEPS {
        run.step();
    }
    digest_of(&run.now)
}

fn check(size: usize) {
    for (case, (name, expected)) in suite().iter().zip(parse_golden(GOLDEN)) {
        let found = match case.precision {
            Precision::F32 => digest_in_slices::<f32>(case, size),
            Precision::F64 => digest_in_slices::<f64>(case, size),
        };
        assert_eq!(found, expected, "slices of {size} units: {name}");
    }
}

#[test]
fn single_units_give_the_bits_of_whole_layers() {
    check(1);
}

#[test]
fn slices_of_two_units_give_the_bits_of_whole_layers() {
    check(2);
}

#[test]
fn slices_of_three_units_give_the_bits_of_whole_layers() {
    check(3);
}

#[test]
fn slices_of_seven_units_give_the_bits_of_whole_layers() {
    check(7);
}

#[test]
fn layers_in_one_slice_give_the_bits_of_the_trainer() {
    check(usize::MAX);
}
