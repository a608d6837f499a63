//! How often whole splits are scored.
//!
//! What enters: the sizes of network, data and mini-batch. What leaves: the step whose scores belong to a step. It is a
//! function of recipe and data alone, so that a step shows the same scores whenever and wherever it is looked at.

/// Multiply-adds that scoring after every step may cost.
const BUDGET: usize = 20_000_000;

/// Scores every k-th step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    every_steps: u64,
}

impl Cadence {
    /// Every step while that is cheap; else so rarely that scoring costs at most a quarter of training.
    pub fn new(n_parameters: usize, n_examples: usize, batch_examples: usize) -> Self {
        if n_parameters.saturating_mul(n_examples) <= BUDGET {
            return Self { every_steps: 1 };
        }
        // A training step costs about three forward passes over its mini-batch.
        let every_steps = (4 * n_examples).div_ceil(3 * batch_examples.max(1)) as u64;
        Self { every_steps: every_steps.max(1) }
    }

    /// The step whose scores are shown at a step.
    pub fn scored_step(self, step: u64) -> u64 {
        step - step % self.every_steps
    }

    /// Whether every step is scored.
    pub fn is_every_step(self) -> bool {
        self.every_steps == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_network_is_scored_at_every_step_and_a_large_one_rarely() {
        assert!(Cadence::new(150, 400, 64).is_every_step());
        let cadence = Cadence::new(247_000, 259, 209);
        assert_eq!((cadence.scored_step(7), cadence.scored_step(8)), (6, 8));
    }
}
