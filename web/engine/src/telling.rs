//! What the page is told besides frames: that a run diverged, and states to go on from.
//!
//! In: a [`Run`]. Out: [`FromTrainer`] messages. Read next: `run.rs`.

use lnn_core::TrainError;

use crate::Run;
use crate::protocol::{Bytes, FromTrainer, Keyframe, UnitId};

/// The page gets a state to go on from so often.
const KEYFRAME_EVERY_MS: f64 = 2000.0;

impl Run {
    pub(crate) fn diverged(&self, error: &TrainError) -> FromTrainer {
        let unit = match error {
            TrainError::NonFinite { layer_idx, unit_idx, .. } => {
                Some(UnitId { layer_idx: *layer_idx, unit_idx: *unit_idx })
            }
            _ => None,
        };
        let step = self.newest.step_count() + 1;
        let message = format!("Training stopped: {error}. Everything up to step {} is kept.", step - 1);
        FromTrainer::Diverged { run: self.id, message, unit, step }
    }

    /// Now and then, and at every pause: a state that the page can start a new worker from.
    pub(crate) fn keyframe(&mut self, now_ms: f64) -> Option<FromTrainer> {
        let step = self.newest.step_count();
        if step == 0 || now_ms - self.last_keyframe_ms < KEYFRAME_EVERY_MS {
            return None;
        }
        self.last_keyframe_ms = now_ms;
        let snapshot = Bytes::from(self.newest.snapshot().to_bytes());
        let has_changes = !self.newest.changes().is_empty() || self.history.first_step() > 0;
        Some(FromTrainer::Keyframe { run: self.id, keyframe: Keyframe { step, snapshot, has_changes } })
    }
}
