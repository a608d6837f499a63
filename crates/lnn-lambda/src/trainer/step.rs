//! One step: forward layer by layer, backward layer by layer, then the commit.
//!
//! In: the committed step. Out: the next one, or the first number that is not finite. Nothing of a step counts before its
//! commit, and the commit is one script. Read next: `calls.rs`, `flush.rs`.

use std::time::Instant;

use anyhow::Context;
use futures_util::join;
use lnn_core::{DataSet, LayerProbe, NonFinite, Real, evaluate};
use lnn_runlog::{
    CheckpointRecord, EpochRecord, InvocationRecord, ObservedStep, Record, Scores, to_safetensors,
};

use super::Stop;
use super::calls::LayerAnswers;
use super::lines::{now_ms, print};
use super::network::decode;
use super::run::Run;
use crate::live::{Change, Commit, Live};
use crate::messages::{NeuronAnswer, Pass};
use crate::names;
use crate::neuron::found_number;
use crate::stores::{LogMark, Objects, Scored};
use crate::values::probes_from_bytes;
use crate::world::World;

/// What a step left to be told.
struct Told<T> {
    cost: T,
    learning_rate: f64,
    probes: Vec<LayerProbe<T>>,
    tries: Vec<InvocationRecord>,
}

impl<T: Real, W: World> Run<'_, T, W> {
    /// Takes the next step. What comes back is why it can't be taken: the sentence of the first number that is not finite.
    pub(crate) async fn step(&mut self) -> Result<Option<String>, Stop> {
        let begun = Instant::now();
        let step = self.cursor.step;
        let mut told = match self.compute(step).await? {
            Ok(told) => told,
            Err(error) => {
                let epoch = step / self.job.steps_per_epoch + 1;
                return Ok(Some(format!("training stopped in epoch {epoch}: {error}")));
            }
        };
        let tries = std::mem::take(&mut told.tries);
        let (n_calls, cost) = (tries.len(), told.cost.to_f64());
        let is_told = self.commit(step, told, tries).await?;
        let is_last = self.cursor.step == self.job.last_step;
        // A step that is computed again, after Redis was lost, is in the metrics already as far as it is in the log.
        if is_told && self.recorder.is_due(self.cursor.step, is_last) {
            self.print_metrics(begun.elapsed().as_secs_f64() * 1e3, n_calls, cost);
        }
        Ok(None)
    }

    /// Lets the neurons compute the step; the error is the first number that is not finite.
    async fn compute(&mut self, step: u64) -> Result<Result<Told<T>, lnn_core::TrainError>, Stop> {
        let is_due = self.recorder.is_due(step + 1, step + 1 == self.job.last_step);
        let mut tries = Vec::new();
        for layer_idx in 0..self.shape.n_layers() {
            let layer = self.call_layer(layer_idx, Pass::Forward, false).await?;
            tries.extend(layer.tries);
            self.take(&layer.answers);
            if let Some(error) = NonFinite::first_of(&found(&layer.answers, layer_idx), step + 1) {
                return Ok(Err(error));
            }
        }
        // What the cost needs is read while the output layer's neurons go on.
        let last = self.shape.n_layers() - 1;
        let (outputs, layer) = join!(self.outputs(step), self.call_layer(last, Pass::Backward, is_due));
        let cost = match self.cost(step, &outputs?)? {
            Ok(cost) => cost,
            Err(error) => return Ok(Err(error)),
        };
        let mut probes = vec![LayerProbe::default(); self.shape.n_layers()];
        let (mut called, mut all_found) = (Some(layer), Vec::new());
        for layer_idx in (0..=last).rev() {
            let layer = match called.take() {
                Some(layer) => layer,
                None => self.call_layer(layer_idx, Pass::Backward, is_due).await,
            };
            let LayerAnswers { answers, tries: own } = layer?;
            tries.extend(own);
            self.take(&answers);
            all_found.extend(found(&answers, layer_idx));
            if is_due && all_found.is_empty() {
                probes[layer_idx] = self.probes(&answers, layer_idx)?;
            }
        }
        if let Some(error) = NonFinite::first_of(&all_found, step + 1) {
            return Ok(Err(error));
        }
        let epoch = step / self.job.steps_per_epoch;
        let learning_rate = self.recipe.decay.learning_rate(self.recipe.learning_rate, epoch);
        Ok(Ok(Told { cost, learning_rate, probes, tries }))
    }

    /// Keeps the values that came with answers.
    fn take(&mut self, answers: &[NeuronAnswer]) {
        for value in answers.iter().flat_map(|answer| &answer.values) {
            self.hand.insert(value.name, value.data.clone());
        }
    }

    fn probes(&self, answers: &[NeuronAnswer], layer_idx: usize) -> Result<LayerProbe<T>, Stop> {
        let mut layer = LayerProbe::default();
        for (slice, answer) in answers.iter().enumerate() {
            let text = answer.probes.as_deref().context("an answer has no probes")?;
            let n_units = self.shape.slice(layer_idx, slice).len();
            layer.units.extend(probes_from_bytes(&decode(text)?, n_units).context("probes")?);
        }
        Ok(layer)
    }

    /// Moves the cursor over the step, with its lines; whether these are new in the log.
    async fn commit(&mut self, step: u64, told: Told<T>, tries: Vec<InvocationRecord>) -> Result<bool, Stop> {
        self.hand.retain(|name, _| name.step == step + 1);
        let records = self.records(step + 1, told, tries).await?;
        let mark = LogMark::of_step(step + 1);
        let is_new = self.cursor.durable.is_none_or(|durable| durable < mark);
        let has_lines = is_new && !records.is_empty();
        let entry = if has_lines { Some(self.lines.entry(mark, &records)?) } else { None };
        let scored = self.scored().map(String::from).unwrap_or_default();
        let removed = step.checked_sub(1).map(|old| self.shape.values_of(old)).unwrap_or_default();
        let (token, entry) = (self.token, entry.as_ref());
        let commit = Commit { token, step, entry, scored: &scored, removed: &removed };
        match self.world.live().commit(&self.job.run, &commit).await? {
            Change::Made => {}
            Change::Fenced => return Err(Stop::Fenced),
            Change::Lost => return Err(Stop::Lost),
        }
        self.cursor.step = step + 1;
        self.cursor.scored = scored;
        if let Some(entry) = entry {
            print(&entry.text);
        }
        Ok(is_new)
    }

    /// The records of a step that was just computed; the engine holds its network where one of them needs it.
    async fn records(
        &mut self,
        step: u64,
        told: Told<T>,
        mut tries: Vec<InvocationRecord>,
    ) -> Result<Vec<Record>, Stop> {
        let is_last = step == self.job.last_step;
        let is_due = self.recorder.is_due(step, is_last);
        tries.retain(|one| is_due || one.outcome != "ok" || one.is_duplicate);
        let mut records: Vec<Record> = tries.into_iter().map(Record::Invocation).collect();
        if self.recorder.needs(step, is_last) {
            self.hold(step).await?;
            let Told { cost, learning_rate, probes, .. } = told;
            let seen = ObservedStep { learning_rate, batch_cost: cost.to_f64(), probes };
            let logged = self.recorder.observe(&self.engine, seen, is_last);
            records.extend(logged.map(|step| Record::Step(Box::new(step))));
        }
        if step.is_multiple_of(self.job.steps_per_epoch) {
            let epoch = step / self.job.steps_per_epoch;
            if is_due {
                // The engine holds this step's network: its own record needed it.
                let newest = self.scored().filter(|scored| scored.step == step);
                let Scored { train, dev, .. } = newest.unwrap_or_else(|| self.scores_now());
                records.push(Record::Epoch(EpochRecord { epoch, step, train, dev }));
            }
            if self.has_checkpoint_record(step) {
                self.hold(step).await?;
                records.push(Record::Checkpoint(self.put_checkpoint().await?));
            }
        }
        Ok(records)
    }

    /// Whether a step's own lines name a checkpoint.
    pub(crate) fn has_checkpoint_record(&self, step: u64) -> bool {
        if step == 0 {
            return !self.job.header.has_recipes_start;
        }
        let epoch = step / self.job.steps_per_epoch;
        let is_due = step == self.job.last_step || epoch.is_multiple_of(self.job.checkpoint_epochs.max(1));
        step.is_multiple_of(self.job.steps_per_epoch) && is_due
    }

    /// The newest scores.
    pub(crate) fn scored(&self) -> Option<Scored> {
        self.recorder.scores().map(|(step, train, dev)| Scored { step, train, dev })
    }

    /// Scores of the network that the engine holds, where the recorder's are of an earlier step.
    fn scores_now(&self) -> Scored {
        let (network, cost) = (self.engine.network(), self.recipe.cost);
        let scores = |split: &DataSet<T>| Scores::from(&evaluate(network, split, cost));
        let (train, dev) = (scores(&self.splits.train), self.splits.dev.as_ref().map(scores));
        Scored { step: self.engine.step_count(), train, dev }
    }

    /// Puts the network that the engine holds into the bucket: the same bytes whoever does so.
    pub(crate) async fn put_checkpoint(&self) -> Result<CheckpointRecord, Stop> {
        let snapshot = self.engine.snapshot();
        let bytes = to_safetensors(&snapshot).context("a checkpoint")?;
        self.world.objects().put(&names::checkpoint(&self.job.run, snapshot.step), bytes).await?;
        let file = Some(names::checkpoint_file(snapshot.step));
        Ok(CheckpointRecord { step: snapshot.step, digest: snapshot.digest(), file, inline: None })
    }

    /// Metrics in CloudWatch's embedded format: a line that becomes metrics where it is gathered.
    fn print_metrics(&self, step_ms: f64, n_calls: usize, cost: f64) {
        let metric = |name: &str, unit: &str| serde_json::json!({ "Name": name, "Unit": unit });
        let line = serde_json::json!({
            "_aws": {
                "Timestamp": now_ms(),
                "CloudWatchMetrics": [{
                    "Namespace": "LNN",
                    "Dimensions": [["run"]],
                    "Metrics": [metric("step_ms", "Milliseconds"), metric("calls", "Count"), metric("cost", "None")],
                }],
            },
            "run": self.job.run,
            "step": self.cursor.step,
            "step_ms": step_ms,
            "calls": n_calls,
            "cost": cost,
        });
        print(&format!("{line}\n"));
    }
}

fn found(answers: &[NeuronAnswer], layer_idx: usize) -> Vec<NonFinite> {
    answers
        .iter()
        .flat_map(|answer| &answer.found)
        .filter_map(|found| found_number(found, layer_idx))
        .collect()
}
