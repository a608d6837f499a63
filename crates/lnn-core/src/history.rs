//! History: going back to any step of a run without having stored it.
//!
//! What enters: the trainer, after each step. What leaves: a trainer at any earlier step, with the very bits that were
//! there. A few keyframes are kept, at a spacing that doubles whenever they take too much memory; between them steps
//! are computed again, which exact arithmetic makes the same as having kept them.

use crate::error::TrainError;
use crate::real::Real;
use crate::recipe::RecipeChange;
use crate::snapshot::Snapshot;
use crate::trainer::Trainer;

/// However small they are: a keyframe a step would cost more than the steps it spares.
const MAX_KEYFRAMES: usize = 512;

/// Keyframes and changes of settings of one run.
#[derive(Debug, Clone)]
pub struct History<T> {
    max_bytes: usize,
    /// Steps between keyframes, a power of two.
    spacing: u64,
    /// By ascending step.
    keyframes: Vec<Snapshot<T>>,
    last_step: u64,
    changes: Vec<(u64, RecipeChange)>,
}

/// A trainer on its way to a step, so that a worker may do something else in between.
#[derive(Debug, Clone)]
pub struct Replay<T> {
    trainer: Trainer<T>,
    target: u64,
    changes: Vec<(u64, RecipeChange)>,
}

impl<T: Real> History<T> {
    /// An empty history that keeps keyframes of about `max_bytes` together, two at least.
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, spacing: 1, keyframes: Vec::new(), last_step: 0, changes: Vec::new() }
    }

    /// Take note of a trainer: at the start of the run and after every step.
    ///
    /// A trainer at or before a step already recorded went back and goes on from there: what came after is dropped.
    pub fn record(&mut self, trainer: &Trainer<T>) {
        let step = trainer.step_count();
        if !self.keyframes.is_empty() && step <= self.last_step {
            self.truncate_after(step);
        }
        self.last_step = step;
        if self.changes != trainer.changes() {
            self.changes = trainer.changes().to_vec();
        }
        let known = self.keyframes.last().is_some_and(|keyframe| keyframe.step >= step);
        if !known && (self.keyframes.is_empty() || step.is_multiple_of(self.spacing)) {
            self.keyframes.push(trainer.snapshot());
            self.thin_out();
        }
    }

    /// Double the spacing until the keyframes fit; the first always stays.
    fn thin_out(&mut self) {
        let is_too_much = |history: &Self| {
            history.keyframes.len() > MAX_KEYFRAMES || history.size_bytes() > history.max_bytes
        };
        while self.keyframes.len() > 2 && is_too_much(self) {
            self.spacing *= 2;
            let (spacing, first) = (self.spacing, self.first_step());
            self.keyframes.retain(|keyframe| keyframe.step == first || keyframe.step.is_multiple_of(spacing));
        }
    }

    /// A trainer at exactly `step`, computed from the nearest keyframe before it. `current` lends its recipe and
    /// data.
    ///
    /// # Errors
    /// The step was never recorded, or `current` is of another run.
    pub fn trainer_at(&self, step: u64, current: &Trainer<T>) -> Result<Trainer<T>, TrainError> {
        let mut replay = self.replay_to(step, current)?;
        while !replay.advance(u64::MAX)? {}
        Ok(replay.into_trainer())
    }

    /// The same, to be computed a few steps at a time.
    ///
    /// # Errors
    /// As for [`History::trainer_at`].
    pub fn replay_to(&self, step: u64, current: &Trainer<T>) -> Result<Replay<T>, TrainError> {
        let nearest = self.keyframes.iter().rev().find(|keyframe| keyframe.step <= step);
        let (Some(keyframe), true) = (nearest, step <= self.last_step) else {
            return Err(TrainError::NotInHistory { step, last_step: self.last_step });
        };
        let mut trainer = current.clone();
        trainer.restore(keyframe)?;
        let mut changes = if current.changes().starts_with(&self.changes) {
            current.changes().to_vec()
        } else {
            self.changes.clone()
        };
        changes.retain(|(changed, _)| *changed <= step);
        let mut replay = Replay { trainer, target: step, changes };
        replay.apply_changes()?;
        Ok(replay)
    }

    /// Forget everything after `step`, to go on from there.
    pub fn truncate_after(&mut self, step: u64) {
        self.keyframes.retain(|keyframe| keyframe.step <= step);
        self.changes.retain(|(changed, _)| *changed <= step);
        self.last_step = self.last_step.min(step);
    }

    /// The newest step recorded.
    pub fn last_step(&self) -> u64 {
        self.last_step
    }
    /// The oldest step recorded: where the run or its record began.
    pub fn first_step(&self) -> u64 {
        self.keyframes.first().map_or(0, |keyframe| keyframe.step)
    }
    /// The newest keyframe: what a run can go on from after a failure.
    pub fn last_keyframe(&self) -> Option<&Snapshot<T>> {
        self.keyframes.last()
    }
    /// Steps of all keyframes, ascending.
    pub fn keyframe_steps(&self) -> impl Iterator<Item = u64> + '_ {
        self.keyframes.iter().map(|keyframe| keyframe.step)
    }
    /// Settings changed, each with the number of steps done before it.
    pub fn changes(&self) -> &[(u64, RecipeChange)] {
        &self.changes
    }
    /// Bytes the keyframes take.
    pub fn size_bytes(&self) -> usize {
        self.keyframes.iter().map(Snapshot::size_bytes).sum()
    }
}

impl<T: Real> Replay<T> {
    /// Compute at most `max_steps` steps; true when the step is reached.
    ///
    /// # Errors
    /// A step fails: only if the data or recipe are not those of the recorded run.
    pub fn advance(&mut self, max_steps: u64) -> Result<bool, TrainError> {
        for _ in 0..max_steps.min(self.steps_left()) {
            self.trainer.step(None)?;
            self.apply_changes()?;
        }
        if self.steps_left() > 0 {
            return Ok(false);
        }
        self.trainer.set_changes(&self.changes);
        Ok(true)
    }

    /// Steps still to be computed.
    pub fn steps_left(&self) -> u64 {
        self.target - self.trainer.step_count()
    }

    /// The trainer as far as it came.
    pub fn into_trainer(self) -> Trainer<T> {
        self.trainer
    }

    /// Make the changes that were made at this step.
    fn apply_changes(&mut self) -> Result<(), TrainError> {
        let now = self.trainer.step_count();
        for (_, change) in self.changes.iter().filter(|(step, _)| *step == now) {
            self.trainer.set(*change)?;
        }
        Ok(())
    }
}
