//! Curves over the run: axes with gridlines, one line a series, and the cursor.
//!
//! In: series of (step, value) and the scales. Out: a picture on a canvas. Read next: `pen.rs`.

use super::{
    pen::{Align, Pen},
    raster::Rect,
    scale::Scale,
    series, ticks,
    trace::{Stroke, Trace},
};
use crate::page::{
    canvas::Surface,
    compare::letter,
    number,
    theme::{Palette, css, parse},
};

/// Pattern of the dev split's lines.
pub const DASHES: [f32; 2] = [4.0, 3.0];

/// Room around the scales' ends for half a line's width.
const ROOM: f64 = 2.0;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// (step, value), steps ascending.
    pub points: Vec<(f64, f64)>,
    /// Whether it is the dev split's.
    pub is_dev: bool,
    /// Of which run: 0 is the page's own, others are drawn in a colour, with their letter.
    pub run: usize,
}

impl Series {
    fn stroke(&self, palette: &Palette) -> Stroke {
        let of_own = if self.is_dev { parse(&palette.faint) } else { parse(&palette.ink) };
        let colour = palette.run(self.run).unwrap_or(of_own);
        if self.is_dev {
            Stroke { colour, width: 1.3, dashes: Some(DASHES) }
        } else {
            Stroke { colour, width: 1.6, dashes: None }
        }
    }
}

/// Draws lines between the scales' ends, the first one under the others.
pub fn draw_series(
    surface: &Surface,
    series: &[&Series],
    (x, y): (Scale, Scale),
    n_slots: usize,
    palette: &Palette,
) {
    let ((left, right), (top, bottom)) = (x.ends_px(), y.ends_px());
    let (x0, y0) = ((left - ROOM).floor(), (top - ROOM).floor());
    let at = Rect { x: x0, y: y0, width: (right + ROOM).ceil() - x0, height: (bottom + ROOM).ceil() - y0 };
    let mut trace = Trace::new(at, surface.pixel_ratio);
    for series in series {
        let points = series::thin(&series.points, n_slots);
        let points = points.into_iter().map(|(step, value)| (x.to_px(step), y.to_px(value)));
        trace.line(points, series.stroke(palette));
    }
    let (picture, at) = trace.finish();
    picture.draw(surface, at, false);
}

/// A chart of one or two series over the run.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveChart {
    /// Training, dev.
    pub series: Vec<Series>,
    /// Values at the lower and the upper edge.
    pub y_range: (f64, f64),
    /// Whether the y axis is logarithmic.
    pub is_log: bool,
    /// Whether values are shares, written as percentages.
    pub is_share: bool,
    /// The last step on the x axis.
    pub last_step: f64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: f64,
    /// The cursor's step.
    pub cursor: f64,
}

const LEFT: f64 = 40.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 7.0;
const BOTTOM: f64 = 17.0;
/// Room of the words at the first tick.
const FIRST_LABEL: f64 = 66.0;

impl CurveChart {
    /// Draws axes, gridlines, series and cursor.
    pub fn draw(&self, surface: &Surface, palette: &Palette) {
        let pen = Pen { context: surface.context };
        let (right, bottom) = (surface.width - RIGHT, surface.height - BOTTOM);
        let x = Scale::linear((0.0, self.last_step), (LEFT, right));
        let y = Scale::new(self.is_log, self.y_range, (bottom, TOP));
        let y_ticks = ticks::ticks(self.is_log, self.y_range, ((bottom - TOP) / 22.0) as usize);
        for tick in ticks::apart(&y_ticks, y, 14.0) {
            let text =
                if self.is_share { format!("{} %", ticks::label(tick * 100.0)) } else { ticks::label(tick) };
            pen.rule(LEFT, right, y.to_px(tick), &palette.line);
            pen.number(&text, (LEFT - 6.0, y.to_px(tick)), Align::Right, &palette.faint);
        }
        let n_epochs = self.last_step / self.steps_per_epoch;
        pen.number("epoch 0", (LEFT, bottom + 10.0), Align::Left, &palette.faint);
        for tick in ticks::whole((0.0, n_epochs), 4) {
            let px = x.to_px(tick * self.steps_per_epoch);
            if px > LEFT + FIRST_LABEL && px < right - 10.0 {
                pen.line((px, bottom), (px, bottom + 3.0), &palette.faint, 1.0);
                pen.number(&number::count(tick as u64), (px, bottom + 10.0), Align::Centre, &palette.faint);
            }
        }
        let below_first: Vec<&Series> = self.series.iter().rev().collect();
        draw_series(surface, &below_first, (x, y), (right - LEFT) as usize, palette);
        self.letters(pen, (x, y), palette);
        let px = x.to_px(self.cursor);
        pen.line((px, TOP), (px, bottom), &palette.accent, 1.5);
    }

    /// Runs by their letters, over the ends of their curves.
    fn letters(&self, pen: Pen, (x, y): (Scale, Scale), palette: &Palette) {
        let others = self.series.iter().filter(|series| series.run > 0 && !series.is_dev);
        for (series, colour) in others.filter_map(|series| Some((series, palette.run(series.run)?))) {
            if let Some((step, value)) = series.points.iter().rev().find(|(_, value)| value.is_finite()) {
                let at = ((x.to_px(*step) - 5.0).max(LEFT + 6.0), (y.to_px(*value) - 8.0).max(TOP + 4.0));
                pen.number(&letter(series.run).to_string(), at, Align::Centre, &css(colour));
            }
        }
    }
}
