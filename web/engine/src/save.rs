//! A run of the page as a log: computed again from its recipe, step by step, and written down.
//!
//! In: a [`SaveOrder`], made by the trainer that has the run. Out: the bytes of an `.ndjson.gz`. Arithmetic is exact, so the log
//! holds the very numbers that were on the screen, whatever was shown of them. Read next: `lnn_runlog::Recorder`.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use lnn_core::{DataSet, Recipe, RecipeChange, Snapshot, Trainer};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Normalise, Prepared, Split, gallery, prepare};
use lnn_runlog::{
    ChangeRecord, CheckpointRecord, DataInfo, DataOrigin, EndRecord, EpochRecord, HeaderRecord, LogWriter,
    MAX_LINE_BYTES, MadeUp, Quantity, RecipeRecord, Record, Recorder, data_digest, to_safetensors,
    watched_rows,
};
use serde::{Deserialize, Serialize};

use crate::protocol::{Bytes, Change, FromTrainer, Keyframe, SyntheticData, TrainingData};
use crate::run::Run;
use crate::start::{Splits, recipe, splits};

const PROGRAM: &str = concat!("lnn page ", env!("CARGO_PKG_VERSION"));
const WRITER: &str = "page";
/// A slice of work between two looks at new messages.
const SLICE_MS: f64 = 30.0;
/// A log may have about so many bytes before compression; of a longer run every k-th step is recorded.
const MAX_BYTES: u64 = 200_000_000;

/// A run as its trainer knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunOutline {
    /// Every setting at its start.
    pub recipe: RecipeRecord,
    /// Where it began, if not at the recipe's start weights.
    pub keyframe: Option<Keyframe>,
    /// Settings changed on the way, with the steps done before.
    pub changes: Vec<(u64, Change)>,
    /// Its newest step.
    pub last_step: u64,
    /// Its state under the cursor.
    pub now: Keyframe,
}

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SaveOrder {
    /// As what.
    pub form: SaveForm,
    /// The run.
    pub outline: RunOutline,
    /// What it trained on.
    pub data: TrainingData,
}

/// What a run is saved as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveForm {
    /// Every step, as a log.
    Log,
    /// The log with its data set.
    Session,
    /// The parameters under the cursor, in a format by its name: `npz`, `onnx` …
    Weights(String),
    /// The data set as it is trained on.
    Data,
}

/// A log in the making.
pub struct Saver {
    trainer: Trainer<f32>,
    recorder: Recorder<f32>,
    writer: LogWriter<GzEncoder<Vec<u8>>>,
    name: String,
    changes: Vec<(u64, Change)>,
    first_step: u64,
    last_step: u64,
    n_records: u64,
    every_steps: u64,
}

/// A finished file.
pub struct SavedFile {
    /// A name for it.
    pub file_name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What to say of it.
    pub sentence: String,
}

impl Saver {
    /// Sets the run up again, at its start, and writes the head of its log. `now_ms` is the time, since 1970.
    ///
    /// # Errors
    /// A sentence: recipe and data set don't go together, or something can't be written.
    pub fn start(order: &SaveOrder, now_ms: f64) -> Result<Self, String> {
        let SaveOrder { outline, data, .. } = order;
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let Splits { train, dev, info } = splits(data).map_err(|error| said(&error))?;
        let core_recipe: Recipe = recipe(&outline.recipe).map_err(|error| said(&error))?;
        let mut trainer = Trainer::new(core_recipe, train.clone()).map_err(|error| said(&error))?;
        if let Some(keyframe) = &outline.keyframe {
            let snapshot = Snapshot::from_bytes(&keyframe.snapshot).map_err(|error| said(&error))?;
            trainer.restore(&snapshot).map_err(|error| said(&error))?;
        }
        let rows = watched_rows(&train, info.task);
        let n_units = outline.recipe.layers.iter().sum::<usize>() + info.n_outputs();
        let first_step = trainer.step_count();
        let every_steps =
            every_steps(outline.last_step - first_step.min(outline.last_step), n_units, rows.len());
        let recorder = Recorder::new(&trainer, dev.clone(), every_steps, Some(&rows));
        let name = file_stem(order, &info);
        let header = HeaderRecord::of(PROGRAM, &trainer, info)
            .with_start(outline.keyframe.is_none())
            .with_origin(origin(data, &train, dev.as_ref()))
            .every(every_steps)
            .watching(&train, Some(&rows));
        let writer = LogWriter::new(GzEncoder::new(Vec::new(), Compression::fast()), &name, WRITER);
        let mut saver = Self {
            trainer,
            recorder,
            writer,
            name,
            changes: outline.changes.clone(),
            first_step,
            last_step: outline.last_step.max(first_step),
            n_records: 0,
            every_steps,
        };
        let has_recipes_start = header.has_recipes_start;
        // Only the head has a time: when steps were taken the first time is not known any more.
        saver.write(&Record::Header(Box::new(header)), Some(now_ms.max(0.0) as u64))?;
        if !has_recipes_start {
            saver.checkpoint()?;
        }
        let first = saver.recorder.start(&saver.trainer);
        saver.write(&Record::Step(Box::new(first)), None)?;
        saver.n_records = 1;
        Ok(saver)
    }

    /// Computes and writes for a moment; tells the share that is done.
    ///
    /// # Errors
    /// A sentence: a step can't be computed or written.
    pub fn work(&mut self, clock: &dyn Fn() -> f64) -> Result<f64, String> {
        let start_ms = clock();
        while !self.is_done() && clock() - start_ms < SLICE_MS {
            self.step()?;
        }
        let n_steps = (self.last_step - self.first_step).max(1);
        Ok((self.trainer.step_count() - self.first_step) as f64 / n_steps as f64)
    }

    /// Whether every step is written.
    pub fn is_done(&self) -> bool {
        self.trainer.step_count() >= self.last_step
    }

    fn step(&mut self) -> Result<(), String> {
        let now = self.trainer.step_count();
        self.change(now)?;
        let step = self.recorder.step(&mut self.trainer, now + 1 == self.last_step);
        if let Some(step) = step.map_err(|error| error.to_string())? {
            self.write(&Record::Step(Box::new(step)), None)?;
            self.n_records += 1;
            self.epoch()?;
        }
        Ok(())
    }

    /// Settings that came into force before a step.
    fn change(&mut self, step: u64) -> Result<(), String> {
        let due: Vec<Change> =
            self.changes.iter().filter(|(changed, _)| *changed == step).map(|(_, change)| *change).collect();
        for change in &due {
            self.trainer.set(RecipeChange::from(*change)).map_err(|error| error.to_string())?;
        }
        if due.is_empty() {
            return Ok(());
        }
        let recipe = RecipeRecord::from(self.trainer.recipe());
        self.write(&Record::Change(ChangeRecord { step, recipe }), None)
    }

    fn epoch(&mut self) -> Result<(), String> {
        let step = self.trainer.step_count();
        match self.recorder.scores() {
            Some((scored, train, dev))
                if scored == step && step.is_multiple_of(self.trainer.steps_per_epoch()) =>
            {
                let epoch = self.trainer.epoch();
                self.write(&Record::Epoch(EpochRecord { epoch, step, train, dev }), None)
            }
            _ => Ok(()),
        }
    }

    fn checkpoint(&mut self) -> Result<(), String> {
        let snapshot = self.trainer.snapshot();
        let bytes = to_safetensors(&snapshot).map_err(|error| error.to_string())?;
        if bytes.len() >= MAX_LINE_BYTES / 2 {
            return Ok(());
        }
        let inline = Some(data_encoding::BASE64.encode(&bytes));
        let (step, digest) = (snapshot.step, snapshot.digest());
        self.write(&Record::Checkpoint(CheckpointRecord { step, digest, file: None, inline }), None)
    }

    /// The whole log, once everything is written.
    ///
    /// # Errors
    /// A sentence: something can't be written.
    pub fn finish(mut self) -> Result<SavedFile, String> {
        // A setting that was changed and not trained with yet.
        self.change(self.last_step)?;
        self.checkpoint()?;
        let end = EndRecord {
            step: self.trainer.step_count(),
            epoch: self.trainer.epoch(),
            digest: self.trainer.network().digest(),
            reason: "stopped".to_owned(),
            message: None,
        };
        self.write(&Record::End(end), None)?;
        let mut gzip = self.writer.into_inner();
        gzip.flush().map_err(|error| error.to_string())?;
        let which = match self.every_steps {
            1 => "every step".to_owned(),
            every => format!("every {every}th step, and any other can be computed from it"),
        };
        let (file_name, n_steps) = (format!("{}.ndjson.gz", self.name), self.n_records);
        let sentence =
            format!("Saved {file_name}: {n_steps} steps, {which}. Drop it on this page to replay it.");
        Ok(SavedFile { file_name, bytes: gzip.finish().map_err(|error| error.to_string())?, sentence })
    }

    fn write(&mut self, record: &Record, time_ms: Option<u64>) -> Result<(), String> {
        self.writer.write(record, time_ms).map(drop).map_err(|error| error.to_string())
    }
}

impl Run {
    /// What it is made of, up to its newest step.
    pub(crate) fn export(&self) -> FromTrainer {
        let (recipe, keyframe) = self.began.clone();
        let changes = self.newest.changes().iter().map(|(step, change)| (*step, Change::from(*change)));
        let (changes, last_step, now) = (changes.collect(), self.newest_step(), self.now());
        let outline = RunOutline { recipe, keyframe, changes, last_step, now };
        FromTrainer::Exported { run: self.id, outline: Box::new(outline) }
    }

    /// The run as it is under the cursor.
    pub(crate) fn at_cursor(&self) -> &Trainer<f32> {
        self.past.as_ref().unwrap_or(&self.newest)
    }

    /// The state under the cursor, to go on from.
    pub(crate) fn now(&self) -> Keyframe {
        let snapshot = self.at_cursor().snapshot();
        Keyframe { step: snapshot.step, snapshot: Bytes::from(snapshot.to_bytes()), has_changes: true }
    }
}

impl From<Change> for RecipeChange {
    fn from(change: Change) -> Self {
        match change {
            Change::LearningRate(rate) => Self::LearningRate(rate),
            Change::Decay(decay) => Self::Decay(decay.into()),
            Change::L2Penalty(penalty) => Self::L2Penalty(penalty),
            Change::Dropout(share) => Self::Dropout(share),
        }
    }
}

impl From<RecipeChange> for Change {
    fn from(change: RecipeChange) -> Self {
        match change {
            RecipeChange::LearningRate(rate) => Self::LearningRate(rate),
            RecipeChange::Decay(decay) => Self::Decay(decay.into()),
            RecipeChange::L2Penalty(penalty) => Self::L2Penalty(penalty),
            RecipeChange::Dropout(share) => Self::Dropout(share),
        }
    }
}

/// A number has about ten characters, a watched value two thirds of three.
fn every_steps(n_steps: u64, n_units: usize, n_watched: usize) -> u64 {
    let bytes = 400 + n_units * (Quantity::ALL.len() * 11 + n_watched * 3);
    (n_steps.saturating_mul(bytes as u64) / MAX_BYTES + 1).max(1)
}

/// What the files of a run are called, without their endings.
pub(crate) fn file_stem(order: &SaveOrder, info: &DataInfo) -> String {
    format!("{}-{}", stem(&info.name), order.outline.recipe.seed)
}

/// A file's name without what no file system takes.
fn stem(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String = stem.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(60).collect();
    if plain.is_empty() { "run".to_owned() } else { plain }
}

/// Where the data set may be had again.
fn origin(data: &TrainingData, train: &DataSet<f32>, dev: Option<&DataSet<f32>>) -> DataOrigin {
    let unknown = |name: &str| DataOrigin::of(name, train, dev);
    match data {
        TrainingData::Synthetic(synthetic) => {
            let origin = unknown(synthetic.kind.as_str());
            match made_plan(synthetic) {
                Some((plan, made_digest)) if made_digest == origin.digest => {
                    let SyntheticData { n_examples, noise, seed, train_share, .. } = *synthetic;
                    let made = Some(MadeUp { n_examples, noise, seed, train_share });
                    DataOrigin { is_builtin: true, made, plan, ..origin }
                }
                _ => origin,
            }
        }
        TrainingData::Arrays(arrays) => match &arrays.place {
            Some(place) => DataOrigin {
                is_builtin: place.is_builtin,
                plan: serde_json::from_str(&place.plan).unwrap_or_default(),
                ..unknown(&place.name)
            },
            None => unknown(&arrays.info.name),
        },
    }
}

/// How a made-up set's table becomes the page's own examples, with the digest of what comes out.
fn made_plan(synthetic: &SyntheticData) -> Option<(serde_json::Value, u64)> {
    let SyntheticData { kind, n_examples, noise, seed, train_share } = *synthetic;
    let mut importer = CsvImporter::new(ImportLimits::default());
    importer.push(gallery::made_up(kind, n_examples, noise, seed).as_bytes()).ok()?;
    let table = importer.finish().ok()?;
    let mut plan = ImportPlan::guess(&table);
    (plan.split, plan.seed, plan.normalise) = (Split::Fraction(train_share), seed, Normalise::None);
    let prepared: Prepared<f32> = prepare(&table, &plan).ok()?;
    Some((serde_json::to_value(&plan).ok()?, data_digest(&prepared.train, prepared.dev.as_ref())))
}

#[cfg(test)]
mod tests {
    use lnn_core::SyntheticKind;

    use super::*;

    #[test]
    fn a_made_up_set_is_the_same_in_the_page_and_in_the_terminal() {
        for kind in SyntheticKind::ALL {
            for train_share in [0.5, 0.8, 1.0] {
                let data = SyntheticData { kind, n_examples: 230, noise: 0.07, seed: 9, train_share };
                let Splits { train, dev, .. } = splits(&TrainingData::Synthetic(data)).unwrap();
                let (_, digest) = made_plan(&data).unwrap();
                assert_eq!(digest, data_digest(&train, dev.as_ref()), "{kind} {train_share}");
            }
        }
    }

    #[test]
    fn a_long_run_is_thinned_and_a_short_one_is_whole() {
        assert_eq!(every_steps(5_000, 23, 64), 1);
        assert!(every_steps(1_000_000, 23, 64) > 20);
        assert_eq!(every_steps(0, 1, 0), 1);
    }

    #[test]
    fn names_of_files_have_no_odd_characters() {
        assert_eq!(stem("my data/1.csv"), "my-data-1");
        assert_eq!(stem(".csv"), "run");
    }
}
