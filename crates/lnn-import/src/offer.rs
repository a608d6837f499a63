//! What would fit, where something does not: every k-th row, smaller pictures.
//!
//! In: how many rows there are, how wide they are, the limit. Out: an [`Offer`], which an error carries and whoever opens files
//! can take: [`Every`] goes into the options, and then the same files open. Read next: `error.rs`, whose errors make offers.

use std::num::NonZeroUsize;

/// A way to make fit what does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Offer {
    /// Keep every n-th row of each split.
    EveryRow {
        /// 2 or more.
        n: usize,
    },
    /// Make pictures smaller.
    PixelSide {
        /// Pixels of a side.
        side: usize,
    },
}

/// Which rows of each split are kept: rows 0, k, 2k … of every k-th; all by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Every(NonZeroUsize);

impl Every {
    /// All rows.
    pub const ALL: Self = Self(NonZeroUsize::MIN);

    /// Every n-th; of 0 all, as of 1.
    pub fn nth(n: usize) -> Self {
        NonZeroUsize::new(n).map_or(Self::ALL, Self)
    }

    /// k.
    pub const fn get(self) -> usize {
        self.0.get()
    }

    /// Whether a row of a split, counted from 0, is kept.
    pub const fn keeps(self, row: usize) -> bool {
        row.is_multiple_of(self.get())
    }

    /// How many of so many rows are kept.
    pub const fn kept(self, n_rows: u64) -> u64 {
        n_rows.div_ceil(self.get() as u64)
    }

    /// The smallest k that keeps rows of `width` numbers within a limit; none where fewer than two rows would be left, or all
    /// fit. `splits` are rows in the files.
    pub(crate) fn fitting(splits: &[u64], width: u64, limit: u64) -> Option<usize> {
        let most = limit / width.max(1);
        let n_kept = |k: u64| splits.iter().map(|n| u128::from(n.div_ceil(k))).sum::<u128>();
        let fits = |k: u64| n_kept(k) <= u128::from(most);
        let longest = splits.iter().copied().max().unwrap_or(0).max(1);
        if !fits(longest) || fits(1) {
            return None;
        }
        // More are kept by smaller ones: the first that fits lies between one that doesn't and one that does.
        let (mut too_small, mut enough) = (1, longest);
        while enough - too_small > 1 {
            let middle = too_small + (enough - too_small) / 2;
            if fits(middle) { enough = middle } else { too_small = middle }
        }
        usize::try_from(enough).ok().filter(|_| n_kept(enough) >= 2)
    }
}

impl Default for Every {
    fn default() -> Self {
        Self::ALL
    }
}

impl From<NonZeroUsize> for Every {
    fn from(n: NonZeroUsize) -> Self {
        Self(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_fits_is_offered() {
        let mut n_offers = 0;
        for (a, b) in [(1, 0), (2, 0), (7, 0), (100, 0), (60, 10), (10, 60), (33, 33)] {
            for width in 1..6 {
                for limit in 1..130 {
                    let n_cells = |k: u64| width * (u64::div_ceil(a, k) + u64::div_ceil(b, k));
                    let smallest = (2..=100).find(|&k| n_cells(k) <= limit && n_cells(k) >= 2 * width);
                    let expected = smallest.filter(|_| n_cells(1) > limit);
                    let found = Every::fitting(&[a, b], width, limit);
                    assert_eq!(found.map(|n| n as u64), expected, "{a} and {b} rows of {width} in {limit}");
                    n_offers += usize::from(found.is_some());
                }
            }
        }
        assert!(n_offers > 500, "{n_offers}");
    }

    #[test]
    fn no_number_of_rows_is_too_large_to_count() {
        assert_eq!(Every::fitting(&[u64::MAX, u64::MAX], 1, 1), None);
        assert_eq!(Every::fitting(&[u64::MAX], u64::MAX, 64), None);
        assert_eq!(Every::fitting(&[1 << 50], 1, 1 << 20), Some(1 << 30));
    }

    #[test]
    fn rows_0_k_2k_are_kept() {
        let kept: Vec<usize> = (0..10).filter(|&row| Every::nth(4).keeps(row)).collect();
        assert_eq!((kept.as_slice(), Every::nth(4).kept(10)), ([0, 4, 8].as_slice(), 3));
        assert_eq!(Every::nth(0), Every::ALL);
    }
}
