//! A scale: from values to pixels and back, linear or logarithmic.
//!
//! In: the range of the values and the pixels of both ends. Out: a [`Scale`]. Read next: `ticks.rs`.

/// Maps values to pixels along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Value at the first pixel; its logarithm on a logarithmic scale.
    from: f64,
    to: f64,
    first_px: f64,
    last_px: f64,
    is_log: bool,
}

/// The smallest value that a logarithmic scale tells from zero.
pub const SMALLEST: f64 = 1e-300;

impl Scale {
    /// Equal steps of the value are equal steps on the screen.
    pub fn linear((from, to): (f64, f64), (first_px, last_px): (f64, f64)) -> Self {
        Self { from, to, first_px, last_px, is_log: false }
    }

    /// Equal factors are equal steps on the screen; values ≤ 0 count as [`SMALLEST`].
    pub fn log((from, to): (f64, f64), (first_px, last_px): (f64, f64)) -> Self {
        let (from, to) = (from.max(SMALLEST).ln(), to.max(SMALLEST).ln());
        Self { from, to, first_px, last_px, is_log: true }
    }

    /// Either.
    pub fn new(is_log: bool, range: (f64, f64), px: (f64, f64)) -> Self {
        if is_log { Self::log(range, px) } else { Self::linear(range, px) }
    }

    /// The pixel of a value; values beyond an end are drawn at that end.
    pub fn to_px(self, value: f64) -> f64 {
        self.first_px + (self.last_px - self.first_px) * self.share(value).clamp(0.0, 1.0)
    }

    /// Where a value lies between the ends: 0 at the first, 1 at the last.
    pub fn share(self, value: f64) -> f64 {
        let value = if self.is_log { value.max(SMALLEST).ln() } else { value };
        let width = self.to - self.from;
        if width == 0.0 { 0.0 } else { (value - self.from) / width }
    }

    /// The pixels between which everything is drawn, the smaller one first.
    pub fn ends_px(self) -> (f64, f64) {
        (self.first_px.min(self.last_px), self.first_px.max(self.last_px))
    }

    /// The value at a pixel, which may lie beyond the ends.
    pub fn to_value(self, px: f64) -> f64 {
        let width = self.last_px - self.first_px;
        let share = if width == 0.0 { 0.0 } else { (px - self.first_px) / width };
        let value = self.from + (self.to - self.from) * share;
        if self.is_log { value.exp() } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_scale_goes_there_and_back() {
        let scale = Scale::linear((10.0, 20.0), (100.0, 0.0));
        assert_eq!(scale.to_px(10.0).round() as i64, 100);
        assert_eq!(scale.to_px(15.0).round() as i64, 50);
        assert!((scale.to_value(scale.to_px(12.5)) - 12.5).abs() < 1e-9);
    }

    #[test]
    fn equal_factors_are_equal_steps_of_a_logarithmic_scale() {
        let scale = Scale::log((0.01, 100.0), (0.0, 400.0));
        for (value, px) in [(0.01, 0.0), (0.1, 100.0), (1.0, 200.0), (100.0, 400.0)] {
            assert!((scale.to_px(value) - px).abs() < 1e-9, "{value}");
        }
        assert!((scale.to_value(300.0) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn values_beyond_an_end_are_drawn_at_it() {
        let scale = Scale::linear((0.0, 1.0), (0.0, 10.0));
        assert!(scale.to_px(7.0) <= 10.0 && scale.to_px(-7.0) >= 0.0);
        assert!(Scale::log((1.0, 10.0), (0.0, 10.0)).to_px(0.0).abs() < 1e-9);
    }

    #[test]
    fn a_range_without_width_divides_by_nothing() {
        let scale = Scale::linear((3.0, 3.0), (0.0, 10.0));
        assert!(scale.to_px(3.0).abs() < 1e-9);
        assert!(Scale::linear((0.0, 1.0), (5.0, 5.0)).to_value(9.0).abs() < 1e-9);
    }
}
