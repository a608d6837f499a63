//! The log of a training: a record of every step, epoch and checkpoint, and of the end.
//!
//! In: a trainer at each step. Out: lines at a [`Place`]. Read next: `place.rs`.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use lnn_core::{Real, TrainError, Trainer};
use lnn_runlog::{
    CheckpointRecord, DataOrigin, EndRecord, EpochRecord, HeaderRecord, LogWriter, MAX_LINE_BYTES,
    NoteRecord, Record, Recorder, to_safetensors, watched_rows,
};

use super::place::{Place, write_whole};
use crate::args::{InitArg, LogArgs, TrainArgs};
use crate::data;
use crate::measure::EpochLine;
use crate::start::Start;

const PROGRAM: &str = concat!("lnn ", env!("CARGO_PKG_VERSION"));
const WRITER: &str = "lnn";

/// The log that a training writes.
pub struct RunLog<T> {
    writer: LogWriter<Place>,
    recorder: Recorder<T>,
    checkpoint_epochs: u64,
    newest_checkpoint: Option<u64>,
}

impl<T: Real> RunLog<T> {
    /// Begins the log that the arguments ask for, if they do: header, start weights where the recipe doesn't give them, and
    /// step 0.
    pub fn begin(args: &TrainArgs, start: &Start<T>, trainer: &Trainer<T>) -> Result<Option<Self>> {
        let Some(path) = &args.log.to else { return Ok(None) };
        let rows = args.log.watched.then(|| watched_rows(&start.train, start.prepared.info("").task));
        let recorder = Recorder::new(trainer, start.prepared.dev.clone(), args.log.every, rows.as_deref());
        let header = header(args, start, trainer).watching(&start.train, rows.as_deref());
        let run = run_name(&args.log, &header);
        let place = Place::create(path, &run, &header)?;
        let checkpoint_epochs = args.log.checkpoint.unwrap_or_else(|| args.epochs.div_ceil(10).max(1));
        let writer = LogWriter::new(place, &run, WRITER);
        let mut log = Self { writer, recorder, checkpoint_epochs, newest_checkpoint: None };
        let has_recipes_start = header.has_recipes_start;
        log.write(&Record::Header(Box::new(header)))?;
        if !has_recipes_start {
            log.checkpoint(trainer)?;
        }
        let first = log.recorder.start(trainer);
        log.write(&Record::Step(Box::new(first)))?;
        Ok(Some(log))
    }

    /// Takes a step of the training and logs it if it is due.
    pub fn step(&mut self, trainer: &mut Trainer<T>, last_step: u64) -> Result<()> {
        let is_last = trainer.step_count() + 1 == last_step;
        match self.recorder.step(trainer, is_last)? {
            Some(step) => self.write(&Record::Step(Box::new(step))),
            None => Ok(()),
        }
    }

    /// Logs the end of an epoch, with a checkpoint if one is due.
    pub fn epoch(&mut self, epoch: u64, trainer: &Trainer<T>, line: &EpochLine, is_last: bool) -> Result<()> {
        let (train, dev) = line.scores();
        self.write(&Record::Epoch(EpochRecord { epoch, step: trainer.step_count(), train, dev }))?;
        if is_last || epoch.is_multiple_of(self.checkpoint_epochs) {
            self.checkpoint(trainer)?;
        }
        self.writer.get_mut().sync().context("the log can't be written")
    }

    fn checkpoint(&mut self, trainer: &Trainer<T>) -> Result<()> {
        let step = trainer.step_count();
        if self.newest_checkpoint == Some(step) {
            return Ok(());
        }
        self.newest_checkpoint = Some(step);
        let snapshot = trainer.snapshot();
        let bytes = to_safetensors(&snapshot)?;
        let mut record = CheckpointRecord { step, digest: snapshot.digest(), file: None, inline: None };
        if let Some(folder) = self.writer.get_mut().folder() {
            let name = format!("checkpoints/{step:06}.safetensors");
            let path = folder.join(&name);
            write_whole(&path, &bytes).with_context(|| format!("«{}» can't be written", path.display()))?;
            record.file = Some(name);
        } else if bytes.len() < MAX_LINE_BYTES / 2 {
            record.inline = Some(data_encoding::BASE64.encode(&bytes));
        } else {
            let text = "the network is too large for a checkpoint in a log of one file: log to a folder";
            return self.write(&Record::Note(NoteRecord { text: text.to_owned() }));
        }
        self.write(&Record::Checkpoint(record))
    }

    /// Logs the end of the run, or what stopped it.
    pub fn end(mut self, trainer: &Trainer<T>, failure: Option<&anyhow::Error>) -> Result<()> {
        // What the log itself can't hold needs no word in it.
        let is_ours = |error: &anyhow::Error| error.downcast_ref::<TrainError>().is_some();
        let failure = failure.filter(|error| is_ours(error));
        if failure.is_some() {
            self.checkpoint(trainer)?;
        }
        let reason = if failure.is_some() { "failed" } else { "done" };
        self.write(&Record::End(EndRecord {
            step: trainer.step_count(),
            epoch: trainer.epoch(),
            digest: trainer.network().digest(),
            reason: reason.to_owned(),
            message: failure.map(|error| format!("{error:#}")),
        }))?;
        self.writer.into_inner().finish().context("the log can't be written")
    }

    fn write(&mut self, record: &Record) -> Result<()> {
        Ok(self.writer.write(record, now_ms()).map(drop)?)
    }
}

fn header<T: Real>(args: &TrainArgs, start: &Start<T>, trainer: &Trainer<T>) -> HeaderRecord {
    let (name, is_builtin) = data::name(&args.data);
    let prepared = &start.prepared;
    let made = data::made(&args.data);
    let origin =
        DataOrigin { is_builtin, made, ..DataOrigin::of(&name, &prepared.train, prepared.dev.as_ref()) };
    HeaderRecord::of(PROGRAM, trainer, prepared.info(&name))
        .with_start(matches!(args.recipe.init, InitArg::Rule(_)))
        .with_origin(origin.planned(serde_json::to_value(&start.plan).unwrap_or_default()))
        .every(args.log.every)
}

fn run_name(args: &LogArgs, header: &HeaderRecord) -> String {
    let data = header.data.name.trim_end_matches(".csv");
    args.run.clone().unwrap_or_else(|| format!("{data}-{}", header.recipe.seed))
}

/// Milliseconds since 1970; none on a machine whose clock stands before that.
fn now_ms() -> Option<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_millis() as u64)
}
