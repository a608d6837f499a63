//! A real training, logged as `lnn train --log` does it, until the log is as long as wanted.
//!
//! In: settings and something to write to. Out: header, a line for every step with all its probes, epochs, checkpoints, end. Time in it is
//! made up, so that the same settings give the same bytes. Read next: `lnn_runlog::Recorder`.

use std::io::Write;
use std::sync::Arc;

use lnn_core::{
    Activation, BatchSize, Cost, DataError, DataSet, Init, Optimizer, Recipe, TrainError, Trainer, evaluate,
};
use lnn_runlog::{
    CheckpointError, CheckpointRecord, DataOrigin, EndRecord, EpochRecord, HeaderRecord, LogWriter, Record,
    Recorder, Scores, Task, WriteError, to_safetensors, watched_rows,
};

use crate::data::TenClasses;

/// Units of the hidden layers: with 784 inputs and 10 classes, a step's line has about 80 kB.
pub const HIDDEN: [usize; 2] = [512, 256];

const PROGRAM: &str = concat!("make-log ", env!("CARGO_PKG_VERSION"));
const NAME: &str = "ten-classes";
const SEED: u64 = 1;
const BATCH_EXAMPLES: usize = 32;
const LEARNING_RATE: f64 = 0.01;
/// When the first line was written, and how much later each next step: the log is the same whenever it is made.
const FIRST_MS: u64 = 1_795_349_492_611;
const STEP_MS: u64 = 10;

/// How long a log becomes, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// Bytes of all lines, exceeded by less than a step and the end.
    pub n_bytes: u64,
    /// A checkpoint, inline as in every log of one file, at the end of the epoch in which these bytes are full.
    pub checkpoint_bytes: u64,
    /// Whether every unit's activation and error on 64 examples is in it, too, which is most of a step's line then.
    pub is_watched: bool,
}

/// A gigabyte with ten checkpoints, as `lnn train --log` writes without further options.
impl Default for LogSettings {
    fn default() -> Self {
        Self { n_bytes: 1_000_000_000, checkpoint_bytes: 100_000_000, is_watched: false }
    }
}

/// What a log has become so far, or in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Made {
    /// Bytes of all lines.
    pub n_bytes: u64,
    /// Steps after the first record, each with its line.
    pub n_steps: u64,
    /// Checkpoints.
    pub n_checkpoints: u64,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// Numbers that no data set may have.
    #[error("the data set can't be made: {0}")]
    Data(#[from] DataError),
    /// The training failed.
    #[error("the training failed: {0}")]
    Train(#[from] TrainError),
    /// The place written to fails.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The parameters can't be written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Trains and logs; `progress` hears of every line.
///
/// # Errors
/// `out` can't be written to.
pub fn make_log(
    out: &mut dyn Write,
    settings: LogSettings,
    progress: &mut dyn FnMut(&Made),
) -> Result<Made, MakeError> {
    let data = TenClasses::new(SEED)?;
    let mut trainer = Trainer::new(recipe(), Arc::new(data.train.clone()))?;
    let rows = settings.is_watched.then(|| watched_rows(&data.train, Task::Classification));
    let mut recorder = Recorder::new(&trainer, Some(data.dev.clone()), 1, rows.as_deref());
    let mut log = Log { writer: LogWriter::new(out, NAME, "make-log"), made: Made::default(), progress };
    log.write(&Record::Header(Box::new(header(&data, &trainer, rows.as_deref()))), 0)?;
    log.write(&Record::Step(Box::new(recorder.start(&trainer))), 0)?;
    let mut checkpoint_due = settings.checkpoint_bytes;
    while log.made.n_bytes < settings.n_bytes {
        if let Some(step) = recorder.step(&mut trainer, false)? {
            log.made.n_steps += 1;
            log.write(&Record::Step(Box::new(step)), trainer.step_count())?;
        }
        if !trainer.step_count().is_multiple_of(trainer.steps_per_epoch()) {
            continue;
        }
        log.write(&epoch(&trainer, &data.dev), trainer.step_count())?;
        if log.made.n_bytes >= checkpoint_due {
            checkpoint_due = log.made.n_bytes + settings.checkpoint_bytes;
            log.made.n_checkpoints += 1;
            log.write(&checkpoint(&trainer)?, trainer.step_count())?;
        }
    }
    log.write(&end(&trainer), trainer.step_count())?;
    log.writer.get_mut().flush().map_err(WriteError::from)?;
    Ok(log.made)
}

/// The log that is written, and how far it is.
struct Log<'a> {
    writer: LogWriter<&'a mut dyn Write>,
    made: Made,
    progress: &'a mut dyn FnMut(&Made),
}

impl Log<'_> {
    fn write(&mut self, record: &Record, step: u64) -> Result<(), WriteError> {
        self.made.n_bytes += self.writer.write(record, Some(FIRST_MS + STEP_MS * step))? as u64;
        (self.progress)(&self.made);
        Ok(())
    }
}

fn recipe() -> Recipe {
    Recipe {
        layers: HIDDEN.to_vec(),
        hidden: vec![Activation::Relu; HIDDEN.len()],
        output: Activation::Softmax,
        cost: Cost::CategoricalCrossEntropy,
        init: Init::He,
        optimizer: Optimizer::Sgd,
        learning_rate: LEARNING_RATE,
        batch_size: BatchSize::Of(BATCH_EXAMPLES),
        seed: SEED,
        ..Recipe::default()
    }
}

fn header(data: &TenClasses, trainer: &Trainer<f32>, rows: Option<&[usize]>) -> HeaderRecord {
    HeaderRecord::of(PROGRAM, trainer, data.info(NAME))
        .with_origin(DataOrigin::of(NAME, &data.train, Some(&data.dev)))
        .watching(&data.train, rows)
}

fn epoch(trainer: &Trainer<f32>, dev: &DataSet<f32>) -> Record {
    let scores =
        |data: &DataSet<f32>| Scores::from(&evaluate(trainer.network(), data, trainer.recipe().cost));
    Record::Epoch(EpochRecord {
        epoch: trainer.epoch(),
        step: trainer.step_count(),
        train: scores(trainer.train_set()),
        dev: Some(scores(dev)),
    })
}

fn checkpoint(trainer: &Trainer<f32>) -> Result<Record, CheckpointError> {
    let snapshot = trainer.snapshot();
    let inline = data_encoding::BASE64.encode(&to_safetensors(&snapshot)?);
    let (step, digest) = (trainer.step_count(), snapshot.digest());
    Ok(Record::Checkpoint(CheckpointRecord { step, digest, file: None, inline: Some(inline) }))
}

fn end(trainer: &Trainer<f32>) -> Record {
    Record::End(EndRecord {
        step: trainer.step_count(),
        epoch: trainer.epoch(),
        digest: trainer.network().digest(),
        reason: "done".to_owned(),
        message: None,
    })
}
