//! Lines over the run, as pictures: a canvas takes longest for just these, a thousand points long and new with every frame.
//!
//! In: points with x ascending. Out: pixels that are opaque where a line is. A pixel belongs to a line by the share of it
//! that lies within half the line's width, so ends and corners are round. Pure. Read next: `raster.rs`, `curve.rs`.

use super::raster::{Picture, Rect};
use crate::page::theme::Rgb;

/// Columns that a CSS pixel is looked at in: the line's edges are soft by so many steps.
const COLUMNS: f32 = 3.0;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Of the ink.
    pub colour: Rgb,
    /// CSS pixels.
    pub width: f32,
    /// Lengths of a dash and of the gap after it, CSS pixels.
    pub dashes: Option<[f32; 2]>,
}

/// A picture of lines over a rectangle of a canvas.
pub struct Trace {
    at: Rect,
    ratio: f32,
    picture: Picture,
}

impl Trace {
    /// Nothing yet, on `at`, with `ratio` device pixels a CSS pixel.
    pub fn new(at: Rect, ratio: f64) -> Self {
        let size = |length: f64| (length * ratio).round().max(1.0) as usize;
        let (width, height) = (size(at.width), size(at.height));
        let at = Rect { width: width as f64 / ratio, height: height as f64 / ratio, ..at };
        Self {
            at,
            ratio: ratio as f32,
            picture: Picture { rgba: vec![0; 4 * width * height], width, height },
        }
    }

    /// Draws a line through points in the canvas's CSS pixels, x ascending, over the lines that are there.
    pub fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        let (left, top) = (self.at.x, self.at.y);
        let local = points.into_iter().map(|(x, y)| ((x - left) as f32 * COLUMNS, (y - top) as f32));
        let n_columns = (self.at.width as f32 * COLUMNS).ceil() as usize;
        let mut spans = spans(local, n_columns);
        if let Some(dashes) = stroke.dashes {
            dash(&mut spans, dashes);
        }
        let spans = dilate(&spans, stroke.width / 2.0);
        let mut cover = vec![0.0; self.picture.height];
        let mut from = 0;
        for x in 0..self.picture.width {
            let to = (((x + 1) as f32 * (COLUMNS / self.ratio) + 0.5) as usize).min(spans.len());
            self.ink(x, &spans[from..to], &mut cover, stroke.colour);
            from = to;
        }
    }

    /// Inks one column of pixels; `cover` is scratch, zero before and after.
    fn ink(&mut self, x: usize, spans: &[Span], cover: &mut [f32], colour: Rgb) {
        let share = 1.0 / spans.len().max(1) as f32;
        let (mut first, mut end) = (cover.len(), 0);
        for span in spans.iter().filter(|span| !span.is_empty()) {
            let (low, high) = (span.low * self.ratio, span.high * self.ratio);
            // As integers, what is above the picture is at its edge.
            let rows = low as usize..((high + 0.999) as usize).min(cover.len());
            for (row, cover) in rows.clone().zip(cover.iter_mut().skip(rows.start)) {
                let inside = high.min((row + 1) as f32) - low.max(row as f32);
                *cover += share * inside.clamp(0.0, 1.0);
            }
            if !rows.is_empty() {
                (first, end) = (first.min(rows.start), end.max(rows.end));
            }
        }
        for (row, cover) in cover.iter_mut().enumerate().take(end).skip(first) {
            let offset = 4 * (row * self.picture.width + x);
            if let Some(pixel) = self.picture.rgba.get_mut(offset..offset + 4) {
                over(pixel, colour, std::mem::take(cover).min(1.0));
            }
        }
    }

    /// The picture and where it belongs on the canvas.
    pub fn finish(self) -> (Picture, Rect) {
        (self.picture, self.at)
    }
}

/// What a line covers of a column, from above to below.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    low: f32,
    high: f32,
}

impl Span {
    const EMPTY: Self = Self { low: f32::INFINITY, high: f32::NEG_INFINITY };

    fn is_empty(self) -> bool {
        self.low > self.high
    }

    fn join(&mut self, low: f32, high: f32) {
        (self.low, self.high) = (self.low.min(low), self.high.max(high));
    }
}

/// What a line without any width covers of each column; x counts columns.
fn spans(points: impl Iterator<Item = (f32, f32)>, n_columns: usize) -> Vec<Span> {
    let mut spans = vec![Span::EMPTY; n_columns];
    let mut last = None;
    for (x1, y1) in points {
        let (x0, y0) = last.replace((x1, y1)).unwrap_or((x1, y1));
        if x1 < 0.0 {
            continue;
        }
        let (first, end) = (x0 as usize, (x1 as usize + 1).min(n_columns));
        if first + 1 >= end {
            // Within one column.
            if let Some(span) = spans.get_mut(first) {
                span.join(y0.min(y1), y0.max(y1));
            }
            continue;
        }
        let slope = (y1 - y0) / (x1 - x0);
        let mut from = y0 + slope * (x0.max(0.0) - x0);
        for (idx, span) in (first..end).zip(&mut spans[first..end]) {
            let to = y0 + slope * (((idx + 1) as f32).min(x1) - x0);
            span.join(from.min(to), from.max(to));
            from = to;
        }
    }
    spans
}

/// Takes out what lies in the gaps of a dashed line.
fn dash(spans: &mut [Span], [dash, gap]: [f32; 2]) {
    let mut phase = 0.0;
    for span in spans.iter_mut().filter(|span| !span.is_empty()) {
        let is_gap = phase >= dash;
        let (along, across) = (COLUMNS.recip(), span.high - span.low);
        phase += (along * along + across * across).sqrt();
        if phase >= dash + gap {
            phase = (phase - dash - gap).min(dash);
        }
        if is_gap {
            *span = Span::EMPTY;
        }
    }
}

/// Everything within `radius` CSS pixels of what is covered.
fn dilate(spans: &[Span], radius: f32) -> Vec<Span> {
    let mut wide = vec![Span::EMPTY; spans.len()];
    let reach = (radius * COLUMNS) as usize;
    for away in 0..=reach {
        let x = away as f32 / COLUMNS;
        let height = (radius * radius - x * x).max(0.0).sqrt();
        let join = |wide: &mut [Span], spans: &[Span]| {
            wide.iter_mut()
                .zip(spans)
                .for_each(|(wide, span)| wide.join(span.low - height, span.high + height));
        };
        join(&mut wide, &spans[away.min(spans.len())..]);
        let later = away.min(wide.len());
        join(&mut wide[later..], spans);
    }
    wide
}

/// Ink over what is there, by its share of the pixel.
fn over(pixel: &mut [u8], colour: Rgb, share: f32) {
    if pixel[3] == 0 {
        pixel[..3].copy_from_slice(&colour);
        pixel[3] = (share * 255.0 + 0.5) as u8;
        return;
    }
    let kept = f32::from(pixel[3]) / 255.0 * (1.0 - share);
    let alpha = share + kept;
    for (channel, ink) in pixel.iter_mut().zip(colour) {
        *channel = ((f32::from(ink) * share + f32::from(*channel) * kept) / alpha + 0.5) as u8;
    }
    pixel[3] = (alpha * 255.0 + 0.5) as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLID: Stroke = Stroke { colour: [10, 20, 30], width: 2.0, dashes: None };
    const BOX: Rect = Rect { x: 5.0, y: 3.0, width: 40.0, height: 20.0 };

    fn drawn(ratio: f64, points: &[(f64, f64)], stroke: Stroke) -> Picture {
        let mut trace = Trace::new(BOX, ratio);
        trace.line(points.iter().copied(), stroke);
        trace.finish().0
    }

    /// Area of the ink, in device pixels.
    fn area(picture: &Picture) -> f64 {
        picture.rgba.chunks(4).map(|pixel| f64::from(pixel[3]) / 255.0).sum()
    }

    #[test]
    fn a_line_has_its_width_whatever_its_slope() {
        for (dy, slack) in [(0.0, 0.02), (4.0, 0.03), (15.0, 0.07)] {
            let length = 30.0_f64.hypot(dy);
            for ratio in [1.0, 2.0] {
                let points = [(8.0, 6.0), (38.0, 6.0 + dy)];
                // Its two round ends make a disc.
                let expected = (2.0 * length + std::f64::consts::PI) * ratio * ratio;
                let area = area(&drawn(ratio, &points, SOLID));
                assert!(
                    (area / expected - 1.0).abs() < slack,
                    "{area}, not {expected}, {dy} down at {ratio}"
                );
            }
        }
    }

    #[test]
    fn a_needle_between_two_columns_is_seen_up_to_its_point() {
        let picture =
            drawn(1.0, &[(8.0, 20.0), (20.30, 20.0), (20.31, 6.0), (20.32, 20.0), (40.0, 20.0)], SOLID);
        let opacity = |x: usize, y: usize| picture.rgba[4 * (y * picture.width + x) + 3];
        assert!(opacity(15, 4) > 200 && opacity(15, 10) > 200, "{} {}", opacity(15, 4), opacity(15, 10));
        assert_eq!(opacity(15, 0), 0, "nothing above its point");
        assert_eq!(opacity(18, 10), 0, "nothing beside it");
    }

    #[test]
    fn dashes_take_their_share_and_the_line_over_another_hides_it() {
        let points = [(6.0, 10.0), (44.0, 10.0)];
        let dashed = Stroke { dashes: Some([4.0, 4.0]), colour: [200, 0, 0], width: 1.0 };
        let share = area(&drawn(1.0, &points, dashed))
            / area(&drawn(1.0, &points, Stroke { dashes: None, ..dashed }));
        assert!((0.5..0.75).contains(&share), "{share}");
        let mut trace = Trace::new(BOX, 1.0);
        trace.line(points, dashed);
        trace.line(points, SOLID);
        let (picture, _) = trace.finish();
        let middle = 4 * (7 * picture.width + 20);
        assert_eq!(picture.rgba[middle..middle + 4], [10, 20, 30, 255]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        for points in [
            vec![],
            vec![(-90.0, 5.0), (-50.0, 9.0)],
            vec![(90.0, 5.0), (150.0, 9.0)],
            vec![(8.0, -400.0), (9.0, -300.0)],
            vec![(8.0, 400.0), (9.0, 300.0)],
        ] {
            assert!(area(&drawn(1.0, &points, SOLID)).abs() < 1e-9, "{points:?}");
        }
        assert!(area(&drawn(1.0, &[(-100.0, 10.0), (200.0, 10.0)], SOLID)) > 70.0, "from edge to edge");
    }
}
