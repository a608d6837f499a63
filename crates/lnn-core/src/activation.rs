//! Activation functions and their derivatives, side by side.
//!
//! What enters: pre-activations z. What leaves: activations a = g(z), and g′(z). Softmax couples the units of a
//! layer, so it has its own function over columns; all others work number by number. Read next: [`crate::cost`].

use crate::kernel::copy;
use crate::name::UnknownName;
use crate::real::Real;
use std::fmt;
use std::str::FromStr;

/// Slope of leaky `ReLU` left of zero.
pub const LEAKY_SLOPE: f64 = 0.01;

/// The function g that turns a unit's pre-activation z into its activation a.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// a = z.
    Identity,
    /// a = 1/(1+e⁻ᶻ).
    Sigmoid,
    /// a = tanh z.
    Tanh,
    /// a = max(0, z).
    Relu,
    /// a = z for z > 0, 0.01·z otherwise.
    LeakyRelu,
    /// aⱼ = eᶻʲ/Σₖeᶻᵏ over the units of the layer; output layer only.
    Softmax,
}

const KNOWN: &str = "identity, sigmoid, tanh, relu, leaky_relu, softmax";

impl Activation {
    /// Every activation.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Sigmoid, Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Softmax];
    /// Every activation a hidden layer may have.
    pub const HIDDEN: [Self; 5] = [Self::Identity, Self::Sigmoid, Self::Tanh, Self::Relu, Self::LeakyRelu];

    /// Its name in run logs, on command lines and in parsing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Softmax => "softmax",
        }
    }

    /// a = g(z), number by number; for softmax z itself (its units need each other: [`softmax_columns`]).
    pub fn value<T: Real>(self, z: T) -> T {
        match self {
            Self::Identity | Self::Softmax => z,
            Self::Sigmoid => sigmoid(z),
            Self::Tanh => z.tanh(),
            Self::Relu => relu(z),
            Self::LeakyRelu => leaky_relu(z),
        }
    }

    /// g′(z) = ∂a/∂z from z and a = g(z); for softmax 1 (its Jacobian is not diagonal: [`crate::cost`]).
    ///
    /// Where the derivative has a jump (`ReLU` at 0) it is the one from the left.
    pub fn derivative<T: Real>(self, z: T, a: T) -> T {
        match self {
            Self::Identity | Self::Softmax => T::ONE,
            Self::Sigmoid => sigmoid_derivative(a),
            Self::Tanh => tanh_derivative(a),
            Self::Relu => relu_derivative(z),
            Self::LeakyRelu => leaky_relu_derivative(z),
        }
    }

    /// a ← g(z) for a whole slice, number by number; softmax copies z.
    pub fn apply<T: Real>(self, z: &[T], a: &mut [T]) {
        match self {
            Self::Identity | Self::Softmax => map(z, a, |z| z),
            Self::Sigmoid => map(z, a, sigmoid),
            Self::Tanh => map(z, a, T::tanh),
            Self::Relu => map(z, a, relu),
            Self::LeakyRelu => map(z, a, leaky_relu),
        }
    }

    /// errors ← errors·g′(z) for a whole slice.
    pub fn multiply_derivative<T: Real>(self, z: &[T], a: &[T], errors: &mut [T]) {
        match self {
            Self::Identity | Self::Softmax => {}
            Self::Sigmoid => scale(a, errors, sigmoid_derivative),
            Self::Tanh => scale(a, errors, tanh_derivative),
            Self::Relu => scale(z, errors, relu_derivative),
            Self::LeakyRelu => scale(z, errors, leaky_relu_derivative),
        }
    }
}

/// Examples that are computed side by side where each needs all of its units.
pub(crate) const SIDE_BY_SIDE: usize = 4;

/// Softmax over the units of a layer, example by example: aⱼ = e^(zⱼ−max z)/Σₖe^(zₖ−max z).
///
/// `z` and `a`: `(n_units, n_examples)`, row-major. The sum runs over the units in ascending order. Finite for any
/// finite z.
pub fn softmax_columns<T: Real>(z: &[T], a: &mut [T], n_examples: usize) {
    let units = || (0..z.len()).step_by(n_examples.max(1));
    for first in (0..n_examples).step_by(SIDE_BY_SIDE) {
        let n = SIDE_BY_SIDE.min(n_examples - first);
        let mut max: [T; SIDE_BY_SIDE] = load(&z[first..first + n]);
        for row in units().skip(1) {
            let z: [T; SIDE_BY_SIDE] = load(&z[row + first..][..n]);
            max = std::array::from_fn(|idx| max[idx].larger(z[idx]));
        }
        let mut sum = [T::ZERO; SIDE_BY_SIDE];
        for row in units() {
            let z: [T; SIDE_BY_SIDE] = load(&z[row + first..][..n]);
            let power: [T; SIDE_BY_SIDE] = std::array::from_fn(|idx| (z[idx] - max[idx]).exp());
            sum = std::array::from_fn(|idx| sum[idx] + power[idx]);
            copy(&power[..n], &mut a[row + first..][..n]);
        }
        for row in units() {
            for (a, sum) in a[row + first..][..n].iter_mut().zip(sum) {
                *a /= sum;
            }
        }
    }
}

/// At most as many numbers as there is room for; zeros behind them.
pub(crate) fn load<T: Real, const N: usize>(from: &[T]) -> [T; N] {
    let mut numbers = [T::ZERO; N];
    copy(from, &mut numbers[..from.len()]);
    numbers
}

/// 1/(1+e⁻ᶻ), written for each sign so that the exponential never overflows.
fn sigmoid<T: Real>(z: T) -> T {
    let e = (-z.abs()).exp();
    let share = T::ONE / (T::ONE + e);
    if z < T::ZERO { e * share } else { share }
}

fn sigmoid_derivative<T: Real>(a: T) -> T {
    a * (T::ONE - a)
}

fn tanh_derivative<T: Real>(a: T) -> T {
    T::ONE - a * a
}

fn relu<T: Real>(z: T) -> T {
    // A comparison that NaN fails in this direction lets it through, so that it is found and named.
    if z <= T::ZERO { T::ZERO } else { z }
}

fn relu_derivative<T: Real>(z: T) -> T {
    if z > T::ZERO { T::ONE } else { T::ZERO }
}

fn leaky_relu<T: Real>(z: T) -> T {
    if z > T::ZERO { z } else { T::from_f64(LEAKY_SLOPE) * z }
}

fn leaky_relu_derivative<T: Real>(z: T) -> T {
    if z > T::ZERO { T::ONE } else { T::from_f64(LEAKY_SLOPE) }
}

/// A remainder that is too short for a vector is computed as one all the same.
fn map<T: Real>(z: &[T], a: &mut [T], g: impl Fn(T) -> T) {
    let n_whole = z.len().min(a.len()) / SIDE_BY_SIDE * SIDE_BY_SIDE;
    let ((z, z_rest), (a, a_rest)) = (z.split_at(n_whole), a.split_at_mut(n_whole));
    for (a, &z) in a.iter_mut().zip(z) {
        *a = g(z);
    }
    if !a_rest.is_empty() {
        let last: [T; SIDE_BY_SIDE] = load(z_rest);
        copy(&last.map(g)[..a_rest.len()], a_rest);
    }
}

fn scale<T: Real>(values: &[T], errors: &mut [T], derivative: impl Fn(T) -> T) {
    for (error, &value) in errors.iter_mut().zip(values) {
        *error *= derivative(value);
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Activation {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.into_iter().find(|activation| activation.as_str() == text);
        known.ok_or_else(|| UnknownName::new("activation", text, KNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_central_differences() {
        for activation in Activation::HIDDEN {
            for z in [-2.5, -0.7, 0.3, 1.9_f64] {
                let h = 1e-6;
                let numeric = (activation.value(z + h) - activation.value(z - h)) / (2.0 * h);
                let analytic = activation.derivative(z, activation.value(z));
                assert!((numeric - analytic).abs() < 1e-9, "{activation} at {z}: {analytic}, {numeric}");
            }
        }
    }

    #[test]
    fn sigmoid_and_softmax_stay_finite_for_any_finite_z() {
        for z in [-1e308, -800.0, 0.0, 800.0, 1e308_f64] {
            let a = Activation::Sigmoid.value(z);
            assert!((0.0..=1.0).contains(&a), "sigmoid({z}) = {a}");
            let mut column = [0.0; 3];
            softmax_columns(&[z, -z, 0.5], &mut column, 1);
            assert!((column.iter().sum::<f64>() - 1.0).abs() < 1e-15, "softmax at {z}: {column:?}");
        }
    }

    #[test]
    fn softmax_works_example_by_example() {
        // two units, two examples: columns (0, ln 3) and (5, 5)
        let mut a = [0.0; 4];
        softmax_columns(&[0.0, 5.0, libm::log(3.0), 5.0], &mut a, 2);
        for (found, expected) in a.iter().zip([0.25, 0.5, 0.75, 0.5]) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn relu_does_not_hide_nan() {
        assert!(Activation::Relu.value(f64::NAN).is_nan());
        assert!(Activation::LeakyRelu.value(f64::NAN).is_nan());
    }

    #[test]
    fn names_parse_back() {
        for activation in Activation::ALL {
            assert_eq!(activation.as_str().parse(), Ok(activation));
        }
        let error = "swish".parse::<Activation>().unwrap_err();
        assert!(error.to_string().contains("\"swish\" is not known; known are identity"), "{error}");
    }
}
