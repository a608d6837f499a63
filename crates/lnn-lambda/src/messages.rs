//! What the functions say to each other and to their callers, as JSON.
//!
//! In and out: requests and answers. Numbers that must keep their bits travel as base64 of little-endian bytes, or as text
//! where JSON has no word for them. Read next: `job.rs`, `neuron/mod.rs`.

use lnn_import::ImportPlan;
use lnn_runlog::RecipeRecord;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::values::ValueName;

/// What starts a run: to the launcher, directly or over HTTP.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LaunchRequest {
    /// The run's name: small letters, digits, `-`, `_` and `.`, at most 64; one of its own where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The data set.
    pub data: LaunchData,
    /// How columns become inputs; guessed where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<ImportPlan>,
    /// Every setting of the training; sensible ones for the data where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<RecipeRecord>,
    /// `f32` or `f64`.
    #[serde(default = "single")]
    pub precision: String,
    /// Passes over the data.
    #[serde(default = "hundred")]
    pub epochs: u64,
    /// Units that one call computes; none = a whole layer.
    #[serde(default = "one")]
    pub units_per_neuron: Option<usize>,
    /// Every how manyth step is logged.
    #[serde(default = "each")]
    pub every_steps: u64,
    /// A checkpoint in the log after so many epochs; none = ten in a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_epochs: Option<u64>,
    /// Whether every unit's a and δ on some examples are logged too.
    #[serde(default)]
    pub watched: bool,
    /// Start parameters as base64 of a safetensors file; the recipe's where none are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Or the key of an upload with that file's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_key: Option<String>,
}

/// A data set to train on: its bytes, or where they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LaunchData {
    /// The file's name, for people.
    pub name: String,
    /// Its bytes, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Or its key in the bucket: an object in `training_input/`, or an upload (`uploads/SHA256`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it is a set that comes with LNN, by its id.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_builtin: bool,
    /// The settings of a made-up set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<lnn_runlog::MadeUp>,
}

fn single() -> String {
    "f32".to_owned()
}
const fn hundred() -> u64 {
    100
}
#[expect(clippy::unnecessary_wraps, reason = "serde asks for the field's type")]
const fn one() -> Option<usize> {
    Some(1)
}
const fn each() -> u64 {
    1
}

/// The launcher's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launched {
    /// The run's name.
    pub run: String,
    /// Whether this request registered it; a doubled one finds it there.
    pub is_new: bool,
}

/// What the state machine says to the trainer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainerRequest {
    /// The run.
    pub run: String,
}

/// What the trainer answers: `continue` asks to be called again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainerAnswer {
    /// `continue`, `done`, `failed` or `stopped`.
    pub status: String,
    /// Steps committed.
    pub step: u64,
}

/// The way through the network that a neuron computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// z of the slice.
    Forward,
    /// δ of the slice and its next parameters.
    Backward,
}

impl Pass {
    /// Its word in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
        }
    }
}

/// A call of a neuron.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NeuronRequest {
    /// What is the same in all calls of a run: a [`crate::job::NeuronJob`].
    pub job: Box<RawValue>,
    /// The calling trainer's fencing token.
    pub token: u64,
    /// Steps done: the call computes a part of the next one.
    pub step: u64,
    /// The layer, from 0.
    pub layer_idx: usize,
    /// The slice of its units, from 0.
    pub slice: usize,
    /// Which way.
    pub pass: Pass,
    /// Whether the units' probes are wanted.
    #[serde(default)]
    pub probes: bool,
    /// Values handed along; what is missing is in Redis.
    pub values: Vec<HandedValue>,
}

/// A value that travels with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedValue {
    /// Which.
    pub name: ValueName,
    /// Its numbers, base64 of little-endian bytes.
    pub data: String,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeuronOutcome {
    /// Computed, and written where it had to be.
    Ok,
    /// The token is an old one, or the cursor stands elsewhere.
    Fenced,
    /// A value is not in Redis any more.
    Missing,
    /// A number is not finite; which is in `found`.
    NonFinite,
}

/// A neuron's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NeuronAnswer {
    /// What became of it.
    pub outcome: NeuronOutcome,
    /// What was computed, as far as it is small enough to travel.
    pub values: Vec<HandedValue>,
    /// The units' probes, where they were asked for: 14 numbers a unit, base64 of little-endian bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<String>,
    /// Numbers that are not finite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<FoundNumber>,
    /// How it was computed.
    pub account: NeuronAccount,
}

/// A number that is not finite, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundNumber {
    /// Position in [`lnn_core::Part::ALL`].
    pub part: usize,
    /// Its unit in the layer.
    pub unit_idx: usize,
    /// `inf`, `-inf` or `NaN`.
    pub value: String,
}

/// What a call took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeuronAccount {
    /// What the service calls the call.
    pub request_id: String,
    /// Which process computed it.
    pub process: String,
    /// Whether that process was new.
    pub cold_start: bool,
    /// Whether the next parameters were there already.
    pub is_duplicate: bool,
    /// Inside the handler, all in all.
    pub inside_ms: f64,
    /// Arithmetic.
    pub compute_ms: f64,
    /// Waiting for Redis.
    pub redis_ms: f64,
    /// Requests to Redis, one after the other.
    pub n_round_trips: u32,
    /// The memory setting.
    pub memory_mb: u32,
}
