//! Random choices of a schedule: a seed gives the same ones on every machine.
//!
//! In: a seed. Out: [`Dice`]. Read next: `task.rs`, `schedule.rs`.

use std::ops::RangeInclusive;

use lnn_core::random::{RandomStream, Stream, stream};

/// A seeded source of choices.
pub struct Dice(RandomStream);

impl Dice {
    /// The dice of a schedule; `purpose` keeps choices of one kind apart from those of another.
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(stream(seed, Stream::Data, 0x0063_6861_6f73, purpose))
    }

    /// A number of a range.
    pub fn range(&mut self, range: RangeInclusive<u32>) -> u32 {
        range.start() + self.0.below(range.end() - range.start() + 1)
    }

    /// One of some; `choices` must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.below(choices.len() as u32) as usize]
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, share: f64) -> bool {
        self.0.uniform() < share
    }

    /// A number around 0 with standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        self.0.normal()
    }
}
