//! Every message between the page and its workers, both ways.
//!
//! In: the user's commands, as [`ToTrainer`] and [`ToLoader`]. Out: [`FromTrainer`] and [`FromLoader`]. Messages cross by
//! `serde-wasm-bindgen`; what is bulky ([`F32s`], [`Bytes`]) crosses as a transferred typed array. Read next:
//! `loading.rs`, the loader's messages;
//! `frame.rs`, the message that comes at most once an animation frame; then `run.rs`.

use std::rc::Rc;

use lnn_core::synthetic::SyntheticKind;
use lnn_runlog::{DataInfo, DecayRecord, RecipeRecord, RunHeader};
use serde::{Deserialize, Serialize};

use crate::{bulk::F32s, frame::Frame};

pub use crate::element::Element;
pub use crate::loading::{
    ArraySlot, ColumnPreview, FromLoader, Offer, Plan, PlanColumn, Preview, ReadChoice, StartWeights,
    ToLoader,
};
pub use crate::replay::curves::{Curves, TagLine};
pub use crate::replay::{Access, Agreement, FromReplay, HandPoint, LogKind, LogStatus, ToReplay};
pub use crate::save::{RunOutline, SaveForm, SaveOrder};
pub use lnn_import::{Kind, Missing, Normalise, Role};
pub use serde_bytes::ByteBuf as Bytes;

/// How fast the trainer goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// So many mini-batches a second.
    StepsPerSecond(f64),
    /// So many passes over the data a second.
    EpochsPerSecond(f64),
    /// As fast as it can.
    Full,
}

impl Speed {
    /// One pass over the data for each animation frame: fast, and still to be followed by eye.
    pub const DEFAULT: Self = Self::EpochsPerSecond(60.0);
}

/// What tiles and edges show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lens {
    /// Tiles: what the unit responds to. Edges: weights.
    #[default]
    Activation,
    /// Tiles: δ over the watched examples. Edges: ∂C/∂w.
    Gradient,
    /// Tiles: incoming weights. Edges: weights.
    Weight,
    /// Tiles: Δw of the last step. Edges: Δw.
    Update,
}

impl Lens {
    /// All, in the order of the switch.
    pub const ALL: [Self; 4] = [Self::Activation, Self::Gradient, Self::Weight, Self::Update];
}

/// One unit; layer 0 is the first hidden layer, the last one the output layer. Shown to people counting from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitId {
    /// Index of the layer among hidden and output layers.
    pub layer_idx: usize,
    /// Index of the unit in its layer.
    pub unit_idx: usize,
}

/// What the page wants to see in the next frames.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ViewRequest {
    /// What tiles and edges show.
    pub lens: Lens,
    /// Side of a tile's picture in its own pixels (maps over two inputs), 4..=64.
    pub tile_px: u16,
    /// Edges to pick, over all layers, by size.
    pub max_edges: u16,
    /// The unit in the inspector.
    pub selected: Option<UnitId>,
    /// The training example that the inspector plugs in, an index into the watched examples.
    pub example_idx: usize,
    /// Whether frames bring the digests of all steps.
    pub digests: bool,
}

impl Default for ViewRequest {
    fn default() -> Self {
        Self {
            lens: Lens::Activation,
            tile_px: 32,
            max_edges: 400,
            selected: None,
            example_idx: 0,
            digests: false,
        }
    }
}

/// Where a data set comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SyntheticData {
    /// Which one, by [`SyntheticKind::as_str`].
    #[serde(with = "synthetic_name")]
    pub kind: SyntheticKind,
    /// Examples of both splits together.
    pub n_examples: usize,
    /// Standard deviation of the noise, in the inputs' unit.
    pub noise: f64,
    /// Seed of the points.
    pub seed: u64,
    /// Share of the examples that is trained on.
    pub train_share: f64,
}

mod synthetic_name {
    use lnn_core::synthetic::SyntheticKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(kind: &SyntheticKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SyntheticKind, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(|_| D::Error::custom(format!("no synthetic data set is called {name:?}")))
    }
}

/// A data set on its way to the trainer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataArrays {
    /// What is known of it.
    pub info: DataInfo,
    /// (`n_features`, `n_train`), row-major.
    pub train_inputs: F32s,
    /// (`n_outputs`, `n_train`), row-major.
    pub train_targets: F32s,
    /// (`n_features`, `n_dev`), row-major.
    pub dev_inputs: F32s,
    /// (`n_outputs`, `n_dev`), row-major.
    pub dev_targets: F32s,
    /// Where it may be had again, for a log that is saved.
    pub place: Option<DataPlace>,
    /// `lnn_import::Preparation` as JSON, for weights that are saved; empty where it is not known.
    pub preparation: String,
}

/// Where a data set comes from and how it was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPlace {
    /// The file's name, or the id of a set that is shipped with the page.
    pub name: String,
    /// Whether it is a shipped one.
    pub is_builtin: bool,
    /// The importer's plan, as JSON.
    pub plan: String,
}

/// The data set of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TrainingData {
    /// Made by the trainer itself.
    Synthetic(SyntheticData),
    /// Read by the loader.
    Arrays(Rc<DataArrays>),
}

/// The state of a run at a step, from which it can be taken up again, bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyframe {
    /// Parameter updates done.
    pub step: u64,
    /// `lnn_core::Snapshot::to_bytes`.
    pub snapshot: Bytes,
    /// Whether a setting was changed on the way: steps before it can't be computed again from the recipe alone.
    pub has_changes: bool,
}

/// A setting that may change while a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// α.
    LearningRate(f64),
    /// How α falls from epoch to epoch.
    Decay(DecayRecord),
    /// λ.
    L2Penalty(f64),
    /// Share of hidden units dropped.
    Dropout(f64),
}

/// Page → trainer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToTrainer {
    /// Begins a run (paused, at step 0 or at the keyframe), in the place of the one before.
    Start {
        /// The page's running number of the run; frames of older ones are dropped.
        run: u32,
        /// Every setting.
        recipe: Box<RecipeRecord>,
        /// What to train on.
        data: TrainingData,
        /// What it starts from, in the place of the recipe's start weights.
        weights: Option<Rc<StartWeights>>,
        /// Where to go on, after a worker was lost.
        keyframe: Option<Keyframe>,
    },
    /// Trains until paused; from the cursor's step, forgetting what came after it.
    Play,
    /// Stops after the current step.
    Pause,
    /// One mini-batch.
    StepBatch,
    /// Mini-batches up to the end of the current pass over the data.
    StepEpoch,
    /// How fast.
    Speed(Speed),
    /// Moves the cursor to a step that was already computed; pauses.
    Seek(u64),
    /// Moves the cursor back to the newest step.
    Live,
    /// Changes a setting from the next step on.
    Change(Change),
    /// What the next frames show.
    View(ViewRequest),
    /// The last frame is on the screen: the next may come.
    Drawn,
    /// Asks for a gradient check of all parameters of a unit at the cursor's step.
    CheckGradient(UnitId),
    /// Asks for the run's outline, to save it.
    Export,
    /// Asks for a sign of life.
    Ping,
}

/// Trainer → page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromTrainer {
    /// The worker listens.
    Ready,
    /// A run is set up.
    Started {
        /// The page's number of it.
        run: u32,
        /// Recipe and data set.
        header: Box<RunHeader>,
        /// What views show examples with.
        examples: Examples,
    },
    /// What to show now.
    Frame(Rc<Frame>),
    /// A state to go on from if the worker is lost.
    Keyframe {
        /// The page's number of the run.
        run: u32,
        /// The state.
        keyframe: Keyframe,
    },
    /// The run stopped by itself: a value is no longer finite. Everything before is kept.
    Diverged {
        /// The page's number of the run.
        run: u32,
        /// Names layer, unit and step, and what to do.
        message: String,
        /// The unit, where it is one.
        unit: Option<UnitId>,
        /// The step that failed.
        step: u64,
    },
    /// A command couldn't be followed; the run is as before.
    Refused {
        /// Says why and what to do.
        message: String,
    },
    /// The answer to [`ToTrainer::CheckGradient`].
    GradientChecked(GradientReport),
    /// The answer to [`ToTrainer::Export`].
    Exported {
        /// The page's number of the run.
        run: u32,
        /// What it is made of.
        outline: Box<RunOutline>,
    },
    /// What is begun now takes about so long, and nothing is heard meanwhile.
    Working {
        /// Roughly.
        seconds: f64,
    },
    /// A sign of life.
    Pong,
}

/// Examples that views show: positions of two-input data, and the watched examples.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// Training examples' (x₁, x₂) pairs, for data with two inputs, at most 2,000; else empty.
    pub points: F32s,
    /// Class (0, 1, …) or target value of each point.
    pub point_targets: F32s,
    /// Half the side of the square of inputs that maps show: x₁ and x₂ run over `-reach..=reach`.
    pub reach: f32,
    /// Row of each watched example in the training split.
    pub watched_rows: Vec<u32>,
    /// (`n_watched`, `n_features`): the watched examples' inputs, scaled; empty where that would be over 4 MB.
    pub watched_inputs: F32s,
    /// Class or target value of each watched example.
    pub watched_targets: F32s,
}

/// One line of a gradient check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GradientLine {
    /// Index of the input whose weight it is; none = the bias.
    pub input_idx: Option<usize>,
    /// By backpropagation.
    pub analytic: f64,
    /// By central differences.
    pub numeric: f64,
    /// |analytic − numeric| / (|analytic| + |numeric|), 0..=1.
    pub relative_difference: f64,
}

/// A gradient check of one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientReport {
    /// The unit.
    pub unit: UnitId,
    /// The step whose parameters were checked.
    pub step: u64,
    /// Number of examples it was checked on.
    pub n_examples: usize,
    /// ‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖) over all checked parameters.
    pub relative_difference: f64,
    /// Parameters checked, the largest gradients first, at most 200.
    pub lines: Vec<GradientLine>,
    /// Parameters that the unit has.
    pub n_parameters: usize,
}
