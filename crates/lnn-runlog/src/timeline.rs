//! A run so far, in bounded memory: the records of some steps, evenly thinned out as the run grows.
//!
//! In: [`StepRecord`]s in any order. Out: [`Timeline::at`], and the kept records for curves. What was thinned out is not
//! lost: the arithmetic is exact, so whoever made the record makes it again.

use std::rc::Rc;

use crate::StepRecord;

/// The records of a run that are held in memory, ordered by step, never more than a fixed number.
///
/// When there would be more, every second one is dropped: the kept ones stay evenly spread over the whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    records: Vec<Rc<StepRecord>>,
    capacity: usize,
    /// A new record is kept if it is at least so many steps behind the last kept one.
    spacing: u64,
}

impl Timeline {
    /// An empty timeline of at most `capacity` records (at least 4).
    pub fn new(capacity: usize) -> Self {
        Self { records: Vec::new(), capacity: capacity.max(4), spacing: 1 }
    }

    /// A capacity at which the records of a network of `n_units` units stay below about 16 MB.
    pub fn capacity_for(n_units: usize) -> usize {
        let record_bytes = 256 + n_units * crate::Quantity::ALL.len() * size_of::<f32>();
        ((16 << 20) / record_bytes).clamp(64, 1024)
    }

    /// Adds a record, in the place of the one of the same step if that is held.
    pub fn push(&mut self, record: Rc<StepRecord>) {
        let step = record.head.step;
        match self.records.binary_search_by_key(&step, |r| r.head.step) {
            Ok(idx) => self.records[idx] = record,
            Err(idx) if idx == self.records.len() => self.push_last(record),
            Err(idx) => {
                if step - self.records[idx.max(1) - 1].head.step.min(step) >= self.spacing {
                    self.records.insert(idx, record);
                }
            }
        }
        if self.records.len() > self.capacity {
            self.thin();
        }
    }

    /// The newest record is always held; the one before it makes room unless it is far enough behind its predecessor.
    fn push_last(&mut self, record: Rc<StepRecord>) {
        if let [.., before, last] = self.records.as_slice()
            && last.head.step - before.head.step < self.spacing
        {
            self.records.pop();
        }
        self.records.push(record);
    }

    fn thin(&mut self) {
        let last = self.records.len() - 1;
        let mut idx = 0;
        self.records.retain(|_| {
            let keep = idx % 2 == 0 || idx == last;
            idx += 1;
            keep
        });
        self.spacing *= 2;
    }

    /// The record of exactly this step, where it is held.
    pub fn at(&self, step: u64) -> Option<&Rc<StepRecord>> {
        self.records.binary_search_by_key(&step, |r| r.head.step).ok().map(|idx| &self.records[idx])
    }

    /// The held record at or before this step, else the first one.
    pub fn nearest(&self, step: u64) -> Option<&Rc<StepRecord>> {
        let after = self.records.partition_point(|r| r.head.step <= step);
        self.records.get(after.saturating_sub(1))
    }

    /// All held records, oldest first.
    pub fn records(&self) -> &[Rc<StepRecord>] {
        &self.records
    }

    /// The last step known, 0 in an empty timeline.
    pub fn last_step(&self) -> u64 {
        self.records.last().map_or(0, |r| r.head.step)
    }

    /// Forgets everything after a step: the run went on differently from there.
    pub fn truncate_after(&mut self, step: u64) {
        self.records.retain(|r| r.head.step <= step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scores, StepHead};

    fn record(step: u64) -> Rc<StepRecord> {
        let train = Scores { cost: 1.0, accuracy: None, r2: None, rmse: None };
        let head =
            StepHead { step, epoch: step, learning_rate: 0.1, batch_cost: None, train, dev: None, digest: 0 };
        Rc::new(StepRecord { head, layers: Vec::new() })
    }

    #[test]
    fn a_long_run_stays_small_and_evenly_spread() {
        let mut timeline = Timeline::new(100);
        for step in 0..100_000 {
            timeline.push(record(step));
        }
        let steps: Vec<u64> = timeline.records().iter().map(|r| r.head.step).collect();
        assert!((40..=100).contains(&steps.len()), "{} records", steps.len());
        assert_eq!((steps[0], timeline.last_step()), (0, 99_999));
        let widest = steps.windows(2).map(|w| w[1] - w[0]).max().unwrap();
        assert!(widest <= 4096, "gap of {widest} steps");
    }

    #[test]
    fn the_newest_record_is_always_there() {
        let mut timeline = Timeline::new(8);
        for step in 0..1000 {
            timeline.push(record(step));
            assert_eq!(timeline.at(step).map(|r| r.head.step), Some(step));
        }
    }

    #[test]
    fn the_record_before_a_step_is_found() {
        let mut timeline = Timeline::new(8);
        for step in [0, 10, 20] {
            timeline.push(record(step));
        }
        assert_eq!(timeline.nearest(15).map(|r| r.head.step), Some(10));
        assert_eq!(timeline.nearest(99).map(|r| r.head.step), Some(20));
        assert!(timeline.at(15).is_none());
        timeline.truncate_after(10);
        assert_eq!(timeline.last_step(), 10);
    }
}
