//! `trainer`: drives a run's steps until shortly before its deadline, then hands over to the next call.
//!
//! In: a run's name. Out: steps committed, and everything that lasts of them. Whatever stops it, and wherever, the next call goes
//! on at the committed step; two at once can't both move it. Read next: `run.rs`, then `step.rs`, `take_up.rs`, `flush.rs`,
//! `finish.rs`.

mod calls;
mod finish;
mod flush;
mod lines;
mod network;
mod offer;
mod outputs;
mod pace;
mod run;
mod step;
mod take_up;

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use lnn_core::{DataSet, Real};

use crate::job::Job;
use crate::messages::{TrainerAnswer, TrainerRequest};
use crate::names;
use crate::settings::Limits;
use crate::stores::{Objects, Registry, RunItem, StoreError};
use crate::values;
use crate::world::World;

use run::Run;

/// How a trainer's part of a run ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Another trainer holds the run: nothing more is to be done here.
    #[error("another trainer holds the run")]
    Fenced,
    /// The live state is gone: it is to be put back from a checkpoint.
    #[error("the live state of the run is gone")]
    Lost,
    /// A value of the step is gone, though the cursor is there: it expired or was evicted.
    #[error("a value of the run is gone")]
    Missing,
    /// Something failed; the engine calls again.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced { .. } => Self::Fenced,
            other => Self::Failed(other.into()),
        }
    }
}

/// The function, with what its process keeps warm.
pub struct Trainer<W> {
    world: W,
    limits: Limits,
    /// Name or ARN of the neuron.
    neuron: String,
    data: Mutex<Option<(String, Arc<dyn Any + Send + Sync>)>>,
}

/// Both splits of a data set.
pub(crate) struct Splits<T> {
    pub train: Arc<DataSet<T>>,
    pub dev: Option<DataSet<T>>,
}

impl<W: World> Trainer<W> {
    /// A new process.
    pub fn new(world: W, limits: Limits, neuron: String) -> Self {
        Self { world, limits, neuron, data: Mutex::new(None) }
    }

    /// Takes a run up and drives it until `deadline` or its end.
    ///
    /// # Errors
    /// There is no such run, or a service fails again and again; the run stands where it stood.
    pub async fn handle(&self, request: &TrainerRequest, deadline: Instant) -> Result<TrainerAnswer> {
        let run = request.run.as_str();
        let Some(item) = self.world.registry().acquire(run).await? else {
            let item = self.world.registry().get(run).await?;
            let item = item.with_context(|| format!("there is no run «{run}»: launch it first"))?;
            return Ok(answer(item.status.as_str(), item.step));
        };
        let (token, step) = (item.token, item.step);
        match self.drive(item, deadline).await {
            Ok(answer) => Ok(answer),
            // What was missing is put back by the next call, whose token fences this one's late writes.
            Err(Stop::Fenced | Stop::Missing) => Ok(answer("continue", step)),
            Err(Stop::Lost) => bail!("the live state of «{run}» was lost again and again (token {token})"),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    async fn drive(&self, item: RunItem, deadline: Instant) -> Result<TrainerAnswer, Stop> {
        if item.status.is_over() {
            return finish::close(&self.world, &item).await;
        }
        let key = names::job(&item.run);
        let object = self.world.objects().get(&key).await?;
        let object = object.with_context(|| format!("«{key}» is not in the bucket: launch the run again"))?;
        let job: Job = serde_json::from_slice(&object.bytes).with_context(|| format!("«{key}»"))?;
        match job.neuron.precision.as_str() {
            "f32" => Run::<f32, W>::new(self, job, item).await?.drive(deadline).await,
            "f64" => Run::<f64, W>::new(self, job, item).await?.drive(deadline).await,
            other => Err(anyhow::anyhow!("the precision is «{other}», possible are f32 and f64").into()),
        }
    }

    /// The data set of a run, read once in a process.
    async fn splits<T: Real>(&self, job: &Job) -> Result<Arc<Splits<T>>> {
        let digest = &job.neuron.data_digest;
        let kept = self.data.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(splits) = kept.filter(|kept| kept.0 == *digest).and_then(|kept| kept.1.downcast().ok()) {
            return Ok(splits);
        }
        let train = self.split::<T>(job, ["inputs", "targets"], job.neuron.n_train).await?;
        let dev = match job.n_dev {
            0 => None,
            n_dev => Some(self.split(job, ["dev_inputs", "dev_targets"], n_dev).await?),
        };
        let splits = Arc::new(Splits { train: Arc::new(train), dev });
        let kept: Arc<dyn Any + Send + Sync> = Arc::<Splits<T>>::clone(&splits);
        *self.data.lock().unwrap_or_else(PoisonError::into_inner) = Some((digest.clone(), kept));
        Ok(splits)
    }

    async fn split<T: Real>(&self, job: &Job, parts: [&str; 2], n_examples: usize) -> Result<DataSet<T>> {
        let [mut inputs, mut targets] = [Vec::new(), Vec::new()];
        for (part, bytes) in parts.into_iter().zip([&mut inputs, &mut targets]) {
            let key = names::prepared(&job.neuron.data_digest, part);
            let object = self.world.objects().get(&key).await?;
            *bytes = object.with_context(|| format!("«{key}» is not in the bucket"))?.bytes;
        }
        let inputs = values::matrix(&inputs, n_examples, job.neuron.n_features)?.reversed_axes();
        let targets = values::matrix(&targets, job.neuron.n_outputs, n_examples)?;
        Ok(DataSet::new(inputs, targets)?)
    }
}

pub(crate) fn answer(status: &str, step: u64) -> TrainerAnswer {
    TrainerAnswer { status: status.to_owned(), step }
}
