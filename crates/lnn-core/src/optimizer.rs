//! Optimizers: how a gradient becomes an update.
//!
//! What enters: parameters θ, their gradients ∇, the optimizer's moments and the learning rate α. What leaves: the
//! next θ and the next moments, written beside the old ones so that a failed step can be thrown away. Each number
//! depends on its own column only, so any slice of units may be updated anywhere. Read next: [`crate::trainer`].

use crate::name::UnknownName;
use crate::real::{Real, power};
use std::fmt;
use std::str::FromStr;

/// The rule that turns gradients into updates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// θ ← θ − α∇.
    Sgd,
    /// v ← βv + (1−β)∇, θ ← θ − αv; the course's, without bias correction.
    Momentum {
        /// 0 ≤ β < 1, default 0.9.
        beta: f64,
    },
    /// s ← βs + (1−β)∇², θ ← θ − α∇/(√s+ε); Tieleman & Hinton 2012, without bias correction.
    RmsProp {
        /// 0 ≤ β < 1, default 0.9.
        beta: f64,
        /// ε > 0, default 1e-8.
        epsilon: f64,
    },
    /// θ ← θ − α·m̂/(√v̂+ε); Kingma & Ba 2014, algorithm 1.
    Adam {
        /// 0 ≤ β₁ < 1, default 0.9.
        beta1: f64,
        /// 0 ≤ β₂ < 1, default 0.999.
        beta2: f64,
        /// ε > 0, default 1e-8, outside the root.
        epsilon: f64,
    },
}

const KNOWN: &str = "sgd, momentum, rmsprop, adam";

impl Optimizer {
    /// Gradient descent.
    pub const fn sgd() -> Self {
        Self::Sgd
    }
    /// Momentum with β 0.9.
    pub const fn momentum() -> Self {
        Self::Momentum { beta: 0.9 }
    }
    /// `RMSprop` with β 0.9, ε 1e-8.
    pub const fn rmsprop() -> Self {
        Self::RmsProp { beta: 0.9, epsilon: 1e-8 }
    }
    /// Adam with β₁ 0.9, β₂ 0.999, ε 1e-8.
    pub const fn adam() -> Self {
        Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }

    /// Every optimizer with its default numbers.
    pub const ALL: [Self; 4] = [Self::sgd(), Self::momentum(), Self::rmsprop(), Self::adam()];

    /// Its name in run logs, on command lines and in parsing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Momentum { .. } => "momentum",
            Self::RmsProp { .. } => "rmsprop",
            Self::Adam { .. } => "adam",
        }
    }

    /// Whether it keeps a first moment (a running mean of ∇).
    pub const fn has_first_moment(self) -> bool {
        matches!(self, Self::Momentum { .. } | Self::Adam { .. })
    }

    /// Whether it keeps a second moment (a running mean of ∇²).
    pub const fn has_second_moment(self) -> bool {
        matches!(self, Self::RmsProp { .. } | Self::Adam { .. })
    }
}

/// One step's update of some parameters. All slices have one length; the moments' are empty where the optimizer
/// keeps none.
#[derive(Debug)]
pub struct UpdateSlice<'a, T> {
    /// θ.
    pub parameters: &'a [T],
    /// ∇ = ∂C/∂θ, the penalty included.
    pub gradients: &'a [T],
    /// v or m.
    pub first_moment: &'a [T],
    /// s or v of Adam.
    pub second_moment: &'a [T],
    /// θ after the step.
    pub next_parameters: &'a mut [T],
    /// The first moment after the step.
    pub next_first_moment: &'a mut [T],
    /// The second moment after the step.
    pub next_second_moment: &'a mut [T],
}

/// An optimizer at one step: its constants in the network's precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateRule<T> {
    optimizer: Optimizer,
    learning_rate: T,
    /// β and 1−β of the first moment.
    first: (T, T),
    /// β and 1−β of the second moment.
    second: (T, T),
    epsilon: T,
    /// 1−β₁ᵗ and 1−β₂ᵗ of Adam.
    corrections: (T, T),
}

impl<T: Real> UpdateRule<T> {
    /// The rule for update number `step` (1 for the first) at learning rate α. Constants are computed in `f64`.
    pub fn new(optimizer: Optimizer, learning_rate: f64, step: u64) -> Self {
        let (beta1, beta2, epsilon) = match optimizer {
            Optimizer::Sgd => (0.0, 0.0, 0.0),
            Optimizer::Momentum { beta } => (beta, 0.0, 0.0),
            Optimizer::RmsProp { beta, epsilon } => (0.0, beta, epsilon),
            Optimizer::Adam { beta1, beta2, epsilon } => (beta1, beta2, epsilon),
        };
        let pair = |beta: f64| (T::from_f64(beta), T::from_f64(1.0 - beta));
        // Without memory nothing is to be corrected, and 0ᵉ would be computed at every step.
        let correction = |beta: f64| T::from_f64(if beta > 0.0 { 1.0 - power(beta, step) } else { 1.0 });
        Self {
            optimizer,
            learning_rate: T::from_f64(learning_rate),
            first: pair(beta1),
            second: pair(beta2),
            epsilon: T::from_f64(epsilon),
            corrections: (correction(beta1), correction(beta2)),
        }
    }

    /// Write the next parameters and moments.
    pub fn apply(&self, slice: UpdateSlice<'_, T>) {
        match self.optimizer {
            Optimizer::Sgd => self.sgd(slice),
            Optimizer::Momentum { .. } => self.momentum(slice),
            Optimizer::RmsProp { .. } => self.rmsprop(slice),
            Optimizer::Adam { .. } => self.adam(slice),
        }
    }

    fn sgd(&self, slice: UpdateSlice<'_, T>) {
        let old = slice.parameters.iter().zip(slice.gradients);
        for (next, (&theta, &gradient)) in slice.next_parameters.iter_mut().zip(old) {
            *next = theta - self.learning_rate * gradient;
        }
    }

    fn momentum(&self, slice: UpdateSlice<'_, T>) {
        let old = slice.parameters.iter().zip(slice.gradients).zip(slice.first_moment);
        let next = slice.next_parameters.iter_mut().zip(slice.next_first_moment);
        for ((next, next_v), ((&theta, &gradient), &v)) in next.zip(old) {
            *next_v = self.first.0 * v + self.first.1 * gradient;
            *next = theta - self.learning_rate * *next_v;
        }
    }

    fn rmsprop(&self, slice: UpdateSlice<'_, T>) {
        let old = slice.parameters.iter().zip(slice.gradients).zip(slice.second_moment);
        let next = slice.next_parameters.iter_mut().zip(slice.next_second_moment);
        for ((next, next_s), ((&theta, &gradient), &s)) in next.zip(old) {
            *next_s = self.second.0 * s + self.second.1 * (gradient * gradient);
            *next = theta - self.learning_rate * gradient / (next_s.sqrt() + self.epsilon);
        }
    }

    fn adam(&self, slice: UpdateSlice<'_, T>) {
        let moments = slice.first_moment.iter().zip(slice.second_moment);
        let old = slice.parameters.iter().zip(slice.gradients).zip(moments);
        let next_moments = slice.next_first_moment.iter_mut().zip(slice.next_second_moment);
        let next = slice.next_parameters.iter_mut().zip(next_moments);
        for ((next, (next_m, next_v)), ((&theta, &gradient), (&m, &v))) in next.zip(old) {
            *next_m = self.first.0 * m + self.first.1 * gradient;
            *next_v = self.second.0 * v + self.second.1 * (gradient * gradient);
            let (m_hat, v_hat) = (*next_m / self.corrections.0, *next_v / self.corrections.1);
            *next = theta - self.learning_rate * m_hat / (v_hat.sqrt() + self.epsilon);
        }
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Optimizer {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.into_iter().find(|optimizer| optimizer.as_str() == text);
        known.ok_or_else(|| UnknownName::new("optimizer", text, KNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two steps from θ = 1 with gradients 2 and −1, α = 0.1.
    fn check(optimizer: Optimizer, expected: [f64; 2]) {
        let (mut theta, mut first, mut second) = (1.0, 0.0, 0.0);
        for (step, (gradient, expected)) in [2.0, -1.0].into_iter().zip(expected).enumerate() {
            let (mut next, mut next_first, mut next_second) = ([0.0], [first], [second]);
            UpdateRule::<f64>::new(optimizer, 0.1, step as u64 + 1).apply(UpdateSlice {
                parameters: &[theta],
                gradients: &[gradient],
                first_moment: &[first],
                second_moment: &[second],
                next_parameters: &mut next,
                next_first_moment: &mut next_first,
                next_second_moment: &mut next_second,
            });
            [theta] = next;
            ([first], [second]) = (next_first, next_second);
            assert!(
                (theta - expected).abs() < 1e-12,
                "{optimizer} step {step}: {theta}, expected {expected}"
            );
        }
    }

    #[test]
    fn two_steps_agree_with_the_formulas_worked_by_hand() {
        // 1 − 0.1·2 = 0.8; 0.8 + 0.1·1 = 0.9
        check(Optimizer::sgd(), [0.8, 0.9]);
        // v = 0.1·2 = 0.2, θ = 0.98; v = 0.9·0.2 − 0.1 = 0.08, θ = 0.972
        check(Optimizer::momentum(), [0.98, 0.972]);
        // s = 0.1·4 = 0.4, θ = 1 − 0.2/√0.4; s = 0.36 + 0.1 = 0.46, θ += 0.1/√0.46
        let first = 1.0 - 0.2 / (0.4_f64.sqrt() + 1e-8);
        check(Optimizer::rmsprop(), [first, first + 0.1 / (0.46_f64.sqrt() + 1e-8)]);
        // m̂ = 2, v̂ = 4: θ = 1 − 0.1·2/(2+ε)
        // m = 0.18 − 0.1 = 0.08, m̂ = 0.08/0.19; v = 0.003996 + 0.001 = 0.004996, v̂ = 0.004996/0.001999
        let first = 1.0 - 0.2 / (2.0 + 1e-8);
        let second = first - 0.1 * (0.08 / 0.19) / ((0.004_996_f64 / 0.001_999).sqrt() + 1e-8);
        check(Optimizer::adam(), [first, second]);
    }

    #[test]
    fn names_parse_back_with_default_numbers() {
        for optimizer in Optimizer::ALL {
            assert_eq!(optimizer.as_str().parse(), Ok(optimizer));
        }
    }
}
