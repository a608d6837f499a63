//! Bars: histograms, and strips of signed values whose direction tells the sign as well as the colour.
//!
//! In: counts or values. Out: a picture on a canvas. Read next: `pen.rs`.

use super::pen::{Align, Pen};
use crate::{
    frame::Histogram,
    page::{
        canvas::Surface,
        number,
        theme::{Palette, css},
    },
};

/// Height of the line of numbers below a histogram.
const LABELS: f64 = 15.0;

/// Few values don't become blocks.
const WIDEST_BAR: f64 = 36.0;

/// How bars are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// By the value, from negative over zero to positive.
    Signed,
    /// As gradients.
    Gradient,
}

/// A histogram with its ends below it, and zero marked where it lies between them.
pub fn histogram(surface: &Surface, histogram: &Histogram, tint: Tint, palette: &Palette) {
    let pen = Pen { context: surface.context };
    let (width, base) = (surface.width, surface.height - LABELS);
    let (min, max) = (f64::from(histogram.min), f64::from(histogram.max));
    let most = histogram.counts.iter().copied().max().unwrap_or(0);
    let n_bins = histogram.counts.len();
    pen.rule(0.0, width, base, &palette.line);
    if most > 0 && n_bins > 0 {
        let reach = min.abs().max(max.abs()).max(f64::MIN_POSITIVE);
        let step = width / n_bins as f64;
        for (idx, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let centre = min + (max - min) * (idx as f64 + 0.5) / n_bins as f64;
            let height = ((base - 2.0) * f64::from(*count) / f64::from(most)).max(1.5);
            let colour = bar_colour(centre / reach, tint, palette);
            let (left, bar) = (idx as f64 * step, (step - 1.0).max(0.6));
            pen.fill((left, base - height), (bar, height), &colour);
        }
    }
    let y = base + 9.0;
    let (low, high) = (number::signed(min), number::signed(max));
    pen.number(&low, (0.0, y), Align::Left, &palette.faint);
    pen.number(&high, (width, y), Align::Right, &palette.faint);
    if min < 0.0 && max > 0.0 {
        let x = -min / (max - min) * width;
        pen.line((x, base), (x, base + 4.0), &palette.soft, 1.0);
        let is_clear = x - 6.0 > pen.number_width(&low) && x + 6.0 < width - pen.number_width(&high);
        if is_clear {
            pen.number("0", (x, y), Align::Centre, &palette.faint);
        }
    }
}

/// Mixed towards the ink a little near zero, so that a bar there is still seen.
fn bar_colour(share: f64, tint: Tint, palette: &Palette) -> String {
    match tint {
        Tint::Gradient => css(palette.gradient),
        Tint::Signed => {
            let size = 0.28 + 0.72 * share.abs().min(1.0);
            let byte = 128.0 + 127.0 * if share < 0.0 { -size } else { size };
            css(palette.signed[byte as usize])
        }
    }
}

/// Values as bars up (positive) and down (negative) from a middle line, all to the scale of the largest.
///
/// Where there are more values than room, the largest of those that share a place is drawn.
///
/// Where bars are wide enough, `label` is written below each.
pub fn strip(
    surface: &Surface,
    values: &[f32],
    tint: Tint,
    palette: &Palette,
    label: impl Fn(usize) -> String,
) {
    let pen = Pen { context: surface.context };
    let middle = ((surface.height - LABELS) / 2.0).round();
    pen.rule(0.0, surface.width, middle - 0.5, &palette.line);
    let reach =
        values.iter().filter(|value| value.is_finite()).fold(0.0_f32, |reach, value| reach.max(value.abs()));
    if reach <= 0.0 {
        return;
    }
    let room = (surface.width / 2.0).max(1.0) as usize;
    let per_bar = values.len().div_ceil(room).max(1);
    let n_bars = values.len().div_ceil(per_bar);
    let step = (surface.width / n_bars as f64).min(WIDEST_BAR);
    let bar = if step > 3.0 { step - 1.0 } else { step * 0.8 };
    let colours = match tint {
        Tint::Signed => [css(palette.negative), css(palette.positive)],
        Tint::Gradient => [css(palette.gradient), css(palette.gradient)],
    };
    for (is_positive, colour) in [(false, &colours[0]), (true, &colours[1])] {
        for (idx, shared) in values.chunks(per_bar).enumerate() {
            let value =
                shared.iter().copied().fold(0.0_f32, |most, v| if v.abs() > most.abs() { v } else { most });
            if value == 0.0 || (value > 0.0) != is_positive {
                continue;
            }
            let height = (f64::from(value.abs() / reach) * (middle - 1.0)).max(1.0);
            let top = if is_positive { middle - height } else { middle };
            pen.fill((idx as f64 * step, top), (bar, height), colour);
        }
    }
    let names = (0..n_bars).map(&label).take_while(|_| per_bar == 1 && step >= 14.0).enumerate();
    for (idx, name) in names.filter(|(_, name)| pen.number_width(name) <= step + 1.0) {
        let centre = idx as f64 * step + bar / 2.0;
        pen.number(&name, (centre, surface.height - 6.0), Align::Centre, &palette.faint);
    }
}
