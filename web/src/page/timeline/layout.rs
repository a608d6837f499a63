//! Where things stand in the timeline's picture, and which step is at which pixel.
//!
//! In: the picture's size, the number of layers, the newest step. Out: a [`Layout`] and the axis of steps. Read next:
//! `picture.rs`.

use crate::page::chart::scale::Scale;

/// Room at both ends of the axis, so that the cursor's knob is whole at step 0.
pub const PAD: f64 = 8.0;

/// Share of the axis that the run so far takes.
const FILLED: f64 = 0.97;

/// Heights of the parts, from the top, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Upper edge of the cost curve.
    pub cost_top: f64,
    /// Its lower edge.
    pub cost_bottom: f64,
    /// Upper edge of the first layer's strip.
    pub strips_top: f64,
    /// From one strip to the next.
    pub strip_step: f64,
    /// Strips.
    pub n_strips: usize,
    /// Where the axis of epochs begins.
    pub axis_top: f64,
}

impl Layout {
    /// For a picture of this height.
    pub fn new(height: f64, n_layers: usize) -> Self {
        let axis_top = height - 17.0;
        let strip_step = (axis_top * 0.42 / n_layers.max(1) as f64).clamp(3.0, 13.0);
        let strips_top = axis_top - strip_step * n_layers as f64;
        Self {
            cost_top: 14.0,
            cost_bottom: strips_top - 7.0,
            strips_top,
            strip_step,
            n_strips: n_layers,
            axis_top,
        }
    }

    /// Height of a strip without the gap below it.
    pub fn strip_height(&self) -> f64 {
        if self.strip_step >= 6.0 { self.strip_step - 2.0 } else { self.strip_step - 1.0 }
    }

    /// Upper edge of a layer's strip.
    pub fn strip_top(&self, layer_idx: usize) -> f64 {
        self.strips_top + self.strip_step * layer_idx as f64
    }

    /// The strips that have room for a label: the first and the last one, and as many between as fit.
    pub fn labelled(&self) -> Vec<usize> {
        let Some(last) = self.n_strips.checked_sub(1) else { return Vec::new() };
        let every = (11.0 / self.strip_step).ceil().max(1.0) as usize;
        let mut labelled: Vec<usize> = (0..last).step_by(every).filter(|idx| idx + every <= last).collect();
        labelled.push(last);
        labelled
    }
}

/// Steps from the left to the right of a picture `width` pixels wide; the newest one stands near the right end.
pub fn steps_axis(newest_step: u64, steps_per_epoch: u64, width: f64) -> Scale {
    let last = (newest_step as f64 / FILLED).max(2.0 * steps_per_epoch as f64).max(10.0);
    Scale::linear((0.0, last), (PAD, width - PAD))
}

/// The step under a pixel, never beyond the newest.
pub fn step_at(axis: Scale, px: f64, newest_step: u64) -> u64 {
    let step = axis.to_value(px).round().max(0.0) as u64;
    step.min(newest_step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_step_stands_near_the_right_end() {
        for newest in [1_000, 100_000, 5_000_000] {
            let axis = steps_axis(newest, 5, 1016.0);
            assert!((axis.to_px(newest as f64) - (PAD + 970.0)).abs() < 1.0, "{newest}");
        }
    }

    #[test]
    fn every_step_is_found_again_under_its_own_pixel() {
        let axis = steps_axis(300, 5, 1016.0);
        for step in 0..=300 {
            assert_eq!(step_at(axis, axis.to_px(step as f64), 300), step);
        }
        assert_eq!(step_at(axis, -50.0, 300), 0);
        assert_eq!(step_at(axis, 5000.0, 300), 300);
    }

    #[test]
    fn many_layers_still_leave_room_for_the_cost() {
        for n_layers in 1..=11 {
            for height in [110.0, 150.0] {
                let layout = Layout::new(height, n_layers);
                assert!(layout.cost_bottom - layout.cost_top >= 30.0, "{n_layers} layers, {height} px");
                assert!(layout.strip_height() >= 2.0);
            }
        }
    }

    #[test]
    fn labels_do_not_touch() {
        assert_eq!(Layout::new(150.0, 4).labelled(), [0, 1, 2, 3]);
        let layout = Layout::new(110.0, 11);
        let labelled = layout.labelled();
        assert_eq!((labelled.first(), labelled.last()), (Some(&0), Some(&10)));
        assert!(labelled.windows(2).all(|pair| (pair[1] - pair[0]) as f64 * layout.strip_step >= 10.9));
    }
}
