//! What the page gets of a log's steps and of the run computed again, and what it does not need.

use std::rc::Rc;

use lnn_runlog::{Entry, LineError, Record, StepRecord};

use super::{FromReplay, Replay};
use crate::bulk::Bulk;
use crate::protocol::FromTrainer;

/// The whole record of a step that the page's curves show.
pub(super) fn keeps(entry: &Entry<'_>, spacing: u64) -> Result<Record, LineError> {
    #[derive(serde::Deserialize)]
    struct Number {
        step: u64,
    }
    if spacing > 1
        && serde_json::from_str::<Number>(entry.line.text)
            .is_ok_and(|number| !number.step.is_multiple_of(spacing))
    {
        return Ok(Record::Other);
    }
    entry.line.record()
}

/// A frame of the run as one of the log, which goes on to its last step; what a replay has no use for is left out.
pub(super) fn patched(message: FromTrainer, last_step: u64) -> Option<FromTrainer> {
    match message {
        FromTrainer::Frame(mut frame) => {
            let whole = Rc::make_mut(&mut frame);
            whole.newest_step = whole.newest_step.max(last_step);
            Some(FromTrainer::Frame(frame))
        }
        FromTrainer::Keyframe { .. } => None,
        other => Some(other),
    }
}

impl Replay {
    /// Steps for the page's curves, in bulk.
    pub(super) fn records(&mut self) -> Option<FromReplay> {
        if self.fresh.is_empty() || !self.is_started || self.header.is_none() {
            return None;
        }
        let fresh = std::mem::take(&mut self.fresh);
        let units =
            |record: &StepRecord| record.layers.iter().map(|layer| Bulk(layer.as_flat().to_vec())).collect();
        Some(FromReplay::Records {
            run: self.id,
            heads: fresh.iter().map(|(record, _)| record.head).collect(),
            units: fresh.iter().map(|(record, _)| units(record)).collect(),
            times_ms: fresh.iter().map(|(_, time_ms)| time_ms.map_or(f64::NAN, |ms| ms as f64)).collect(),
        })
    }
}
