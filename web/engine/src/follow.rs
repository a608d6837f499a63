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
    /// Steps that are played again and again.
    span: Option<(u64, u64)>,
}

impl Run {
    /// From now on the run ends at the log's last step and is compared with it.
    pub(crate) fn follow_log(&mut self, last_step: u64, mut guide: Box<dyn Guide>) {
        guide.look(&self.newest, true);
        self.log = Some(Followed { last_step, guide, is_hurrying: false, span: None });
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
        let step = self.log.as_ref().map_or(step, |log| step.min(log.last_step));
        if step > self.newest_step() {
            self.until = Some(step);
            if let Some(log) = &mut self.log {
                log.is_hurrying = true;
            }
        }
    }

    /// Plays these steps of the log again and again.
    pub(crate) fn repeat(&mut self, span: Option<(u64, u64)>) {
        let Some(log) = &mut self.log else { return };
        log.span = span;
        if self.until.is_some() && !self.is_hurrying() {
            self.until = Some(self.within_log(u64::MAX));
        }
    }

    /// From the end a log is played from its start.
    pub(crate) fn rewind_at_end(&mut self) {
        let Some(log) = &self.log else { return };
        let at = self.sought.or(self.past.as_ref().map(Trainer::step_count)).unwrap_or(self.newest_step());
        if at >= self.within_log(u64::MAX) {
            let from = log.span.map_or(0, |(from, _)| from);
            self.sought = Some(from.max(self.history.first_step()));
        }
    }

    /// At the end of steps that are played again and again: begins anew. Tells whether it did.
    pub(crate) fn begins_again(&mut self) -> Result<bool, TrainError> {
        let repeats = self.log.as_ref().is_some_and(|log| log.span.is_some()) && !self.is_hurrying();
        if repeats {
            self.go_on(u64::MAX)?;
        }
        Ok(repeats)
    }

    /// A step, but not behind where the log ends or begins again.
    pub(crate) fn within_log(&self, step: u64) -> u64 {
        let Some(log) = &self.log else { return step };
        let end =
            log.span.filter(|_| !log.is_hurrying).map_or(log.last_step, |(_, to)| to.min(log.last_step));
        step.min(end)
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
