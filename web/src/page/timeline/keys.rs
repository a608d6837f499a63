//! What the keys of the timeline's slider mean.
//!
//! In: a key and where the cursor stands. Out: where it should go. Read next: `mod.rs`.

use std::rc::Rc;

use lnn_runlog::StepRecord;

/// A run longer than this is walked record by record: one step of it is less than a pixel.
const LARGE: u64 = 2000;

/// Where the cursor should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// To a step.
    Step(u64),
    /// To the newest step, and on with it.
    Live,
}

/// The cursor and what is around it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The cursor's step.
    pub step: u64,
    /// The newest step.
    pub newest_step: u64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// The records that are held.
    pub records: &'a [Rc<StepRecord>],
}

impl Place<'_> {
    /// The goal of a key; none where the key has no meaning here. With `is_fine`, arrows go exactly one step.
    pub fn goal(&self, key: &str, is_fine: bool) -> Option<Goal> {
        let page = self.steps_per_epoch.max(self.newest_step / 20).max(1);
        let step = match key {
            "Home" => 0,
            "End" => return Some(Goal::Live),
            "ArrowLeft" | "ArrowDown" => self.before(is_fine),
            "ArrowRight" | "ArrowUp" => self.after(is_fine),
            "PageDown" => self.step.saturating_sub(page),
            "PageUp" => self.step.saturating_add(page),
            _ => return None,
        };
        Some(Goal::Step(step.min(self.newest_step)))
    }

    fn before(&self, is_fine: bool) -> u64 {
        let one = self.step.saturating_sub(1);
        if is_fine || self.newest_step <= LARGE {
            return one;
        }
        let idx = self.records.partition_point(|record| record.head.step < self.step);
        idx.checked_sub(1).and_then(|idx| self.records.get(idx)).map_or(one, |record| record.head.step)
    }

    fn after(&self, is_fine: bool) -> u64 {
        let one = self.step.saturating_add(1);
        if is_fine || self.newest_step <= LARGE {
            return one;
        }
        let idx = self.records.partition_point(|record| record.head.step <= self.step);
        self.records.get(idx).map_or(one, |record| record.head.step)
    }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::{Scores, StepHead};

    use super::*;

    fn records(steps: &[u64]) -> Vec<Rc<StepRecord>> {
        let train = Scores { cost: 1.0, accuracy: None, r2: None, rmse: None };
        let head = |step| StepHead {
            step,
            epoch: 0,
            learning_rate: 0.1,
            batch_cost: None,
            train,
            dev: None,
            digest: 0,
        };
        steps.iter().map(|step| Rc::new(StepRecord { head: head(*step), layers: Vec::new() })).collect()
    }

    fn check(step: u64, newest_step: u64, key: &str, is_fine: bool, expected: Option<Goal>) {
        let records = records(&[0, 1000, 2000, 3000, 4000]);
        let place = Place { step, newest_step, steps_per_epoch: 5, records: &records };
        assert_eq!(place.goal(key, is_fine), expected, "{key} at {step} of {newest_step}");
    }

    #[test]
    fn arrows_go_one_step_in_a_short_run() {
        check(7, 100, "ArrowLeft", false, Some(Goal::Step(6)));
        check(7, 100, "ArrowRight", false, Some(Goal::Step(8)));
        check(0, 100, "ArrowLeft", false, Some(Goal::Step(0)));
        check(100, 100, "ArrowUp", false, Some(Goal::Step(100)));
    }

    #[test]
    fn arrows_go_one_record_in_a_long_run() {
        check(2000, 4000, "ArrowLeft", false, Some(Goal::Step(1000)));
        check(2500, 4000, "ArrowLeft", false, Some(Goal::Step(2000)));
        check(2000, 4000, "ArrowRight", false, Some(Goal::Step(3000)));
        check(4000, 4000, "ArrowRight", false, Some(Goal::Step(4000)));
        check(2000, 4000, "ArrowLeft", true, Some(Goal::Step(1999)));
    }

    #[test]
    fn pages_go_one_epoch_or_a_twentieth() {
        check(50, 60, "PageDown", false, Some(Goal::Step(45)));
        check(2000, 4000, "PageUp", false, Some(Goal::Step(2200)));
        check(3, 60, "PageDown", false, Some(Goal::Step(0)));
    }

    #[test]
    fn home_is_the_start_and_end_is_live() {
        check(7, 100, "Home", false, Some(Goal::Step(0)));
        check(7, 100, "End", false, Some(Goal::Live));
        check(7, 100, "Tab", false, None);
    }
}
