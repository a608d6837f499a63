//! Runs beside the page's own, as its curves show them: their steps moved to where the linked cursor has them.
//!
//! In: the runs beside, what the cursors have in common. Out: points over the page's own steps.

use lnn_runlog::{Link, Linkable, RunClock, Scores, StepHead};

use crate::{page::chart::calm::Same, state::Beside};

/// The runs beside, and how they are linked to the page's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The runs.
    pub beside: Vec<Same<Beside>>,
    /// What cursors have in common.
    pub link: Link,
    /// When the steps of the page's own run were taken.
    pub clock: Same<RunClock>,
}

impl Overlay {
    /// (step of the page's own run, value) for each known step of a run beside.
    pub fn points(
        &self,
        beside: &Beside,
        steps_per_epoch: u64,
        value: impl Fn(&StepHead) -> Option<f64>,
    ) -> Vec<(f64, f64)> {
        let own = Linkable { steps_per_epoch, clock: &self.clock };
        let theirs = Linkable {
            steps_per_epoch: beside.frame.as_ref().map_or(1, |frame| frame.steps_per_epoch),
            clock: &beside.clock,
        };
        let heads = beside.timeline.records().iter().map(|record| &record.head);
        heads
            .filter_map(|head| Some((theirs.step_in(&own, head.step, self.link)? as f64, value(head)?)))
            .collect()
    }

    /// Scores under the linked cursor, with the run's number.
    pub fn scores(&self) -> impl Iterator<Item = (usize, &Beside, &Scores, Option<&Scores>)> {
        self.beside.iter().enumerate().filter_map(|(idx, beside)| {
            let head = &beside.frame.as_ref()?.head;
            Some((idx + 1, &**beside, &head.train, head.dev.as_ref()))
        })
    }
}
