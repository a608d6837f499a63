//! What a `results.json` told so far, and the curves it makes.
//!
//! In: members of epochs in the order of the file. Out: a [`CurveLog`]. Read next: `../collector.rs`.

use std::collections::{BTreeMap, HashMap};

use super::member;
use super::text::{Spot, time_ms};
use crate::foreign::collector::{Collector, MAX_TAGS};
use crate::foreign::curves::{CurveLog, CurvePoint, Problem, Problems, listed, shortened};

/// Entries that are not shown: so many are named.
const MAX_NAMED: usize = 20;

/// The value of an epoch's member.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Number(f64),
    /// An infinite number, or none.
    NotFinite,
    Text(String),
    /// Neither a number nor a text.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Epochs {
    /// Names of the quantities, in the order in which they appear.
    keys: Vec<Key>,
    key_idxs: HashMap<String, usize>,
    /// By number: a later one replaces an earlier.
    by_number: BTreeMap<i64, Epoch>,
    /// The one that is being read.
    current: Option<(i64, Epoch)>,
    /// Epochs begun.
    n_begun: u64,
    is_started: bool,
    started_ms: Option<f64>,
    ended_ms: Option<f64>,
    has_times: bool,
    others: Vec<String>,
    n_other_members: u64,
    n_beyond_keys: u64,
    problems: Problems,
}

#[derive(Debug)]
struct Key {
    name: String,
    /// The number in [`Epochs::n_begun`] of the epoch that had it last.
    seen_in: u64,
}

#[derive(Debug, Default)]
struct Epoch {
    time_ms: Option<f64>,
    values: Vec<(usize, f64)>,
}

impl Found {
    pub fn of_number(text: &str) -> Self {
        match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Self::Number(value),
            Ok(_) => Self::NotFinite,
            Err(_) => Self::Other,
        }
    }
}

impl Epochs {
    pub fn start(&mut self, text: &str, spot: Spot) {
        let time_ms = self.time("Start", text, spot);
        if self.is_started {
            self.problem(spot, "«Start» is there twice: the last one counts");
        }
        self.is_started = true;
        self.started_ms = time_ms;
    }

    pub fn finish(&mut self, text: &str, spot: Spot) {
        let time_ms = self.time("End", text, spot);
        if self.ended_ms.is_some() {
            self.problem(spot, "«End» is there twice: the last one counts");
        }
        self.ended_ms = time_ms;
    }

    fn time(&mut self, key: &str, text: &str, spot: Spot) -> Option<f64> {
        let time_ms = time_ms(text);
        self.has_times |= time_ms.is_some();
        if time_ms.is_none() {
            let why = format!("«{key}» is «{}», no time such as 2018-03-01 10:11:12", shortened(text));
            self.problem(spot, &why);
        }
        time_ms
    }

    /// An epoch's members follow.
    pub fn begin(&mut self, number: i64, spot: Spot) {
        self.end();
        if self.by_number.contains_key(&number) {
            self.problem(spot, &format!("epoch {number} is there twice: the last one counts"));
        }
        self.n_begun += 1;
        self.current = Some((number, Epoch::default()));
    }

    /// Keeps the epoch that is being read: also what there is of a torn one.
    pub fn end(&mut self) {
        if let Some((number, epoch)) = self.current.take().filter(|(_, epoch)| !epoch.values.is_empty()) {
            self.by_number.insert(number, epoch);
        }
    }

    pub fn member(&mut self, key: &str, found: Found, spot: Spot) {
        let Some((number, epoch)) = &mut self.current else { return };
        let number = *number;
        let found = match found {
            Found::Text(text) => match time_ms(&text) {
                Some(time_ms) => {
                    epoch.time_ms = Some(time_ms);
                    self.has_times = true;
                    return;
                }
                None => Found::of_number(&text),
            },
            found => found,
        };
        match found {
            Found::Number(value) => self.value(key, number, value, spot),
            Found::NotFinite => {
                let why = format!("{} is no finite number: it is left out", member(key, number));
                self.problem(spot, &why);
            }
            Found::Text(_) | Found::Other => self.n_other_members += 1,
        }
    }

    /// An entry that is neither an epoch nor a time.
    pub fn other_entry(&mut self, key: &str) {
        if self.others.len() < MAX_NAMED {
            self.others.push(shortened(key));
        }
    }

    pub fn problem(&mut self, spot: Spot, why: &str) {
        self.problems.push(Some(spot.line), spot.byte, why.to_owned());
    }

    pub fn is_empty(&self) -> bool {
        !self.is_started && self.ended_ms.is_none() && self.n_begun == 0
    }

    pub fn into_problems(self) -> Vec<Problem> {
        self.problems.into_list()
    }

    fn value(&mut self, key: &str, number: i64, value: f64, spot: Spot) {
        let Some(key_idx) = self.key_idx(key) else {
            self.n_beyond_keys += 1;
            return;
        };
        let n_begun = self.n_begun;
        let seen_in = self.keys.get_mut(key_idx).map(|key| std::mem::replace(&mut key.seen_in, n_begun));
        if seen_in == Some(n_begun) {
            self.problem(spot, &format!("{} is there twice: the last one counts", member(key, number)));
        }
        if let Some((_, epoch)) = &mut self.current {
            // Of one key twice, the later point replaces the earlier when curves are made.
            epoch.values.push((key_idx, value));
        }
    }

    fn key_idx(&mut self, key: &str) -> Option<usize> {
        if let Some(idx) = self.key_idxs.get(key) {
            return Some(*idx);
        }
        let idx = self.keys.len();
        (idx < MAX_TAGS).then(|| {
            self.key_idxs.insert(key.to_owned(), idx);
            self.keys.push(Key { name: key.to_owned(), seen_in: 0 });
            idx
        })
    }

    pub fn into_log(mut self) -> CurveLog {
        self.end();
        let mut log = CurveLog { name: "results.json".to_owned(), ..CurveLog::default() };
        (log.started_ms, log.ended_ms) = (self.started_ms, self.ended_ms);
        self.tell_lacks(&mut log);
        let mut collector = Collector::default();
        for (&step, Epoch { time_ms, values }) in &self.by_number {
            for (key_idx, value) in values {
                if let Some(key) = self.keys.get(*key_idx) {
                    collector.point(&key.name, CurvePoint { step, time_ms: *time_ms, value: *value });
                }
            }
        }
        collector.finish(&mut log);
        log.problems = self.problems.into_list();
        log
    }

    fn tell_lacks(&self, log: &mut CurveLog) {
        let lacks = &mut log.lacks;
        lacks.push("Costs by epoch only: the steps between two epochs were not written down.".to_owned());
        lacks.push("No values by unit or by example.".to_owned());
        lacks.push("No recipe and no weights: nothing can be computed again.".to_owned());
        if self.has_times {
            lacks.push("Its times have no time zone: they are taken as UTC where none is given.".to_owned());
        }
        if self.ended_ms.is_none() {
            lacks.push(
                "It does not say when the run ended: it was still going on, or was stopped.".to_owned(),
            );
        }
        if !self.others.is_empty() {
            let others = listed(self.others.iter().map(String::as_str));
            lacks.push(format!("Entries that are neither epochs nor times are not shown: {others}."));
        }
        if self.n_other_members > 0 {
            lacks
                .push(format!("{} values of epochs are no numbers and are not shown.", self.n_other_members));
        }
        if self.n_beyond_keys > 0 {
            let n = self.n_beyond_keys;
            lacks.push(format!("{n} values are left out: they belong to names beyond the first {MAX_TAGS}."));
        }
    }
}
