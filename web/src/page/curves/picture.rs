//! The picture of a chart: lines of several runs, or the bands in which a tensor's values lie.
//!
//! In: the chart's lines, axes, the cursor. Out: ink on a canvas. Read next: `../chart/scale.rs`.

use super::{Axes, words, x_range};
use crate::{
    page::{
        canvas::Surface,
        chart::{
            calm::Same,
            pen::{Align, Pen},
            scale::Scale,
            series, ticks,
        },
        theme::{Palette, css},
    },
    protocol::{Curves, TagLine},
};

const LEFT: f64 = 56.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 18.0;
/// How dense the bands of 90 and of 50 percent of the values are.
const DENSITIES: [f64; 2] = [0.16, 0.28];
/// Dashes and gaps, CSS pixels.
const PATTERNS: [(&str, &[f64]); 4] =
    [("none", &[]), ("7 3", &[7.0, 3.0]), ("2 2", &[2.0, 2.0]), ("9 3 2 3", &[9.0, 3.0, 2.0, 3.0])];
const N_COLOURS: usize = 10;

/// How a run's lines look: by colour and by dashes, so that neither is needed alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineStyle {
    /// Which of the categorical colours.
    pub colour_idx: usize,
    /// Dashes and gaps, as an SVG wants them.
    pub dashes: &'static str,
    /// The same for a canvas.
    pattern: &'static [f64],
}

impl LineStyle {
    /// The look of a run; up to twenty look different.
    pub fn of(run_idx: usize) -> Self {
        let (dashes, pattern) = PATTERNS[run_idx % PATTERNS.len()];
        Self { colour_idx: run_idx % N_COLOURS, dashes, pattern }
    }
}

/// The share of the x axis at a pixel of a canvas so wide.
pub fn share_at(px: f64, width: f64) -> f64 {
    (px - LEFT) / (width - LEFT - RIGHT).max(1.0)
}

/// One chart of a log, ready to be drawn.
pub struct Picture {
    /// The log.
    pub curves: Same<Curves>,
    /// Which of its charts.
    pub chart_idx: usize,
    /// How it is drawn.
    pub axes: Axes,
    /// Where the cursor stands.
    pub cursor: f64,
}

impl Picture {
    /// Draws axes, lines and cursor.
    pub fn draw(&self, surface: &Surface, palette: &Palette) {
        let lines = self.curves.lines_of(self.chart_idx);
        let (right, bottom) = (surface.width - RIGHT, surface.height - BOTTOM);
        let x = Scale::linear(x_range(&self.curves, self.axes), (LEFT, right));
        let (is_log, y_range) = y_axis(&lines, self.axes);
        let y = Scale::new(is_log, y_range, (bottom, TOP));
        let pen = Pen { context: surface.context };
        let y_ticks = ticks::apart(&ticks::ticks(is_log, y_range, ((bottom - TOP) / 24.0) as usize), y, 14.0);
        for (tick, label) in y_ticks.iter().zip(labels(&y_ticks)) {
            pen.rule(LEFT, right, y.to_px(*tick), &palette.line);
            pen.number(&label, (LEFT - 6.0, y.to_px(*tick)), Align::Right, &palette.faint);
        }
        self.draw_x_axis(pen, x, (right, bottom), palette);
        let px = x.to_px(self.cursor);
        pen.line((px, TOP), (px, bottom), &palette.accent, 1.5);
        for line in &lines {
            let colour = self.draw_line(line, pen, (x, y), palette);
            if let Some(point) = words::point_at(line, self.axes, self.cursor) {
                let at = (line.xs(self.axes.is_by_time)[point], line.level(line.n_levels / 2).get(point));
                pen.disc((x.to_px(at.0), y.to_px(at.1.copied().unwrap_or(f64::NAN))), 3.0, &colour);
            }
        }
    }

    /// Ticks below, and what they count.
    fn draw_x_axis(&self, pen: Pen, x: Scale, (right, bottom): (f64, f64), palette: &Palette) {
        let (first, last) = x_range(&self.curves, self.axes);
        let (unit, name) =
            if self.axes.is_by_time { words::time_unit(last) } else { (1.0, words::step_word(&self.curves)) };
        let y = bottom + 11.0;
        pen.number(name, (right, y), Align::Right, &palette.faint);
        let room = right - pen.number_width(name) - 6.0;
        let n_wanted = ((right - LEFT) / 80.0) as usize;
        let all = if self.axes.is_by_time { ticks::linear } else { ticks::whole }(
            (first / unit, last / unit),
            n_wanted,
        );
        for tick in all {
            let label = if self.axes.is_by_time { ticks::label(tick) } else { tick.to_string() };
            let (px, half) = (x.to_px(tick * unit), pen.number_width(&label) / 2.0);
            if px + half < room {
                pen.line((px, bottom), (px, bottom + 3.0), &palette.faint, 1.0);
                pen.number(&label, (px, y), Align::Centre, &palette.faint);
            }
        }
    }

    /// Draws a line or bands, and tells the colour.
    fn draw_line(&self, line: &TagLine, pen: Pen, (x, y): (Scale, Scale), palette: &Palette) -> String {
        let xs = line.xs(self.axes.is_by_time);
        let points = |level: usize| -> Vec<(f64, f64)> {
            let finite = xs.iter().zip(line.level(level)).filter(|(x, _)| x.is_finite());
            finite.map(|(at, value)| (x.to_px(*at), y.to_px(*value))).collect()
        };
        if !line.is_tensor() {
            let style = LineStyle::of(line.run_idx);
            let is_alone = self.curves.runs.len() == 1;
            let colour = if is_alone { palette.ink.clone() } else { class(palette, style.colour_idx) };
            stroke(pen, &points(0), &colour, style.pattern);
            return colour;
        }
        for (outer, density) in DENSITIES.into_iter().enumerate() {
            let mut border = points(outer);
            border.extend(points(line.n_levels - 1 - outer).into_iter().rev());
            trace(pen, &border);
            pen.context.set_fill_style_str(&palette.accent);
            pen.context.set_global_alpha(density);
            pen.context.fill();
            pen.context.set_global_alpha(1.0);
        }
        stroke(pen, &points(line.n_levels / 2), &palette.ink, &[]);
        palette.ink.clone()
    }
}

fn class(palette: &Palette, idx: usize) -> String {
    palette.classes.get(idx).map_or_else(|| palette.ink.clone(), |colour| css(*colour))
}

/// Whether a chart's y axis is logarithmic, which bands and what is never above zero can't be, and its ends.
fn y_axis(lines: &[TagLine], axes: Axes) -> (bool, (f64, f64)) {
    let values = lines.iter().flat_map(|line| line.values.iter().copied());
    let is_tensor = lines.iter().any(TagLine::is_tensor);
    let (low, high) = series::range(values.clone()).unwrap_or((0.0, 1.0));
    if axes.is_log && !is_tensor && high > 0.0 {
        return (true, series::cost_range(values, true));
    }
    let air = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.05 };
    (false, (low - air, high + air))
}

/// Short labels; with as many decimals as it takes where short ones would be the same.
fn labels(ticks: &[f64]) -> Vec<String> {
    let short: Vec<String> = ticks.iter().map(|tick| ticks::label(*tick)).collect();
    if short.windows(2).all(|pair| pair[0] != pair[1]) {
        return short;
    }
    let distance = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let n_decimals = (-(distance * 1.001).log10().floor()).clamp(0.0, 9.0) as usize;
    ticks.iter().map(|tick| format!("{tick:.n_decimals$}").replace('-', "−")).collect()
}

fn trace(pen: Pen, points: &[(f64, f64)]) {
    pen.context.begin_path();
    for (x, y) in points {
        pen.context.line_to(*x, *y);
    }
}

fn stroke(pen: Pen, points: &[(f64, f64)], colour: &str, dashes: &[f64]) {
    let pattern: js_sys::Array = dashes.iter().map(|dash| wasm_bindgen::JsValue::from(*dash)).collect();
    let _ = pen.context.set_line_dash(&pattern);
    pen.context.set_stroke_style_str(colour);
    pen.context.set_line_width(1.6);
    pen.context.set_line_join("round");
    trace(pen, points);
    pen.context.stroke();
    let _ = pen.context.set_line_dash(&js_sys::Array::new());
    if let [(x, y)] = points {
        pen.disc((*x, *y), 2.5, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64], n_levels: usize) -> [TagLine<'_>; 1] {
        [TagLine { run_idx: 0, n_not_finite: 0, steps: &[], seconds: &[], values, n_levels }]
    }

    #[test]
    fn twenty_runs_look_different() {
        let styles: Vec<LineStyle> = (0..20).map(LineStyle::of).collect();
        for (idx, style) in styles.iter().enumerate() {
            assert!(!styles[..idx].contains(style), "{idx}");
            assert!(idx == 0 || styles[idx - 1].dashes != style.dashes, "colour alone tells {idx}");
        }
        for (dashes, pattern) in &PATTERNS[1..] {
            assert_eq!(*dashes, pattern.iter().map(f64::to_string).collect::<Vec<String>>().join(" "));
        }
    }

    #[test]
    fn an_axis_is_logarithmic_where_it_can_be() {
        let log = Axes { is_by_time: false, is_log: true };
        assert!(y_axis(&line(&[0.1, 10.0], 1), log).0);
        assert!(!y_axis(&line(&[0.1, 10.0], 1), Axes::default()).0);
        assert!(!y_axis(&line(&[-3.0, 0.0], 1), log).0, "nothing is above zero");
        assert!(!y_axis(&line(&[1.0; 5], 5), log).0, "a tensor's values");
    }

    #[test]
    fn an_axis_has_air_and_never_no_height() {
        for values in [&[1.0, 2.0][..], &[5.0], &[0.0], &[-1e-9], &[]] {
            let (_, (low, high)) = y_axis(&line(values, 1), Axes::default());
            assert!(values.iter().all(|value| low < *value && *value < high) && low < high, "{values:?}");
        }
    }

    #[test]
    fn labels_of_a_narrow_axis_differ() {
        assert_eq!(labels(&[0.0, 0.5, 1.0]), ["0", "0.5", "1"]);
        assert_eq!(labels(&[0.9995, 0.9996, 0.9997]), ["0.9995", "0.9996", "0.9997"]);
        assert_eq!(labels(&[123_456.0, 123_458.0]), ["123456", "123458"]);
        assert!(labels(&[]).is_empty());
    }
}
