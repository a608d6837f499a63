//! The run as it was executed: which calls of functions computed a step, and what they cost.
//!
//! In: `invocation` records as a log is read. Out: for each step where its records stand and the sums up to it; the records
//! themselves stay in the log, so that a log of any size needs little memory. Read next: `lanes.rs`, `picture.rs`.

pub mod lanes;
mod picture;
mod sums;

use std::collections::BTreeMap;

use lnn_runlog::{InvocationRecord, LogLine, LogScan, Place, Record};

use crate::element::Element;
use lanes::Lanes;
pub use sums::Sums;

/// Records of a step that stand elsewhere than its others: more are counted, but not shown.
const MAX_STRAY: usize = 1000;
/// More bytes of a step's records aren't read.
const MAX_STEP_BYTES: u64 = 8 << 20;

/// Where the records of a step stand.
#[derive(Debug, Clone, Copy, PartialEq)]
struct StepCalls {
    step: u64,
    place: Place,
    n_bytes: u64,
    /// Over this step and those before.
    so_far: Sums,
}

/// The calls of a run.
#[derive(Debug, Clone, Default)]
pub struct CallIndex {
    /// By ascending step.
    steps: Vec<StepCalls>,
    stray: BTreeMap<u64, Vec<(Place, u64)>>,
    n_stray: usize,
}

impl CallIndex {
    /// Whether the log has none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Takes note of a record.
    pub fn take(&mut self, call: &InvocationRecord, place: Place, n_bytes: u64) {
        let step = call.step.unwrap_or(0);
        let mut sums = Sums::default();
        sums.add(call);
        match self.steps.last_mut() {
            Some(last) if last.step == step => {
                last.so_far = last.so_far.plus(&sums);
                let next = last.place.byte + last.n_bytes + 1;
                if last.place.file == place.file && place.byte == next {
                    last.n_bytes += 1 + n_bytes;
                } else {
                    self.stray(step, place, n_bytes);
                }
            }
            Some(last) if last.step > step => self.take_late(step, place, n_bytes, &sums),
            last => {
                let so_far = last.map_or(sums, |last| last.so_far.plus(&sums));
                self.steps.push(StepCalls { step, place, n_bytes, so_far });
            }
        }
    }

    /// A record of a step before the newest.
    fn take_late(&mut self, step: u64, place: Place, n_bytes: u64, sums: &Sums) {
        if !self.stray(step, place, n_bytes) {
            if let Some(last) = self.steps.last_mut() {
                last.so_far = last.so_far.plus(sums);
            }
            return;
        }
        let from = self.steps.partition_point(|known| known.step < step);
        if self.steps.get(from).is_none_or(|known| known.step != step) {
            let before = from.checked_sub(1).and_then(|idx| self.steps.get(idx));
            let so_far = before.map_or_else(Sums::default, |before| before.so_far);
            self.steps.insert(from, StepCalls { step, place, n_bytes: 0, so_far });
        }
        for known in self.steps.iter_mut().skip(from) {
            known.so_far = known.so_far.plus(sums);
        }
    }

    fn stray(&mut self, step: u64, place: Place, n_bytes: u64) -> bool {
        let has_room = self.n_stray < MAX_STRAY;
        if has_room {
            self.n_stray += 1;
            self.stray.entry(step).or_default().push((place, n_bytes));
        }
        has_room
    }

    /// Sums over the calls up to a step.
    pub fn so_far(&self, step: u64) -> Sums {
        let n_before = self.steps.partition_point(|known| known.step <= step);
        n_before.checked_sub(1).and_then(|idx| self.steps.get(idx)).map_or_else(Sums::default, |it| it.so_far)
    }

    /// The records of a step, read again; what can't be read any more is left out.
    pub fn of_step(&self, step: u64, run: &str, scan: &mut LogScan) -> Vec<InvocationRecord> {
        let found = self.steps.binary_search_by_key(&step, |known| known.step).ok();
        let whole = found.and_then(|idx| self.steps.get(idx)).map(|known| (known.place, known.n_bytes));
        let stray = self.stray.get(&step).into_iter().flatten().copied();
        let mut calls = Vec::new();
        for (place, n_bytes) in whole.into_iter().chain(stray).filter(|(_, n_bytes)| *n_bytes > 0) {
            let Ok(text) = scan.text(place, n_bytes.min(MAX_STEP_BYTES)) else { continue };
            calls.extend(
                text.lines().filter_map(|line| call_of(line, run)).filter(|it| it.step.unwrap_or(0) == step),
            );
        }
        calls
    }

    /// A step's calls in a picture and in words.
    pub fn picture(&self, step: u64, run: &str, scan: &mut LogScan) -> Element {
        let lanes = Lanes::new(self.of_step(step, run, scan));
        picture::picture(step, run, &lanes, &self.so_far(step))
    }
}

fn call_of(line: &str, run: &str) -> Option<InvocationRecord> {
    let line = LogLine::open(line.as_bytes()).ok().filter(|line| line.envelope.run == run)?;
    match line.record() {
        Ok(Record::Invocation(call)) => Some(call),
        _ => None,
    }
}
