//! A set of whole numbers as spans without gaps: which lines of a writer are there.
//!
//! In: numbers in any order. Out: how many are missing between the first and the last.

use std::collections::BTreeMap;

/// Whole numbers, kept as spans `from..=to` that neither touch nor overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans {
    ends: BTreeMap<u64, u64>,
}

impl Spans {
    /// Adds a number; false if it was there already.
    pub fn insert(&mut self, number: u64) -> bool {
        let before = self.ends.range(..=number).next_back().map(|(from, to)| (*from, *to));
        if before.is_some_and(|(_, to)| number <= to) {
            return false;
        }
        let touches_before = before.filter(|(_, to)| to.checked_add(1) == Some(number));
        let to = number.checked_add(1).and_then(|next| self.ends.remove(&next)).unwrap_or(number);
        self.ends.insert(touches_before.map_or(number, |(from, _)| from), to);
        true
    }

    /// Whether a number is there.
    pub fn contains(&self, number: u64) -> bool {
        self.ends.range(..=number).next_back().is_some_and(|(_, to)| number <= *to)
    }

    /// The first number from this one on that is not there.
    pub fn first_missing(&self, number: u64) -> u64 {
        let before = self.ends.range(..=number).next_back().filter(|(_, to)| number <= **to);
        before.map_or(number, |(_, to)| to.saturating_add(1))
    }

    /// The largest number.
    pub fn last(&self) -> Option<u64> {
        self.ends.values().next_back().copied()
    }

    /// The spans of what is missing from 0 to the largest number.
    pub fn gaps(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let mut next = 0;
        self.ends.iter().filter_map(move |(from, to)| {
            let gap = (next < *from).then(|| (next, from - 1));
            next = to.saturating_add(1);
            gap
        })
    }

    /// How many numbers are missing from 0 to the largest.
    pub fn n_missing(&self) -> u64 {
        self.gaps().fold(0, |n, (from, to)| n.saturating_add(to - from).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found_whatever_the_order() {
        let mut spans = Spans::default();
        for number in [5, 3, 4, 9, u64::MAX, 0] {
            assert!(spans.insert(number));
            assert!(!spans.insert(number));
        }
        assert_eq!(spans.gaps().collect::<Vec<_>>(), [(1, 2), (6, 8), (10, u64::MAX - 1)]);
        assert!(spans.contains(4) && !spans.contains(6));
        assert_eq!([0, 1, 3, 9].map(|number| spans.first_missing(number)), [1, 1, 6, 10]);
        spans.insert(1);
        spans.insert(2);
        assert_eq!(spans.gaps().next(), Some((6, 8)));
    }
}
