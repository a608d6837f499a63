//! A logged run computed again: as soon as its data set is there, frames come from the computation.
//!
//! In: data sets that somebody offers. Out: a [`Run`] that follows the log. Read next: `witness.rs`, `data.rs`.

use lnn_core::Snapshot;
use lnn_runlog::{ChangeRecord, HeaderRecord, Placed, StepPlace, from_safetensors};

use super::witness::Witness;
use super::{DataWish, FromReplay, Replay, data};
use crate::files::session_data;
use crate::protocol::{Bytes, FromTrainer, Keyframe, ToTrainer, TrainingData};
use crate::run::Run;
use crate::start::{Splits, splits};

impl Replay {
    pub(super) fn wish_for(&mut self, header: &HeaderRecord) -> Option<DataWish> {
        let wish = DataWish::of(header);
        match wish {
            Ok(wish) => Some(wish),
            Err(why) => {
                self.why_not = Some(why);
                None
            }
        }
    }

    /// Somebody has a data set: if it is the run's, the run is computed again from now on.
    pub fn offer(&mut self, data: &TrainingData) -> Vec<FromReplay> {
        let header = self.header.as_ref();
        match (splits(data), header) {
            (Ok(splits), Some(header)) if data::check(header, &splits).is_ok() => self.take_data(splits),
            _ => Vec::new(),
        }
    }

    /// The bytes of a session's own data set.
    pub fn offer_prepared(&mut self, bytes: Vec<u8>) -> Vec<FromReplay> {
        let Some(header) = &self.header else { return Vec::new() };
        match session_data(&header.data, bytes) {
            Ok(data) => self.offer(&data),
            Err(why) => self.go_without(format!("the session's data set: {why}")),
        }
    }

    /// The bytes of the run's data file, or of another one.
    pub fn offer_file(&mut self, name: &str, bytes: &[u8]) -> Vec<FromReplay> {
        let Some(header) = &self.header else { return Vec::new() };
        match data::prepared(header, bytes) {
            Ok(splits) => self.take_data(splits),
            Err(why) => self.go_without(format!("«{name}» is not the data set of this run: {why}")),
        }
    }

    /// The data set is not to be had.
    pub fn go_without(&mut self, why: String) -> Vec<FromReplay> {
        if self.run.is_none() {
            self.why_not = Some(why);
        }
        self.is_status_stale = true;
        Vec::new()
    }

    fn take_data(&mut self, splits: Splits) -> Vec<FromReplay> {
        let Some(header) = self.header.clone().filter(|_| self.run.is_none()) else { return Vec::new() };
        if let Err(why) = data::check(&header, &splits) {
            return self.go_without(why);
        }
        match self.recompute(&header, splits) {
            Ok(started) => vec![started.into()],
            Err(why) => self.go_without(why),
        }
    }

    fn recompute(&mut self, header: &HeaderRecord, splits: Splits) -> Result<FromTrainer, String> {
        let keyframe = if header.has_recipes_start { None } else { Some(self.first_keyframe()?) };
        let result = Run::with_splits(self.id, &header.recipe, splits, (None, keyframe.as_ref()));
        let (mut run, started) = result.map_err(|error| error.to_string())?;
        let (digests, changes) = self.told();
        run.follow_log(self.last_step(), Box::new(Witness::new(digests, changes)));
        run.repeat(self.player.span());
        run.handle(&ToTrainer::View(self.view));
        run.handle(&ToTrainer::Speed(self.speed));
        let (step, was_playing) = (self.player.step(), self.player.is_playing());
        if step > 0 {
            run.compute_to(step);
        } else if was_playing {
            run.handle(&ToTrainer::Play);
        }
        run.page_is_ready = self.player.page_is_ready();
        self.run = Some(Box::new(run));
        self.is_status_stale = true;
        let FromTrainer::Started { run, examples, .. } = started else { return Ok(started) };
        let name = self.ledger().map(|run| run.run.clone()).unwrap_or_default();
        Ok(FromTrainer::Started { run, header: Box::new(header.run_header(&name)), examples })
    }

    /// What the log says of its run, as far as it is read.
    pub(super) fn told(&self) -> (Vec<(u64, u64)>, Vec<ChangeRecord>) {
        let Some(run) = self.ledger() else { return Default::default() };
        let digests = run.steps.iter().map(|place: &StepPlace| (place.step, place.digest)).collect();
        (digests, run.changes.iter().map(|change| change.value.clone()).collect())
    }

    /// Start weights that came from a file are in the log's first checkpoint.
    pub(super) fn first_keyframe(&mut self) -> Result<Keyframe, String> {
        let first = self.ledger().and_then(|run| run.checkpoints.iter().next());
        let found = first.map(|(step, checkpoint): (&u64, &Placed<_>)| (*step, checkpoint.clone()));
        let (step, checkpoint) =
            found.ok_or("its start weights came from a file, and it has no checkpoint")?;
        let bytes = self.scan.checkpoint(&checkpoint).map_err(|error| error.to_string())?;
        let snapshot: Snapshot<f32> = from_safetensors(&bytes).map_err(|error| error.to_string())?;
        Ok(Keyframe { step, snapshot: Bytes::from(snapshot.to_bytes()), has_changes: true })
    }
}
