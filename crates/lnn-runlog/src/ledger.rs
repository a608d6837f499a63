//! What a run's log holds and what is wrong with it, line by line.
//!
//! In: whole lines with their places, in any order, doubled or contradicting each other. Out: a [`RunLedger`]. A line that
//! tells the same as an earlier one is a duplicate and changes nothing; one that tells something else is a conflict, and the
//! earlier line counts. Read next: `reader.rs` who feeds it, `report.rs` for what is missing.

use std::collections::BTreeMap;

use crate::index::{Place, StepIndex, StepPlace};
use crate::line::LogLine;
use crate::record::{
    ChangeRecord, CheckpointRecord, EndRecord, EpochRecord, HeaderRecord, NoteRecord, Record,
};
use crate::spans::Spans;
use crate::step_line::StepSummary;

/// Contradictions that are listed; more are counted.
pub const MAX_LISTED: usize = 10_000;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It tells something new.
    New,
    /// It tells what an earlier line told.
    Duplicate,
    /// It contradicts an earlier line, which counts.
    Conflict,
}

/// Two lines that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What they are about, e.g. `step 17`.
    pub about: String,
    /// The step, where it is about one.
    pub step: Option<u64>,
    /// The line that counts.
    pub first: Place,
    /// The line that doesn't.
    pub second: Place,
    /// How they differ.
    pub why: String,
}

/// What a line says, as far as a ledger needs it.
#[derive(Debug, Clone)]
pub enum Told {
    /// A header.
    Header(Box<HeaderRecord>),
    /// A step.
    Step(StepSummary),
    /// An epoch.
    Epoch(EpochRecord),
    /// A checkpoint.
    Checkpoint(CheckpointRecord),
    /// A change of settings.
    Change(ChangeRecord),
    /// A note.
    Note(NoteRecord),
    /// The end.
    End(EndRecord),
    /// Anything else.
    Other,
}

impl From<&Record> for Told {
    fn from(record: &Record) -> Self {
        match record {
            Record::Header(header) => Self::Header(header.clone()),
            Record::Step(step) => Self::Step(step.as_ref().into()),
            Record::Epoch(epoch) => Self::Epoch(*epoch),
            Record::Checkpoint(checkpoint) => Self::Checkpoint(checkpoint.clone()),
            Record::Change(change) => Self::Change(change.clone()),
            Record::Note(note) => Self::Note(note.clone()),
            Record::End(end) => Self::End(end.clone()),
            Record::Invocation(_) | Record::Other => Self::Other,
        }
    }
}

/// Something of a log, with its place and what lines about it have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// What was told.
    pub value: T,
    /// Where it stands.
    pub place: Place,
    /// Bytes of its line.
    pub n_bytes: u32,
    fingerprint: u32,
}

/// A checkpoint's place; its bytes stay in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointPlace {
    /// Digest of the parameters.
    pub digest: u64,
    /// The file in the run's folder; none where the bytes are in the line.
    pub file: Option<String>,
}

/// One run of a log.
#[derive(Debug, Clone, Default)]
pub struct RunLedger {
    /// The run's name.
    pub run: String,
    /// The recipe, where its line is there.
    pub header: Option<Placed<Box<HeaderRecord>>>,
    /// The steps.
    pub steps: StepIndex,
    /// Scores by epoch.
    pub epochs: BTreeMap<u64, Placed<EpochRecord>>,
    /// Checkpoints by step.
    pub checkpoints: BTreeMap<u64, Placed<CheckpointPlace>>,
    /// Settings changed on the way, by step and in the order of their lines.
    pub changes: Vec<Placed<ChangeRecord>>,
    /// Sentences for people, the first ones.
    pub notes: Vec<Placed<NoteRecord>>,
    /// The end, where it is there.
    pub end: Option<Placed<EndRecord>>,
    /// Which lines of each writer are there.
    pub writers: BTreeMap<String, Spans>,
    /// Lines that contradict earlier ones, the first [`MAX_LISTED`].
    pub conflicts: Vec<Conflict>,
    /// All of them.
    pub n_conflicts: u64,
    /// Good lines, duplicates included.
    pub n_lines: u64,
    /// Lines that told what earlier ones told.
    pub n_duplicates: u64,
    /// Steps that stood behind later ones.
    pub n_late_steps: u64,
    /// The earliest and the latest time of a line, in milliseconds since 1970.
    pub time_range_ms: Option<(u64, u64)>,
}

/// An earlier line about the same thing.
struct Known {
    about: String,
    step: Option<u64>,
    first: Place,
    fingerprint: u32,
}

impl RunLedger {
    /// A ledger without a line.
    pub fn new(run: &str) -> Self {
        Self { run: run.to_owned(), ..Self::default() }
    }

    /// Takes note of a line.
    pub fn take(&mut self, line: &LogLine<'_>, place: Place, told: Told) -> Verdict {
        self.n_lines += 1;
        if let Some(time) = line.envelope.time_ms {
            let (from, to) = self.time_range_ms.unwrap_or((time, time));
            self.time_range_ms = Some((from.min(time), to.max(time)));
        }
        let writer = line.envelope.writer.as_ref();
        if !self.writers.contains_key(writer) {
            self.writers.insert(writer.to_owned(), Spans::default());
        }
        let is_new_number = self.writers.get_mut(writer).is_some_and(|spans| spans.insert(line.envelope.seq));
        let verdict = self.enter(line, place, told, is_new_number);
        self.n_duplicates += u64::from(verdict == Verdict::Duplicate);
        verdict
    }

    fn enter(&mut self, line: &LogLine<'_>, place: Place, told: Told, is_new_number: bool) -> Verdict {
        let fingerprint = line.fingerprint();
        let placed = Placed { value: (), place, n_bytes: line.text.len() as u32, fingerprint };
        if let Some(known) = self.known(&told) {
            return if known.fingerprint == fingerprint {
                Verdict::Duplicate
            } else {
                self.conflict(known, place)
            };
        }
        match told {
            Told::Step(step) => self.enter_step(&step, &placed),
            Told::Checkpoint(checkpoint) => self.enter_checkpoint(checkpoint, &placed),
            Told::Header(header) => self.header = Some(placed.with(header)),
            Told::End(end) => self.end = Some(placed.with(end)),
            Told::Epoch(epoch) => drop(self.epochs.insert(epoch.epoch, placed.with(epoch))),
            Told::Change(_) | Told::Note(_) | Told::Other if !is_new_number => return Verdict::Duplicate,
            Told::Change(change) => self.changes.push(placed.with(change)),
            Told::Note(note) if self.notes.len() < MAX_LISTED => self.notes.push(placed.with(note)),
            Told::Note(_) | Told::Other => {}
        }
        Verdict::New
    }

    /// The earlier line about the same thing, for things that can be told once only.
    fn known(&self, told: &Told) -> Option<Known> {
        let known = |about: String, step: Option<u64>, first: Place, fingerprint: u32| {
            Some(Known { about, step, first, fingerprint })
        };
        match told {
            Told::Step(StepSummary { step, .. }) => {
                let first = self.steps.get(*step)?;
                known(format!("step {step}"), Some(*step), first.place, first.fingerprint)
            }
            Told::Checkpoint(CheckpointRecord { step, .. }) => {
                let first = self.checkpoints.get(step)?;
                known(format!("the checkpoint of step {step}"), Some(*step), first.place, first.fingerprint)
            }
            Told::Epoch(EpochRecord { epoch, step, .. }) => {
                let first = self.epochs.get(epoch)?;
                known(format!("epoch {epoch}"), Some(*step), first.place, first.fingerprint)
            }
            Told::Header(_) => {
                let first = self.header.as_ref()?;
                known("the header".to_owned(), None, first.place, first.fingerprint)
            }
            Told::End(end) => {
                let first = self.end.as_ref()?;
                known("the end".to_owned(), Some(end.step), first.place, first.fingerprint)
            }
            Told::Change(_) | Told::Note(_) | Told::Other => None,
        }
    }

    fn enter_step(&mut self, step: &StepSummary, placed: &Placed<()>) {
        let last = self.steps.at_or_before(u64::MAX).map(|last| last.step);
        self.n_late_steps += u64::from(last.is_some_and(|last| step.step < last));
        let Placed { place, n_bytes, fingerprint, .. } = *placed;
        self.steps.insert(StepPlace { step: step.step, place, n_bytes, fingerprint, digest: step.digest });
        if let Some(checkpoint) = self.checkpoints.get(&step.step)
            && checkpoint.value.digest != step.digest
        {
            let why = digests_differ("the step", step.digest, "its checkpoint", checkpoint.value.digest);
            self.contradict(format!("step {}", step.step), Some(step.step), checkpoint.place, place, why);
        }
    }

    fn enter_checkpoint(&mut self, checkpoint: CheckpointRecord, placed: &Placed<()>) {
        let CheckpointRecord { step, digest, file, .. } = checkpoint;
        self.checkpoints.insert(step, placed.with(CheckpointPlace { digest, file }));
        if let Some(known) = self.steps.get(step).filter(|known| known.digest != digest) {
            let (first, why) =
                (known.place, digests_differ("the checkpoint", digest, "its step", known.digest));
            self.contradict(format!("the checkpoint of step {step}"), Some(step), first, placed.place, why);
        }
    }

    fn conflict(&mut self, known: Known, second: Place) -> Verdict {
        let why = "two lines tell different things; the first one counts".to_owned();
        self.contradict(known.about, known.step, known.first, second, why);
        Verdict::Conflict
    }

    fn contradict(&mut self, about: String, step: Option<u64>, first: Place, second: Place, why: String) {
        self.n_conflicts += 1;
        if self.conflicts.len() < MAX_LISTED {
            self.conflicts.push(Conflict { about, step, first, second, why });
        }
    }
}

impl Placed<()> {
    fn with<T>(&self, value: T) -> Placed<T> {
        Placed { value, place: self.place, n_bytes: self.n_bytes, fingerprint: self.fingerprint }
    }
}

fn digests_differ(what: &str, found: u64, other: &str, expected: u64) -> String {
    format!("{what} has the digest {found:016x}, {other} {expected:016x}; recompute with lnn log verify")
}
