//! The same run on one machine: what everything else is measured by.
//!
//! In: a [`Task`]. Out: its steps as a log has them, its last parameters, its end. Read next: `checks/mod.rs`.

use std::sync::Arc;

use anyhow::{Result, bail};
use lnn_core::{DataSet, Real, Snapshot, TrainError, Trainer, evaluate};
use lnn_import::{Prepared, prepare};
use lnn_lambda::stores::Status;
use lnn_runlog::{LogLine, LogWriter, LoggedStep, Record, Recorder, Scores, data_digest, watched_rows};

use crate::task::Task;

/// A run as `lnn-core` computes it in this process.
#[derive(Debug, Clone)]
pub struct Local {
    /// Steps of the log, from step 0.
    pub steps: Vec<LocalStep>,
    /// Steps done.
    pub last_step: u64,
    /// Digest of the last parameters.
    pub digest: u64,
    /// Every number of parameters and moments after the last step.
    pub numbers: Vec<u64>,
    /// Digest of the data set as the network sees it.
    pub data_digest: u64,
    /// The cost of each step's mini-batch.
    pub costs: Vec<f64>,
    /// Over the training split, after the last step.
    pub train: Scores,
    /// Over the dev split, after the last step.
    pub dev: Option<Scores>,
    /// What ended it before its time, in the words of `lnn train`.
    pub failure: Option<String>,
    /// How it ended.
    pub status: Status,
}

/// A step of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalStep {
    /// Its number.
    pub step: u64,
    /// Digest of the parameters after it.
    pub digest: u64,
    /// Every number of its record, in words.
    pub words: String,
}

impl LocalStep {
    /// A step of any log, in the same words.
    pub fn of(step: &LoggedStep) -> Self {
        let head = step.record.head;
        Self { step: head.step, digest: head.digest, words: format!("{step:?}") }
    }
}

impl Local {
    /// Trains a task in this process.
    ///
    /// # Errors
    /// It is none that can be trained.
    pub fn train(task: &Task) -> Result<Self> {
        Self::train_until(task, None)
    }

    /// The same, stopped after a step.
    ///
    /// # Errors
    /// As [`Local::train`].
    pub fn train_until(task: &Task, stop: Option<u64>) -> Result<Self> {
        if task.precision == "f64" { train::<f64>(task, stop) } else { train::<f32>(task, stop) }
    }
}

fn train<T: Real>(task: &Task, stop: Option<u64>) -> Result<Local> {
    let prepared: Prepared<T> = prepare(&task.table()?, &task.plan()?)?;
    let train = Arc::new(prepared.train.clone());
    let rows = task.watched.then(|| watched_rows(&train, prepared.info("").task));
    let mut trainer = Trainer::new(task.recipe.clone(), train)?;
    let mut recorder = Recorder::new(&trainer, prepared.dev.clone(), task.every_steps, rows.as_deref());
    let mut steps = vec![logged(recorder.start(&trainer))?];
    let last_step = task.epochs * trainer.steps_per_epoch();
    let (mut failure, mut costs) = (None, Vec::new());
    while trainer.step_count() < stop.unwrap_or(last_step) && failure.is_none() {
        let is_last = trainer.step_count() + 1 == last_step;
        match recorder.step(&mut trainer, is_last) {
            Ok(step) => {
                costs.extend(step.as_ref().and_then(|step| step.record.head.batch_cost));
                if let Some(step) = step {
                    steps.push(logged(step)?);
                }
            }
            Err(error @ TrainError::NonFinite { .. }) => {
                failure = Some(format!("training stopped in epoch {}: {error}", trainer.epoch() + 1));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let snapshot = trainer.snapshot();
    let scores =
        |split: &DataSet<T>| Scores::from(&evaluate(trainer.network(), split, trainer.recipe().cost));
    Ok(Local {
        steps,
        last_step: snapshot.step,
        digest: snapshot.digest(),
        numbers: numbers(&snapshot),
        data_digest: data_digest(&prepared.train, prepared.dev.as_ref()),
        costs,
        train: scores(&prepared.train),
        dev: prepared.dev.as_ref().map(scores),
        status: match (&failure, stop) {
            (Some(_), _) => Status::Failed,
            (None, Some(_)) => Status::Stopped,
            (None, None) => Status::Done,
        },
        failure,
    })
}

/// A step as a log gives it back: what is not finite has no number there.
fn logged(step: LoggedStep) -> Result<LocalStep> {
    let mut writer = LogWriter::new(Vec::new(), "local", "local");
    writer.write(&Record::Step(Box::new(step)), None)?;
    let line = writer.into_inner();
    match LogLine::open(line.trim_ascii_end())?.record()? {
        Record::Step(step) => Ok(LocalStep::of(&step)),
        other => bail!("a step came back as {}", other.kind()),
    }
}

/// Every number of a snapshot's parameters and moments, with all its bits.
pub fn numbers<T: Real>(snapshot: &Snapshot<T>) -> Vec<u64> {
    let parts = [Some(&snapshot.parameters), snapshot.first_moment.as_ref(), snapshot.second_moment.as_ref()];
    parts.into_iter().flatten().flat_map(|part| part.iter().map(Real::to_bits64)).collect()
}
