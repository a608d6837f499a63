//! Making the log and the state last: segments, then checkpoints that stand on them.
//!
//! In: the lines that wait in Redis. Out: a segment in the bucket, written once; the registry told. A segment that another
//! trainer wrote first is adopted; where its lines are not those that wait here (Redis was lost in between), the run is put
//! back and goes on after them. Read next: `finish.rs`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::time::Instant;

use anyhow::Context;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lnn_core::Real;

use super::Stop;
use super::run::Run;
use super::take_up::made;
use crate::live::{Entry, Live};
use crate::names;
use crate::stores::{Checkpoint, Flushed, LogMark, Objects, Put, Registry, RunChange, SegmentItem, Status};
use crate::world::World;

const MARK: &str = "lnn-mark";

/// The lines of a segment and the log's place after them.
struct Segment {
    text: String,
    mark: LogMark,
}

impl<T: Real, W: World> Run<'_, T, W> {
    /// A checkpoint at the committed step, behind a log that goes as far.
    pub(crate) async fn save(&mut self) -> Result<(), Stop> {
        let begun = Instant::now();
        let step = self.cursor.step;
        if self.item.checkpoint.step != step {
            self.hold(step).await?;
            self.put_checkpoint().await?;
        }
        self.flush().await?;
        if self.item.checkpoint.step != step {
            let checkpoint = Some(Checkpoint { step, scored: self.scored() });
            let change = RunChange { checkpoint, step: Some(step), ..RunChange::default() };
            self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
        }
        self.pace.took_save(begun.elapsed());
        Ok(())
    }

    /// Writes all waiting lines into segments.
    pub(crate) async fn flush(&mut self) -> Result<(), Stop> {
        loop {
            let tail = self.world.live().tail(&self.job.run).await?.ok_or(Stop::Lost)?;
            let durable = self.cursor.durable;
            let is_new = |entry: &Entry| durable.is_none_or(|durable| entry.mark > durable);
            let entries: Vec<Entry> = tail.entries.into_iter().filter(is_new).collect();
            // Nothing is committed but by this trainer: the log is whole up to its step, and beyond where the end is told.
            let whole = LogMark::of_step(self.cursor.step);
            let mark = entries.last().map_or(whole, |entry| entry.mark.max(whole));
            if durable.is_some_and(|durable| durable >= mark) {
                break;
            }
            let is_done = if entries.is_empty() {
                self.note(mark, None, false).await?;
                true
            } else {
                self.write_segment(&entries, mark).await?
            };
            if is_done {
                break;
            }
        }
        self.lines.n_waiting = 0;
        self.pace.took_flush();
        Ok(())
    }

    /// Writes or adopts the next segment; false where there is more to write.
    async fn write_segment(&mut self, entries: &[Entry], mark: LogMark) -> Result<bool, Stop> {
        let key = names::segment(&self.job.run, self.cursor.n_segments);
        let text: String = entries.iter().map(|entry| entry.text.as_str()).collect();
        let metadata = BTreeMap::from([(MARK.to_owned(), mark.0.to_string())]);
        let put = self.world.objects().put_new(&key, compressed(&text)?, &metadata).await?;
        let (segment, is_diverged) = match put {
            Put::Written => (Segment { text, mark }, false),
            Put::Refused => {
                let there = self.read_segment(&key).await?;
                let upto = entries.iter().filter(|entry| entry.mark <= there.mark);
                let ours: String = upto.map(|entry| entry.text.as_str()).collect();
                let is_diverged = ours != there.text;
                (there, is_diverged)
            }
        };
        let is_all = segment.mark >= mark;
        self.note(segment.mark, Some(&segment), is_diverged).await?;
        if is_diverged {
            // What waits here repeats steps of the adopted segment with other lines: the run begins anew behind it.
            let values: Vec<_> = (self.cursor.step.saturating_sub(1)..=self.cursor.step + 1)
                .flat_map(|step| self.shape.values_of(step))
                .collect();
            made(self.world.live().clear(&self.job.run, self.token, &values).await?)?;
            return Err(Stop::Lost);
        }
        Ok(is_all)
    }

    async fn read_segment(&self, key: &str) -> Result<Segment, Stop> {
        let object = self.world.objects().get(key).await?;
        let object = object.with_context(|| format!("«{key}» is there and is not there"))?;
        let mark = object.metadata.get(MARK).and_then(|mark| mark.parse().ok());
        let mut text = String::new();
        MultiGzDecoder::new(object.bytes.as_slice())
            .read_to_string(&mut text)
            .with_context(|| format!("«{key}» can't be read"))?;
        let mark = LogMark(mark.with_context(|| format!("«{key}» does not say how far it goes"))?);
        Ok(Segment { text, mark })
    }

    /// Tells registry and Redis how far segments go.
    async fn note(
        &mut self,
        mark: LogMark,
        segment: Option<&Segment>,
        is_new_generation: bool,
    ) -> Result<(), Stop> {
        let mut flushed = Flushed {
            durable: self.cursor.durable.map_or(mark, |durable| durable.max(mark)),
            n_segments: self.cursor.n_segments,
            log_bytes: self.cursor.log_bytes,
        };
        if let Some(segment) = segment {
            let (idx, n_bytes) = (self.cursor.n_segments, segment.text.len() as u64);
            let n_lines = segment.text.lines().count() as u64;
            let item = SegmentItem { idx, n_lines, n_bytes, mark: segment.mark };
            self.world.registry().add_segment(&self.job.run, &item).await?;
            flushed.n_segments += 1;
            flushed.log_bytes += n_bytes;
        }
        let (step, status) = (Some(self.cursor.step), Some(Status::Running));
        let change =
            RunChange { flushed: Some(flushed), step, status, is_new_generation, ..RunChange::default() };
        self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
        self.cursor.durable = Some(flushed.durable);
        self.cursor.n_segments = flushed.n_segments;
        self.cursor.log_bytes = flushed.log_bytes;
        self.cursor.generation = self.item.generation;
        made(self.world.live().flushed(&self.job.run, self.token, &self.cursor).await?)
    }
}

fn compressed(text: &str) -> Result<Vec<u8>, Stop> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).context("a segment can't be compressed")?;
    Ok(encoder.finish().context("a segment can't be compressed")?)
}
