//! Learning-rate decay: a pure function of the epoch.
//!
//! What enters: the start rate α₀ and the number of completed epochs. What leaves: the rate α of that epoch. Read
//! next: [`crate::optimizer`].

use crate::name::{UnknownName, number, split_name};
use crate::real::power;
use std::fmt;
use std::str::FromStr;

/// How the learning rate falls from epoch to epoch (epochs count from 0).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum LearningRateDecay {
    /// α = α₀.
    #[default]
    None,
    /// α = α₀/(1 + rate·epoch), the course's.
    InverseTime {
        /// ≥ 0.
        rate: f64,
    },
    /// α = α₀·rate^epoch.
    Exponential {
        /// 0 < rate ≤ 1.
        rate: f64,
    },
    /// α = α₀·factor^k, k = ⌊epoch / `every_epochs`⌋.
    Step {
        /// 0 < factor ≤ 1.
        factor: f64,
        /// ≥ 1.
        every_epochs: u64,
    },
}

const KNOWN: &str = "none, inverse_time:RATE, exponential:RATE, step:FACTOR:EPOCHS";

impl LearningRateDecay {
    /// Its name in run logs, without its numbers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::InverseTime { .. } => "inverse_time",
            Self::Exponential { .. } => "exponential",
            Self::Step { .. } => "step",
        }
    }

    /// The learning rate α in epoch `epoch` (0 for the first), from α₀.
    pub fn learning_rate(self, start: f64, epoch: u64) -> f64 {
        match self {
            Self::None => start,
            Self::InverseTime { rate } => start / (1.0 + rate * epoch as f64),
            Self::Exponential { rate } => start * power(rate, epoch),
            Self::Step { factor, every_epochs } => start * power(factor, epoch / every_epochs.max(1)),
        }
    }
}

/// `none`, `inverse_time:0.1`, `step:0.5:10` …: parses back to the same decay.
impl fmt::Display for LearningRateDecay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::InverseTime { rate } | Self::Exponential { rate } => write!(f, "{}:{rate}", self.as_str()),
            Self::Step { factor, every_epochs } => write!(f, "step:{factor}:{every_epochs}"),
        }
    }
}

impl FromStr for LearningRateDecay {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName::new("learning-rate decay", text, KNOWN);
        let (name, numbers) = split_name(text);
        match (name, numbers.len()) {
            ("none", 0) => Ok(Self::None),
            ("inverse_time", 1) => Ok(Self::InverseTime { rate: number(&numbers, 0, unknown)? }),
            ("exponential", 1) => Ok(Self::Exponential { rate: number(&numbers, 0, unknown)? }),
            ("step", 2) => Ok(Self::Step {
                factor: number(&numbers, 0, unknown)?,
                every_epochs: number(&numbers, 1, unknown)?,
            }),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decay: LearningRateDecay, expected: [f64; 4]) {
        for (epoch, expected) in expected.into_iter().enumerate() {
            let found = decay.learning_rate(0.8, epoch as u64);
            assert!(
                (found - expected).abs() < 1e-15,
                "{decay} at epoch {epoch}: {found}, expected {expected}"
            );
        }
        assert_eq!(decay.to_string().parse(), Ok(decay));
    }

    #[test]
    fn rates_fall_as_their_formula_says() {
        check(LearningRateDecay::None, [0.8; 4]);
        check(LearningRateDecay::InverseTime { rate: 1.0 }, [0.8, 0.4, 0.8 / 3.0, 0.2]);
        check(LearningRateDecay::Exponential { rate: 0.5 }, [0.8, 0.4, 0.2, 0.1]);
        check(LearningRateDecay::Step { factor: 0.5, every_epochs: 2 }, [0.8, 0.8, 0.4, 0.4]);
    }
}
