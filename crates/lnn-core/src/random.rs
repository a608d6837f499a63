//! Seeded random numbers that are the same on every machine.
//!
//! What enters: the recipe's seed, what the numbers are for, and up to two indices (a step and a layer, say). What
//! leaves: an independent stream for exactly that purpose. No generator lives through a run: any step's numbers can
//! be drawn again from its number alone, which is what lets history be recomputed. Read next: [`crate::init`],
//! [`crate::dropout`], [`crate::batch`].

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::f64::consts::TAU;

/// What a stream is for. Streams of different purposes are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Start weights; indices: layer, 0.
    Init,
    /// The order of the examples; indices: epoch, 0.
    Shuffle,
    /// Dropout masks; indices: step, layer.
    Dropout,
    /// Training and dev split; indices: 0, 0.
    Split,
    /// Made-up data sets; indices are the caller's.
    Data,
}

/// A seeded source of random numbers: `ChaCha8` under a key of the four numbers it was made from.
#[derive(Debug, Clone)]
pub struct RandomStream {
    generator: ChaCha8Rng,
    /// The second number of the last Box–Muller pair.
    spare_normal: Option<f64>,
}

/// The stream for `purpose` under `seed`. Its key is the four numbers, little-endian, eight bytes each.
pub fn stream(seed: u64, purpose: Stream, first_idx: u64, second_idx: u64) -> RandomStream {
    let mut key = [0; 32];
    for (bytes, number) in key.chunks_exact_mut(8).zip([seed, purpose as u64, first_idx, second_idx]) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    RandomStream { generator: ChaCha8Rng::from_seed(key), spare_normal: None }
}

impl RandomStream {
    /// Uniform over all 32-bit numbers.
    pub fn next_u32(&mut self) -> u32 {
        self.generator.next_u32()
    }

    /// Go to the n-th 32-bit number of the stream.
    pub fn skip_to_u32(&mut self, idx: u64) {
        self.generator.set_word_pos(u128::from(idx));
    }

    /// Uniform in [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard normal, by Box & Muller 1958: √(−2 ln u₁)·cos 2πu₂ and √(−2 ln u₁)·sin 2πu₂, in turn.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let angle = TAU * self.uniform();
        self.spare_normal = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Uniform in 0..limit without bias, by Lemire 2019: the high half of a 32-bit number times the limit, drawn again where
    /// the low half falls into the incomplete range; 0 for limit 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(limit);
        if (product as u32) < limit {
            let incomplete = limit.wrapping_neg() % limit;
            while (product as u32) < incomplete {
                product = u64::from(self.next_u32()) * u64::from(limit);
            }
        }
        (product >> 32) as u32
    }

    /// 0..n in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }

    /// Bring at most 2³² things into random order, by Fisher & Yates: every order equally likely.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_give_the_same_stream_and_others_do_not() {
        let draw = |seed, purpose, first, second| stream(seed, purpose, first, second).uniform().to_bits();
        let base = draw(1, Stream::Init, 0, 0);
        assert_eq!(base, draw(1, Stream::Init, 0, 0));
        for other in [
            draw(2, Stream::Init, 0, 0),
            draw(1, Stream::Split, 0, 0),
            draw(1, Stream::Init, 1, 0),
            draw(1, Stream::Init, 0, 1),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn the_stream_is_pinned_for_ever() {
        let mut numbers = stream(1, Stream::Init, 0, 0);
        let drawn: Vec<u32> = (0..3).map(|_| numbers.next_u32()).collect();
        assert_eq!(drawn, PINNED, "a recorded run could no longer be repeated");
    }
    const PINNED: [u32; 3] = [2_699_648_719, 1_638_484_553, 3_990_160_702];

    #[test]
    fn skipping_lands_on_the_same_numbers() {
        let (mut walked, mut skipped) = (stream(3, Stream::Dropout, 0, 0), stream(3, Stream::Dropout, 0, 0));
        for _ in 0..37 {
            walked.next_u32();
        }
        skipped.skip_to_u32(37);
        assert_eq!(walked.next_u32(), skipped.next_u32());
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut numbers = stream(5, Stream::Data, 0, 0);
        let drawn: Vec<f64> = (0..20_000).map(|_| numbers.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        let variance = drawn.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "mean {mean}, variance {variance}");
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = stream(9, Stream::Shuffle, 0, 0).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
