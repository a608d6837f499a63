//! What the lines of a run log say: one type for each kind of record.
//!
//! In: members of a [`LogLine`]. Out: a [`Record`], and back. What this version doesn't know is not lost: lines are kept and
//! copied as they stand. Read next: `step_line.rs` for the longest of them, `writer.rs`, `reader.rs`.

use serde::{Deserialize, Serialize};

use crate::line::{LineError, LogLine, record_error};
use crate::long_step;
use crate::numbers::{ScoresMembers, hex64};
use crate::step_line::{LoggedStep, StepMembers};
use crate::{DataInfo, FORMAT, RecipeRecord, RunHeader, Scores};

/// A record of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// The recipe: with the data set, everything needed to run the run again.
    Header(Box<HeaderRecord>),
    /// One parameter update.
    Step(Box<LoggedStep>),
    /// The end of a pass over the data.
    Epoch(EpochRecord),
    /// Where the parameters of a step are.
    Checkpoint(CheckpointRecord),
    /// A setting that was changed on the way.
    Change(ChangeRecord),
    /// A call of a function that computed a part of the run.
    Invocation(InvocationRecord),
    /// A sentence for people.
    Note(NoteRecord),
    /// The run is over.
    End(EndRecord),
    /// A kind that this version doesn't know.
    Other,
}

/// `header`: the recipe, the data set's description and how the log was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeaderRecord {
    /// The log format's version.
    pub format: u32,
    /// The program that trains, e.g. `lnn 0.1.0`.
    pub program: String,
    /// `f32` or `f64`: the numbers that were computed with.
    pub precision: String,
    /// Every setting of the training.
    pub recipe: RecipeRecord,
    /// Whether the start weights are the recipe's; else they are in the checkpoint of the first step.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub has_recipes_start: bool,
    /// The data set.
    pub data: DataInfo,
    /// Where the data set comes from and how it was prepared; none where the writer can't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<DataOrigin>,
    /// Mini-batches that make a pass over the data.
    pub steps_per_epoch: u64,
    /// The first step that is recorded.
    #[serde(default)]
    pub first_step: u64,
    /// Every how manyth step is recorded; none where there is no rule.
    pub every_steps: Option<u64>,
    /// The examples that steps are watched on, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<WatchedExamples>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_yes(value: &bool) -> bool {
    *value
}

impl HeaderRecord {
    /// What views need of it.
    pub fn run_header(&self, run: &str) -> RunHeader {
        RunHeader {
            format: self.format,
            run: run.to_owned(),
            recipe: self.recipe.clone(),
            data: self.data.clone(),
        }
    }
}

/// Where a run's data set comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataOrigin {
    /// A file's name, or the id of a built-in set.
    pub name: String,
    /// Whether it is a set that comes with LNN.
    pub is_builtin: bool,
    /// Made-up sets: rows, noise and seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<MadeUp>,
    /// Digest of both splits as the network sees them, [`crate::data_digest`].
    #[serde(with = "hex64")]
    pub digest: u64,
    /// How columns became inputs, in the importer's words.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub plan: serde_json::Value,
}

/// The settings of a made-up data set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MadeUp {
    /// Examples of both splits.
    pub n_examples: usize,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Seed of points and split.
    pub seed: u64,
    /// Share of the examples that is trained on.
    pub train_share: f64,
}

/// The examples that a log's steps are watched on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WatchedExamples {
    /// Row of each in the training split.
    pub rows: Vec<u32>,
    /// Class or target value of each.
    pub targets: Vec<f32>,
}

/// `epoch`: scores at the end of a pass over the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Whole passes done.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// Over the training split.
    #[serde(with = "ScoresMembers")]
    pub train: Scores,
    /// Over the dev split, where there is one.
    #[serde(default, with = "crate::numbers::maybe_scores")]
    pub dev: Option<Scores>,
}

/// `checkpoint`: where the parameters of a step are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// Steps done.
    pub step: u64,
    /// Digest of the parameters, the same as in the record of the step.
    #[serde(with = "hex64")]
    pub digest: u64,
    /// A safetensors file in the run's folder, e.g. `checkpoints/000100.safetensors`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The same file's bytes, base64, for logs that are one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
}

/// `change`: from this step on another recipe is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// Steps done before the change.
    pub step: u64,
    /// Every setting after it.
    pub recipe: RecipeRecord,
}

/// `invocation`: a call of a function that computed a part of the run, one record for each attempt.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct InvocationRecord {
    /// The function's name.
    pub function: String,
    /// What the service calls the call; not unique, a retry may keep it or not.
    pub request_id: String,
    /// The step that it computed for, 1 for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// How long it took, from the call to the answer, as the caller saw it.
    pub duration_ms: f64,
    /// `ok`, or what went wrong.
    pub outcome: String,
    /// `forward` or `backward`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    /// The layer of its units, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_idx: Option<usize>,
    /// The first of its units, and the one after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<[usize; 2]>,
    /// 1 for the first try of this call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When it was called, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<f64>,
    /// Inside the function: arithmetic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_ms: Option<f64>,
    /// Inside the function: waiting for Redis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redis_ms: Option<f64>,
    /// What is paid for, an estimate: the time inside the function rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_ms: Option<f64>,
    /// The function's memory setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// From its answer to the last answer of its layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<f64>,
    /// Whether the process that computed it was new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cold_start: bool,
    /// Which process computed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Whether its values were there already: the service ran the call twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_duplicate: bool,
}

/// `note`: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRecord {
    /// The sentence.
    pub text: String,
}

/// `end`: the run is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndRecord {
    /// Steps done.
    pub step: u64,
    /// Whole passes done.
    pub epoch: u64,
    /// Digest of the last parameters.
    #[serde(with = "hex64")]
    pub digest: u64,
    /// `done`, `stopped` (by its user) or `failed`.
    pub reason: String,
    /// What went wrong, where something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Record {
    /// The word that stands for it in a line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Header(_) => "header",
            Self::Step(_) => "step",
            Self::Epoch(_) => "epoch",
            Self::Checkpoint(_) => "checkpoint",
            Self::Change(_) => "change",
            Self::Invocation(_) => "invocation",
            Self::Note(_) => "note",
            Self::End(_) => "end",
            Self::Other => "other",
        }
    }

    /// Its members as a JSON object.
    pub(crate) fn body(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Header(header) => serde_json::to_string(header),
            Self::Step(step) => serde_json::to_string(&StepMembers::from(step.as_ref())),
            Self::Epoch(epoch) => serde_json::to_string(epoch),
            Self::Checkpoint(checkpoint) => serde_json::to_string(checkpoint),
            Self::Change(change) => serde_json::to_string(change),
            Self::Invocation(invocation) => serde_json::to_string(invocation),
            Self::Note(note) => serde_json::to_string(note),
            Self::End(end) => serde_json::to_string(end),
            Self::Other => Ok("{}".to_owned()),
        }
    }
}

impl LogLine<'_> {
    /// What the line says.
    ///
    /// # Errors
    /// Its members are not those of its kind, or its format is a newer one.
    pub fn record(&self) -> Result<Record, LineError> {
        fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, LineError> {
            serde_json::from_str(text).map_err(record_error)
        }
        Ok(match self.envelope.kind.as_ref() {
            "header" => {
                check_format(self.text)?;
                Record::Header(Box::new(read(self.text)?))
            }
            "step" => Record::Step(Box::new(match long_step::read(self.text) {
                Some((_, step)) => step,
                None => read::<StepMembers>(self.text)?.into_step(),
            })),
            "epoch" => Record::Epoch(read(self.text)?),
            "checkpoint" => Record::Checkpoint(read(self.text)?),
            "change" => Record::Change(read(self.text)?),
            "invocation" => Record::Invocation(read(self.text)?),
            "note" => Record::Note(read(self.text)?),
            "end" => Record::End(read(self.text)?),
            _ => Record::Other,
        })
    }
}

/// Refuses a newer format before its members are looked at: they may be others.
fn check_format(text: &str) -> Result<(), LineError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format } = serde_json::from_str(text).map_err(record_error)?;
    if format <= FORMAT {
        return Ok(());
    }
    let sentence = format!(
        "the log has format {format} and this version reads up to {FORMAT}: open it with a newer lnn"
    );
    Err(LineError::Record(sentence))
}
