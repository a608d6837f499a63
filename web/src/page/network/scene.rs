//! The picture itself: inputs, tiles and rings over the lines, drawn into memory.
//!
//! In: a frame, the layout, zoom, colours. Out: a [`Raster`]. Pure, so that its speed and its robustness can be tested
//! without a browser. Read next: `lines.rs`; `painter.rs`, which puts it on the screen.

use std::rc::Rc;

use lnn_runlog::Quantity;

use super::{
    camera::Camera,
    diagnosis::Mark,
    layout::{InputBox, LayerBox, Layout, Rect},
    raster::{Raster, RoundRect},
    scale::Decades,
    still::{INPUT_CELLS, Still},
    tile::{Lut, Sampler},
    tones::Tones,
    units::quantity,
};
use crate::{
    frame::{Frame, TileContent, TileSheet},
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
    pub fn y(&self, y: f32) -> f32 {
        (y * self.camera.zoom + self.camera.y) * self.ratio
    }

    /// A distance from the left of the layout in device pixels.
    pub fn x(&self, x: f32) -> f32 {
        (x * self.camera.zoom + self.camera.x) * self.ratio
    }

    /// A rectangle of the layout in device pixels.
    fn place(&self, rect: Rect) -> Rect {
        let scale = self.camera.zoom * self.ratio;
        Rect { x: self.x(rect.x), y: self.y(rect.y), width: rect.width * scale, height: rect.height * scale }
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

#[cfg(test)]
#[path = "scene_tests.rs"]
mod tests;
