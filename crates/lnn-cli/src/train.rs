//! `lnn train`: epoch after epoch, measured after each. In: arguments; out: lines of JSON or a progress bar, and the
//! parameters if they are to be saved, the last good ones if training fails; a log of every step if one is asked for.
//!
//! Read next: `measure.rs`, `saved.rs`, `log/record.rs`.

use std::io::Write;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_core::{DataSet, Real, Trainer};

use crate::args::TrainArgs;
use crate::log::RunLog;
use crate::measure::EpochLine;
use crate::saved::{Saved, check_folder, save};
use crate::start::Start;

pub fn run<T: Real>(args: &TrainArgs) -> Result<()> {
    if let Some(path) = &args.save {
        check_folder(path)?;
    }
    let start = Start::<T>::new(&args.data, &args.recipe)?;
    let reporter = Reporter::new(args, &start)?;
    let mut trainer =
        Trainer::with_parameters(start.recipe.clone(), start.train.clone(), start.network.clone())?;
    let mut log = RunLog::begin(args, &start, &trainer)?;
    let dev = start.prepared.dev.as_ref();
    let result = train_epochs(&mut trainer, dev, args.epochs, &reporter, log.as_mut());
    let is_logged = log.map_or(Ok(()), |log| log.end(&trainer, result.as_ref().err()));
    let saved = Saved::new::<T>(&start.recipe, &start.prepared.preparation);
    let is_saved = args.save.as_ref().map_or(Ok(()), |path| save(path, trainer.network(), &saved));
    let is_told = reporter.finish();
    result.and(is_logged).and(is_saved).and(is_told)
}

fn train_epochs<T: Real>(
    trainer: &mut Trainer<T>,
    dev: Option<&DataSet<T>>,
    n_epochs: u64,
    reporter: &Reporter,
    mut log: Option<&mut RunLog<T>>,
) -> Result<()> {
    let stopped = |epoch| move || format!("training stopped in epoch {epoch}");
    reporter.epoch(0, &EpochLine::measure(0, trainer, dev)?)?;
    let last_step = n_epochs * trainer.steps_per_epoch();
    for epoch in 1..=n_epochs {
        for _ in 0..trainer.steps_per_epoch() {
            match &mut log {
                Some(log) => log.step(trainer, last_step).with_context(stopped(epoch))?,
                None => drop(trainer.step(None).with_context(stopped(epoch))?),
            }
        }
        let line = EpochLine::measure(epoch, trainer, dev).with_context(stopped(epoch))?;
        if let Some(log) = &mut log {
            log.epoch(epoch, trainer, &line, epoch == n_epochs)?;
        }
        reporter.epoch(epoch, &line)?;
    }
    Ok(())
}

/// Where epochs are told.
enum Reporter {
    Json,
    Bar(ProgressBar),
}

impl Reporter {
    fn new<T: Real>(args: &TrainArgs, start: &Start<T>) -> Result<Self> {
        if args.json {
            return Ok(Self::Json);
        }
        writeln!(std::io::stdout(), "{}", start.describe())?;
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} epochs, {eta} left; {msg}")?;
        Ok(Self::Bar(ProgressBar::new(args.epochs).with_style(style)))
    }

    fn epoch(&self, epoch: u64, line: &EpochLine) -> Result<()> {
        match self {
            Self::Json => writeln!(std::io::stdout(), "{}", serde_json::to_string(line)?)?,
            Self::Bar(bar) => {
                bar.set_position(epoch);
                bar.set_message(line.in_words());
            }
        }
        Ok(())
    }

    /// Leaves the last measurement on the screen.
    fn finish(&self) -> Result<()> {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
            writeln!(std::io::stdout(), "after {} epochs: {}", bar.position(), bar.message())?;
        }
        Ok(())
    }
}
