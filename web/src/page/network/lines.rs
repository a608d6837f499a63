//! The lines between the layers, renewed piece by piece while a run goes on.
//!
//! In: scenes, one a frame. Out: a [`Raster`] of the lines alone. Lines change slowly and there are many: a frame draws so
//! many of them, on a [`Strip`] aside, which takes its place in the picture once it is whole. Tiles and rings are renewed
//! with every frame. Pure. Read next: `ribbon.rs` for one line.

use std::{ops::Range, rc::Rc};

use super::{
    camera::Camera,
    layout::Layout,
    raster::Raster,
    ribbon::{Gap, Line},
    scene::Scene,
};
use crate::{
    frame::Frame,
    page::{chart::calm::Same, theme::Rgb},
    protocol::{Lens, UnitId},
};

/// Lines that a frame draws while a run goes on.
const LINES_A_FRAME: usize = 80;

/// What the lines were drawn for, besides the frame.
#[derive(Debug, Clone, PartialEq)]
struct Ground {
    layout: Rc<Layout>,
    camera: Camera,
    size: (usize, usize),
    focus: Option<UnitId>,
    lens: Lens,
    run: u32,
    background: Rgb,
}

/// Everything between two columns, drawn aside.
#[derive(Debug, Clone, Default)]
pub struct Strip {
    raster: Raster,
    /// Where it belongs in the picture.
    left: usize,
}

/// A strip that is not whole yet: it goes on with the frame it was begun with.
struct Begun {
    frame: Same<Frame>,
    layer_idx: usize,
    n_drawn: usize,
}

/// The lines of a whole network.
#[derive(Default)]
pub struct Lines {
    picture: Raster,
    strip: Strip,
    ground: Option<Ground>,
    begun: Option<Begun>,
}

impl Lines {
    /// The lines as they are now.
    pub fn picture(&self) -> &Raster {
        &self.picture
    }

    /// Renews the lines for a picture of `size`: all of them on a new ground or when paused, else some; none where
    /// `can_wait`.
    pub fn renew(&mut self, scene: &Scene, frame: &Same<Frame>, size: (usize, usize), can_wait: bool) {
        let new = Ground {
            layout: scene.layout.clone(),
            camera: scene.camera,
            size,
            focus: scene.focus,
            lens: frame.lens,
            run: frame.run,
            background: scene.tones.background,
        };
        if frame.playing && self.ground.as_ref() == Some(&new) {
            if !can_wait {
                self.go_on(scene, frame, size);
            }
        } else {
            self.draw_all(scene, size);
            (self.ground, self.begun) = (Some(new), None);
        }
    }

    /// Draws every line.
    pub fn draw_all(&mut self, scene: &Scene, size: (usize, usize)) {
        self.picture.clear(size.0, size.1, scene.tones.background);
        for layer_idx in 0..scene.layout.layers.len() {
            scene.lines(&mut self.strip, size, layer_idx, 0..usize::MAX);
            self.picture.paste(&self.strip.raster, self.strip.left);
        }
    }

    fn go_on(&mut self, scene: &Scene, newest: &Same<Frame>, size: (usize, usize)) {
        let n_layers = scene.layout.layers.len();
        let mut room = LINES_A_FRAME;
        // Once around at most: there may be fewer lines than there is room for.
        for _ in 0..=n_layers {
            let mut begun =
                self.begun.take().unwrap_or(Begun { frame: newest.clone(), layer_idx: 0, n_drawn: 0 });
            let until = begun.n_drawn + room;
            let its_scene = Scene { frame: &begun.frame, ..*scene };
            let n_lines = its_scene.lines(&mut self.strip, size, begun.layer_idx, begun.n_drawn..until);
            if until < n_lines {
                begun.n_drawn = until;
                self.begun = Some(begun);
                return;
            }
            room = until - n_lines;
            self.picture.paste(&self.strip.raster, self.strip.left);
            let layer_idx = (begun.layer_idx + 1) % n_layers.max(1);
            self.begun = Some(Begun { frame: newest.clone(), layer_idx, n_drawn: 0 });
        }
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

impl Scene<'_> {
    /// Draws a part of the lines into one layer onto a strip, which is clean at the first of them. Returns how many
    /// there are.
    fn lines(&self, strip: &mut Strip, size: (usize, usize), layer_idx: usize, part: Range<usize>) -> usize {
        let both = self.layout.layers.get(layer_idx).zip(self.frame.edges.get(layer_idx));
        let Some((layer, sheet)) = both else {
            strip.raster.clear(0, 0, self.tones.background);
            return 0;
        };
        let before = layer_idx.checked_sub(1).and_then(|idx| self.layout.layers.get(idx));
        let (left, pitch) = match before {
            Some(before) => (before.x_out() - before.overlap(), before.pitch.min(layer.pitch)),
            None => (self.layout.input.x_out(), layer.pitch),
        };
        let gap = Gap::new(self.x(left), self.x(layer.x_in() + layer.overlap()), size.0);
        if part.start == 0 {
            strip.raster.clear(gap.columns().len(), size.1, self.tones.background);
            strip.left = gap.columns().start;
        }
        let gap = gap.moved_left(strip.left);
        if gap.is_empty() || sheet.scale <= 0.0 {
            return 0;
        }
        let widest = (pitch * 0.065).clamp(1.1, 4.6) * self.camera.zoom.sqrt().min(2.5);
        let from_port = |idx: u16| match before {
            Some(before) => before.port(usize::from(idx)),
            None => self.layout.input.port(usize::from(idx)),
        };
        let focus = Focus::new(self.focus, layer_idx);
        let (passes, n_edges) = (focus.passes(), sheet.value.len());
        let n_lines = passes.len() * n_edges;
        for idx in part.start..part.end.min(n_lines) {
            let (pass, idx) = (passes[idx / n_edges], idx % n_edges);
            let (Some(from), Some(to)) = (sheet.from.get(idx).copied(), sheet.to.get(idx).copied()) else {
                continue;
            };
            if !focus.takes(pass, from, to) {
                continue;
            }
            let value = sheet.value[idx];
            let size = (value.abs() / sheet.scale).min(1.0);
            let line = Line {
                from: self.y(from_port(from)),
                to: self.y(layer.port(usize::from(to))),
                width: (0.5 + widest * size) * self.ratio,
                alpha: if pass == Pass::Behind { 0.06 + 0.16 * size } else { 0.12 + 0.66 * size },
                is_dashed: value < 0.0,
            };
            let colour = if value < 0.0 { self.tones.negative } else { self.tones.positive };
            gap.draw(&mut strip.raster, line, colour, self.ratio);
        }
        n_lines
    }
}
