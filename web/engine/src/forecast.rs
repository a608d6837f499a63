//! How long the next piece of work takes, so that the page can say so and does not take a long step for a hang.
//!
//! In: what is to be done, in multiply-adds, and how long such things took. Out: milliseconds, roughly. Read next: `run.rs`,
//! whose work is told in advance.

use crate::{Run, check::checked_parameters, protocol::ToTrainer};
use lnn_runlog::MAX_WATCHED;

/// Multiply-adds a millisecond before anything was measured: about half of what a browser does on a small machine.
const FIRST_GUESS: f64 = 400_000.0;
/// Shorter pieces say more about the clock than about the work.
const MIN_MEASURED_MS: f64 = 4.0;
/// A forward and a backward pass cost about three forward passes.
const PASSES_A_STEP: f64 = 3.0;

/// Multiply-adds a millisecond, learned from the work that was done.
#[derive(Debug, Clone)]
pub struct Tempo {
    per_ms: f64,
}

impl Default for Tempo {
    fn default() -> Self {
        Self { per_ms: FIRST_GUESS }
    }
}

impl Tempo {
    /// So much work took so long.
    pub fn learn(&mut self, multiply_adds: f64, ms: f64) {
        if ms >= MIN_MEASURED_MS && multiply_adds > 0.0 {
            self.per_ms = 0.5 * (self.per_ms + multiply_adds / ms);
        }
    }

    /// How long so much work takes.
    pub fn ms(&self, multiply_adds: f64) -> f64 {
        multiply_adds / self.per_ms
    }
}

impl Run {
    /// How long the next [`Run::work`] takes.
    pub fn forecast_ms(&self) -> f64 {
        let shows_past = self.sought.filter(|step| *step < self.newest.step_count());
        let mut multiply_adds = shows_past.map_or(0.0, |step| self.replay_work(step));
        if self.is_playing() {
            multiply_adds += self.step_work();
            if !self.cadence.is_every_step() && self.is_scored(self.newest.step_count() + 1) {
                multiply_adds += self.score_work();
            }
        }
        if self.page_is_ready {
            multiply_adds += self.frame_work(shows_past.unwrap_or(self.newest.step_count()));
        }
        self.tempo.ms(multiply_adds)
    }

    /// How long it takes to follow a command.
    pub fn forecast_of_ms(&self, message: &ToTrainer) -> f64 {
        let multiply_adds = match message {
            // Double precision, and two forward passes a parameter.
            ToTrainer::CheckGradient(unit) => {
                let layer = self.newest.network().layers.get(unit.layer_idx);
                let (n_parameters, n_examples) = checked_parameters(layer.map_or(0, |l| l.weights.ncols()));
                4.0 * self.forward_work(n_parameters * n_examples)
            }
            ToTrainer::Play | ToTrainer::StepBatch | ToTrainer::StepEpoch | ToTrainer::Change(_) => {
                self.sought.map_or(0.0, |step| self.replay_work(step))
            }
            _ => 0.0,
        };
        self.tempo.ms(multiply_adds)
    }

    /// Of one training step.
    pub(crate) fn step_work(&self) -> f64 {
        let n_examples = self.recipe().batch_size.examples(self.header.data.n_train);
        PASSES_A_STEP * self.forward_work(n_examples)
    }

    /// Of scores over both splits.
    pub(crate) fn score_work(&self) -> f64 {
        self.forward_work(self.header.data.n_train + self.header.data.n_dev)
    }

    fn frame_work(&self, step: u64) -> f64 {
        let watched = PASSES_A_STEP * self.forward_work(MAX_WATCHED);
        let scored = self.cadence.scored_step(step);
        let has_scores = self.scores.as_ref().is_some_and(|scores| scores.step == scored);
        let scores = if has_scores { 0.0 } else { self.score_work() + self.replay_work(scored) };
        // A step that was just taken brings its probes along.
        let has_probes = self.is_playing() || self.shown.as_ref().is_some_and(|moment| moment.step == step);
        let probes =
            if has_probes { 0.0 } else { self.step_work() + self.replay_work(step.saturating_sub(1)) };
        watched + scores + probes
    }

    /// Of computing a past step again.
    fn replay_work(&self, step: u64) -> f64 {
        if step >= self.newest.step_count() {
            return 0.0;
        }
        let keyframe = self.history.keyframe_steps().take_while(|keyframe| *keyframe <= step).last();
        step.saturating_sub(keyframe.unwrap_or(0)) as f64 * self.step_work()
    }

    pub(crate) fn is_scored(&self, step: u64) -> bool {
        self.cadence.scored_step(step) == step
    }

    fn forward_work(&self, n_examples: usize) -> f64 {
        self.newest.network().n_parameters() as f64 * n_examples as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tempo_follows_what_was_measured_and_ignores_what_is_too_short() {
        let mut tempo = Tempo::default();
        tempo.learn(1e9, 0.01);
        assert!((tempo.ms(FIRST_GUESS) - 1.0).abs() < 1e-9);
        for _ in 0..20 {
            tempo.learn(1e6, 1000.0);
        }
        assert!((tempo.ms(1e6) - 1000.0).abs() < 1.0, "{}", tempo.ms(1e6));
    }
}
