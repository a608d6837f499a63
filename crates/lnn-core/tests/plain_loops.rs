//! Whole training steps of random shapes against the plainest program for them: loops over units, inputs and examples,
//! one number at a time, no matrix, no vector, no tile. Every bit of cost, parameters and moments is the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use lnn_core::activation::LEAKY_SLOPE;
use lnn_core::dropout::dropout_mask;
use lnn_core::random::{RandomStream, Stream, stream};
use lnn_core::real::power;
use lnn_core::{
    Activation, BatchSize, Cost, DataSet, Init, Optimizer, Parameters, Real, Recipe, Shuffle, Snapshot,
    Trainer,
};
use ndarray::Array2;
use std::sync::Arc;

/// `[unit][example]`, or `[unit][input]`.
type Matrix<T> = Vec<Vec<T>>;

fn rows<T: Real>(matrix: &Array2<T>) -> Matrix<T> {
    matrix.outer_iter().map(|row| row.to_vec()).collect()
}

/// A layer in the middle of a step.
struct Plain<T> {
    weights: Matrix<T>,
    biases: Vec<T>,
    activation: Activation,
    mask: Option<Matrix<T>>,
    received: Matrix<T>,
    z: Matrix<T>,
    a: Matrix<T>,
    errors: Matrix<T>,
}

fn sigmoid<T: Real>(z: T) -> T {
    let e = (-z.abs()).exp();
    let share = T::ONE / (T::ONE + e);
    if z < T::ZERO { e * share } else { share }
}

fn value<T: Real>(activation: Activation, z: T) -> T {
    match activation {
        Activation::Identity | Activation::Softmax => z,
        Activation::Sigmoid => sigmoid(z),
        Activation::Tanh => z.tanh(),
        Activation::Relu => {
            if z > T::ZERO {
                z
            } else {
                T::ZERO
            }
        }
        Activation::LeakyRelu => {
            if z > T::ZERO {
                z
            } else {
                T::from_f64(LEAKY_SLOPE) * z
            }
        }
    }
}

fn slope<T: Real>(activation: Activation, z: T, a: T) -> T {
    match activation {
        Activation::Identity | Activation::Softmax => T::ONE,
        Activation::Sigmoid => a * (T::ONE - a),
        Activation::Tanh => T::ONE - a * a,
        Activation::Relu => {
            if z > T::ZERO {
                T::ONE
            } else {
                T::ZERO
            }
        }
        Activation::LeakyRelu => {
            if z > T::ZERO {
                T::ONE
            } else {
                T::from_f64(LEAKY_SLOPE)
            }
        }
    }
}

impl<T: Real> Plain<T> {
    fn forward(&mut self) -> Matrix<T> {
        let n_examples = self.received[0].len();
        for (unit, weights) in self.weights.iter().enumerate() {
            for example in 0..n_examples {
                let mut sum = T::ZERO;
                for (input, &weight) in weights.iter().enumerate() {
                    sum += weight * self.received[input][example];
                }
                self.z[unit].push(sum + self.biases[unit]);
            }
        }
        self.a = self.z.iter().map(|row| row.iter().map(|&z| value(self.activation, z)).collect()).collect();
        if self.activation == Activation::Softmax {
            for example in 0..n_examples {
                let max = max_of(&self.z, example);
                let powers: Vec<T> = self.z.iter().map(|row| (row[example] - max).exp()).collect();
                let sum = powers.iter().fold(T::ZERO, |sum, &power| sum + power);
                for (row, power) in self.a.iter_mut().zip(powers) {
                    row[example] = power / sum;
                }
            }
        }
        let mut sent = self.a.clone();
        if let Some(mask) = &self.mask {
            for (a, factor) in sent.iter_mut().flatten().zip(mask.iter().flatten()) {
                *a *= *factor;
            }
        }
        sent
    }

    fn gradients(&self, l2_penalty: f64) -> (Matrix<T>, Vec<T>) {
        let n_examples = self.received[0].len();
        let (count, shrink) = (T::from_usize(n_examples), T::from_f64(l2_penalty / n_examples as f64));
        let mut gradients = (self.weights.clone(), self.biases.clone());
        for (unit, errors) in self.errors.iter().enumerate() {
            for (input, received) in self.received.iter().enumerate() {
                let mut sum = T::ZERO;
                for example in 0..n_examples {
                    sum += errors[example] * received[example];
                }
                let mean = sum / count;
                let penalty = shrink * self.weights[unit][input];
                gradients.0[unit][input] = if l2_penalty > 0.0 { mean + penalty } else { mean };
            }
            gradients.1[unit] = errors.iter().fold(T::ZERO, |sum, &error| sum + error) / count;
        }
        gradients
    }
}

fn max_of<T: Real>(z: &Matrix<T>, example: usize) -> T {
    z.iter().map(|row| row[example]).reduce(|max, z| if max > z { max } else { z }).unwrap()
}

fn loss<T: Real>(cost: Cost, output: &Plain<T>, targets: &Matrix<T>, example: usize) -> f64 {
    let mut total = 0.0;
    let max = max_of(&output.z, example);
    let sum = output.z.iter().fold(T::ZERO, |sum, row| sum + (row[example] - max).exp());
    for (unit, targets) in targets.iter().enumerate() {
        let (z, a, y) = (output.z[unit][example], output.a[unit][example], targets[example]);
        let part = match cost {
            Cost::SquaredError => T::from_f64(0.5) * ((a - y) * (a - y)),
            Cost::BinaryCrossEntropy => {
                let linear = if z > T::ZERO { z * (T::ONE - y) } else { -z * y };
                linear + (-z.abs()).exp().ln_1p()
            }
            Cost::CategoricalCrossEntropy if y == T::ZERO => T::ZERO,
            Cost::CategoricalCrossEntropy => y * (sum.ln() - (z - max)),
        };
        total += part.to_f64();
    }
    total
}

fn output_errors<T: Real>(cost: Cost, output: &Plain<T>, targets: &Matrix<T>) -> Matrix<T> {
    let mut errors = output.a.clone();
    for (error, &y) in errors.iter_mut().flatten().zip(targets.iter().flatten()) {
        *error -= y;
    }
    if cost == Cost::SquaredError && output.activation == Activation::Softmax {
        for example in 0..targets[0].len() {
            let products = errors.iter().zip(&output.a).map(|(e, a)| e[example] * a[example]);
            let mean = products.fold(T::ZERO, |sum, product| sum + product);
            for (errors, a) in errors.iter_mut().zip(&output.a) {
                errors[example] = a[example] * (errors[example] - mean);
            }
        }
    } else if cost == Cost::SquaredError {
        for (unit, errors) in errors.iter_mut().enumerate() {
            for (example, error) in errors.iter_mut().enumerate() {
                *error *= slope(output.activation, output.z[unit][example], output.a[unit][example]);
            }
        }
    }
    errors
}

fn hidden_errors<T: Real>(layer: &Plain<T>, next: &Plain<T>) -> Matrix<T> {
    let mut errors = layer.a.clone();
    for (unit, errors) in errors.iter_mut().enumerate() {
        for (example, error) in errors.iter_mut().enumerate() {
            *error = T::ZERO;
            for (next_unit, next_errors) in next.errors.iter().enumerate() {
                *error += next.weights[next_unit][unit] * next_errors[example];
            }
            if let Some(mask) = &layer.mask {
                *error *= mask[unit][example];
            }
            *error *= slope(layer.activation, layer.z[unit][example], layer.a[unit][example]);
        }
    }
    errors
}

/// The next θ and moments of one parameter; a moment that the optimizer does not keep stays.
fn update<T: Real>(optimizer: Optimizer, rate: T, step: u64, old: [T; 3], gradient: T) -> [T; 3] {
    let [theta, first, second] = old;
    let mean = |beta: f64, old: T, new: T| T::from_f64(beta) * old + T::from_f64(1.0 - beta) * new;
    match optimizer {
        Optimizer::Sgd => [theta - rate * gradient, first, second],
        Optimizer::Momentum { beta } => {
            let v = mean(beta, first, gradient);
            [theta - rate * v, v, second]
        }
        Optimizer::RmsProp { beta, epsilon } => {
            let s = mean(beta, second, gradient * gradient);
            [theta - rate * gradient / (s.sqrt() + T::from_f64(epsilon)), first, s]
        }
        Optimizer::Adam { beta1, beta2, epsilon } => {
            let (m, v) = (mean(beta1, first, gradient), mean(beta2, second, gradient * gradient));
            let m_hat = m / T::from_f64(1.0 - power(beta1, step));
            let v_hat = v / T::from_f64(1.0 - power(beta2, step));
            [theta - rate * m_hat / (v_hat.sqrt() + T::from_f64(epsilon)), m, v]
        }
    }
}

/// One step over the given examples: the cost before it, and the run after it.
fn plain_step<T: Real>(
    recipe: &Recipe,
    data: &DataSet<T>,
    now: &Snapshot<T>,
    examples: &[usize],
) -> (T, Snapshot<T>) {
    let pick = |matrix: &Array2<T>| -> Matrix<T> {
        rows(matrix).iter().map(|row| examples.iter().map(|&example| row[example]).collect()).collect()
    };
    let (mut sent, targets) = (pick(data.inputs()), pick(data.targets()));
    let mut layers: Vec<Plain<T>> = Vec::new();
    for (layer_idx, weights) in now.parameters.weights.iter().enumerate() {
        let n_units = weights.nrows();
        let mask = (layer_idx < recipe.layers.len() && recipe.dropout > 0.0).then(|| {
            rows(&dropout_mask(recipe.seed, now.step, layer_idx, 0..n_units, examples.len(), recipe.dropout))
        });
        let mut layer = Plain {
            weights: rows(weights),
            biases: now.parameters.biases[layer_idx].to_vec(),
            activation: recipe.hidden.get(layer_idx).copied().unwrap_or(recipe.output),
            mask,
            received: sent,
            z: vec![vec![]; n_units],
            a: vec![],
            errors: vec![],
        };
        sent = layer.forward();
        layers.push(layer);
    }
    let m = examples.len() as f64;
    let losses = (0..examples.len()).map(|idx| loss(recipe.cost, layers.last().unwrap(), &targets, idx));
    let losses = losses.fold(0.0, |sum, loss| sum + loss);
    let weights = layers.iter().flat_map(|layer| layer.weights.iter().flatten());
    let squares = weights.fold(0.0, |sum, w| sum + w.to_f64() * w.to_f64());
    let penalty = if recipe.l2_penalty > 0.0 { recipe.l2_penalty / (2.0 * m) * squares } else { 0.0 };

    let mut next = now.clone();
    next.step += 1;
    let rate = T::from_f64(recipe.learning_rate);
    for layer_idx in (0..layers.len()).rev() {
        layers[layer_idx].errors = match layers.get(layer_idx + 1) {
            None => output_errors(recipe.cost, &layers[layer_idx], &targets),
            Some(after) => hidden_errors(&layers[layer_idx], after),
        };
        let (dw, db) = layers[layer_idx].gradients(recipe.l2_penalty);
        for (unit, (dw, db)) in dw.iter().zip(db).enumerate() {
            for (input, gradient) in dw.iter().copied().chain([db]).enumerate() {
                let old =
                    numbers(&mut next, layer_idx, unit, input).map(|slot| slot.map_or(T::ZERO, |slot| *slot));
                let new = update(recipe.optimizer, rate, next.step, old, gradient);
                for (slot, new) in numbers(&mut next, layer_idx, unit, input).into_iter().zip(new) {
                    if let Some(slot) = slot {
                        *slot = new;
                    }
                }
            }
        }
    }
    (T::from_f64(losses / m + penalty), next)
}

/// A parameter and its moments; the bias stands behind the unit's last weight.
fn numbers<T: Real>(
    run: &mut Snapshot<T>,
    layer_idx: usize,
    unit: usize,
    input: usize,
) -> [Option<&mut T>; 3] {
    let arrays = [Some(&mut run.parameters), run.first_moment.as_mut(), run.second_moment.as_mut()];
    arrays.map(|array| {
        let Parameters { weights, biases } = array?;
        weights[layer_idx].get_mut([unit, input]).or(biases[layer_idx].get_mut(unit))
    })
}

/// A recipe with everything drawn, sizes from 1 to 40, and data for it.
fn draw<T: Real>(numbers: &mut RandomStream, idx: u64) -> (Recipe, DataSet<T>) {
    let mut up_to = |limit: u32| 1 + numbers.below(limit) as usize;
    let n_hidden = up_to(4) - 1;
    let cost = Cost::ALL[up_to(3) - 1];
    let output = match cost {
        Cost::BinaryCrossEntropy => Activation::Sigmoid,
        Cost::CategoricalCrossEntropy => Activation::Softmax,
        Cost::SquaredError => Activation::ALL[up_to(6) - 1],
    };
    let recipe = Recipe {
        layers: (0..n_hidden).map(|_| up_to(40)).collect(),
        hidden: (0..n_hidden).map(|_| Activation::HIDDEN[up_to(5) - 1]).collect(),
        output,
        cost,
        init: [Init::Xavier, Init::He, Init::InverseSqrt][up_to(3) - 1],
        optimizer: Optimizer::ALL[up_to(4) - 1],
        batch_size: [BatchSize::Full, BatchSize::Of(up_to(40))][up_to(2) - 1],
        shuffle: Shuffle::None,
        l2_penalty: [0.0, 0.2][up_to(2) - 1],
        dropout: [0.0, 0.4][up_to(2) - 1],
        seed: idx,
        ..Recipe::default()
    };
    let (n_features, n_outputs, n_examples) = (up_to(300), up_to(20), up_to(60));
    let inputs = Array2::from_shape_simple_fn((n_features, n_examples), || T::from_f64(numbers.normal()));
    let mut targets = Array2::from_elem((n_outputs, n_examples), T::ZERO);
    for mut example in targets.columns_mut() {
        example[numbers.below(n_outputs as u32) as usize] = T::ONE;
    }
    (recipe, DataSet::new(inputs, targets).unwrap())
}

fn bits<T: Real>(run: &Snapshot<T>) -> Vec<u64> {
    let moments = [&run.first_moment, &run.second_moment].into_iter().flatten();
    [&run.parameters].into_iter().chain(moments).flat_map(Parameters::iter).map(Real::to_bits64).collect()
}

fn check<T: Real>(n_recipes: u64) {
    let mut numbers = stream(11, Stream::Data, 0, 0);
    for idx in 0..n_recipes {
        let (recipe, data) = draw::<T>(&mut numbers, idx);
        let mut run = Trainer::new(recipe.clone(), Arc::new(data.clone())).unwrap();
        let mut plain = run.snapshot();
        let all: Vec<usize> = (0..data.n_examples()).collect();
        for batch in all.chunks(recipe.batch_size.examples(all.len())).cycle().take(4) {
            let (cost, next) = plain_step(&recipe, &data, &plain, batch);
            let report = run.step(None).unwrap();
            assert_eq!(report.cost.to_bits64(), cost.to_bits64(), "cost of step {}: {recipe:?}", report.step);
            assert_eq!(bits(&run.snapshot()), bits(&next), "step {} in {}: {recipe:?}", report.step, T::NAME);
            plain = next;
        }
    }
}

#[test]
fn steps_of_random_shapes_give_the_bits_of_plain_loops() {
    check::<f32>(80);
    check::<f64>(80);
}
