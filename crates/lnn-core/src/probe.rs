//! Probes: what is seen of every unit in a step.
//!
//! What enters: a step's forward pass, errors, gradients and update. What leaves: a dozen numbers for each unit. A
//! probe only reads: training with and without it gives the same bits. Read next: [`crate::history`].

use crate::activation::Activation;
use crate::network::{Forward, Network};
use crate::parameters::Gradients;
use crate::real::Real;
use crate::unit::numbers;
use ndarray::{Array1, Array2};

/// Sigmoid units are saturated at a below this share or above one minus it.
pub const SIGMOID_SATURATED: f64 = 0.03;
/// Tanh units are saturated at |a| above this.
pub const TANH_SATURATED: f64 = 0.97;

/// One unit in one step. Means and shares are over the mini-batch's examples; dropout is not counted into a.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitProbe<T> {
    /// Mean of a.
    pub activation_mean: T,
    /// Standard deviation of a (divided by m, not m−1).
    pub activation_std: T,
    /// Smallest a.
    pub activation_min: T,
    /// Largest a.
    pub activation_max: T,
    /// Share of examples with z ≤ 0 for `ReLU` (a = 0) and leaky `ReLU`; 0 for other activations.
    pub inactive_share: T,
    /// Share of examples with a < 0.03 or a > 0.97 for sigmoid, |a| > 0.97 for tanh; 0 for other activations.
    pub saturated_share: T,
    /// Mean of z.
    pub z_mean: T,
    /// Standard deviation of z.
    pub z_std: T,
    /// Mean of |δ|, δ = ∂L/∂z.
    pub error_mean_abs: T,
    /// ‖∂C/∂w‖ over the unit's weights.
    pub gradient_norm: T,
    /// ∂C/∂b.
    pub bias_gradient: T,
    /// ‖w‖ before the update: of the weights that gave this a.
    pub weight_norm: T,
    /// b before the update.
    pub bias: T,
    /// ‖Δw‖/‖w‖ with w before the update; 0 where ‖w‖ is 0.
    pub update_ratio: T,
}

/// The units of one layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerProbe<T> {
    /// Unit 0, 1, …
    pub units: Vec<UnitProbe<T>>,
}

/// What a finished step left to be looked at.
pub(crate) struct Observed<'a, T> {
    /// Before the update.
    pub network: &'a Network<T>,
    /// After it.
    pub next: &'a Network<T>,
    pub forward: &'a Forward<T>,
    pub errors: &'a [Array2<T>],
    pub gradients: &'a Gradients<T>,
}

/// Write every layer's probes, reusing the vectors' memory.
pub(crate) fn probe_layers<T: Real>(observed: &Observed<'_, T>, probes: &mut Vec<LayerProbe<T>>) {
    probes.resize_with(observed.network.layers.len(), LayerProbe::default);
    for (layer_idx, (layer, probe)) in observed.network.layers.iter().zip(probes).enumerate() {
        let units = ObservedUnits {
            z: &observed.forward.pre_activations[layer_idx],
            a: &observed.forward.activations[layer_idx],
            errors: &observed.errors[layer_idx],
            weights: &layer.weights,
            next_weights: &observed.next.layers[layer_idx].weights,
            weight_gradients: &observed.gradients.weights[layer_idx],
            biases: &layer.biases,
            bias_gradients: &observed.gradients.biases[layer_idx],
            activation: layer.activation,
        };
        probe_units(&units, probe);
    }
}

/// What a step left of some units of a layer: `z`, `a` and `errors` `(n_units, n_examples)`, weights and their gradients
/// `(n_units, n_inputs)`, biases `(n_units)`.
pub(crate) struct ObservedUnits<'a, T> {
    pub z: &'a Array2<T>,
    pub a: &'a Array2<T>,
    pub errors: &'a Array2<T>,
    /// Before the update.
    pub weights: &'a Array2<T>,
    /// After it.
    pub next_weights: &'a Array2<T>,
    pub weight_gradients: &'a Array2<T>,
    pub biases: &'a Array1<T>,
    pub bias_gradients: &'a Array1<T>,
    pub activation: Activation,
}

/// Write the probes of these units, reusing the vector's memory.
pub(crate) fn probe_units<T: Real>(observed: &ObservedUnits<'_, T>, probe: &mut LayerProbe<T>) {
    let n_units = observed.biases.len();
    let unit = |unit_idx| {
        let row = Rows { n_units, unit_idx };
        let examples =
            ExampleRows { z: row.of(observed.z), a: row.of(observed.a), errors: row.of(observed.errors) };
        let weights = WeightRows {
            before: row.of(observed.weights),
            after: row.of(observed.next_weights),
            gradients: row.of(observed.weight_gradients),
        };
        UnitProbe {
            bias: observed.biases[unit_idx],
            bias_gradient: observed.bias_gradients[unit_idx],
            ..probe_unit(&examples, &weights, observed.activation)
        }
    };
    probe.units.clear();
    probe.units.extend((0..n_units).map(unit));
}

/// One unit's row of matrices whose rows are units.
struct Rows {
    n_units: usize,
    unit_idx: usize,
}

impl Rows {
    fn of<'a, T>(&self, matrix: &'a Array2<T>) -> &'a [T] {
        let n_cols = matrix.len() / self.n_units;
        &numbers(matrix)[self.unit_idx * n_cols..][..n_cols]
    }
}

/// One unit over the examples of the mini-batch.
struct ExampleRows<'a, T> {
    z: &'a [T],
    a: &'a [T],
    errors: &'a [T],
}

/// One unit over its inputs.
struct WeightRows<'a, T> {
    before: &'a [T],
    after: &'a [T],
    gradients: &'a [T],
}

fn probe_unit<T: Real>(
    examples: &ExampleRows<'_, T>,
    weights: &WeightRows<'_, T>,
    activation: Activation,
) -> UnitProbe<T> {
    let (z, a) = (Spread::of(examples.z), Spread::of(examples.a));
    let norms = Norms::of(weights);
    UnitProbe {
        activation_mean: a.mean,
        activation_std: a.std,
        activation_min: a.min,
        activation_max: a.max,
        inactive_share: inactive_share(activation, examples.z),
        saturated_share: saturated_share(activation, examples.a),
        z_mean: z.mean,
        z_std: z.std,
        error_mean_abs: mean_abs(examples.errors),
        gradient_norm: norms.gradient,
        bias_gradient: T::ZERO,
        weight_norm: norms.weight,
        bias: T::ZERO,
        update_ratio: if norms.weight > T::ZERO { norms.update / norms.weight } else { T::ZERO },
    }
}

/// Share of the examples at which a unit lets (nearly) nothing through.
fn inactive_share<T: Real>(activation: Activation, z: &[T]) -> T {
    match activation {
        Activation::Relu | Activation::LeakyRelu => share(z, |z| z <= T::ZERO),
        _ => T::ZERO,
    }
}

/// Share of the examples at which a unit is where its activation function is nearly flat at both ends.
fn saturated_share<T: Real>(activation: Activation, a: &[T]) -> T {
    match activation {
        Activation::Sigmoid => {
            let (low, high) = (T::from_f64(SIGMOID_SATURATED), T::from_f64(1.0 - SIGMOID_SATURATED));
            share(a, |a| a < low || a > high)
        }
        Activation::Tanh => {
            let high = T::from_f64(TANH_SATURATED);
            share(a, |a| a.abs() > high)
        }
        _ => T::ZERO,
    }
}

// A step is probed for each frame of the live view, so sums are quick: in the network's own precision, and in four parts
// (number i in part i mod 4) that grow side by side. A fixed order gives the same numbers on every machine. Where squares
// are too large for T, they are summed again in f64.

const PARTS: usize = 4;

fn padded<T: Copy>(values: &[T], fill: T) -> [T; PARTS] {
    std::array::from_fn(|part| values.get(part).copied().unwrap_or(fill))
}

fn total<T: Real>([a, b, c, d]: [T; PARTS]) -> T {
    (a + b) + (c + d)
}

/// Where some numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Spread<T> {
    mean: T,
    /// Divided by the count, not by one less.
    std: T,
    min: T,
    max: T,
}

impl<T: Real> Spread<T> {
    /// From distances to the first number, so that one pass is enough and equal numbers have no deviation at all. The first
    /// is at most √m deviations from the mean, so the variance loses at most a factor m of the precision.
    fn of(values: &[T]) -> Self {
        let Some(&first) = values.first() else { return Self::default() };
        let SpreadSums { sum, squares } = SpreadSums::over(values, first);
        let (min, max) = T::bounds(values);
        let m = T::from_usize(values.len());
        let mean_distance = total(sum) / m;
        let variance = total(squares) / m - mean_distance * mean_distance;
        if !variance.is_finite() {
            return Self { min, max, ..Self::of_far(values, first) };
        }
        Self { mean: first + mean_distance, std: T::ZERO.larger(variance).sqrt(), min, max }
    }

    /// The same where squares overflow T.
    #[cold]
    fn of_far(values: &[T], first: T) -> Self {
        let (first, m) = (first.to_f64(), values.len() as f64);
        let distances = || values.iter().map(|value| value.to_f64() - first);
        let mean_distance = distances().fold(0.0, |sum, distance| sum + distance) / m;
        let square = distances().fold(0.0, |sum, distance| sum + distance * distance) / m;
        let std = (square - mean_distance * mean_distance).max(0.0).sqrt();
        Self { mean: T::from_f64(first + mean_distance), std: T::from_f64(std), ..Self::default() }
    }
}

/// What a spread is made of, in parts.
#[derive(Clone, Copy)]
struct SpreadSums<T> {
    /// Of distances to the first number.
    sum: [T; PARTS],
    squares: [T; PARTS],
}

impl<T: Real> SpreadSums<T> {
    /// Never inlined: where a function ends in storing the parts side by side, compilers compute them so.
    #[inline(never)]
    fn over(values: &[T], first: T) -> Self {
        let (groups, rest) = values.as_chunks::<PARTS>();
        let mut sums = Self::of(padded(rest, first), first);
        for group in groups {
            sums = sums.and(Self::of(*group, first));
        }
        sums
    }

    fn of(values: [T; PARTS], first: T) -> Self {
        let sum: [T; PARTS] = std::array::from_fn(|part| values[part] - first);
        let squares = std::array::from_fn(|part| sum[part] * sum[part]);
        Self { sum, squares }
    }

    fn and(self, other: Self) -> Self {
        Self {
            sum: std::array::from_fn(|part| self.sum[part] + other.sum[part]),
            squares: std::array::from_fn(|part| self.squares[part] + other.squares[part]),
        }
    }
}

/// Lengths of a unit's vectors.
struct Norms<T> {
    weight: T,
    /// ‖Δw‖.
    update: T,
    gradient: T,
}

/// Vanishing gradients and their updates are scaled by this power of two before they are squared, which changes no bit of
/// the result but keeps squares down to (1e-28)² inside the range of `f32`.
const SCALE: f64 = 1_073_741_824.0;

impl<T: Real> Norms<T> {
    fn of(weights: &WeightRows<'_, T>) -> Self {
        let [weight, update, gradient] = square_sums(weights);
        let changes = weights.after.iter().zip(weights.before);
        Self {
            weight: root(total(weight), 1.0, weights.before.iter().map(|weight| weight.to_f64())),
            update: root(
                total(update),
                SCALE,
                changes.map(|(after, before)| after.to_f64() - before.to_f64()),
            ),
            gradient: root(
                total(gradient),
                SCALE,
                weights.gradients.iter().map(|gradient| gradient.to_f64()),
            ),
        }
    }
}

/// The root of a sum of squares of scaled numbers; where that is too large for T, of the `numbers`' own squares in f64.
fn root<T: Real>(squares: T, scale: f64, numbers: impl Iterator<Item = f64>) -> T {
    if squares.is_finite() {
        squares.sqrt() / T::from_f64(scale)
    } else {
        T::from_f64(numbers.fold(0.0, |sum, number| sum + number * number).sqrt())
    }
}

/// Σw², and `ΣΔw²` and Σ(∂C/∂w)² scaled, in parts; never inlined, as above.
#[inline(never)]
fn square_sums<T: Real>(weights: &WeightRows<'_, T>) -> [[T; PARTS]; 3] {
    let (before, before_rest) = weights.before.as_chunks::<PARTS>();
    let (after, after_rest) = weights.after.as_chunks::<PARTS>();
    let (gradients, gradients_rest) = weights.gradients.as_chunks::<PARTS>();
    let (before_rest, after_rest) = (padded(before_rest, T::ZERO), padded(after_rest, T::ZERO));
    let squares = |numbers: [T; PARTS]| -> [T; PARTS] { numbers.map(|number| number * number) };
    let plus = |a: [T; PARTS], b: [T; PARTS]| -> [T; PARTS] { std::array::from_fn(|part| a[part] + b[part]) };
    let minus =
        |a: [T; PARTS], b: [T; PARTS]| -> [T; PARTS] { std::array::from_fn(|part| a[part] - b[part]) };
    let mut weight = squares(before_rest);
    let scale = T::from_f64(SCALE);
    let scaled = |numbers: [T; PARTS]| -> [T; PARTS] { numbers.map(|number| scale * number) };
    let mut update = squares(scaled(minus(after_rest, before_rest)));
    let mut gradient = squares(scaled(padded(gradients_rest, T::ZERO)));
    for ((&before, &after), &gradients) in before.iter().zip(after).zip(gradients) {
        weight = plus(weight, squares(before));
        update = plus(update, squares(scaled(minus(after, before))));
        gradient = plus(gradient, squares(scaled(gradients)));
    }
    [weight, update, gradient]
}

fn share<T: Real>(values: &[T], is: impl Fn(T) -> bool) -> T {
    let count: u32 = values.iter().map(|&value| u32::from(is(value))).sum();
    T::from_usize(count as usize) / T::from_usize(values.len().max(1))
}

fn mean_abs<T: Real>(values: &[T]) -> T {
    let mut sum = [T::ZERO; PARTS];
    let (groups, rest) = values.as_chunks::<PARTS>();
    for &group in groups.iter().chain(&[padded(rest, T::ZERO)]) {
        sum = std::array::from_fn(|part| sum[part] + group[part].abs());
    }
    total(sum) / T::from_usize(values.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f32], mean: f32, std: f32, min: f32, max: f32) {
        assert_eq!(Spread::of(values), Spread { mean, std, min, max }, "{values:?}");
    }

    #[test]
    fn mean_deviation_and_bounds_agree_with_hand_worked_numbers() {
        // Distances to the mean 3: −2, −1, 0, 1, 2; variance 10/5.
        check(&[1.0, 2.0, 3.0, 4.0, 5.0], 3.0, 2.0_f32.sqrt(), 1.0, 5.0);
        // 4 numbers, none missing: mean 2, variance (4 + 0 + 0 + 4)/4.
        check(&[4.0, 2.0, 2.0, 0.0], 2.0, 2.0_f32.sqrt(), 0.0, 4.0);
        check(&[-7.5], -7.5, 0.0, -7.5, -7.5);
        check(&[], 0.0, 0.0, 0.0, 0.0);
    }

    #[test]
    fn equal_numbers_have_no_deviation_however_large_they_are() {
        check(&[0.1; 7], 0.1, 0.0, 0.1, 0.1);
        check(&[3e38; 9], 3e38, 0.0, 3e38, 3e38);
    }

    #[test]
    fn squares_beyond_the_range_are_summed_in_more_precision() {
        check(&[2e30, -2e30, 2e30, -2e30], 0.0, 2e30, -2e30, 2e30);
        let norms = |before: &[f32], after: &[f32], gradients: &[f32]| {
            let norms = Norms::of(&WeightRows { before, after, gradients });
            [norms.weight, norms.update, norms.gradient]
        };
        assert_eq!(norms(&[3e30, 4e30], &[3e30, 4e30], &[3e-25, 4e-25]), [5e30, 0.0, 5e-25]);
        assert_eq!(norms(&[3.0, 0.0, 0.0, 0.0, 4.0], &[3.0, 0.0, 0.0, 0.0, 4.5], &[2.0; 5])[..2], [5.0, 0.5]);
    }

    #[test]
    fn means_and_shares_count_every_number_once() {
        assert_eq!(mean_abs(&[-1.0_f32, 2.0, -3.0, 4.0, 5.0]), 3.0);
        assert_eq!(inactive_share(Activation::Relu, &[-1.0_f32, 0.0, 1.0, 2.0, 3.0]), 0.4);
        assert_eq!(saturated_share(Activation::Tanh, &[-0.98_f32, 0.0, 0.5, 0.99]), 0.5);
        assert_eq!(saturated_share(Activation::Sigmoid, &[0.02_f32, 0.5, 0.5, 0.98]), 0.5);
        assert_eq!(inactive_share(Activation::Tanh, &[-1.0_f32]), 0.0);
    }
}
