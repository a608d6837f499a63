//! What a unit's button says to those who don't see its tile, kept up to date without haste.
//!
//! In: a frame. Out: `aria-label`s, `Layer 2 unit 7, mean activation 0.12, gradient 3.1e−3`; while a run goes on, each is
//! rewritten once a second at most, a few in each frame.

use lnn_runlog::{DataInfo, Quantity};
use web_sys::HtmlElement;

use super::{
    diagnosis::Mark,
    scale::brief,
    units::{of_unit, unit_name},
};
use crate::{frame::Frame, protocol::UnitId};

/// While a run goes on, a label is at least so old before it is rewritten.
const MIN_AGE_MS: f64 = 1000.0;
/// Frames over which the labels of a network are spread.
const N_SHARES: usize = 56;

/// A unit's label.
pub fn label(data: &DataInfo, frame: &Frame, unit: UnitId, mark: Mark) -> String {
    let mut text = unit_name(data, frame.units.len(), unit);
    if let Some(mean) = of_unit(frame, unit, Quantity::ActivationMean) {
        text.push_str(", mean activation ");
        text.push_str(&brief(mean));
    }
    if let Some(gradient) = of_unit(frame, unit, Quantity::GradientNorm) {
        text.push_str(", gradient ");
        text.push_str(&brief(gradient));
    }
    if mark != Mark::None {
        text.push_str(", ");
        text.push_str(mark.words());
    }
    text
}

/// Which labels are due.
#[derive(Debug, Clone, PartialEq)]
pub struct Rota {
    next: usize,
    began_ms: f64,
}

impl Default for Rota {
    fn default() -> Self {
        Self { next: usize::MAX, began_ms: f64::NEG_INFINITY }
    }
}

impl Rota {
    /// The labels to rewrite at a frame: all of them when paused, else the next few, or none.
    pub fn due(&mut self, n_units: usize, is_playing: bool, now_ms: f64) -> std::ops::Range<usize> {
        if !is_playing {
            *self = Self { next: n_units, began_ms: now_ms };
            return 0..n_units;
        }
        if self.next >= n_units {
            if now_ms - self.began_ms < MIN_AGE_MS {
                return 0..0;
            }
            *self = Self { next: 0, began_ms: now_ms };
        }
        let first = self.next;
        self.next = (first + n_units.div_ceil(N_SHARES).max(8)).min(n_units);
        first..self.next
    }
}

/// Rewrites labels; `units` and `buttons` are in the same order.
pub fn rewrite(
    range: std::ops::Range<usize>,
    buttons: &[HtmlElement],
    units: &[UnitId],
    text: impl Fn(UnitId) -> String,
) {
    let both = buttons.iter().zip(units).skip(range.start).take(range.len());
    for (button, unit) in both {
        let _ = button.set_attribute("aria-label", &text(*unit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_due_within_a_second_and_none_twice() {
        let mut rota = Rota::default();
        let mut written = vec![0; 1000];
        for frame in 0..60 {
            for idx in rota.due(1000, true, f64::from(frame) * 16.0) {
                written[idx] += 1;
            }
        }
        assert!(written.iter().all(|n| *n == 1));
        assert!(!rota.due(1000, true, 1000.0).is_empty());
    }

    #[test]
    fn paused_all_labels_are_right_at_once() {
        assert_eq!(Rota::default().due(7, false, 0.0), 0..7);
    }
}
