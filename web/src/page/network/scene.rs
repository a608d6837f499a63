//! The picture itself: lines, then inputs, tiles and rings, drawn into memory.
//!
//! In: a frame, the layout, zoom, colours. Out: a [`Raster`]. Pure, so that its speed and its robustness can be tested
//! without a browser. Read next: `painter.rs`, which puts it on the screen.

use std::rc::Rc;

use lnn_runlog::Quantity;

use super::{
    camera::Camera,
    diagnosis::Mark,
    layout::{InputBox, LayerBox, Layout, Rect},
    raster::{Raster, RoundRect},
    ribbon::{Gap, Line},
    scale::Decades,
    still::{INPUT_CELLS, Still},
    tile::{Lut, Sampler},
    tones::Tones,
    units::quantity,
};
use crate::{
    frame::{EdgeSheet, Frame, TileContent, TileSheet},
    protocol::{Lens, UnitId},
};

/// Everything that a picture is made from.
pub struct Scene<'a> {
    /// Where everything lies.
    pub layout: &'a Rc<Layout>,
    /// Zoom and pan.
    pub camera: Camera,
    /// Device pixels a CSS pixel.
    pub ratio: f32,
    /// What to show.
    pub frame: &'a Frame,
    /// What doesn't change.
    pub still: &'a Still,
    /// Colours.
    pub tones: &'a Tones,
    /// The rings' scale.
    pub decades: Decades,
    /// Each layer's marks.
    pub marks: &'a [Vec<Mark>],
    /// The unit whose lines stand out.
    pub focus: Option<UnitId>,
}

/// How much of a tile's surroundings there is room for, by its size on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Round corners and a ring.
    Ring,
    /// A bar below.
    Bar,
}

impl Detail {
    /// For a tile of so many CSS pixels.
    pub fn of(tile_px: f32) -> Self {
        if tile_px >= 21.0 { Self::Ring } else { Self::Bar }
    }
}

/// Which lines are drawn at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Every line, as strong as it is.
    All,
    /// Those that have nothing to do with the chosen unit, faintly.
    Behind,
    /// Those of the chosen unit.
    Ahead,
}

/// What the choice of a unit means to the lines into one layer.
struct Focus {
    from: Option<usize>,
    to: Option<usize>,
}

impl Focus {
    fn new(unit: Option<UnitId>, layer_idx: usize) -> Self {
        let to = unit.filter(|unit| unit.layer_idx == layer_idx).map(|unit| unit.unit_idx);
        let from = unit.filter(|unit| unit.layer_idx + 1 == layer_idx).map(|unit| unit.unit_idx);
        Self { from, to }
    }

    fn passes(&self) -> &'static [Pass] {
        if self.from.is_some() || self.to.is_some() { &[Pass::Behind, Pass::Ahead] } else { &[Pass::All] }
    }

    fn takes(&self, pass: Pass, from: u16, to: u16) -> bool {
        let is_own = self.from == Some(usize::from(from)) || self.to == Some(usize::from(to));
        pass == Pass::All || is_own == (pass == Pass::Ahead)
    }
}

/// The quantity of the rings under a lens.
pub fn ring_quantity(lens: Lens) -> Quantity {
    if lens == Lens::Gradient { Quantity::GradientNorm } else { Quantity::ErrorMeanAbs }
}

impl Scene<'_> {
    /// Draws all but the lines, which the raster already shows.
    pub fn draw(&self, raster: &mut Raster) {
        self.inputs(raster);
        for layer_idx in 0..self.layout.layers.len() {
            self.layer(raster, layer_idx);
        }
        self.points(raster);
    }

    /// A height of the layout in device pixels.
    fn y(&self, y: f32) -> f32 {
        (y * self.camera.zoom + self.camera.y) * self.ratio
    }

    fn x(&self, x: f32) -> f32 {
        (x * self.camera.zoom + self.camera.x) * self.ratio
    }

    /// A rectangle of the layout in device pixels.
    fn place(&self, rect: Rect) -> Rect {
        let scale = self.camera.zoom * self.ratio;
        Rect { x: self.x(rect.x), y: self.y(rect.y), width: rect.width * scale, height: rect.height * scale }
    }

    /// Draws the lines into one layer, on a clean ground. Returns how many there are.
    pub fn lines(&self, raster: &mut Raster, layer_idx: usize) -> usize {
        let both = self.layout.layers.get(layer_idx).zip(self.frame.edges.get(layer_idx));
        let Some((layer, sheet)) = both else { return 0 };
        let before = layer_idx.checked_sub(1).and_then(|idx| self.layout.layers.get(idx));
        let (left, pitch) = match before {
            Some(before) => (before.x_out() - before.overlap(), before.pitch.min(layer.pitch)),
            None => (self.layout.input.x_out(), layer.pitch),
        };
        let gap = Gap::new(self.x(left), self.x(layer.x_in() + layer.overlap()), raster.width());
        raster.clear_columns(gap.columns(), self.tones.background);
        if gap.is_empty() || sheet.scale <= 0.0 {
            return 0;
        }
        let widest = (pitch * 0.065).clamp(1.1, 4.6) * self.camera.zoom.sqrt().min(2.5);
        let from_port = |idx: usize| match before {
            Some(before) => before.port(idx),
            None => self.layout.input.port(idx),
        };
        let focus = Focus::new(self.focus, layer_idx);
        for pass in focus.passes() {
            for (from, to, value) in edges(sheet).filter(|(from, to, _)| focus.takes(*pass, *from, *to)) {
                let size = (value.abs() / sheet.scale).min(1.0);
                let line = Line {
                    from: self.y(from_port(usize::from(from))),
                    to: self.y(layer.port(usize::from(to))),
                    width: (0.5 + widest * size) * self.ratio,
                    alpha: if *pass == Pass::Behind { 0.06 + 0.16 * size } else { 0.12 + 0.66 * size },
                    is_dashed: value < 0.0,
                };
                let colour = if value < 0.0 { self.tones.negative } else { self.tones.positive };
                gap.draw(raster, line, colour, self.ratio);
            }
        }
        sheet.value.len()
    }

    fn inputs(&self, raster: &mut Raster) {
        match &self.layout.input {
            InputBox::Plane(tiles) => {
                for (unit_idx, cells) in self.still.plane.chunks(INPUT_CELLS * INPUT_CELLS).enumerate() {
                    let place = self.place(tiles.tile_rect(unit_idx));
                    let side = place.width.round().max(1.0) as usize;
                    let mut sampler = Sampler::new(INPUT_CELLS, INPUT_CELLS, side, side, true);
                    let (left, top) = (place.x.round() as i32, place.y.round() as i32);
                    sampler.draw(raster, cells, left, top, self.radius(tiles), &self.tones.signed);
                }
            }
            InputBox::Picture { rect, shape: (n_rows, n_cols), .. } => {
                let place = self.place(*rect);
                let (width, height) =
                    (place.width.round().max(1.0) as usize, place.height.round().max(1.0) as usize);
                let is_smooth = (width as f32) < 3.0 * *n_cols as f32;
                let mut sampler = Sampler::new(*n_cols as usize, *n_rows as usize, width, height, is_smooth);
                let (left, top) = (place.x.round() as i32, place.y.round() as i32);
                let frame = RoundRect {
                    x: left as f32,
                    y: top as f32,
                    width: width as f32,
                    height: height as f32,
                    radius: 0.0,
                };
                raster.fill(frame.grown(self.ratio), self.tones.magnitude[0], 1.0);
                let radius = 4.0 * self.ratio;
                match &self.still.picture[..] {
                    [grey] => sampler.draw(raster, grey, left, top, radius, &self.tones.grey),
                    [red, green, blue] => {
                        let planes = [&red[..], &green[..], &blue[..]];
                        sampler.draw_in_colours(raster, planes, left, top, radius);
                    }
                    _ => {}
                }
            }
            InputBox::Names { .. } => {}
        }
    }

    /// The radius of a layer's tiles in device pixels.
    fn radius(&self, layer: &LayerBox) -> f32 {
        let tile = layer.tile * self.camera.zoom;
        let radius = if tile < 9.0 { 0.0 } else { (tile * 0.14).min(9.0) };
        radius * self.ratio
    }

    fn layer(&self, raster: &mut Raster, layer_idx: usize) {
        let (Some(layer), Some(sheet)) = (self.layout.layers.get(layer_idx), self.frame.tiles.get(layer_idx))
        else {
            return;
        };
        let is_output = layer_idx + 1 == self.layout.layers.len();
        let side = (layer.tile * self.camera.zoom * self.ratio).round().max(1.0) as usize;
        let mut sampler = sampler(sheet, side);
        let is_share = is_output && self.still.is_two_class;
        let lut = match self.frame.lens {
            Lens::Activation if is_share => &self.tones.two_class,
            Lens::Activation | Lens::Weight => &self.tones.signed,
            Lens::Gradient | Lens::Update => &self.tones.signed_root,
        };
        let values = quantity(self.frame, layer_idx, ring_quantity(self.frame.lens));
        let marks = self.marks.get(layer_idx).filter(|_| !is_output);
        let n_bytes = (usize::from(sheet.width) * usize::from(sheet.height)).max(1);
        let room = (layer.pitch - layer.tile) / 2.0 * self.camera.zoom * self.ratio;
        for (unit_idx, cells) in sheet.pixels.chunks_exact(n_bytes).take(layer.n_units).enumerate() {
            let place = self.place(layer.tile_rect(unit_idx));
            let outside =
                |from: f32, size: f32, end: usize| from + size + room < 0.0 || from - room > end as f32;
            if outside(place.x, place.width, raster.width())
                || outside(place.y, place.height, raster.height())
            {
                continue;
            }
            let shape = RoundRect {
                x: place.x.round(),
                y: place.y.round(),
                width: side as f32,
                height: side as f32,
                radius: self.radius(layer),
            };
            if let Some(level) = values.get(unit_idx).and_then(|value| self.decades.level(*value)) {
                self.ring(raster, shape, room, level);
            }
            sampler.draw(raster, cells, shape.x as i32, shape.y as i32, shape.radius, lut);
            self.mark(
                raster,
                shape,
                marks.and_then(|marks| marks.get(unit_idx)).copied().unwrap_or_default(),
            );
        }
    }

    /// What is asked of the unit: a ring around its tile, or a bar below where tiles are small.
    fn ring(&self, raster: &mut Raster, shape: RoundRect, room: f32, level: f32) {
        let colour = |from: f32| self.tones.magnitude[(from + (255.0 - from) * level) as usize & 255];
        if Detail::of(shape.width / self.ratio) == Detail::Ring {
            let space = (room * 0.22).min(3.0 * self.ratio);
            let widest = (room - space - 0.5 * self.ratio).clamp(self.ratio, 9.0 * self.ratio);
            let thickness = 0.9 * self.ratio + (widest - 0.9 * self.ratio).max(0.0) * level;
            raster.fill(shape.grown(space + thickness), colour(70.0), 1.0);
            raster.fill(shape.grown(space), self.tones.background, 1.0);
        } else {
            let height = (room * 1.1).clamp(1.0, 3.5 * self.ratio);
            let space = (room * 2.0 - height).max(0.0) * 0.4;
            let bar = RoundRect {
                x: shape.x,
                y: shape.y + shape.height + space,
                width: (shape.width * level).max(1.0),
                height,
                radius: 0.0,
            };
            raster.fill(bar, colour(110.0), 1.0);
        }
    }

    /// Nearly dead: hatched. Saturated: a corner turned down. Neither needs colour.
    fn mark(&self, raster: &mut Raster, shape: RoundRect, mark: Mark) {
        match mark {
            Mark::None => {}
            Mark::Dead => {
                let period = (shape.width * 0.16).clamp(3.0, 9.0 * self.ratio);
                raster.hatch(shape, period, self.tones.ink, 0.5);
            }
            Mark::Saturated => {
                let side = (shape.width * 0.26).clamp(2.0, 13.0 * self.ratio);
                raster.corner(shape.x + shape.width, shape.y, side, self.tones.ink, self.tones.background);
            }
        }
    }

    /// Data points over the map of the only output.
    fn points(&self, raster: &mut Raster) {
        let (Some(output), Some(sheet)) = (self.layout.layers.last(), self.frame.tiles.last()) else {
            return;
        };
        if output.n_units != 1 || sheet.content != TileContent::Plane {
            return;
        }
        let place = self.place(output.tile_rect(0));
        let radius = (place.width * 0.012).clamp(1.1 * self.ratio, 4.0 * self.ratio);
        let at = |x: f32, y: f32| (place.x + x * place.width, place.y + y * place.height);
        let is_inside = |x: f32, y: f32| (0.01..0.99).contains(&x) && (0.01..0.99).contains(&y);
        for point in self.still.points.iter().filter(|point| is_inside(point.x, point.y)) {
            let (x, y) = at(point.x, point.y);
            let colour = match point.level {
                Some(level) => level_colour(level, &self.tones.signed),
                None => self.tones.point(point.class),
            };
            raster.dot(x, y, radius, point.class % 2 == 1, colour);
        }
        if let Some(point) = self.still.chosen.filter(|point| is_inside(point.x, point.y)) {
            let (x, y) = at(point.x, point.y);
            raster.dot(x, y, radius * 2.0 + 2.4 * self.ratio, false, self.tones.paper);
            raster.dot(x, y, radius * 2.0 + 1.4 * self.ratio, false, self.tones.accent);
            raster.dot(x, y, radius * 2.0, false, self.tones.paper);
            raster.dot(x, y, radius * 1.3, point.class % 2 == 1, self.tones.point(point.class));
        }
    }
}

fn level_colour(level: f32, signed: &Lut) -> [u8; 3] {
    let [r, g, b, _] = signed[(128.0 + 127.0 * level.clamp(-1.0, 1.0)) as usize & 255].to_le_bytes();
    [r, g, b]
}

fn sampler(sheet: &TileSheet, side: usize) -> Sampler {
    let (n_cols, n_rows) = (usize::from(sheet.width), usize::from(sheet.height));
    let is_smooth = sheet.content == TileContent::Plane || (side as f32) < 2.5 * n_cols.max(n_rows) as f32;
    Sampler::new(n_cols, n_rows, side, side, is_smooth)
}

fn edges(sheet: &EdgeSheet) -> impl Iterator<Item = (u16, u16, f32)> {
    sheet
        .from
        .iter()
        .zip(sheet.to.iter())
        .zip(sheet.value.iter())
        .map(|((from, to), value)| (*from, *to, *value))
}

#[cfg(test)]
#[path = "scene_tests.rs"]
mod tests;
