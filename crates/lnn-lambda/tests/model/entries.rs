//! The log as the model sees it: entries are their marks, a sequence of them is one number.
//!
//! What enters: marks in the order in which somebody wrote them. What leaves: whether they are a log. Read next:
//! `services`, which keeps them.

use std::fmt;

/// The place of an entry in the log: nothing, the header (step 0), a step, or the end behind a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mark(u8);

impl Mark {
    /// Before the header.
    pub const NOTHING: Self = Self(0);

    /// The entry of a step; the header is step 0.
    pub fn step(step: u8) -> Self {
        Self(2 * step + 1)
    }

    /// The end behind a step.
    pub fn end(step: u8) -> Self {
        Self(2 * step + 2)
    }

    /// Whether `self` may stand right behind `before`: the next step, or the end of the same one.
    fn follows(self, before: Self) -> bool {
        let is_end = self.0.is_multiple_of(2);
        let after_end = before.0.is_multiple_of(2) && before != Self::NOTHING;
        let expected = if is_end || before == Self::NOTHING { before.0 + 1 } else { before.0 + 2 };
        self.0 == expected && !after_end
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("-"),
            1 => f.write_str("header"),
            mark if mark.is_multiple_of(2) => write!(f, "end@{}", mark / 2 - 1),
            mark => write!(f, "{}", mark / 2),
        }
    }
}

/// Up to sixteen entries, four bits each, the first in the lowest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Entries(u64);

impl Entries {
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn len(self) -> u8 {
        (16 - self.0.leading_zeros() / 4) as u8
    }

    pub fn push(&mut self, mark: Mark) {
        let n_entries = self.len();
        // A broken protocol may write without end: what is beyond the sixteenth only repeats what is wrong already.
        if n_entries < 16 {
            self.0 |= u64::from(mark.0) << (4 * n_entries);
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Mark> {
        (0..self.len()).map(move |idx| Mark((self.0 >> (4 * idx)) as u8 & 15))
    }

    /// The last entry's mark.
    pub fn last(self) -> Mark {
        self.iter().last().unwrap_or_default()
    }

    /// What is above a mark.
    pub fn above(self, mark: Mark) -> Self {
        self.iter().filter(|one| *one > mark).collect()
    }

    /// Whether these are the entries behind `before`: none missing, doubled or out of order.
    pub fn follow(self, mut before: Mark) -> bool {
        self.iter().all(|mark| mark.follows(std::mem::replace(&mut before, mark)))
    }
}

impl FromIterator<Mark> for Entries {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        let mut entries = Self::default();
        marks.into_iter().for_each(|mark| entries.push(mark));
        entries
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
