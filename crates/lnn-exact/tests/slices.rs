//! The suite in pieces: each layer cut into slices of 1, 2, 3, 7 or all units, as when units live on other machines,
//! through all steps and with the optimizer's state, gives the digests that were written down, the probes of the whole
//! step, and where numbers end, the same sentence.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lnn_core::slice::{self, SliceStep};
use lnn_core::{
    DataSet, Layer, LayerProbe, MiniBatches, Network, NonFinite, Optimizer, Parameters, Real, Recipe,
    Snapshot, TrainError, Trainer, UnitSlice,
};
use lnn_exact::{Case, GOLDEN, N_STEPS, Precision, digest_of, parse_golden, suite};
use ndarray::{Array1, Array2, Axis, concatenate, s};
use std::ops::Range;
use std::sync::Arc;

/// A trainer that knows units and messages between them only.
struct Sliced<'a, T> {
    recipe: &'a Recipe,
    data: &'a DataSet<T>,
    batches: MiniBatches,
    /// For each layer its slices.
    layers: Vec<Vec<UnitSlice<T>>>,
    probes: Vec<LayerProbe<T>>,
    cost: T,
}

fn slices(n_units: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n_units).step_by(size).map(move |start| start..n_units.min(start.saturating_add(size)))
}

fn join<T: Real>(parts: &[Array2<T>]) -> Array2<T> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).unwrap().as_standard_layout().into_owned()
}

impl<'a, T: Real> Sliced<'a, T> {
    fn new(recipe: &'a Recipe, data: &'a DataSet<T>, start: &Snapshot<T>, size: usize) -> Self {
        let layer = |(layer_idx, biases): (usize, &Array1<T>)| {
            let slice = |units| UnitSlice::of(start, layer_idx, units).unwrap();
            slices(biases.len(), size).map(slice).collect()
        };
        Self {
            recipe,
            data,
            batches: MiniBatches::new(recipe, data.n_examples()),
            layers: start.parameters.biases.iter().enumerate().map(layer).collect(),
            probes: Vec::new(),
            cost: T::ZERO,
        }
    }

    #[allow(clippy::too_many_lines, reason = "one step from top to bottom")]
    fn step(&mut self) -> Result<(), TrainError> {
        let step = self.layers[0][0].step;
        let inputs = self.batches.columns(step, self.data.inputs()).into_owned();
        let targets = self.batches.columns(step, self.data.targets()).into_owned();
        let failed = |found: &[NonFinite]| NonFinite::first_of(found, step + 1);

        let (mut received, mut z) = (vec![inputs], Vec::new());
        for (layer_idx, layer) in self.layers.iter().enumerate() {
            let parts = layer.iter().map(|slice| slice.forward(received[layer_idx].view()));
            let (parts, found): (Vec<_>, Vec<_>) = parts.partition(Result::is_ok);
            let found: Vec<_> = found.into_iter().map(Result::unwrap_err).collect();
            if let Some(error) = failed(&found) {
                return Err(error);
            }
            z.push(join(&parts.into_iter().map(Result::unwrap).collect::<Vec<_>>()));
            received.push(slice::received(self.recipe, step, layer_idx, &z[layer_idx]));
        }

        let network = self.recipe.l2_penalty > 0.0;
        let network = network.then(|| self.network());
        let cost = slice::cost_of_outputs(
            self.recipe,
            network.as_ref(),
            z.last().unwrap(),
            targets.view(),
            step + 1,
        )?;
        self.cost = cost;

        let decay = self.recipe.decay;
        let learning_rate = decay.learning_rate(self.recipe.learning_rate, self.batches.at(step).epoch);
        let (mut next, mut found) = (self.layers.clone(), Vec::new());
        self.probes = vec![LayerProbe::default(); self.layers.len()];
        let mut errors = slice::errors_of_outputs(self.recipe, z.last().unwrap(), targets.view());
        for (layer_idx, layer) in self.layers.iter().enumerate().rev() {
            if layer_idx + 1 < self.layers.len() {
                let next_layer = &self.layers[layer_idx + 1];
                let weights: Vec<_> = next_layer.iter().map(|slice| slice.parameters.0.clone()).collect();
                let weights = join(&weights);
                let part = |slice: &UnitSlice<T>| {
                    let units = slice.units.clone();
                    let columns = weights.slice(s![.., units.clone()]);
                    let own = z[layer_idx].slice(s![units.clone(), ..]).to_owned();
                    let place = (layer_idx, units);
                    slice::errors_of_hidden(self.recipe, step, place, (columns, errors.view()), &own)
                };
                errors = join(&layer.iter().map(part).collect::<Vec<_>>());
            }
            let a = slice::activations(self.recipe, layer_idx, &z[layer_idx]);
            for (slice, next) in layer.iter().zip(&mut next[layer_idx]) {
                let rows = s![slice.units.clone(), ..];
                let seen = SliceStep {
                    z: z[layer_idx].slice(rows),
                    a: a.slice(rows),
                    errors: errors.slice(rows),
                    received: received[layer_idx].view(),
                };
                let update = slice.update(self.recipe, learning_rate, &seen);
                *next = update.next;
                self.probes[layer_idx].units.extend(update.probe.units);
                found.extend(update.found);
            }
        }
        if let Some(error) = failed(&found) {
            return Err(error);
        }
        self.layers = next;
        Ok(())
    }

    fn network(&self) -> Network<T> {
        let layer = |(layer_idx, layer): (usize, &Vec<UnitSlice<T>>)| Layer {
            weights: join(&layer.iter().map(|slice| slice.parameters.0.clone()).collect::<Vec<_>>()),
            biases: layer.iter().flat_map(|slice| slice.parameters.1.iter().copied()).collect(),
            activation: slice::activation(self.recipe, layer_idx),
        };
        Network { layers: self.layers.iter().enumerate().map(layer).collect() }
    }

    /// All slices put together again.
    fn snapshot(&self, like: &Snapshot<T>) -> Snapshot<T> {
        type Arrays<T> = (Array2<T>, Array1<T>);
        let whole = |part: &dyn Fn(&UnitSlice<T>) -> Option<Arrays<T>>| -> Option<Parameters<T>> {
            let mut all = Parameters { weights: Vec::new(), biases: Vec::new() };
            for layer in &self.layers {
                let parts: Option<Vec<_>> = layer.iter().map(part).collect();
                let (weights, biases): (Vec<_>, Vec<_>) = parts?.into_iter().unzip();
                all.weights.push(join(&weights));
                all.biases.push(biases.iter().flatten().copied().collect());
            }
            Some(all)
        };
        Snapshot {
            step: self.layers[0][0].step,
            parameters: whole(&|slice| Some(slice.parameters.clone())).unwrap(),
            first_moment: whole(&|slice| slice.first_moment.clone()),
            second_moment: whole(&|slice| slice.second_moment.clone()),
            ..like.clone()
        }
    }
}

fn digest_in_slices<T: Real>(case: &Case, size: usize) -> u64 {
    let data = case.data::<T>();
    let mut whole = Trainer::new(case.recipe.clone(), Arc::new(data.clone())).unwrap();
    let start = whole.snapshot();
    let mut run = Sliced::new(&case.recipe, &data, &start, size);
    let mut probes = Vec::new();
    for _ in 0..N_STEPS {
        run.step().unwrap();
        let report = whole.step(Some(&mut probes)).unwrap();
        assert_eq!(run.cost, report.cost, "cost of slices of {size} units: {}", case.recipe.optimizer);
        assert_eq!(run.probes, probes, "probes of slices of {size} units: {}", case.recipe.optimizer);
    }
    digest_of(&run.snapshot(&start))
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

/// What stops a whole run and one in slices, if they stop within 200 steps.
fn failures<T: Real>(recipe: &Recipe, data: &DataSet<T>, size: usize) -> [Option<TrainError>; 2] {
    let mut whole = Trainer::new(recipe.clone(), Arc::new(data.clone())).unwrap();
    let mut run = Sliced::new(recipe, data, &whole.snapshot(), size);
    let in_slices = (0..200).find_map(|_| run.step().err());
    [(0..200).find_map(|_| whole.step(None).err()), in_slices]
}

#[test]
fn slices_name_the_same_first_number_that_is_not_finite() {
    let mut n_failures = 0;
    for case in suite() {
        for scale in [1e3, 1e12, 1e25, 1e38] {
            for optimizer in [Optimizer::Sgd, case.recipe.optimizer] {
                let learning_rate = case.recipe.learning_rate * scale;
                let recipe = Recipe { learning_rate, optimizer, ..case.recipe.clone() };
                let found = failures(&recipe, &case.data::<f32>(), 2);
                let [whole, in_slices] = found.map(|error| error.map(|error| error.to_string()));
                assert_eq!(whole, in_slices, "{optimizer} at {learning_rate}");
                n_failures += usize::from(whole.is_some());
            }
        }
    }
    assert!(n_failures > 100, "only {n_failures} of these runs stop");
}
