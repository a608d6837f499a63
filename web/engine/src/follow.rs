//! A run that follows a log: it ends where the log does, changes settings where it did, and is compared with it.
//!
//! In: what a log says of a run. Out: the same run, computed again. Read next: `replay/witness.rs`.

use lnn_core::{Recipe, RecipeChange, TrainError, Trainer};
use lnn_runlog::{ChangeRecord, RecipeRecord};

use crate::Run;

/// What a log says of the run. Known to its player alone: the trainer, which every visitor loads, stays small.
pub(crate) trait Guide {
    /// The settings that came into force at a step, in their order.
    fn recipes_at(&self, step: u64) -> Vec<Recipe>;

    /// Compares a trainer after a step with the log; `is_shown` where a frame of it may be made.
    fn look(&mut self, trainer: &Trainer<f32>, is_shown: bool);

    /// The log was read on: its steps with their digests, ascending, all of them again.
    fn learn(&mut self, digests: Vec<(u64, u64)>, changes: Vec<ChangeRecord>);

    /// Steps that agree to the bit, and the first one that differs.
    fn verdict(&self) -> (u64, Option<u64>);
}

/// What a run knows of the log that it follows.
pub(crate) struct Followed {
    last_step: u64,
    guide: Box<dyn Guide>,
    /// Whether it computes as fast as it can, to get to where the user wants to be.
    is_hurrying: bool,
}

impl Run {
    /// From now on the run ends at the log's last step and is compared with it.
    pub(crate) fn follow_log(&mut self, last_step: u64, mut guide: Box<dyn Guide>) {
        guide.look(&self.newest, true);
        self.log = Some(Followed { last_step, guide, is_hurrying: false });
    }

    /// The log was read on.
    pub(crate) fn extend_log(
        &mut self,
        last_step: u64,
        digests: Vec<(u64, u64)>,
        changes: Vec<ChangeRecord>,
    ) {
        if let Some(log) = &mut self.log {
            log.last_step = log.last_step.max(last_step);
            log.guide.learn(digests, changes);
        }
        self.is_stale = true;
    }

    /// What the comparison came to so far.
    pub(crate) fn verdict(&self) -> Option<(u64, Option<u64>)> {
        self.log.as_ref().map(|log| log.guide.verdict())
    }

    /// Computes up to a step as fast as it can, then stops there.
    pub(crate) fn compute_to(&mut self, step: u64) {
        (self.past, self.sought) = (None, None);
        self.forget_shown();
        let step = self.within_log(step);
        if step > self.newest_step() {
            self.until = Some(step);
            if let Some(log) = &mut self.log {
                log.is_hurrying = true;
            }
        }
    }

    /// From the end a log is played from its start.
    pub(crate) fn rewind_at_end(&mut self) {
        let at = self.sought.or(self.past.as_ref().map(Trainer::step_count));
        let is_at_end =
            self.log.as_ref().is_some_and(|log| at.unwrap_or(self.newest_step()) >= log.last_step);
        if is_at_end {
            self.sought = Some(self.history.first_step());
        }
    }

    pub(crate) fn within_log(&self, step: u64) -> u64 {
        self.log.as_ref().map_or(step, |log| step.min(log.last_step))
    }

    pub(crate) fn is_hurrying(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.is_hurrying)
    }

    pub(crate) fn end_hurry(&mut self) {
        if let Some(log) = &mut self.log {
            log.is_hurrying = false;
        }
    }

    /// Settings that were changed at this step of the logged run.
    pub(crate) fn change_as_logged(&mut self) -> Result<(), TrainError> {
        let now = self.newest.step_count();
        let Some(log) = &self.log else { return Ok(()) };
        let recipes = log.guide.recipes_at(now);
        for recipe in recipes {
            for change in [
                RecipeChange::LearningRate(recipe.learning_rate),
                RecipeChange::Decay(recipe.decay),
                RecipeChange::L2Penalty(recipe.l2_penalty),
                RecipeChange::Dropout(recipe.dropout),
            ] {
                self.newest.set(change)?;
            }
            self.header.recipe = RecipeRecord::from(self.newest.recipe());
        }
        Ok(())
    }

    pub(crate) fn compare_with_log(&mut self, is_shown: bool) {
        if let Some(log) = &mut self.log {
            log.guide.look(&self.newest, is_shown);
        }
    }
}
