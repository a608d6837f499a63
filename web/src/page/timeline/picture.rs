//! The timeline's picture: the cost so far, one strip a layer, the axis of epochs, and the cursor over all of it.
//!
//! In: records, the norms beside them, the cursor. Out: ink on two canvases, the labels' and the plot's. Read next:
//! `columns.rs`.

use std::cell::RefCell;

use lnn_runlog::{StepRecord, Timeline};

use super::{
    columns::Columns,
    layout::{Layout, PAD, steps_axis},
};
use crate::page::{
    canvas::Surface,
    chart::{
        calm::Same,
        curve::{Series, draw_series},
        pen::{Align, Pen},
        raster::{Picture, Rect},
        scale::Scale,
        series, ticks,
    },
    number,
    theme::Palette,
};

/// Everything that is drawn.
#[derive(Clone, PartialEq)]
pub struct TimelinePicture {
    /// The run so far.
    pub timeline: Same<Timeline>,
    /// Norms of the layers' gradients.
    pub columns: Same<RefCell<Columns>>,
    /// Hidden layers and the output layer.
    pub n_layers: usize,
    /// The cursor's step.
    pub cursor: u64,
    /// The newest step.
    pub newest_step: u64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Where the pointer hovers.
    pub hover: Option<u64>,
    /// Steps that are played again and again.
    pub span: Option<(u64, u64)>,
    /// Colours.
    pub palette: Same<Palette>,
}

impl TimelinePicture {
    fn cost_axis(&self, layout: &Layout) -> (Scale, Vec<f64>) {
        let records = self.timeline.records().iter();
        let costs = records.flat_map(|r| [Some(r.head.train.cost), r.head.dev.map(|dev| dev.cost)]).flatten();
        let range = series::cost_range(costs, self.has_log_axis);
        let scale = Scale::new(self.has_log_axis, range, (layout.cost_bottom, layout.cost_top));
        (scale, ticks::apart(&ticks::ticks(self.has_log_axis, range, 4), scale, 14.0))
    }

    /// What stands left of the plot.
    pub fn draw_labels(&self, surface: &Surface) {
        let (pen, palette) = (Pen { context: surface.context }, &self.palette);
        let layout = Layout::new(surface.height, self.n_layers);
        let (cost, ticks) = self.cost_axis(&layout);
        pen.words("cost", (0.0, layout.cost_top), Align::Left, &palette.soft);
        for tick in ticks {
            let y = cost.to_px(tick);
            let is_below_title = y - layout.cost_top > 12.0 || surface.width > 58.0;
            if is_below_title {
                pen.number(&ticks::label(tick), (surface.width - 2.0, y), Align::Right, &palette.faint);
            }
        }
        for layer_idx in layout.labelled() {
            let y = layout.strip_top(layer_idx) + layout.strip_height() / 2.0 + 0.5;
            let is_output = layer_idx + 1 == self.n_layers;
            let name = if is_output { "output".to_owned() } else { format!("layer {}", layer_idx + 1) };
            pen.words(&name, (0.0, y), Align::Left, &palette.soft);
        }
        pen.words("epoch", (0.0, layout.axis_top + 9.0), Align::Left, &palette.faint);
    }

    /// The plot itself.
    pub fn draw_plot(&self, surface: &Surface) {
        let pen = Pen { context: surface.context };
        let layout = Layout::new(surface.height, self.n_layers);
        let axis = steps_axis(self.newest_step, self.steps_per_epoch, surface.width);
        let (cost, ticks) = self.cost_axis(&layout);
        for tick in ticks {
            pen.rule(PAD, surface.width - PAD, cost.to_px(tick), &self.palette.line);
        }
        self.draw_strips(surface, &layout, axis);
        self.draw_epochs(pen, &layout, axis);
        self.draw_costs(surface, (axis, cost));
        if let Some((from, to)) = self.span {
            self.draw_span(pen, &layout, (axis.to_px(from as f64), axis.to_px(to as f64)));
        }
        self.draw_cursor(pen, &layout, axis, cost);
        if let Some(step) = self.hover.filter(|step| *step != self.cursor) {
            self.draw_hover(pen, &layout, axis, (step, surface.width));
        }
    }

    fn draw_strips(&self, surface: &Surface, layout: &Layout, axis: Scale) {
        let last = axis.to_px(self.newest_step as f64).ceil().max(PAD + 1.0);
        let pixels = PAD as usize..last as usize;
        let width = pixels.len();
        let shades = self.columns.borrow().shades(axis, pixels, self.n_layers);
        for (layer_idx, row) in shades.chunks(width.max(1)).enumerate() {
            let mut rgba = Vec::with_capacity(width * 4);
            for shade in row {
                let [red, green, blue] = self.palette.magnitude[usize::from(*shade)];
                rgba.extend([red, green, blue, 255]);
            }
            let (y, height) = (layout.strip_top(layer_idx).round(), layout.strip_height().round());
            let to = Rect { x: PAD, y, width: width as f64, height };
            Picture { rgba, width, height: 1 }.draw(surface, to, false);
        }
    }

    fn draw_epochs(&self, pen: Pen, layout: &Layout, axis: Scale) {
        let per_epoch = self.steps_per_epoch.max(1) as f64;
        let right = axis.to_px(f64::INFINITY);
        let last_epoch = axis.to_value(right) / per_epoch;
        for epoch in ticks::whole((0.0, last_epoch), ((right - PAD) / 110.0).max(2.0) as usize) {
            let x = axis.to_px(epoch * per_epoch);
            if x < right - 14.0 {
                pen.line((x, layout.axis_top), (x, layout.axis_top + 3.0), &self.palette.faint, 1.0);
                let text = number::count(epoch as u64);
                pen.number(&text, (x, layout.axis_top + 10.0), Align::Centre, &self.palette.faint);
            }
        }
    }

    fn draw_costs(&self, surface: &Surface, (axis, cost): (Scale, Scale)) {
        let line = |cost_of: fn(&StepRecord) -> Option<f64>| -> Vec<(f64, f64)> {
            let records = self.timeline.records().iter();
            records.filter_map(|r| Some((r.head.step as f64, cost_of(r)?))).collect()
        };
        let dev = Series { points: line(|r| r.head.dev.map(|dev| dev.cost)), is_dev: true, run: 0 };
        let train = Series { points: line(|r| Some(r.head.train.cost)), is_dev: false, run: 0 };
        draw_series(surface, &[&dev, &train], (axis, cost), (surface.width / 3.0) as usize, &self.palette);
    }

    /// A bracket over the steps that are played again and again.
    fn draw_span(&self, pen: Pen, layout: &Layout, (from, to): (f64, f64)) {
        let accent = &self.palette.accent;
        pen.fill((from, 0.0), ((to - from).max(2.0), 3.0), accent);
        for x in [from, to] {
            pen.line((x, 0.0), (x, layout.axis_top), accent, 1.0);
        }
    }

    fn draw_cursor(&self, pen: Pen, layout: &Layout, axis: Scale, cost: Scale) {
        let (x, accent) = (axis.to_px(self.cursor as f64), &self.palette.accent);
        pen.line((x, 6.0), (x, layout.axis_top), accent, 2.0);
        pen.disc((x, 6.5), 6.0, accent);
        if let Some(record) = self.timeline.nearest(self.cursor).filter(|r| r.head.train.cost.is_finite()) {
            let y = cost.to_px(record.head.train.cost);
            pen.disc((x, y), 4.5, &self.palette.panel);
            pen.disc((x, y), 3.0, accent);
        }
    }

    /// The step under the pointer, with its numbers.
    fn draw_hover(&self, pen: Pen, layout: &Layout, axis: Scale, (step, width): (u64, f64)) {
        let x = axis.to_px(step as f64);
        pen.line((x, layout.cost_top - 4.0), (x, layout.axis_top), &self.palette.faint, 1.0);
        let Some(record) = self.timeline.nearest(step) else { return };
        let epoch = step / self.steps_per_epoch.max(1);
        let dev = record.head.dev.map(|dev| format!("  dev {}", number::short(dev.cost))).unwrap_or_default();
        let cost = number::short(record.head.train.cost);
        let text = format!("step {}  epoch {}  cost {cost}{dev}", number::count(step), number::count(epoch));
        let text_width = pen.number_width(&text);
        let left = if x + text_width + 16.0 > width { x - text_width - 16.0 } else { x + 6.0 };
        pen.fill((left.max(0.0), 0.0), (text_width + 10.0, 17.0), &self.palette.panel);
        pen.number(&text, (left.max(0.0) + 5.0, 9.0), Align::Left, &self.palette.ink);
    }

    /// What the strips' colours mean.
    pub fn draw_legend(&self, surface: &Surface) {
        let Some((low, high)) = self.columns.borrow().range() else { return };
        let (pen, faint) = (Pen { context: surface.context }, &self.palette.faint);
        let rgba = self.palette.magnitude.iter().skip(14).flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
        let to = Rect { x: 0.0, y: 0.0, width: surface.width, height: 7.0 };
        Picture { rgba, width: 242, height: 1 }.draw(surface, to, false);
        pen.number(&ticks::label(low), (0.0, 15.0), Align::Left, faint);
        pen.number(&ticks::label(high), (surface.width, 15.0), Align::Right, faint);
    }
}
