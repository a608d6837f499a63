//! What a log says of a run that is computed again: its digests, and whether they agree.
//!
//! In: the digests of a log's steps, a trainer after each step. Out: how many agree, and the first that does not.

use lnn_core::Trainer;
use lnn_runlog::Spans;

/// Digests of networks with more parameters are compared only where a frame is made.
const MAX_EVERY_STEP: usize = 50_000;

/// Compares steps with their digests in a log.
#[derive(Debug, Clone, Default)]
pub struct Witness {
    /// Step and digest, by ascending step.
    digests: Vec<(u64, u64)>,
    compared: Spans,
    n_agreeing: u64,
    parts_at: Option<u64>,
}

impl Witness {
    /// Of the steps of a log, ascending.
    pub fn new(digests: Vec<(u64, u64)>) -> Self {
        Self { digests, ..Self::default() }
    }

    /// Looks at a trainer after a step; `is_shown` where a frame of it may be made.
    pub fn look(&mut self, trainer: &Trainer<f32>, is_shown: bool) {
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

    /// Steps that agree to the bit.
    pub fn n_agreeing(&self) -> u64 {
        self.n_agreeing
    }

    /// The first step that differs.
    pub fn parts_at(&self) -> Option<u64> {
        self.parts_at
    }
}
