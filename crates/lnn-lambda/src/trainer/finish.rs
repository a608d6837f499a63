//! The end of a run: its last lines, its results, the news, and nothing left behind.
//!
//! In: a run at its last step. Out: a closed run. Every part may be done twice and by two trainers: it is a function of the run, or
//! behind the token. Read next: `flush.rs`.

use anyhow::Context;
use lnn_core::{Real, Snapshot, evaluate};
use lnn_runlog::{EndRecord, Record, RunIndex, Scores, Segment, to_safetensors};
use lnn_weights::{DenseNetwork, Format};
use serde_json::json;

use super::lines::print;
use super::offer::offer;
use super::run::Run;
use super::take_up::made;
use super::{Stop, answer};
use crate::job::Job;
use crate::live::Live;
use crate::messages::TrainerAnswer;
use crate::names;
use crate::stores::{Ending, LogMark, Notify, Objects, Registry, RunChange, RunItem, Status};
use crate::world::World;

impl<T: Real, W: World> Run<'_, T, W> {
    /// Ends the run at the committed step.
    pub(crate) async fn finish(&mut self) -> Result<TrainerAnswer, Stop> {
        let step = self.cursor.step;
        let done = Ending { step, status: Status::Done, message: None };
        let ending = self.item.ending.clone().unwrap_or(done);
        self.hold(step).await?;
        self.tell_end(&ending).await?;
        self.save().await?;
        let result = self.write_results(&ending).await?;
        let change = RunChange {
            status: Some(ending.status),
            step: Some(step),
            result: Some(result),
            ending: Some(ending),
            ..RunChange::default()
        };
        self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
        close(self.world, &self.item).await
    }

    /// The log's last lines.
    async fn tell_end(&mut self, ending: &Ending) -> Result<(), Stop> {
        let (step, mark) = (self.cursor.step, LogMark::of_end(self.cursor.step));
        if self.cursor.durable.is_some_and(|durable| durable >= mark) {
            return Ok(());
        }
        let mut records = Vec::new();
        if ending.status != Status::Done && !self.has_checkpoint_record(step) {
            records.push(Record::Checkpoint(self.put_checkpoint().await?));
        }
        records.push(Record::End(EndRecord {
            step,
            epoch: step / self.job.steps_per_epoch,
            digest: self.engine.network().digest(),
            reason: ending.status.as_str().to_owned(),
            message: ending.message.clone(),
        }));
        let entry = self.lines.entry(mark, &records)?;
        made(self.world.live().end(&self.job.run, self.token, &entry).await?)?;
        print(&entry.text);
        Ok(())
    }

    /// Parameters and summary in the bucket; gives the summary.
    async fn write_results(&self, ending: &Ending) -> Result<serde_json::Value, Stop> {
        let snapshot = Snapshot { first_moment: None, second_moment: None, ..self.engine.snapshot() };
        let network = self.engine.network();
        let npz = DenseNetwork::trained(network, None)
            .and_then(|network| lnn_weights::write(&network, Format::Npz, &self.job.run))
            .context("the parameters as npz")?;
        let files = [
            ("params.npz", npz),
            ("params.safetensors", to_safetensors(&snapshot).context("the parameters")?),
        ];
        let cost = self.recipe.cost;
        let scores = |split: &lnn_core::DataSet<T>| Scores::from(&evaluate(network, split, cost));
        let summary = json!({
            "run": self.job.run,
            "status": ending.status,
            "step": ending.step,
            "epoch": ending.step / self.job.steps_per_epoch,
            "digest": format!("{:016x}", network.digest()),
            "train": scores(&self.splits.train),
            "dev": self.splits.dev.as_ref().map(scores),
            "message": ending.message,
        });
        let text = serde_json::to_vec_pretty(&summary).context("the summary")?;
        self.world.objects().put(&names::result(&self.job.run, "summary.json"), text).await?;
        for (file, bytes) in files {
            self.world.objects().put(&names::result(&self.job.run, file), bytes).await?;
        }
        self.write_index().await?;
        Ok(summary)
    }

    /// The folder's `run.json`, with all segments.
    async fn write_index(&self) -> Result<(), Stop> {
        let segments = self.world.registry().segments(&self.job.run).await?;
        let segments = segments
            .into_iter()
            .map(|item| Segment { file: item.file, n_lines: item.n_lines, n_bytes: item.n_bytes })
            .collect();
        let index = RunIndex { run: self.job.run.clone(), header: self.job.header.clone(), segments };
        let text = index.to_json().context("the run's index")?;
        Ok(self.world.objects().put(&names::run_index(&self.job.run), text.into_bytes()).await?)
    }
}

/// What is left to do of a run that is over: its parameters where predictions find them, the news, and Redis.
pub(crate) async fn close<W: World>(world: &W, item: &RunItem) -> Result<TrainerAnswer, Stop> {
    let (run, token, status) = (item.run.as_str(), item.token, item.status.as_str());
    let key = names::job(run);
    let object = world.objects().get(&key).await?.with_context(|| format!("«{key}» is not in the bucket"))?;
    let job: Job = serde_json::from_slice(&object.bytes).with_context(|| format!("«{key}»"))?;
    if item.status == Status::Done {
        offer(world, &job).await?;
    }
    if !item.is_notified {
        let message = item.result.as_ref().map(ToString::to_string).unwrap_or_default();
        world
            .notify()
            .notify(&format!("{run}/{status}"), &format!("LNN: run {run} is {status}"), &message)
            .await?;
        let change = RunChange { is_notified: true, ..RunChange::default() };
        world.registry().change(run, token, &change).await?;
    }
    let shape = job.neuron.shape();
    let last = item.ending.as_ref().map_or(item.step, |ending| ending.step);
    let steps = last.saturating_sub(1)..=last + 1;
    let values: Vec<_> = steps.flat_map(|step| shape.values_of(step)).collect();
    made(world.live().clear(run, token, &values).await?)?;
    sweep(world, run).await?;
    let change = RunChange { is_closed: true, ..RunChange::default() };
    world.registry().change(run, token, &change).await?;
    Ok(answer(status, last))
}

/// Removes segments that nobody lists: an old trainer wrote them when it no longer counted.
async fn sweep<W: World>(world: &W, run: &str) -> Result<(), Stop> {
    let listed = world.registry().segments(run).await?;
    for (key, _) in world.objects().list(&names::in_folder(run, "log/")).await? {
        if !listed.iter().any(|item| names::in_folder(run, &item.file) == key) {
            world.objects().remove(&key).await?;
        }
    }
    Ok(())
}
