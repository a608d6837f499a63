//! `lnn train`: epoch after epoch, measured after each. In: arguments; out: lines of JSON or a progress bar, and the
//! parameters if they are to be saved, the last good ones if training fails.
//!
//! Read next: `measure.rs`, `saved.rs`.

use std::io::Write;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_core::{DataSet, Real, Trainer};
use ndarray_npy::WritableElement;

use crate::args::TrainArgs;
use crate::measure::EpochLine;
use crate::saved::{Saved, check_folder, save};
use crate::start::Start;

pub fn run<T: Real + WritableElement>(args: &TrainArgs) -> Result<()> {
    if let Some(path) = &args.save {
        check_folder(path)?;
    }
    let start = Start::<T>::new(&args.data, &args.recipe)?;
    let reporter = Reporter::new(args, &start)?;
    let Start { prepared, train, recipe, network, .. } = start;
    let saved = Saved::new::<T>(&recipe, &prepared.preparation);
    let mut trainer = Trainer::with_parameters(recipe, train, network)?;
    let result = train_epochs(&mut trainer, prepared.dev.as_ref(), args.epochs, &reporter);
    let is_saved = args.save.as_ref().map_or(Ok(()), |path| save(path, trainer.network(), &saved));
    let is_told = reporter.finish();
    result.and(is_saved).and(is_told)
}

fn train_epochs<T: Real>(
    trainer: &mut Trainer<T>,
    dev: Option<&DataSet<T>>,
    n_epochs: u64,
    reporter: &Reporter,
) -> Result<()> {
    let stopped = |epoch| move || format!("training stopped in epoch {epoch}");
    reporter.epoch(0, &EpochLine::measure(0, trainer, dev)?)?;
    for epoch in 1..=n_epochs {
        for _ in 0..trainer.steps_per_epoch() {
            trainer.step(None).with_context(stopped(epoch))?;
        }
        reporter.epoch(epoch, &EpochLine::measure(epoch, trainer, dev).with_context(stopped(epoch))?)?;
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
