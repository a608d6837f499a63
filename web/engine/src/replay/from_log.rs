//! A frame of what a log holds of a step, for whoever has the log alone.
//!
//! In: a logged step. Out: a [`Frame`] whose tiles show the watched examples, or one number for each unit; weights and the
//! chosen unit's formula are not in a log, and not shown.

use lnn_runlog::{HeaderRecord, LayerRecord, LoggedStep, Quantised, Quantity, Task, WatchedValues};

use crate::bulk::Bulk;
use crate::frame::{Frame, Outcome, TileContent, TileSheet};
use crate::protocol::{Lens, ViewRequest};

/// What can be shown of a logged step.
pub(super) fn frame(step: &LoggedStep, header: &HeaderRecord, view: &ViewRequest) -> Frame {
    let layers = &step.record.layers;
    let n_watched = header.watched.as_ref().map_or(0, |watched| watched.rows.len());
    let watched = step.watched.as_ref().filter(|_| n_watched > 0);
    Frame {
        run: 0,
        head: step.record.head,
        units: layers.iter().map(|layer| Bulk(layer.as_flat().to_vec())).collect(),
        playing: false,
        newest_step: 0,
        steps_per_epoch: 1,
        steps_per_second: 0.0,
        lens: view.lens,
        tiles: (0..layers.len()).map(|idx| tile(layers, watched, n_watched, idx, view.lens)).collect(),
        // Weights are not in a log.
        edges: Vec::new(),
        watched_outputs: Bulk(outputs(watched)),
        unit: None,
        outcome: match header.data.task {
            Task::Regression => {
                Outcome::Fit { actual: Bulk(Vec::new()), predicted: Bulk(Vec::new()), n_train: 0 }
            }
            _ => Outcome::Confusion { n_classes: 0, train: Vec::new(), dev: Vec::new() },
        },
        digests: Bulk::default(),
    }
}

fn outputs(watched: Option<&WatchedValues>) -> Vec<f32> {
    let last = watched.and_then(|watched| watched.activations.last());
    last.map(|last| (0..last.bytes.len()).filter_map(|idx| last.get(idx)).collect()).unwrap_or_default()
}

fn tile(
    layers: &[LayerRecord],
    watched: Option<&WatchedValues>,
    n_watched: usize,
    layer_idx: usize,
    lens: Lens,
) -> TileSheet {
    let values = match lens {
        Lens::Activation => watched.and_then(|watched| watched.activations.get(layer_idx)),
        Lens::Gradient => watched.and_then(|watched| watched.errors.get(layer_idx)),
        Lens::Weight | Lens::Update => None,
    };
    let layer = layers.get(layer_idx);
    let n_units = layer.map_or(0, LayerRecord::n_units);
    match (values, layer) {
        (Some(values), _) if values.bytes.len() == n_units * n_watched => grid(values, n_units, n_watched),
        (_, Some(layer)) => numbers(layer, lens),
        _ => sheet(1, 1, 0.0, Vec::new()),
    }
}

/// The watched examples in reading order, as square as possible.
fn grid(values: &Quantised, n_units: usize, n_watched: usize) -> TileSheet {
    let width = (n_watched as f64).sqrt().ceil() as usize;
    let height = n_watched.div_ceil(width.max(1));
    let mut pixels = Vec::with_capacity(n_units * width * height);
    for row in values.bytes.chunks_exact(n_watched.max(1)) {
        // What is not finite is shown as the middle: a colour would tell a size.
        pixels.extend(row.iter().map(|byte| if *byte == 0 { 128 } else { *byte }));
        pixels.resize(pixels.len() + width * height - n_watched, 128);
    }
    sheet(width, height, values.scale, pixels)
}

/// One number for each unit.
fn numbers(layer: &LayerRecord, lens: Lens) -> TileSheet {
    let quantity = match lens {
        Lens::Activation => Quantity::ActivationMean,
        Lens::Gradient => Quantity::GradientNorm,
        Lens::Weight => Quantity::WeightNorm,
        Lens::Update => Quantity::UpdateRatio,
    };
    let values = Quantised::new(layer.get(quantity).iter());
    let pixels = values.bytes.iter().map(|byte| if *byte == 0 { 128 } else { *byte }).collect();
    sheet(1, 1, values.scale, pixels)
}

fn sheet(width: usize, height: usize, scale: f32, pixels: Vec<u8>) -> TileSheet {
    TileSheet {
        content: TileContent::Watched,
        width: width as u16,
        height: height as u16,
        scale,
        pixels: Bulk(pixels),
    }
}
