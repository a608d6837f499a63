//! Taking a run up: at its cursor, or from its newest checkpoint where the live state is gone.
//!
//! In: a token. Out: a run that stands at a committed step. Read next: `step.rs`.

use anyhow::Context;
use lnn_core::{Real, UnitSlice};
use lnn_runlog::{CheckpointRecord, Record, from_safetensors};

use super::Stop;
use super::lines::print;
use super::network::encode;
use super::run::Run;
use crate::live::{Change, Claim, Cursor, Entry, Live, Row, Seed};
use crate::names;
use crate::stores::{LogMark, Objects, Registry, RunChange, RunItem, Scored};
use crate::values::{ValueKind, ValueName, slice_bytes};
use crate::world::World;

/// Bytes of values that are put back with one request.
const CHUNK_BYTES: usize = 4 << 20;

impl<T: Real, W: World> Run<'_, T, W> {
    /// Stands at the committed step afterwards.
    pub(crate) async fn take_up(&mut self) -> Result<(), Stop> {
        self.hand.clear();
        self.engine_step = None;
        self.cursor = match self.world.live().claim(&self.job.run, self.token, &self.row()).await? {
            Claim::Held(cursor) => cursor,
            Claim::Absent => return self.restore().await,
            Claim::Fenced => return Err(Stop::Fenced),
        };
        let scored = Scored::try_from(self.cursor.scored.clone()).ok();
        self.recorder.resume(scored.map(|Scored { step, train, dev }| (step, train, dev)));
        self.take_in_hand().await
    }

    /// What the registry says of the log: nobody but this trainer changes that while its token counts.
    pub(crate) fn row(&self) -> Row {
        let RunItem { durable, n_segments, log_bytes, generation, .. } = self.item;
        let ending_step = self.item.ending.as_ref().map(|ending| ending.step);
        Row { durable, n_segments, log_bytes, generation, ending_step }
    }

    /// Puts the live state back: a provisional cursor, the values, then, if this trainer still counts, a lasting one.
    async fn restore(&mut self) -> Result<(), Stop> {
        let change = RunChange { is_new_generation: true, ..RunChange::default() };
        self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
        let first = self.load_checkpoint().await?;
        let seed = Seed { token: self.token, cursor: &self.cursor };
        made(self.world.live().seed(&self.job.run, &seed).await?)?;
        let written = self.write_parameters().await?;
        // Redis knows nothing of a run that is over: the registry does.
        let item = self.world.registry().get(&self.job.run).await?;
        let counts = item.is_some_and(|item| item.token == self.token && !item.status.is_over());
        if !counts {
            self.world.live().clear(&self.job.run, self.token, &written).await?;
            return Err(Stop::Fenced);
        }
        made(self.world.live().open(&self.job.run, self.token, &written, first.as_ref()).await?)?;
        if let Some(entry) = first {
            print(&entry.text);
        }
        Ok(())
    }

    /// Lets engine, cursor and recorder stand at the newest checkpoint; gives the log's first lines where it has none.
    async fn load_checkpoint(&mut self) -> Result<Option<Entry>, Stop> {
        let checkpoint = self.item.checkpoint;
        let key = names::checkpoint(&self.job.run, checkpoint.step);
        let object = self.world.objects().get(&key).await?;
        let object = object.with_context(|| format!("the checkpoint «{key}» is not in the bucket"))?;
        let snapshot = from_safetensors::<T>(&object.bytes).with_context(|| format!("«{key}»"))?;
        self.engine.restore(&snapshot).with_context(|| format!("«{key}»"))?;
        self.engine_step = Some(snapshot.step);
        let scored = checkpoint.scored.map(|Scored { step, train, dev }| (step, train, dev));
        self.recorder.resume(scored);
        let mut first = None;
        if snapshot.step == 0 {
            let start = self.recorder.start(&self.engine);
            if self.item.durable.is_none() {
                first = Some(self.first_lines(start)?);
            }
        }
        self.cursor = Cursor {
            step: snapshot.step,
            durable: self.item.durable,
            n_segments: self.item.n_segments,
            log_bytes: self.item.log_bytes,
            generation: self.item.generation,
            scored: self.scored().map(String::from).unwrap_or_default(),
        };
        Ok(first)
    }

    /// Header, start weights where the recipe does not give them, and step 0.
    fn first_lines(&mut self, start: lnn_runlog::LoggedStep) -> Result<Entry, Stop> {
        let header = self.job.header.clone();
        let checkpoint = (!header.has_recipes_start).then(|| {
            Record::Checkpoint(CheckpointRecord {
                step: 0,
                digest: start.record.head.digest,
                file: Some(names::checkpoint_file(0)),
                inline: None,
            })
        });
        let records: Vec<Record> = [Record::Header(Box::new(header))]
            .into_iter()
            .chain(checkpoint)
            .chain([Record::Step(Box::new(start))])
            .collect();
        self.lines.entry(LogMark::of_step(0), &records)
    }

    /// Writes all slices of the network that the engine holds, and takes in hand those that travel; gives their names.
    async fn write_parameters(&mut self) -> Result<Vec<ValueName>, Stop> {
        let (snapshot, step, travels) = (self.engine.snapshot(), self.cursor.step, self.travels());
        let (mut names, mut chunk, mut n_bytes) = (Vec::new(), Vec::new(), 0);
        for (layer_idx, slice) in self.shape.slices() {
            let units = self.shape.slice(layer_idx, slice);
            let part =
                UnitSlice::of(&snapshot, layer_idx, units).context("a checkpoint of another network")?;
            let name = ValueName { step, kind: ValueKind::Parameters, layer_idx, slice };
            let bytes = slice_bytes(&part);
            n_bytes += bytes.len();
            if travels.of(&name, bytes.len()) {
                self.hand.insert(name, encode(&bytes));
            }
            names.push(name);
            chunk.push((name, bytes));
            if n_bytes > CHUNK_BYTES {
                self.write_chunk(step, &std::mem::take(&mut chunk)).await?;
                n_bytes = 0;
            }
        }
        self.write_chunk(step, &chunk).await?;
        Ok(names)
    }

    async fn write_chunk(&self, step: u64, chunk: &[(ValueName, Vec<u8>)]) -> Result<(), Stop> {
        match self.world.live().write(&self.job.run, self.token, step, chunk).await? {
            crate::live::Written::There { .. } => Ok(()),
            crate::live::Written::Refused => Err(Stop::Lost),
        }
    }
}

pub(crate) fn made(change: Change) -> Result<(), Stop> {
    match change {
        Change::Made => Ok(()),
        Change::Fenced => Err(Stop::Fenced),
        Change::Lost => Err(Stop::Lost),
    }
}
