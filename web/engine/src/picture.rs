//! Tiles and edges: the network as bytes and short lists that the page only has to draw.
//!
//! In: a [`Moment`] and the watched examples. Out: [`TileSheet`]s and [`EdgeSheet`]s. Read next: `inspect.rs`.

use lnn_core::{Activation, Cost, DataSet, Network};
use lnn_runlog::DataInfo;
use ndarray::{Array2, ArrayView2, s};

use crate::{
    bulk::Bulk,
    frame::{EdgeSheet, TileContent, TileSheet},
    protocol::{Lens, ViewRequest},
};
use crate::{
    moment::Moment,
    watch::{Watch, plane},
};

/// Weight tiles of units with more inputs than this show every k-th input.
const MAX_WEIGHT_CELLS: usize = 4096;

/// Cells along a side of the map of an output and of the chosen unit; other tiles show every second or fourth of them.
const MAP_SIDE: usize = 64;

/// The tiles of a frame.
#[derive(Debug, Clone)]
pub struct Tiles {
    /// One sheet a layer.
    pub sheets: Vec<TileSheet>,
    /// The chosen unit's tile alone, in full resolution.
    pub selected: Option<TileSheet>,
}

/// Draws every unit's tile.
pub fn tiles(moment: &Moment, watch: &Watch, info: &DataInfo, cost: Cost, view: &ViewRequest) -> Tiles {
    let network = &moment.network;
    let sheets = match (view.lens, watch.reach) {
        (Lens::Activation, Some(reach)) => return maps(network, reach, view),
        (Lens::Activation, None) => responses(network, watch, info),
        (Lens::Gradient, _) => {
            let errors = watched_errors(network, &watch.data, cost);
            errors
                .iter()
                .map(|errors| grid_sheet(TileContent::Watched, errors.view(), None, largest(errors)))
                .collect()
        }
        (Lens::Weight, _) => weights_sheets(network.layers.iter().map(|layer| layer.weights.view()), info),
        (Lens::Update, _) => {
            if let Some(update) = &moment.update {
                weights_sheets(update.weights.iter().map(|weights| weights.view()), info)
            } else {
                let still: Vec<Array2<f32>> =
                    network.layers.iter().map(|layer| Array2::zeros(layer.weights.dim())).collect();
                weights_sheets(still.iter().map(|weights| weights.view()), info)
            }
        }
    };
    let selected = view.selected.and_then(|unit| one_tile(sheets.get(unit.layer_idx)?, unit.unit_idx));
    Tiles { sheets, selected }
}

/// Activations over the plane of two inputs, by one forward pass.
fn maps(network: &Network<f32>, reach: f32, view: &ViewRequest) -> Tiles {
    let forward = network.forward(plane(MAP_SIDE, reach).view());
    let shape = Some((MAP_SIDE, MAP_SIDE));
    let last = network.layers.len() - 1;
    let mut tiles = Tiles { sheets: Vec::with_capacity(network.layers.len()), selected: None };
    for (idx, (layer, activations)) in network.layers.iter().zip(&forward.activations).enumerate() {
        let scale = fixed_scale(layer.activation).unwrap_or_else(|| largest(activations));
        if let Some(unit) =
            view.selected.filter(|unit| unit.layer_idx == idx && unit.unit_idx < activations.nrows())
        {
            let row = activations.slice(s![unit.unit_idx..=unit.unit_idx, ..]);
            tiles.selected = Some(grid_sheet(TileContent::Plane, row, shape, scale));
        }
        let stride = if idx == last { 1 } else { (MAP_SIDE / usize::from(view.tile_px)).clamp(1, 8) };
        tiles.sheets.push(map_sheet(activations.view(), stride, scale));
    }
    tiles
}

/// Every `stride`-th cell of maps of `MAP_SIDE` × `MAP_SIDE` cells.
fn map_sheet(activations: ArrayView2<f32>, stride: usize, scale: f32) -> TileSheet {
    let side = MAP_SIDE / stride;
    let mut pixels = Vec::with_capacity(activations.nrows() * side * side);
    for row in activations.rows() {
        for y in 0..side {
            let start = (y * stride + stride / 2) * MAP_SIDE + stride / 2;
            pixels.extend((0..side).map(|x| quantise(row[start + x * stride], scale)));
        }
    }
    TileSheet {
        content: TileContent::Plane,
        width: side as u16,
        height: side as u16,
        scale,
        pixels: Bulk(pixels),
    }
}

/// What each unit responds to: incoming weights as a picture, or activations over the watched examples.
fn responses(network: &Network<f32>, watch: &Watch, info: &DataInfo) -> Vec<TileSheet> {
    let forward = network.forward(watch.data.inputs().view());
    let layers = network.layers.iter().zip(&forward.activations).enumerate();
    layers
        .map(|(idx, (layer, activations))| {
            if idx == 0 && info.picture.is_some() {
                return weights_sheet(layer.weights.view(), 0, info);
            }
            let scale = fixed_scale(layer.activation).unwrap_or_else(|| largest(activations));
            grid_sheet(TileContent::Watched, activations.view(), None, scale)
        })
        .collect()
}

/// The value at the ends of the colour scale, for activations that are bounded.
fn fixed_scale(activation: Activation) -> Option<f32> {
    match activation {
        Activation::Sigmoid | Activation::Tanh | Activation::Softmax => Some(1.0),
        Activation::Identity | Activation::Relu | Activation::LeakyRelu => None,
    }
}

/// δ of every unit at the watched examples, one (`n_units`, `n_watched`) array a layer.
fn watched_errors(network: &Network<f32>, data: &DataSet<f32>, cost: Cost) -> Vec<Array2<f32>> {
    let forward = network.forward(data.inputs().view());
    network.backward(data.inputs().view(), data.targets().view(), &forward, cost, 0.0).errors
}

fn weights_sheets<'a>(weights: impl Iterator<Item = ArrayView2<'a, f32>>, info: &DataInfo) -> Vec<TileSheet> {
    weights.enumerate().map(|(idx, weights)| weights_sheet(weights, idx, info)).collect()
}

/// Incoming weights (or their change); layer 0 of pictures in the picture's shape.
fn weights_sheet(weights: ArrayView2<f32>, layer_idx: usize, info: &DataInfo) -> TileSheet {
    let scale = weights.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if let (0, Some((height, width))) = (layer_idx, info.picture) {
        let shape = Some((height as usize, width as usize));
        let n_channels = info.picture_channels.max(1) as usize;
        if n_channels == 1 {
            return grid_sheet(TileContent::InputPicture, weights, shape, scale);
        }
        let strongest = strongest_of_channels(weights, n_channels);
        return grid_sheet(TileContent::ColourPicture, strongest.view(), shape, scale);
    }
    let every = weights.ncols().div_ceil(MAX_WEIGHT_CELLS).max(1);
    grid_sheet(TileContent::Weights, weights.slice(s![.., ..;every]), None, scale)
}

/// (`n_units`, `n_pixels`): of each pixel the weight that counts most, with its sign. A mean would hide a unit that looks for
/// red and against green.
fn strongest_of_channels(weights: ArrayView2<f32>, n_channels: usize) -> Array2<f32> {
    let n_pixels = weights.ncols() / n_channels;
    Array2::from_shape_fn((weights.nrows(), n_pixels), |(unit, pixel)| {
        let channels = weights.slice(s![unit, pixel * n_channels..(pixel + 1) * n_channels]);
        channels.iter().fold(0.0, |most: f32, weight| if weight.abs() > most.abs() { *weight } else { most })
    })
}

/// Rows as tiles in reading order, in a given (height, width) or as square as possible.
fn grid_sheet(
    content: TileContent,
    rows: ArrayView2<f32>,
    shape: Option<(usize, usize)>,
    scale: f32,
) -> TileSheet {
    let n_cells = rows.ncols();
    let (height, width) = shape.unwrap_or_else(|| {
        let width = n_cells.saturating_sub(1).isqrt() + 1;
        (n_cells.div_ceil(width), width)
    });
    let mut pixels = vec![128_u8; rows.nrows() * height * width];
    for (tile, row) in pixels.chunks_exact_mut((height * width).max(1)).zip(rows.rows()) {
        for (pixel, value) in tile.iter_mut().zip(row) {
            *pixel = quantise(*value, scale);
        }
    }
    TileSheet { content, width: width as u16, height: height as u16, scale, pixels: Bulk(pixels) }
}

/// −scale…+scale as 1..=255; 128 is zero.
fn quantise(value: f32, scale: f32) -> u8 {
    if scale <= 0.0 || value.is_nan() {
        return 128;
    }
    (128.0 + 127.0 * (value / scale).clamp(-1.0, 1.0)).round() as u8
}

fn largest(values: &Array2<f32>) -> f32 {
    values.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

fn one_tile(sheet: &TileSheet, unit_idx: usize) -> Option<TileSheet> {
    let n_pixels = usize::from(sheet.width) * usize::from(sheet.height);
    let pixels = sheet.pixels.get(unit_idx * n_pixels..(unit_idx + 1) * n_pixels)?.to_vec();
    Some(TileSheet { pixels: Bulk(pixels), ..sheet.clone() })
}

/// The edges worth drawing: the largest of each layer, an equal number of each.
pub fn edges(moment: &Moment, view: &ViewRequest) -> Vec<EdgeSheet> {
    let network = &moment.network;
    let per_layer = usize::from(view.max_edges) / network.layers.len().max(1);
    let values: Vec<Option<ArrayView2<f32>>> = (0..network.layers.len())
        .map(|idx| match view.lens {
            Lens::Activation | Lens::Weight => Some(network.layers[idx].weights.view()),
            Lens::Gradient => moment.gradients.as_ref().map(|gradients| gradients.weights[idx].view()),
            Lens::Update => moment.update.as_ref().map(|update| update.weights[idx].view()),
        })
        .collect();
    values
        .into_iter()
        .map(|values| values.map_or_else(EdgeSheet::default, |values| largest_edges(values, per_layer)))
        .collect()
}

fn largest_edges(values: ArrayView2<f32>, n_wanted: usize) -> EdgeSheet {
    let n_inputs = values.ncols();
    let mut found: Vec<(f32, usize)> = values.iter().enumerate().map(|(idx, value)| (*value, idx)).collect();
    let by_size = |a: &(f32, usize), b: &(f32, usize)| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1));
    if found.len() > n_wanted && n_wanted > 0 {
        found.select_nth_unstable_by(n_wanted - 1, by_size);
    }
    found.truncate(n_wanted);
    found.sort_unstable_by(|a, b| by_size(b, a));
    EdgeSheet {
        n_all: values.len() as u32,
        from: Bulk(found.iter().map(|(_, idx)| (idx % n_inputs) as u16).collect()),
        to: Bulk(found.iter().map(|(_, idx)| (idx / n_inputs) as u16).collect()),
        value: Bulk(found.iter().map(|(value, _)| *value).collect()),
        scale: found.last().map_or(0.0, |(value, _)| value.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_edges_are_kept_and_the_very_largest_comes_last() {
        let weights = ndarray::arr2(&[[0.1, -3.0, 0.2], [1.0, 0.0, -0.5]]);
        let sheet = largest_edges(weights.view(), 2);
        assert_eq!((sheet.n_all, sheet.scale), (6, 3.0));
        assert_eq!(sheet.value.to_vec(), [1.0, -3.0]);
        assert_eq!((sheet.from.to_vec(), sheet.to.to_vec()), (vec![0, 1], vec![1, 0]));
    }

    #[test]
    fn zero_is_the_middle_byte_and_the_ends_are_symmetric() {
        for (value, expected) in [(0.0, 128), (1.0, 255), (-1.0, 1), (9.0, 255), (f32::NAN, 128)] {
            assert_eq!(quantise(value, 1.0), expected, "{value}");
        }
    }

    #[test]
    fn a_pixel_in_colours_shows_its_strongest_weight() {
        let info = DataInfo {
            name: String::new(),
            task: lnn_runlog::Task::BinaryClassification,
            input_names: vec![String::new(); 12],
            input_scales: Vec::new(),
            target_name: String::new(),
            class_names: Vec::new(),
            target_scale: lnn_runlog::InputScale::NONE,
            picture: Some((2, 2)),
            picture_channels: 3,
            n_train: 1,
            n_dev: 0,
        };
        let weights = ndarray::arr2(&[[1.0, -2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, -0.5, -0.5, 1.0]]);
        let sheet = weights_sheet(weights.view(), 0, &info);
        assert_eq!((sheet.content, sheet.width, sheet.height), (TileContent::ColourPicture, 2, 2));
        assert_eq!(sheet.pixels.to_vec(), [1, 128, 255, 192], "red against green does not cancel out");
        assert_eq!(weights_sheet(weights.view(), 1, &info).content, TileContent::Weights);
    }

    #[test]
    fn rows_become_tiles_as_square_as_possible() {
        let sheet = grid_sheet(TileContent::Weights, Array2::ones((2, 5)).view(), None, 1.0);
        assert_eq!((sheet.width, sheet.height), (3, 2));
        assert_eq!(sheet.pixels.to_vec(), [255, 255, 255, 255, 255, 128, 255, 255, 255, 255, 255, 128]);
    }
}
