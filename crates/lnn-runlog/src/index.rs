//! Where the steps of a run stand in its log.
//!
//! In: steps in any order, with their places. Out: the place of a step, and what lies between. Read next: `ledger.rs`.

use std::collections::BTreeMap;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Place {
    /// Which of the log's files, from 0.
    pub file: u32,
    /// The line's number in the file, from 1.
    pub line: u64,
    /// The line's first byte in the file, from 0.
    pub byte: u64,
}

/// A step of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPlace {
    /// Steps done.
    pub step: u64,
    /// Where its line stands.
    pub place: Place,
    /// Bytes of its line.
    pub n_bytes: u32,
    /// What two lines about it have in common if they agree.
    pub fingerprint: u32,
    /// Digest of its parameters.
    pub digest: u64,
}

/// The steps of a log by their number. Steps in order cost nothing but their place; others are sorted in a few at a time.
#[derive(Debug, Clone, Default)]
pub struct StepIndex {
    sorted: Vec<StepPlace>,
    late: BTreeMap<u64, StepPlace>,
}

impl StepIndex {
    /// Adds a step that is not there yet.
    pub fn insert(&mut self, place: StepPlace) {
        if self.sorted.last().is_none_or(|last| last.step < place.step) {
            self.sorted.push(place);
        } else {
            self.late.insert(place.step, place);
            if self.late.len() > 1024.max(self.sorted.len() / 4) {
                self.sort_in();
            }
        }
    }

    fn sort_in(&mut self) {
        self.sorted.extend(std::mem::take(&mut self.late).into_values());
        self.sorted.sort_by_key(|place| place.step);
    }

    /// Where a step stands.
    pub fn get(&self, step: u64) -> Option<&StepPlace> {
        let found = self.sorted.binary_search_by_key(&step, |place| place.step).ok();
        found.map(|idx| &self.sorted[idx]).or_else(|| self.late.get(&step))
    }

    /// The last step at or before this one.
    pub fn at_or_before(&self, step: u64) -> Option<&StepPlace> {
        let n_before = self.sorted.partition_point(|place| place.step <= step);
        let sorted = n_before.checked_sub(1).and_then(|idx| self.sorted.get(idx));
        let late = self.late.range(..=step).next_back().map(|(_, place)| place);
        sorted.into_iter().chain(late).max_by_key(|place| place.step)
    }

    /// The first step at or after this one.
    pub fn at_or_after(&self, step: u64) -> Option<&StepPlace> {
        let sorted = self.sorted.get(self.sorted.partition_point(|place| place.step < step));
        let late = self.late.range(step..).next().map(|(_, place)| place);
        sorted.into_iter().chain(late).min_by_key(|place| place.step)
    }

    /// All steps, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &StepPlace> {
        let mut late = self.late.values().peekable();
        let mut sorted = self.sorted.iter().peekable();
        std::iter::from_fn(move || match (sorted.peek(), late.peek()) {
            (Some(a), Some(b)) if b.step < a.step => late.next(),
            (None, _) => late.next(),
            _ => sorted.next(),
        })
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.sorted.len() + self.late.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_whatever_their_order() {
        let mut index = StepIndex::default();
        let place = Place { file: 0, line: 1, byte: 0 };
        // 7 is a generator of the numbers modulo 10,007.
        let steps: Vec<u64> =
            (1..10_007).scan(1, |step, _| Some(*step).inspect(|s| *step = s * 7 % 10_007)).collect();
        for &step in &steps {
            assert!(index.get(step).is_none());
            index.insert(StepPlace { step, place, n_bytes: 1, fingerprint: step as u32, digest: 0 });
            assert_eq!(index.get(step).map(|place| place.fingerprint), Some(step as u32));
        }
        let all: Vec<u64> = index.iter().map(|place| place.step).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((all.len(), index.len()), (steps.len(), steps.len()));
        assert_eq!(index.at_or_before(20_000).map(|place| place.step), all.last().copied());
        assert_eq!(index.at_or_after(0).map(|place| place.step), Some(1));
        assert!(index.at_or_before(0).is_none());
    }
}
