//! Costs: how wrong the output is, and the errors δ = ∂L/∂z of the output layer that say in which direction.
//!
//! What enters: the output layer's logits z, activations a, and the targets y. What leaves: the mean loss over the
//! examples and δ. Cross-entropy is computed from the logits and is stable for any finite z. Read next:
//! [`crate::unit`], [`crate::backward`].

use crate::activation::Activation;
use crate::name::UnknownName;
use crate::real::Real;
use ndarray::ArrayView2;
use std::fmt;
use std::str::FromStr;

/// The cost C: mean over the examples of the loss L of one example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cost {
    /// L = −Σₖ y ln a + (1−y) ln(1−a), on sigmoid outputs; targets in [0, 1].
    BinaryCrossEntropy,
    /// L = −Σₖ yₖ ln aₖ, on softmax outputs; each example's targets sum to 1.
    CategoricalCrossEntropy,
    /// L = ½Σₖ(aₖ−yₖ)², on any outputs.
    SquaredError,
}

const KNOWN: &str = "binary_cross_entropy, categorical_cross_entropy, squared_error";

impl Cost {
    /// Every cost.
    pub const ALL: [Self; 3] = [Self::BinaryCrossEntropy, Self::CategoricalCrossEntropy, Self::SquaredError];

    /// Its name in run logs, on command lines and in parsing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BinaryCrossEntropy => "binary_cross_entropy",
            Self::CategoricalCrossEntropy => "categorical_cross_entropy",
            Self::SquaredError => "squared_error",
        }
    }

    /// Whether this cost is defined on outputs with this activation.
    pub fn goes_with(self, output: Activation) -> bool {
        match self {
            Self::BinaryCrossEntropy => output == Activation::Sigmoid,
            Self::CategoricalCrossEntropy => output == Activation::Softmax,
            Self::SquaredError => true,
        }
    }

    /// Sum over the examples of the loss L, outputs ascending inside examples ascending.
    ///
    /// All arrays `(n_outputs, n_examples)`. Each term is computed in `T`, the sum in `f64` on top of `start`, so that
    /// a set may be summed in parts without changing a bit.
    pub fn add_losses<T: Real>(
        self,
        start: f64,
        logits: ArrayView2<'_, T>,
        activations: ArrayView2<'_, T>,
        targets: ArrayView2<'_, T>,
    ) -> f64 {
        let mut sum = start;
        for example in 0..targets.ncols() {
            let (z, a, y) = (logits.column(example), activations.column(example), targets.column(example));
            sum += match self {
                Self::BinaryCrossEntropy => total(z.iter().zip(y).map(|(&z, &y)| binary_loss(z, y))),
                Self::CategoricalCrossEntropy => categorical_loss(z.iter().copied(), y.iter().copied()),
                Self::SquaredError => total(a.iter().zip(y).map(|(&a, &y)| squared_loss(a, y))),
            };
        }
        sum
    }

    /// δ = ∂L/∂z of the output layer, not divided by the number of examples.
    ///
    /// a − y for cross-entropy; (a−y)·g′(z) for squared error, with softmax's whole Jacobian
    /// δⱼ = aⱼ(eⱼ − Σₖ eₖaₖ), e = a − y. All slices `(n_outputs, n_examples)`, row-major.
    pub fn output_errors<T: Real>(
        self,
        output: Activation,
        logits: &[T],
        activations: &[T],
        targets: &[T],
        n_examples: usize,
        errors: &mut [T],
    ) {
        for ((error, &a), &y) in errors.iter_mut().zip(activations).zip(targets) {
            *error = a - y;
        }
        match (self, output) {
            (Self::SquaredError, Activation::Softmax) => {
                multiply_softmax_jacobian(activations, n_examples, errors);
            }
            (Self::SquaredError, _) => output.multiply_derivative(logits, activations, errors),
            _ => {}
        }
    }
}

/// −y ln a − (1−y) ln(1−a) with a = σ(z): max(z, 0) − z·y + ln(1 + e^−|z|).
fn binary_loss<T: Real>(z: T, y: T) -> T {
    // Both parts are ≥ 0 for y in [0, 1], so nothing is lost by subtraction when |z| is large.
    let linear = if z > T::ZERO { z * (T::ONE - y) } else { -z * y };
    linear + (-z.abs()).exp().ln_1p()
}

/// −Σₖ yₖ ln aₖ with a = softmax(z): Σₖ yₖ(ln Σⱼe^(zⱼ−max) − (zₖ−max)); an output with yₖ = 0 adds nothing.
fn categorical_loss<T: Real>(z: impl Iterator<Item = T> + Clone, y: impl Iterator<Item = T>) -> f64 {
    let max = z.clone().reduce(T::larger).unwrap_or(T::ZERO);
    let mut sum = T::ZERO;
    for z in z.clone() {
        sum += (z - max).exp();
    }
    let log_sum = sum.ln();
    total(z.zip(y).filter(|&(_, y)| y != T::ZERO).map(|(z, y)| y * (log_sum - (z - max))))
}

fn squared_loss<T: Real>(a: T, y: T) -> T {
    T::from_f64(0.5) * ((a - y) * (a - y))
}

fn total<T: Real>(terms: impl Iterator<Item = T>) -> f64 {
    terms.fold(0.0, |sum, term| sum + term.to_f64())
}

fn multiply_softmax_jacobian<T: Real>(activations: &[T], n_examples: usize, errors: &mut [T]) {
    for example in 0..n_examples {
        let a = || activations.iter().skip(example).step_by(n_examples).copied();
        let mut mean = T::ZERO;
        for (&e, a) in errors.iter().skip(example).step_by(n_examples).zip(a()) {
            mean += e * a;
        }
        for (e, a) in errors.iter_mut().skip(example).step_by(n_examples).zip(a()) {
            *e = a * (*e - mean);
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Cost {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.into_iter().find(|cost| cost.as_str() == text);
        known.ok_or_else(|| UnknownName::new("cost", text, KNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn binary_cross_entropy_agrees_with_its_definition() {
        for (z, y) in [(0.3, 1.0), (-2.0, 0.0), (1.5, 0.25_f64)] {
            let a = Activation::Sigmoid.value(z);
            let defined = -y * libm::log(a) - (1.0 - y) * libm::log(1.0 - a);
            assert!((binary_loss(z, y) - defined).abs() < 1e-14);
        }
    }

    #[test]
    fn cross_entropy_is_finite_and_exact_for_huge_logits() {
        assert_eq!(binary_loss(1e300_f64, 1.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(binary_loss(-1e300_f64, 1.0).to_bits(), 1e300_f64.to_bits());
        let loss = categorical_loss([1e300, -1e300, 0.0_f64].into_iter(), [0.0, 0.0, 1.0].into_iter());
        assert_eq!(loss.to_bits(), 1e300_f64.to_bits());
        let sure = categorical_loss([1e308, -1e308_f64].into_iter(), [1.0, 0.0].into_iter());
        assert_eq!(sure.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn the_sum_does_not_depend_on_the_parts_it_is_taken_in() {
        let z = array![[0.1, -0.4, 2.0], [1.0, 0.3, -0.7]];
        let y = array![[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
        let cost = Cost::CategoricalCrossEntropy;
        let whole = cost.add_losses(0.0, z.view(), z.view(), y.view());
        let mut parts = 0.0;
        for example in 0..3 {
            let part = ndarray::s![.., example..=example];
            parts = cost.add_losses(parts, z.slice(part), z.slice(part), y.slice(part));
        }
        assert_eq!(whole.to_bits(), parts.to_bits());
    }

    #[test]
    fn names_parse_back() {
        for cost in Cost::ALL {
            assert_eq!(cost.as_str().parse(), Ok(cost));
        }
    }
}
