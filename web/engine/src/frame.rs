//! One frame: everything that the views show of a run at one step.
//!
//! In: the engine's state at a step. Out: a message that the page draws; it comes at most once an animation frame. Views
//! read it and compute nothing that needs the network. Read next: `engine/` for who fills it.

use std::rc::Rc;

use lnn_runlog::{LayerRecord, StepHead, StepRecord};
use serde::{Deserialize, Serialize};

use crate::{
    bulk::{Bulk, F32s, U8s, U16s},
    protocol::{Lens, UnitId},
};

/// What a tile's picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TileContent {
    /// The unit's activation over the plane of two inputs; row 0 is the top, x₂ = +reach.
    Plane,
    /// Incoming weights (or their change) as a picture of the inputs' shape.
    InputPicture,
    /// The same of a picture in colours: for each pixel the weight of largest size among its channels.
    ColourPicture,
    /// Incoming weights (or their change) in reading order, as square as possible; cells beyond the last are 128.
    Weights,
    /// One cell for each watched example, in reading order, ordered by class.
    Watched,
}

/// The tiles of one layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TileSheet {
    /// What they show.
    pub content: TileContent,
    /// Pixels of a tile from left to right.
    pub width: u16,
    /// Pixels of a tile from top to bottom.
    pub height: u16,
    /// The value at byte 255; byte 128 is 0 and byte 1 is −`scale`.
    pub scale: f32,
    /// `n_units` tiles, one after the other, row by row.
    pub pixels: U8s,
}

/// The edges into one layer that are worth drawing, the largest last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EdgeSheet {
    /// Edges that there are.
    pub n_all: u32,
    /// Index of the unit (or input) each shown edge comes from.
    pub from: U16s,
    /// Index of the unit each shown edge goes to.
    pub to: U16s,
    /// Its value.
    pub value: F32s,
    /// The largest |value| of the layer.
    pub scale: f32,
}

/// A histogram with bins of equal width.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Left end of the first bin.
    pub min: f32,
    /// Right end of the last bin.
    pub max: f32,
    /// Values in each bin.
    pub counts: Vec<u32>,
}

/// One term `w·a` of a unit's sum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Index of the input or of the unit of the layer before.
    pub from_idx: usize,
    /// Its weight.
    pub weight: f32,
    /// Its activation at the chosen example.
    pub activation: f32,
}

/// One term `w·δ` of a unit's error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorTerm {
    /// Index of the unit of the next layer.
    pub to_idx: usize,
    /// The weight between.
    pub weight: f32,
    /// δ of that unit at the chosen example.
    pub error: f32,
}

/// The chosen unit, closely.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitDetail {
    /// Which.
    pub unit: UnitId,
    /// Name of its activation, e.g. `tanh`.
    pub activation_name: String,
    /// Its tile, larger.
    pub tile: TileSheet,
    /// Over the training examples (at most 2,048 of them).
    pub pre_activations: Histogram,
    /// The same of a.
    pub activations: Histogram,
    /// The same of δ.
    pub errors: Histogram,
    /// Examples in the histograms.
    pub n_examples: usize,
    /// b.
    pub bias: f32,
    /// All incoming weights, in the order of the inputs.
    pub weights_in: F32s,
    /// All outgoing weights, in the order of the next layer's units; empty for an output.
    pub weights_out: F32s,
    /// ∂C/∂w of the last step's mini-batch, in the order of the inputs; empty at step 0.
    pub gradients_in: F32s,
    /// The chosen example's row in the training split.
    pub example_row: u32,
    /// The largest terms of z at that example, by |w·a|.
    pub terms: Vec<Term>,
    /// Terms that z has.
    pub n_terms: usize,
    /// z at that example.
    pub z: f32,
    /// a at that example.
    pub a: f32,
    /// a′(z) at that example; none for softmax, whose derivative is a matrix.
    pub derivative: Option<f32>,
    /// The largest terms of the error that comes back, by |w·δ|; empty for an output.
    pub error_terms: Vec<ErrorTerm>,
    /// δ at that example.
    pub delta: f32,
    /// The target of this output at that example; none for hidden units.
    pub target: Option<f32>,
}

/// How well the network does, beyond scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Confusion matrices, (actual, predicted), row by row.
    Confusion {
        /// Number of classes.
        n_classes: usize,
        /// Over the training split.
        train: Vec<u32>,
        /// Over the dev split; empty where there is none.
        dev: Vec<u32>,
    },
    /// Predicted against actual target, in the target's own unit, of at most 400 examples.
    Fit {
        /// Actual values: training examples, then dev examples.
        actual: F32s,
        /// Predicted values.
        predicted: F32s,
        /// How many of them are training examples.
        n_train: usize,
    },
}

/// Everything that the views show of a run at one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The page's number of the run.
    pub run: u32,
    /// The scores.
    pub head: StepHead,
    /// Per layer: quantities by unit ([`LayerRecord::as_flat`]); see [`Frame::record`].
    pub units: Vec<F32s>,
    /// Whether the trainer goes on by itself.
    pub playing: bool,
    /// The newest step; the cursor is live when `head.step` equals it.
    pub newest_step: u64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// Steps a second, smoothed; 0 while paused.
    pub steps_per_second: f32,
    /// What tiles and edges show.
    pub lens: Lens,
    /// One sheet a layer: hidden layers, then output.
    pub tiles: Vec<TileSheet>,
    /// One sheet a layer: the edges into it.
    pub edges: Vec<EdgeSheet>,
    /// Value of each output (network's own unit) at the watched examples: (`n_outputs`, `n_watched`).
    pub watched_outputs: F32s,
    /// The chosen unit.
    pub unit: Option<Box<UnitDetail>>,
    /// Beyond scores.
    pub outcome: Outcome,
    /// Where they are asked for: digests of the steps since the frame before, the last of the newest one.
    pub digests: Bulk<u64>,
}

impl Frame {
    /// The frame's step record, for the timeline.
    pub fn record(&self) -> Rc<StepRecord> {
        let layers = self
            .units
            .iter()
            .filter_map(|flat| {
                LayerRecord::from_flat(flat.len() / lnn_runlog::Quantity::ALL.len(), flat.to_vec())
            })
            .collect();
        Rc::new(StepRecord { head: self.head, layers })
    }
}
