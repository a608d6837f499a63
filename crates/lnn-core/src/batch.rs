//! Mini-batches: which examples a step sees.
//!
//! What enters: the number of examples, the batch size, the seed and a step's number. What leaves: the examples of
//! that step, a pure function of these. Read next: [`crate::trainer`].

use crate::name::UnknownName;
use crate::random::{Stream, stream};
use crate::recipe::Recipe;
use ndarray::{Array2, Axis, CowArray, Ix2, s};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Examples per mini-batch. The last one of an epoch may be shorter and is divided by its own size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// All examples in each step.
    Full,
    /// This many, at least 1.
    Of(usize),
}

/// Whether mini-batches are drawn anew each epoch. A full batch is never reordered: its mean would be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shuffle {
    /// In the order of the data.
    None,
    /// In a new random order each epoch, a function of seed and epoch.
    EachEpoch,
}

impl BatchSize {
    /// Examples in each batch but the last, at most `n_examples`.
    pub fn examples(self, n_examples: usize) -> usize {
        match self {
            Self::Full => n_examples,
            Self::Of(size) => size.clamp(1, n_examples.max(1)),
        }
    }
}

/// The order in which the steps of a run see the examples.
#[derive(Debug, Clone)]
pub(crate) struct BatchOrder {
    n_examples: usize,
    size: usize,
    /// The seed of a shuffled run.
    seed: Option<u64>,
    /// The order of one epoch, kept because its steps follow each other.
    order: Vec<usize>,
    shuffled_epoch: Option<u64>,
}

/// The mini-batches of a run, for whoever computes a part of its steps elsewhere.
#[derive(Debug, Clone)]
pub struct MiniBatches {
    order: BatchOrder,
}

/// Where a step stands in its epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MiniBatch {
    /// Epochs completed before it.
    pub epoch: u64,
    /// The mini-batch inside the epoch, from 0.
    pub batch_idx: u64,
    /// Examples in it.
    pub n_examples: usize,
}

impl MiniBatches {
    /// The mini-batches of a recipe over a training split of `n_examples`.
    pub fn new(recipe: &Recipe, n_examples: usize) -> Self {
        Self { order: BatchOrder::new(n_examples, recipe.batch_size, recipe.shuffle, recipe.seed) }
    }

    /// Mini-batches in an epoch, the last short one included.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }

    /// The mini-batch that is seen after `steps_done` steps.
    pub fn at(&self, steps_done: u64) -> MiniBatch {
        let steps_per_epoch = self.steps_per_epoch();
        let (epoch, batch_idx) = (steps_done / steps_per_epoch, steps_done % steps_per_epoch);
        MiniBatch { epoch, batch_idx, n_examples: self.order.examples(batch_idx) }
    }

    /// The columns of `matrix` `(rows, n_examples)` that the step after `steps_done` steps sees, in the same memory order.
    pub fn columns<'a, T: Clone>(&mut self, steps_done: u64, matrix: &'a Array2<T>) -> CowArray<'a, T, Ix2> {
        let MiniBatch { epoch, batch_idx, .. } = self.at(steps_done);
        match self.order.batch(epoch, batch_idx) {
            Batch::All => matrix.view().into(),
            Batch::Range(range) => matrix.slice(s![.., range]).into(),
            // Selected along memory: an example of column-major inputs is one run of it.
            Batch::Picked(examples) if matrix.is_standard_layout() => matrix.select(Axis(1), examples).into(),
            Batch::Picked(examples) => matrix.t().select(Axis(0), examples).reversed_axes().into(),
        }
    }
}

/// The examples of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Batch<'a> {
    /// All of them, in order: nothing to copy.
    All,
    /// A run of neighbours.
    Range(Range<usize>),
    /// These, in this order.
    Picked(&'a [usize]),
}

impl BatchOrder {
    pub(crate) fn new(n_examples: usize, batch_size: BatchSize, shuffle: Shuffle, seed: u64) -> Self {
        let size = batch_size.examples(n_examples);
        let seed = (shuffle == Shuffle::EachEpoch && size < n_examples).then_some(seed);
        Self { n_examples, size, seed, order: Vec::new(), shuffled_epoch: None }
    }

    pub(crate) fn steps_per_epoch(&self) -> u64 {
        self.n_examples.div_ceil(self.size.max(1)).max(1) as u64
    }

    /// Examples of batch `batch_idx`.
    pub(crate) fn examples(&self, batch_idx: u64) -> usize {
        self.range(batch_idx).len()
    }

    pub(crate) fn batch(&mut self, epoch: u64, batch_idx: u64) -> Batch<'_> {
        let range = self.range(batch_idx);
        let Some(seed) = self.seed else {
            return if range.len() == self.n_examples { Batch::All } else { Batch::Range(range) };
        };
        if self.shuffled_epoch != Some(epoch) {
            self.order.clear();
            self.order.extend(0..self.n_examples);
            stream(seed, Stream::Shuffle, epoch, 0).shuffle(&mut self.order);
            self.shuffled_epoch = Some(epoch);
        }
        Batch::Picked(&self.order[range])
    }

    fn range(&self, batch_idx: u64) -> Range<usize> {
        let start = (batch_idx as usize).saturating_mul(self.size).min(self.n_examples);
        start..self.n_examples.min(start + self.size)
    }
}

/// `full` or the number.
impl fmt::Display for BatchSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("full"),
            Self::Of(size) => write!(f, "{size}"),
        }
    }
}

impl FromStr for BatchSize {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName::new("batch size", text, "full, or a number from 1");
        match text {
            "full" => Ok(Self::Full),
            _ => text.parse().ok().filter(|size| *size > 0).map(Self::Of).ok_or_else(unknown),
        }
    }
}

impl Shuffle {
    /// `none` or `epoch`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::EachEpoch => "epoch",
        }
    }
}

impl fmt::Display for Shuffle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Shuffle {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "none" => Ok(Self::None),
            "epoch" => Ok(Self::EachEpoch),
            _ => Err(UnknownName::new("shuffle", text, "epoch, none")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_short_batch_is_kept() {
        let mut order = BatchOrder::new(10, BatchSize::Of(4), Shuffle::None, 1);
        assert_eq!(order.steps_per_epoch(), 3);
        assert_eq!(order.batch(0, 2), Batch::Range(8..10));
    }

    #[test]
    fn each_shuffled_epoch_holds_every_example_once_in_another_order() {
        let mut order = BatchOrder::new(10, BatchSize::Of(4), Shuffle::EachEpoch, 1);
        let mut epoch = |epoch| {
            let mut seen = Vec::new();
            for batch_idx in 0..3 {
                let Batch::Picked(picked) = order.batch(epoch, batch_idx) else { panic!("not shuffled") };
                seen.extend_from_slice(picked);
            }
            seen
        };
        let (first, second) = (epoch(0), epoch(1));
        assert_ne!(first, second);
        assert_eq!(first, epoch(0));
        for mut seen in [first, second] {
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_full_batch_is_taken_as_it_is() {
        for size in [BatchSize::Full, BatchSize::Of(10), BatchSize::Of(99)] {
            assert_eq!(BatchOrder::new(10, size, Shuffle::EachEpoch, 1).batch(3, 0), Batch::All);
        }
    }

    #[test]
    fn names_parse_back() {
        for size in [BatchSize::Full, BatchSize::Of(64)] {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        assert!("0".parse::<BatchSize>().is_err());
        for shuffle in [Shuffle::None, Shuffle::EachEpoch] {
            assert_eq!(shuffle.to_string().parse(), Ok(shuffle));
        }
    }
}
