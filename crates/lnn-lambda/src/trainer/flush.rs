//! Making the log and the state last: segments, then checkpoints that stand on them.
//!
//! In: the lines that wait in Redis. Out: a segment in the bucket under a name of this trainer's own, and the registry, which
//! lists it in the same transaction that says how far the log goes, behind the token. What an old trainer writes late is
//! listed by nobody. Read next: `finish.rs`.

use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use lnn_core::Real;

use super::Stop;
use super::run::Run;
use super::take_up::made;
use crate::live::{Entry, Live};
use crate::names;
use crate::stores::{Checkpoint, Flushed, LogMark, Objects, Registry, RunChange, SegmentItem};
use crate::world::World;

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

    /// Writes all waiting lines into a segment.
    pub(crate) async fn flush(&mut self) -> Result<(), Stop> {
        let tail = self.world.live().tail(&self.job.run).await?.ok_or(Stop::Lost)?;
        let durable = self.cursor.durable;
        let is_new = |entry: &&Entry| durable.is_none_or(|durable| entry.mark > durable);
        let entries: Vec<&Entry> = tail.entries.iter().filter(is_new).collect();
        // Nothing is committed but by this trainer: the log is whole up to its step, and beyond where the end is told.
        let whole = LogMark::of_step(self.cursor.step);
        let mark = entries.last().map_or(whole, |entry| entry.mark.max(whole));
        if durable.is_none_or(|durable| durable < mark) {
            let text: String = entries.iter().map(|entry| entry.text.as_str()).collect();
            if text.is_empty() {
                let change = RunChange { durable: Some(mark), ..RunChange::default() };
                self.item = self.world.registry().change(&self.job.run, self.token, &change).await?;
            } else {
                self.write_segment(&text, mark).await?;
            }
            self.cursor.durable = Some(mark);
            made(self.world.live().flushed(&self.job.run, self.token, &self.cursor).await?)?;
        }
        self.lines.n_waiting = 0;
        self.pace.took_flush();
        Ok(())
    }

    /// Writes the next segment under a name that is this trainer's alone, then lets the registry list it.
    async fn write_segment(&mut self, text: &str, mark: LogMark) -> Result<(), Stop> {
        let file = names::segment_file(self.cursor.n_segments, self.token);
        let key = names::in_folder(&self.job.run, &file);
        self.world.objects().put(&key, compressed(text)?).await?;
        let (n_lines, n_bytes) = (text.lines().count() as u64, text.len() as u64);
        let segment = SegmentItem { idx: self.cursor.n_segments, file, n_lines, n_bytes, mark };
        let flushed = Flushed {
            durable: mark,
            n_segments: self.cursor.n_segments + 1,
            log_bytes: self.cursor.log_bytes + n_bytes,
            step: self.cursor.step,
        };
        self.world.registry().add_segment(&self.job.run, self.token, &segment, &flushed).await?;
        let Flushed { n_segments, log_bytes, step, .. } = flushed;
        (self.cursor.n_segments, self.cursor.log_bytes) = (n_segments, log_bytes);
        (self.item.n_segments, self.item.log_bytes) = (n_segments, log_bytes);
        (self.item.durable, self.item.step) = (Some(mark), step);
        Ok(())
    }
}

fn compressed(text: &str) -> Result<Vec<u8>, Stop> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).context("a segment can't be compressed")?;
    Ok(encoder.finish().context("a segment can't be compressed")?)
}
