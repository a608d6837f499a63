//! What a log says of a run that is computed again: its digests and changed settings, and whether they agree.
//!
//! In: a log's steps and changes, a trainer after each step. Out: how many steps agree, and the first that does not.

use lnn_core::{Recipe, Trainer};
use lnn_runlog::{ChangeRecord, Spans};

use crate::follow::Guide;

/// Digests of networks with more parameters are compared only where a frame is made.
const MAX_EVERY_STEP: usize = 50_000;

/// Compares steps with their digests in a log.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness {
    /// Step and digest, by ascending step.
    digests: Vec<(u64, u64)>,
    changes: Vec<ChangeRecord>,
    compared: Spans,
    n_agreeing: u64,
    parts_at: Option<u64>,
}

impl Witness {
    /// Of the steps of a log, ascending, and its changes.
    pub(super) fn new(digests: Vec<(u64, u64)>, changes: Vec<ChangeRecord>) -> Self {
        Self { digests, changes, ..Self::default() }
    }
}

impl Guide for Witness {
    fn recipes_at(&self, step: u64) -> Vec<Recipe> {
        let changed = self.changes.iter().filter(|change| change.step == step);
        changed.filter_map(|change| Recipe::try_from(&change.recipe).ok()).collect()
    }

    fn look(&mut self, trainer: &Trainer<f32>, is_shown: bool) {
        let step = trainer.step_count();
        if (!is_shown && trainer.network().n_parameters() > MAX_EVERY_STEP) || self.compared.contains(step) {
            return;
        }
        let Ok(idx) = self.digests.binary_search_by_key(&step, |(step, _)| *step) else { return };
        self.compared.insert(step);
        if self.digests.get(idx).is_some_and(|(_, digest)| *digest == trainer.network().digest()) {
            self.n_agreeing += 1;
        } else {
            self.parts_at = Some(self.parts_at.map_or(step, |known| known.min(step)));
        }
    }

    fn learn(&mut self, digests: Vec<(u64, u64)>, changes: Vec<ChangeRecord>) {
        (self.digests, self.changes) = (digests, changes);
    }

    fn verdict(&self) -> (u64, Option<u64>) {
        (self.n_agreeing, self.parts_at)
    }
}
