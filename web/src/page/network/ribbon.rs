//! Lines between two columns: soft S-curves whose width is the size and whose dashes are the sign.
//!
//! In: the two ends' heights, width, strength, in device pixels. Out: blended pixels. All lines between two columns share
//! their left and right ends, so that the curve is computed once ([`Gap`]) and a line is only a scaled copy of it. Pure.

use super::raster::{Raster, blend, pixel};
use crate::page::theme::Rgb;

/// The space between two columns, with the curve's height and slope at each column of pixels.
#[derive(Debug, Clone)]
pub struct Gap {
    /// First column of pixels.
    first: usize,
    /// Share of the rise, 0..=1, at each column of pixels.
    rise: Vec<f32>,
    /// Share of the rise per pixel.
    slope: Vec<f32>,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Height at the left end.
    pub from: f32,
    /// Height at the right end.
    pub to: f32,
    /// Thickness.
    pub width: f32,
    /// Strength, 0..=1.
    pub alpha: f32,
    /// Whether it is dashed.
    pub is_dashed: bool,
}

impl Gap {
    /// Between two heights' x positions, as far as a picture of `width` pixels shows it.
    pub fn new(left: f32, right: f32, width: usize) -> Self {
        let first = left.max(0.0).floor() as usize;
        let last = (right.max(0.0).ceil() as usize).min(width);
        let length = (right - left).max(1.0);
        let shares = (first..last.max(first)).map(|x| ((x as f32 + 0.5 - left) / length).clamp(0.0, 1.0));
        // The smoothest quintic between two levels: flat at both ends like a Bézier curve with level handles.
        let curve = |u: f32| u * u * u * (u * (6.0 * u - 15.0) + 10.0);
        let steepness = |u: f32| 30.0 * u * u * (1.0 - u) * (1.0 - u) / length;
        let (rise, slope) = shares.map(|u| (curve(u), steepness(u))).unzip();
        Self { first, rise, slope }
    }

    /// The same in a picture that begins `by` columns of pixels further right.
    #[must_use]
    pub fn moved_left(self, by: usize) -> Self {
        Self { first: self.first.saturating_sub(by), ..self }
    }

    /// Whether nothing of it is on the screen.
    pub fn is_empty(&self) -> bool {
        self.rise.is_empty()
    }

    /// The columns of pixels that it covers.
    pub fn columns(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.rise.len()
    }

    /// Draws a line. `unit` is the length of a CSS pixel, for the dashes.
    pub fn draw(&self, raster: &mut Raster, line: Line, colour: Rgb, unit: f32) {
        let height = raster.height() as f32;
        let half = (line.width / 2.0).max(0.35);
        let reach = half + 0.5;
        if line.from.min(line.to) - reach > height || line.from.max(line.to) + reach < 0.0 {
            return;
        }
        let (on, period) = dash(line.width, unit);
        let (colour, drop) = (pixel(colour), line.to - line.from);
        let (pixels, stride) = raster.pixels_mut();
        let mut phase = 0.0;
        for (offset, (rise, slope)) in self.rise.iter().zip(&self.slope).enumerate() {
            let middle = line.from + drop * rise;
            let stretch = (1.0 + (drop * slope) * (drop * slope)).sqrt();
            let mut alpha = line.alpha;
            if line.is_dashed {
                phase += stretch;
                while phase >= period {
                    phase -= period;
                }
                alpha *= in_dash(phase, on);
            }
            let span = reach * stretch;
            if alpha < 0.01 || middle + span < 0.0 || middle - span > height {
                continue;
            }
            let first = (middle - span).max(0.0) as usize;
            let last = (middle + span).min(height).ceil() as usize;
            let column = pixels.get_mut(first * stride + self.first + offset..).unwrap_or_default();
            let above = middle - (first as f32 + 0.5);
            let run = column.iter_mut().step_by(stride).take(last.saturating_sub(first));
            shade(run, reach, above, 1.0 / stretch, alpha, colour);
        }
    }
}

/// One column of a line's pixels: full within its thickness, soft over the last pixel across. In whole numbers, 1/65536
/// of a pixel, because this is where most of a frame's time goes. `above` is the way from the first pixel's middle down
/// to the line's.
fn shade<'a>(
    pixels: impl Iterator<Item = &'a mut u32>,
    reach: f32,
    above: f32,
    thin: f32,
    alpha: f32,
    colour: u32,
) {
    const ONE: f32 = 65536.0;
    let step = (thin * ONE) as i32;
    let mut from_top = ((reach - above * thin) * ONE) as i32;
    let mut from_bottom = ((reach + above * thin) * ONE) as i32;
    let strength = (alpha * 256.0) as i32;
    for under in pixels {
        let cover = from_top.min(from_bottom).clamp(0, 65536);
        *under = blend(*under, colour, ((cover * strength) >> 16) as u32);
        from_top += step;
        from_bottom -= step;
    }
}

/// Length of a dash and of a dash with its gap.
fn dash(width: f32, unit: f32) -> (f32, f32) {
    let on = 5.0 * unit + 1.4 * width;
    (on, on + 3.0 * unit + 0.5 * width)
}

/// How much of the line is there, with soft ends of a pixel.
fn in_dash(at: f32, on: f32) -> f32 {
    (on - at + 0.5).clamp(0.0, 1.0).min((at + 0.5).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(line: Line) -> f32 {
        let mut raster = Raster::default();
        raster.clear(100, 100, [255, 255, 255]);
        Gap::new(0.0, 100.0, 100).draw(&mut raster, line, [0, 0, 0], 1.0);
        raster.bytes().chunks(4).map(|pixel| 1.0 - f32::from(pixel[0]) / 255.0).sum()
    }

    const LEVEL: Line = Line { from: 50.0, to: 50.0, width: 3.0, alpha: 1.0, is_dashed: false };

    #[test]
    fn a_lines_ink_is_its_length_times_its_width() {
        assert!((ink(LEVEL) - 300.0).abs() < 5.0, "{}", ink(LEVEL));
        assert!((ink(Line { width: 1.0, ..LEVEL }) - 100.0).abs() < 3.0);
        let steep = ink(Line { from: 5.0, to: 95.0, ..LEVEL });
        assert!((300.0 * 1.3..300.0 * 1.6).contains(&steep), "{steep}");
    }

    #[test]
    fn a_dashed_line_has_less_ink_than_a_solid_one() {
        let share = ink(Line { is_dashed: true, ..LEVEL }) / ink(LEVEL);
        assert!((0.5..0.8).contains(&share), "{share}");
    }

    #[test]
    fn lines_that_leave_the_picture_are_cut() {
        for (from, to) in [(-500.0, 600.0), (-50.0, -20.0), (150.0, 120.0), (600.0, -500.0)] {
            assert!(ink(Line { from, to, ..LEVEL }).is_finite());
        }
        assert!(Gap::new(120.0, 150.0, 100).is_empty());
        assert!(!Gap::new(-50.0, 20.0, 100).is_empty());
    }
}
