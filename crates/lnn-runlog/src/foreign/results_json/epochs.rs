//! What a `results.json` told so far, and the curves it makes.
//!
//! In: members of epochs in the order of the file. Out: a [`CurveLog`]. Read next: `../collector.rs`.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::member;
use super::text::{Spot, time_ms};
use crate::foreign::collector::{Collector, MAX_TAGS};
use crate::foreign::curves::{CurveLog, CurvePoint, Problems, listed, shortened};

/// Entries that are not shown: so many are named.
const MAX_NAMED: usize = 5;

/// The value of an epoch's member.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Number(f64),
    /// An infinite number, or none.
    NotFinite,
    Text(String),
    /// In milliseconds since 1970.
    Time(f64),
    /// Neither a number nor a text.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Epochs {
    /// Names of the quantities, in the order in which they appear.
    keys: Vec<String>,
    key_idxs: HashMap<String, usize>,
    /// By number: a later one replaces an earlier.
    by_number: BTreeMap<i64, Epoch>,
    /// The one that is being read.
    current: Option<Current>,
    is_begun: bool,
    start: Option<Time>,
    end: Option<Time>,
    has_times: bool,
    /// The first entries that are not shown, and the number of all.
    others: Vec<String>,
    n_others: u64,
    n_other_members: u64,
    n_beyond_keys: u64,
    problems: Problems,
}

/// Milliseconds since 1970, where a text is a time.
type Time = Option<f64>;

#[derive(Debug)]
struct Epoch {
    time_ms: Time,
    /// By ascending index of [`Epochs::keys`].
    values: Vec<(usize, f64)>,
}

/// An epoch that is being read. Its keys are held by itself: how many there are is the file's choice, and each epoch must cost
/// no more than its own bytes.
#[derive(Debug)]
struct Current {
    number: i64,
    time_ms: Time,
    values: BTreeMap<usize, f64>,
    seen: HashSet<String>,
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
        let time = self.time("Start", text, spot);
        if self.start.replace(time).is_some() {
            self.problem(spot, "«Start» is there twice: the last one counts");
        }
    }

    pub fn finish(&mut self, text: &str, spot: Spot) {
        let time = self.time("End", text, spot);
        if self.end.replace(time).is_some() {
            self.problem(spot, "«End» is there twice: the last one counts");
        }
    }

    fn time(&mut self, key: &str, text: &str, spot: Spot) -> Time {
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
            self.problem(
                spot,
                &format!("epoch {number} is there twice: the last one that has numbers counts"),
            );
        }
        self.is_begun = true;
        let (values, seen) = (BTreeMap::new(), HashSet::new());
        self.current = Some(Current { number, time_ms: None, values, seen });
    }

    /// Keeps the epoch that is being read: also what there is of a torn one, but that is no reason to lose a whole one.
    pub fn end(&mut self) {
        let Some(Current { number, time_ms, values, .. }) = self.current.take() else { return };
        if !values.is_empty() || !self.by_number.contains_key(&number) {
            let values = values.into_iter().collect();
            self.by_number.insert(number, Epoch { time_ms, values });
        }
    }

    pub fn member(&mut self, key: &str, found: Found, spot: Spot) {
        let Some(current) = &mut self.current else { return };
        let number = current.number;
        if !current.seen.insert(key.to_owned()) {
            if let Some(key_idx) = self.key_idxs.get(key) {
                current.values.remove(key_idx);
            }
            let why = format!("{} is there twice: the last one counts", member(key, number));
            self.problem(spot, &why);
        }
        let found = match found {
            Found::Text(text) => time_ms(&text).map_or_else(|| Found::of_number(&text), Found::Time),
            found => found,
        };
        match found {
            Found::Number(value) => self.value(key, value),
            Found::Time(time_ms) => self.epoch_time(time_ms),
            Found::NotFinite => {
                let why = format!("{} is no finite number: it is left out", member(key, number));
                self.problem(spot, &why);
            }
            Found::Text(_) | Found::Other => self.n_other_members += 1,
        }
    }

    fn epoch_time(&mut self, time_ms: f64) {
        self.has_times = true;
        if let Some(current) = &mut self.current {
            current.time_ms = Some(time_ms);
        }
    }

    fn value(&mut self, key: &str, value: f64) {
        let Some(key_idx) = self.key_idx(key) else {
            self.n_beyond_keys += 1;
            return;
        };
        if let Some(current) = &mut self.current {
            current.values.insert(key_idx, value);
        }
    }

    fn key_idx(&mut self, key: &str) -> Option<usize> {
        if let Some(idx) = self.key_idxs.get(key) {
            return Some(*idx);
        }
        let idx = self.keys.len();
        (idx < MAX_TAGS).then(|| {
            self.key_idxs.insert(key.to_owned(), idx);
            self.keys.push(key.to_owned());
            idx
        })
    }

    /// An entry that is neither an epoch nor a time.
    pub fn other_entry(&mut self, key: &str) {
        self.n_others += 1;
        if self.others.len() < MAX_NAMED {
            self.others.push(shortened(key));
        }
    }

    pub fn problem(&mut self, spot: Spot, why: &str) {
        self.problems.push(Some(spot.line), spot.byte, why.to_owned());
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_none() && self.end.is_none() && !self.is_begun
    }

    pub fn into_log(mut self) -> CurveLog {
        self.end();
        let mut log = CurveLog { name: "results.json".to_owned(), ..CurveLog::default() };
        (log.started_ms, log.ended_ms) = (self.start.flatten(), self.end.flatten());
        self.tell_lacks(&mut log);
        let mut collector = Collector::default();
        for (&step, Epoch { time_ms, values }) in &self.by_number {
            for (key_idx, value) in values {
                if let Some(key) = self.keys.get(*key_idx) {
                    collector.point(key, CurvePoint { step, time_ms: *time_ms, value: *value });
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
        if self.end.flatten().is_none() {
            lacks.push(
                "It does not say when the run ended: it was still going on, or was stopped.".to_owned(),
            );
        }
        if !self.others.is_empty() {
            let others = listed(self.others.iter().map(String::as_str));
            let more = self.n_others - self.others.len() as u64;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            lacks.push(format!("Entries that are neither epochs nor times are not shown: {others}{more}."));
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
