//! Where every column, tile and line end of the picture lies, for any number of layers and units.
//!
//! In: [`Plan`], the sizes of the layers and of the box, in CSS pixels. Out: [`Layout`], in the same. Pure. Read next:
//! `fit.rs` for how sizes of tiles are found, `camera.rs` for zoom, `scene.rs` for what is drawn there.

use super::fit;

/// A rectangle, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

impl Rect {
    /// The middle.
    pub fn centre(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// How inputs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Two inputs that span a plane: two tiles.
    Plane,
    /// One picture.
    Picture {
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels from left to right.
        width: u32,
        /// Inputs a pixel, side by side.
        n_channels: u32,
    },
    /// A list of names with values.
    Names {
        /// Number of inputs.
        n_inputs: usize,
    },
}

/// What a layout is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The box, from left to right.
    pub width: f32,
    /// The box, from top to bottom.
    pub height: f32,
    /// How inputs are shown.
    pub input: InputKind,
    /// Letters of the longest input name.
    pub input_chars: usize,
    /// Units of each layer, the output layer last.
    pub layers: Vec<usize>,
    /// Letters of the longest output name.
    pub output_chars: usize,
}

/// The units of one layer: a grid filled column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerBox {
    /// Number of units.
    pub n_units: usize,
    /// Units in a full column.
    pub n_rows: usize,
    /// Columns.
    pub n_cols: usize,
    /// Left edge of the first column.
    pub left: f32,
    /// Top edge of the first row.
    pub top: f32,
    /// From one unit to the next, both ways.
    pub pitch: f32,
    /// Side of a tile; it stands in the middle of its pitch.
    pub tile: f32,
    /// Room to the right of the tiles for names and values; 0 = none.
    pub text_width: f32,
}

impl LayerBox {
    /// A unit's column and row.
    pub fn cell(&self, unit_idx: usize) -> (usize, usize) {
        (unit_idx / self.n_rows.max(1), unit_idx % self.n_rows.max(1))
    }

    /// A unit's tile.
    pub fn tile_rect(&self, unit_idx: usize) -> Rect {
        let (col, row) = self.cell(unit_idx);
        let inset = (self.pitch - self.tile) / 2.0;
        Rect {
            x: self.left + col as f32 * self.pitch + inset,
            y: self.top + row as f32 * self.pitch + inset,
            width: self.tile,
            height: self.tile,
        }
    }

    /// Height at which lines leave or reach a unit. Units of one row share it with a small offset each.
    pub fn port(&self, unit_idx: usize) -> f32 {
        let (col, row) = self.cell(unit_idx);
        let share = (col as f32 + 0.5) / self.n_cols.max(1) as f32 - 0.5;
        self.top + (row as f32 + 0.5 + share * 0.7) * self.pitch
    }

    /// Left edge of the columns.
    pub fn x_in(&self) -> f32 {
        self.left
    }

    /// Right edge of the columns.
    pub fn x_out(&self) -> f32 {
        self.left + self.n_cols as f32 * self.pitch
    }

    /// How far lines run in from the edges of the columns: under the ring of a single column, not under grids.
    pub fn overlap(&self) -> f32 {
        if self.n_cols == 1 { ((self.pitch - self.tile) / 2.0 - 2.0).max(0.0) } else { 0.0 }
    }

    /// The middle of the columns.
    pub fn x_mid(&self) -> f32 {
        f32::midpoint(self.x_in(), self.x_out())
    }

    /// The unit nearest to a height, for stepping from layer to layer.
    pub fn nearest(&self, y: f32) -> usize {
        let row = ((y - self.top) / self.pitch - 0.5).round().clamp(0.0, self.n_rows.max(1) as f32 - 1.0);
        (row as usize).min(self.n_units.saturating_sub(1))
    }
}

/// The inputs.
#[derive(Debug, Clone, PartialEq)]
pub enum InputBox {
    /// Two tiles; names stand left of them.
    Plane(LayerBox),
    /// A picture.
    Picture {
        /// Where.
        rect: Rect,
        /// Its pixels, (height, width).
        shape: (u32, u32),
        /// Inputs a pixel.
        n_channels: u32,
    },
    /// A list of names.
    Names {
        /// Left edge, top edge, width of the list.
        left: f32,
        /// Top edge.
        top: f32,
        /// Width.
        width: f32,
        /// From one name to the next.
        pitch: f32,
        /// Inputs with a name; if fewer than all, one more row says how many there are besides.
        n_shown: usize,
        /// Inputs.
        n_inputs: usize,
    },
}

impl InputBox {
    /// Where lines begin.
    pub fn x_out(&self) -> f32 {
        match self {
            Self::Plane(tiles) => tiles.x_out(),
            Self::Picture { rect, .. } => rect.x + rect.width + 4.0,
            Self::Names { left, width, .. } => left + width,
        }
    }

    /// The middle of the column.
    pub fn x_mid(&self) -> f32 {
        match self {
            Self::Plane(tiles) => tiles.x_mid(),
            Self::Picture { rect, .. } => rect.centre().0,
            Self::Names { left, width, .. } => left + width / 2.0,
        }
    }

    /// Height at which an input's lines begin.
    pub fn port(&self, input_idx: usize) -> f32 {
        match self {
            Self::Plane(tiles) => tiles.port(input_idx),
            Self::Picture { rect, shape: (height, width), n_channels } => {
                let n_cols = (*width).max(1) as usize;
                let pixel_idx = input_idx / (*n_channels).max(1) as usize;
                let share = (pixel_idx % n_cols) as f32 / n_cols as f32;
                rect.y + rect.height * ((pixel_idx / n_cols) as f32 + share) / (*height).max(1) as f32
            }
            Self::Names { top, pitch, n_shown, .. } => top + (input_idx.min(*n_shown) as f32 + 0.5) * pitch,
        }
    }
}

/// Where everything lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The box, from left to right.
    pub width: f32,
    /// The box, from top to bottom.
    pub height: f32,
    /// The inputs.
    pub input: InputBox,
    /// Hidden layers, then the output layer.
    pub layers: Vec<LayerBox>,
}

/// Space left and right of everything.
const MARGIN: f32 = 16.0;
/// Space above everything.
const TOP: f32 = 10.0;
/// Space below everything, for the names of the layers.
pub const LABEL_BAND: f32 = 40.0;

impl Layout {
    /// Finds the largest tiles that fit.
    pub fn new(plan: &Plan) -> Self {
        let height = (plan.height - TOP - LABEL_BAND).max(20.0);
        let inner = (plan.width - 2.0 * MARGIN).max(60.0);
        let n_hidden = plan.layers.len().saturating_sub(1);
        let (hidden, outputs) = (&plan.layers[..n_hidden], plan.layers.last().copied().unwrap_or(1));
        let input_width = input_width(plan, inner, height);
        let (mut output, output_width) = output_box(plan, outputs, inner, height);
        let room = inner - input_width - output_width;
        let sizes = fit::blocks(hidden, room, height, plan.width);
        let used: f32 = sizes.iter().map(|size| size.n_cols as f32 * size.pitch).sum();
        let gap = ((room - used) / (n_hidden + 1) as f32).max(2.0);
        let mut left = MARGIN + input_width + gap;
        let mut layers = Vec::with_capacity(plan.layers.len());
        for (n_units, size) in hidden.iter().zip(sizes) {
            layers.push(LayerBox {
                n_units: *n_units,
                n_rows: size.n_rows,
                n_cols: size.n_cols,
                left,
                top: TOP + (height - size.n_rows as f32 * size.pitch) / 2.0,
                pitch: size.pitch,
                tile: tile_side(size.pitch),
                text_width: 0.0,
            });
            left += size.n_cols as f32 * size.pitch + gap;
        }
        output.left = left;
        output.top = TOP + (height - output.n_rows as f32 * output.pitch) / 2.0;
        layers.push(output);
        let input = input_box(plan, input_width, height);
        Self { width: plan.width, height: plan.height, input, layers }
    }

    /// Units of all layers.
    pub fn n_units(&self) -> usize {
        self.layers.iter().map(|layer| layer.n_units).sum()
    }
}

/// A tile's side on its pitch: room for the ring, whole pixels where they matter.
fn tile_side(pitch: f32) -> f32 {
    if pitch >= 24.0 { (pitch * 0.74).floor() } else { pitch * 0.78 }
}

fn text_width(n_chars: usize) -> f32 {
    n_chars as f32 * 6.6
}

fn input_width(plan: &Plan, inner: f32, height: f32) -> f32 {
    match plan.input {
        InputKind::Plane => {
            plane_tile(inner) / 0.74 + text_width(plan.input_chars).max(14.0).min(inner * 0.14)
        }
        InputKind::Picture { .. } => (inner * 0.15).clamp(40.0, 180.0).min(height),
        InputKind::Names { .. } => {
            (text_width(plan.input_chars) + 64.0).max(84.0).min(190.0_f32.min(inner * 0.26))
        }
    }
}

fn plane_tile(inner: f32) -> f32 {
    (inner * 0.055).clamp(26.0, 72.0)
}

fn input_box(plan: &Plan, width: f32, height: f32) -> InputBox {
    match plan.input {
        InputKind::Plane => {
            let tile = plane_tile(plan.width - 2.0 * MARGIN);
            let pitch = tile / 0.74;
            let (left, top) = (MARGIN + width - pitch, TOP + height / 2.0 - pitch);
            InputBox::Plane(LayerBox {
                n_units: 2,
                n_rows: 2,
                n_cols: 1,
                left,
                top,
                pitch,
                tile,
                text_width: 0.0,
            })
        }
        InputKind::Picture { height: n_rows, width: n_cols, n_channels } => {
            let scale = width / n_rows.max(n_cols).max(1) as f32;
            let (w, h) = (scale * n_cols as f32, scale * n_rows as f32);
            let rect =
                Rect { x: MARGIN + (width - w) / 2.0, y: TOP + (height - h) / 2.0, width: w, height: h };
            InputBox::Picture { rect, shape: (n_rows, n_cols), n_channels }
        }
        InputKind::Names { n_inputs } => {
            let n_fitting = (height / 21.0).floor().max(2.0) as usize;
            let n_shown = if n_inputs > n_fitting { n_fitting - 1 } else { n_inputs };
            let n_lines = if n_inputs > n_shown { n_shown + 1 } else { n_shown };
            let pitch = (height / n_lines.max(1) as f32).clamp(21.0, 44.0);
            let top = TOP + (height - pitch * n_lines as f32) / 2.0;
            InputBox::Names { left: MARGIN, top, width, pitch, n_shown, n_inputs }
        }
    }
}

/// The output layer's box (left and top still 0) and the width it takes.
fn output_box(plan: &Plan, n_outputs: usize, inner: f32, height: f32) -> (LayerBox, f32) {
    let mut layer = LayerBox {
        n_units: n_outputs,
        n_rows: n_outputs.max(1),
        n_cols: 1,
        left: 0.0,
        top: 0.0,
        pitch: 0.0,
        tile: 0.0,
        text_width: 0.0,
    };
    if n_outputs <= 1 {
        layer.tile = (inner * 0.155).min(height * 0.7).clamp(48.0, 260.0).floor();
        layer.pitch = layer.tile + 20.0;
    } else if height / n_outputs as f32 >= 15.0 {
        layer.pitch = (height / n_outputs as f32).min(fit::max_pitch(height, plan.width) * 0.9);
        layer.tile = tile_side(layer.pitch);
        layer.text_width = (text_width(plan.output_chars) + 44.0).max(60.0).min(150.0_f32.min(inner * 0.2));
    } else {
        let size = fit::blocks(&[n_outputs], inner * 0.2, height, plan.width);
        if let Some(size) = size.first() {
            (layer.n_rows, layer.n_cols, layer.pitch) = (size.n_rows, size.n_cols, size.pitch);
            layer.tile = tile_side(size.pitch);
        }
    }
    let width = layer.n_cols as f32 * layer.pitch + layer.text_width;
    (layer, width)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
