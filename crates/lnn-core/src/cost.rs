//! Costs: how wrong the output is, and the errors δ = ∂L/∂z of the output layer that say in which direction.
//!
//! What enters: the output layer's logits z, activations a, and the targets y. What leaves: the mean loss over the
//! examples and δ. Cross-entropy is computed from the logits and is stable for any finite z. Read next:
//! [`crate::unit`], [`crate::backward`].

use crate::activation::{Activation, SIDE_BY_SIDE, load};
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
        let (logits, activations, targets) =
            (logits.as_standard_layout(), activations.as_standard_layout(), targets.as_standard_layout());
        let answers = Answers {
            logits: logits.as_slice().unwrap_or_default(),
            activations: activations.as_slice().unwrap_or_default(),
            targets: targets.as_slice().unwrap_or_default(),
            n_outputs: targets.nrows(),
            n_examples: targets.ncols(),
        };
        let mut sum = start;
        for first in (0..answers.n_examples).step_by(SIDE_BY_SIDE) {
            let totals = match self {
                Self::BinaryCrossEntropy => answers.binary(first),
                Self::CategoricalCrossEntropy => answers.categorical(first),
                Self::SquaredError => answers.squared(first),
            };
            for total in totals.iter().take(answers.n_examples - first) {
                sum += total;
            }
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

/// One number for each of some examples, side by side.
type Group<T> = [T; SIDE_BY_SIDE];

/// What losses are computed from, `(n_outputs, n_examples)` each, row-major.
struct Answers<'a, T> {
    logits: &'a [T],
    activations: &'a [T],
    targets: &'a [T],
    n_outputs: usize,
    n_examples: usize,
}

impl<T: Real> Answers<'_, T> {
    /// The loss of each example of the group that begins at `first`, as for [`binary_loss`] summed over the outputs.
    fn binary(&self, first: usize) -> Group<f64> {
        self.total(|output| {
            let (z, y) = (self.group(self.logits, output, first), self.group(self.targets, output, first));
            std::array::from_fn(|idx| binary_loss(z[idx], y[idx]))
        })
    }

    /// −Σₖ yₖ ln aₖ with a = softmax(z): Σₖ yₖ(ln Σⱼe^(zⱼ−max) − (zₖ−max)); an output with yₖ = 0 adds nothing.
    fn categorical(&self, first: usize) -> Group<f64> {
        let logits = |output| self.group(self.logits, output, first);
        let mut max = logits(0);
        for output in 1..self.n_outputs {
            let z = logits(output);
            max = std::array::from_fn(|idx| max[idx].larger(z[idx]));
        }
        let mut sum = [T::ZERO; SIDE_BY_SIDE];
        for output in 0..self.n_outputs {
            let z = logits(output);
            sum = std::array::from_fn(|idx| sum[idx] + (z[idx] - max[idx]).exp());
        }
        let log_sum = sum.map(T::ln);
        self.total(|output| {
            let (z, y) = (logits(output), self.group(self.targets, output, first));
            std::array::from_fn(|idx| {
                let loss = y[idx] * (log_sum[idx] - (z[idx] - max[idx]));
                if y[idx] == T::ZERO { T::ZERO } else { loss }
            })
        })
    }

    /// ½Σₖ(aₖ−yₖ)².
    fn squared(&self, first: usize) -> Group<f64> {
        self.total(|output| {
            let (a, y) =
                (self.group(self.activations, output, first), self.group(self.targets, output, first));
            std::array::from_fn(|idx| squared_loss(a[idx], y[idx]))
        })
    }

    /// The sum over the outputs, ascending.
    fn total(&self, losses: impl Fn(usize) -> Group<T>) -> Group<f64> {
        (0..self.n_outputs).map(losses).fold([0.0; SIDE_BY_SIDE], |total, losses| {
            std::array::from_fn(|idx| total[idx] + losses[idx].to_f64())
        })
    }

    /// Some neighbours of one output's row; zeros beyond its end.
    fn group(&self, matrix: &[T], output: usize, first: usize) -> Group<T> {
        let row = &matrix[output * self.n_examples..][..self.n_examples];
        load(&row[first..self.n_examples.min(first + SIDE_BY_SIDE)])
    }
}

fn squared_loss<T: Real>(a: T, y: T) -> T {
    T::from_f64(0.5) * ((a - y) * (a - y))
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
    use ndarray::{Array2, array};

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
        let categorical = |z: &Array2<f64>, y: &Array2<f64>| {
            Cost::CategoricalCrossEntropy.add_losses(0.0, z.view(), z.view(), y.view())
        };
        let loss = categorical(&array![[1e300], [-1e300], [0.0]], &array![[0.0], [0.0], [1.0]]);
        assert_eq!(loss.to_bits(), 1e300_f64.to_bits());
        let sure = categorical(&array![[1e308], [-1e308]], &array![[1.0], [0.0]]);
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
