//! Inverted dropout: masks that switch hidden units off for one step.
//!
//! What enters: the seed, a step's and a layer's number, a range of units. What leaves: their mask, a pure function
//! of these, so that any step can be computed again and a unit elsewhere can draw its own row. Read next:
//! [`crate::unit`].

use crate::random::{Stream, stream};
use crate::real::Real;
use ndarray::Array2;
use std::ops::Range;

/// The mask of the units `units` of layer `layer_idx` in the step after `steps_done` steps: (units, `n_examples`), each
/// number 0 with probability `dropout`, else 1/(1−dropout). Srivastava et al. 2014, scaled in training ("inverted").
pub fn dropout_mask<T: Real>(
    seed: u64,
    steps_done: u64,
    layer_idx: usize,
    units: Range<usize>,
    n_examples: usize,
    dropout: f64,
) -> Array2<T> {
    let mut mask = Array2::from_elem((units.len(), n_examples), T::ZERO);
    if let Some(numbers) = mask.as_slice_mut() {
        let skip = units.start as u64 * n_examples as u64;
        fill_mask(seed, steps_done, layer_idx, skip, dropout, numbers);
    }
    mask
}

/// Draw a layer's mask from its `skip`-th number on: one 32-bit number for each unit and example, rows in order.
pub(crate) fn fill_mask<T: Real>(
    seed: u64,
    steps_done: u64,
    layer_idx: usize,
    skip: u64,
    dropout: f64,
    mask: &mut [T],
) {
    let mut numbers = stream(seed, Stream::Dropout, steps_done, layer_idx as u64);
    numbers.skip_to_u32(skip);
    let threshold = (dropout * 4_294_967_296.0) as u64;
    let kept = T::from_f64(1.0 / (1.0 - dropout));
    for slot in mask {
        *slot = if u64::from(numbers.next_u32()) < threshold { T::ZERO } else { kept };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::s;

    #[test]
    fn the_stated_share_is_dropped_and_the_mean_is_kept() {
        let mask = dropout_mask::<f64>(1, 0, 0, 0..100, 100, 0.3);
        let dropped = mask.iter().filter(|v| v.abs() < 0.5).count() as f64 / 10_000.0;
        let mean = mask.iter().sum::<f64>() / 10_000.0;
        assert!((dropped - 0.3).abs() < 0.02 && (mean - 1.0).abs() < 0.03, "{dropped} {mean}");
    }

    #[test]
    fn a_slice_of_units_draws_the_rows_of_the_whole_mask() {
        let whole = dropout_mask::<f32>(5, 17, 2, 0..7, 11, 0.5);
        let part = dropout_mask::<f32>(5, 17, 2, 3..6, 11, 0.5);
        assert_eq!(part, whole.slice(s![3..6, ..]));
    }

    #[test]
    fn each_step_and_layer_has_its_own_mask() {
        let mask = |step, layer| dropout_mask::<f32>(5, step, layer, 0..4, 9, 0.5);
        assert_ne!(mask(0, 0), mask(1, 0));
        assert_ne!(mask(0, 0), mask(0, 1));
        assert_eq!(mask(3, 1), mask(3, 1));
    }
}
