//! A run in the hands of a trainer.
//!
//! In: the registry's item and the job. Out: steps, one after the other, until the run ends or the time is over. Read next:
//! `step.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use lnn_core::{Real, Recipe, Snapshot, Trainer as Engine};
use lnn_runlog::Recorder;
use serde_json::value::RawValue;

use super::lines::Lines;
use super::pace::Pace;
use super::take_up::made;
use super::{Splits, Stop, Trainer, answer};
use crate::job::{Job, NetworkShape};
use crate::live::{Cursor, Live};
use crate::messages::TrainerAnswer;
use crate::stores::{Ending, Registry, RunItem, Status};
use crate::values::ValueName;
use crate::world::World;

/// How often a trainer puts the live state back before it gives up.
const MAX_RESTORES: u32 = 8;

/// A run that is held with a token.
pub(crate) struct Run<'a, T, W> {
    pub trainer: &'a Trainer<W>,
    pub world: &'a W,
    pub job: Job,
    /// The neurons' part of the job, written once.
    pub neuron_job: Box<RawValue>,
    pub recipe: Recipe,
    pub shape: NetworkShape,
    pub token: u64,
    pub item: RunItem,
    pub cursor: Cursor,
    pub splits: Arc<Splits<T>>,
    /// Holds the network of one step, for records, scores and penalties; it never takes a step itself.
    pub engine: Engine<T>,
    /// A snapshot of the right shape.
    pub template: Snapshot<T>,
    /// The step whose network the engine holds.
    pub engine_step: Option<u64>,
    pub recorder: Recorder<T>,
    /// Small values that came with answers, base64.
    pub hand: BTreeMap<ValueName, String>,
    pub lines: Lines,
    pub pace: Pace,
    pub deadline: Instant,
    cancel_looked: Instant,
    n_restores: u32,
}

impl<'a, T: Real, W: World> Run<'a, T, W> {
    /// A run whose token was just given out.
    pub(crate) async fn new(trainer: &'a Trainer<W>, job: Job, item: RunItem) -> Result<Self, Stop> {
        let recipe = job.neuron.recipe().context("the run's recipe")?;
        let splits = trainer.splits::<T>(&job).await?;
        let neuron_job = serde_json::value::to_raw_value(&job.neuron).context("the run's job")?;
        let engine =
            Engine::new(recipe.clone(), splits.train.clone()).context("the run's recipe and data")?;
        let watched: Option<Vec<usize>> =
            job.watched_rows.as_ref().map(|rows| rows.iter().map(|row| *row as usize).collect());
        let recorder = Recorder::new(&engine, splits.dev.clone(), job.every_steps, watched.as_deref());
        Ok(Self {
            trainer,
            world: &trainer.world,
            shape: job.neuron.shape(),
            token: item.token,
            cursor: Cursor::default(),
            template: engine.snapshot(),
            engine,
            engine_step: None,
            recorder,
            hand: BTreeMap::new(),
            lines: Lines::new(&item.run, item.token),
            pace: Pace::new(&trainer.limits),
            deadline: Instant::now(),
            cancel_looked: Instant::now(),
            n_restores: 0,
            neuron_job,
            recipe,
            job,
            item,
            splits,
        })
    }

    /// Steps until the deadline or the end.
    pub(crate) async fn drive(mut self, deadline: Instant) -> Result<TrainerAnswer, Stop> {
        self.deadline = deadline;
        let mut is_taken_up = false;
        loop {
            let part = if is_taken_up { self.go_on().await } else { self.take_up().await.map(|()| None) };
            match part {
                Ok(None) => is_taken_up = true,
                Ok(Some(answer)) => return Ok(answer),
                Err(Stop::Lost) if self.n_restores < MAX_RESTORES && !self.is_late() => {
                    self.n_restores += 1;
                    self.lines.begin_anew();
                    is_taken_up = false;
                }
                Err(Stop::Missing) => {
                    self.forget().await?;
                    return Err(Stop::Missing);
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    /// Removes the live state, which is not whole any more, unless it is only gone with all of Redis.
    async fn forget(&self) -> Result<(), Stop> {
        let steps = self.cursor.step.saturating_sub(1)..=self.cursor.step + 1;
        let values: Vec<_> = steps.flat_map(|step| self.shape.values_of(step)).collect();
        made(self.world.live().clear(&self.job.run, self.token, &values).await?)
    }

    /// One step, and what is due after it; an answer where this call's part is over.
    async fn go_on(&mut self) -> Result<Option<TrainerAnswer>, Stop> {
        self.look_for_cancel().await?;
        if self.cursor.step >= self.last_step() {
            return self.finish().await.map(Some);
        }
        if self.pace.is_over(self.deadline) {
            self.save().await?;
            return Ok(Some(answer("continue", self.cursor.step)));
        }
        let begun = Instant::now();
        if let Some(failure) = self.step().await? {
            let ending = Ending { step: self.cursor.step, status: Status::Failed, message: Some(failure) };
            self.set_ending(ending).await?;
            return Ok(None);
        }
        self.pace.took_step(begun.elapsed());
        if self.cursor.step < self.last_step() {
            if self.pace.is_checkpoint_due() {
                self.save().await?;
            } else if self.pace.is_flush_due(self.lines.n_waiting) {
                self.flush().await?;
            }
        }
        Ok(None)
    }

    /// Where the run ends, as far as is known.
    pub(crate) fn last_step(&self) -> u64 {
        self.item.ending.as_ref().map_or(self.job.last_step, |ending| ending.step)
    }

    /// Decides where the run ends; the first decision counts.
    async fn set_ending(&mut self, ending: Ending) -> Result<(), Stop> {
        let change = crate::stores::RunChange { ending: Some(ending), ..Default::default() };
        self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
        Ok(())
    }

    async fn look_for_cancel(&mut self) -> Result<(), Stop> {
        if self.item.ending.is_some()
            || self.cancel_looked.elapsed() < self.trainer.limits.cancel_every && !self.item.is_cancelled
        {
            return Ok(());
        }
        self.cancel_looked = Instant::now();
        if !self.item.is_cancelled {
            let item = self.world.registry().get(&self.job.run).await?;
            self.item.is_cancelled = item.is_some_and(|item| item.is_cancelled);
        }
        // A log that goes further than this trainer has come says where the run really is.
        let is_behind = self.cursor.durable.is_some_and(|durable| durable.step() > self.cursor.step);
        if self.item.is_cancelled && !is_behind && self.cursor.step < self.job.last_step {
            self.set_ending(Ending { step: self.cursor.step, status: Status::Stopped, message: None })
                .await?;
        }
        Ok(())
    }
}

impl<T, W> Run<'_, T, W> {
    /// Whether this call's time is over.
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }
}
