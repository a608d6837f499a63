//! An account of a log: what is there, what is missing, what contradicts itself.
//!
//! In: a [`LogReader`] that has read everything. Out: a [`Report`], as words or JSON (`lnn log check`).

use serde::Serialize;

use crate::index::Place;
use crate::ledger::{MAX_LISTED, RunLedger};
use crate::reader::LogReader;
use crate::record::EndRecord;

/// What `lnn log check` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Good lines, duplicates included.
    pub records: u64,
    /// Lines that can't be used.
    pub bad_lines: Vec<ListedLine>,
    /// Steps that should be there: from and to, both missing.
    pub missing_steps: Vec<(u64, u64)>,
    /// Lines that their writers numbered and that are not there.
    pub missing_lines: u64,
    /// Lines that contradict earlier ones.
    pub conflicts: Vec<ListedConflict>,
    /// Whether the log holds everything from its header to its end.
    pub complete: bool,
    /// Lines that told what earlier lines told; harmless.
    pub duplicates: u64,
    /// Steps that stood behind later ones; harmless.
    pub out_of_order: u64,
    /// All bad lines, those included that are not listed.
    pub n_bad_lines: u64,
    /// All conflicts, those included that are not listed.
    pub n_conflicts: u64,
    /// Each run by itself.
    pub runs: Vec<RunReport>,
    /// What else is wrong, in sentences.
    pub remarks: Vec<String>,
}

/// The account of one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// Its name.
    pub run: String,
    /// Good lines.
    pub records: u64,
    /// Steps recorded.
    pub steps: u64,
    /// The first step recorded.
    pub first_step: Option<u64>,
    /// The last one.
    pub last_step: Option<u64>,
    /// Steps that should be there.
    pub missing_steps: Vec<(u64, u64)>,
    /// Lines missing of all writers.
    pub missing_lines: u64,
    /// Whether the header is there.
    pub has_header: bool,
    /// `done`, `stopped`, `failed`, or none where there is no end.
    pub end: Option<String>,
    /// Whether everything is there.
    pub complete: bool,
}

/// A line that can't be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedLine {
    /// The file, where the log has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Counted from 1.
    pub line: u64,
    /// Its first byte, counted from 0.
    pub byte: u64,
    /// What is wrong.
    pub why: String,
}

/// Two lines that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedConflict {
    /// The run.
    pub run: String,
    /// What they are about.
    pub about: String,
    /// The step, where it is about one.
    pub step: Option<u64>,
    /// The line that counts.
    pub first: ListedLine,
    /// The other one.
    pub second: ListedLine,
}

impl Report {
    /// The account of everything that a reader has read. `files` are the names of the log's files, where it has several.
    pub fn new(reader: &LogReader, files: &[String]) -> Self {
        let runs: Vec<RunReport> = reader.runs().iter().map(RunReport::new).collect();
        let bad_lines = reader.bad_lines().iter().map(|bad| ListedLine::new(bad.place, &bad.why, files));
        let conflicts = reader.runs().iter().flat_map(|run| {
            run.conflicts.iter().map(|conflict| ListedConflict {
                run: run.run.clone(),
                about: conflict.about.clone(),
                step: conflict.step,
                first: ListedLine::new(conflict.first, "this line counts", files),
                second: ListedLine::new(conflict.second, &conflict.why, files),
            })
        });
        let sum = |of: fn(&RunLedger) -> u64| reader.runs().iter().map(of).sum();
        Self {
            records: sum(|run| run.n_lines),
            bad_lines: bad_lines.collect(),
            missing_steps: runs.iter().flat_map(|run| run.missing_steps.iter().copied()).collect(),
            missing_lines: runs.iter().fold(0, |sum, run| sum.saturating_add(run.missing_lines)),
            conflicts: conflicts.collect(),
            complete: !runs.is_empty() && runs.iter().all(|run| run.complete),
            duplicates: sum(|run| run.n_duplicates),
            out_of_order: sum(|run| run.n_late_steps),
            n_bad_lines: reader.n_bad_lines(),
            n_conflicts: sum(|run| run.n_conflicts),
            remarks: remarks(reader.runs()),
            runs,
        }
    }

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.complete && self.n_bad_lines == 0 && self.n_conflicts == 0
    }
}

impl RunReport {
    /// The account of one run.
    pub fn new(run: &RunLedger) -> Self {
        let missing_steps = missing_steps(run);
        let missing_lines =
            run.writers.values().fold(0_u64, |sum, spans| sum.saturating_add(spans.n_missing()));
        Self {
            run: run.run.clone(),
            records: run.n_lines,
            steps: run.steps.len() as u64,
            first_step: run.steps.at_or_after(0).map(|place| place.step),
            last_step: run.steps.at_or_before(u64::MAX).map(|place| place.step),
            complete: run.header.is_some()
                && run.end.is_some()
                && missing_steps.is_empty()
                && missing_lines == 0,
            missing_steps,
            missing_lines,
            has_header: run.header.is_some(),
            end: run.end.as_ref().map(|end| end.value.reason.clone()),
        }
    }
}

impl ListedLine {
    fn new(place: Place, why: &str, files: &[String]) -> Self {
        let file = (files.len() > 1).then(|| files.get(place.file as usize).cloned()).flatten();
        Self { file, line: place.line, byte: place.byte, why: why.to_owned() }
    }
}

/// Steps that the header's rule asks for and that are not there, as spans; at most [`MAX_LISTED`] of them.
pub fn missing_steps(run: &RunLedger) -> Vec<(u64, u64)> {
    let header = run.header.as_ref().map(|header| &header.value);
    let every = match header {
        Some(header) => match header.every_steps {
            Some(every) => every.max(1),
            None => return Vec::new(),
        },
        None => smallest_distance(run),
    };
    let first = header.map_or(0, |header| header.first_step);
    let (mut missing, mut due) = (Vec::new(), first);
    for step in run.steps.iter().map(|place| place.step) {
        if step > due && missing.len() < MAX_LISTED {
            missing.push((due, due + (step - 1 - due) / every * every));
        }
        if step >= due {
            // After the last number that there is, none is due.
            due = ((step - first) / every).saturating_add(1).saturating_mul(every).saturating_add(first);
        }
    }
    // The last step is due even where it is no multiple of the distance, but nobody knew of it where the run failed or was
    // stopped.
    let last_due = |end: &EndRecord| match end.reason.as_str() {
        "done" => end.step,
        _ => end.step.saturating_sub(first) / every * every + first,
    };
    let end = run.end.as_ref().map(|end| last_due(&end.value)).filter(|end| run.steps.get(*end).is_none());
    missing.extend(end.map(|end| (due.min(end), end)));
    missing
}

/// Without a header: the distance that most steps must have been recorded at.
fn smallest_distance(run: &RunLedger) -> u64 {
    let steps: Vec<u64> = run.steps.iter().map(|place| place.step).collect();
    steps.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).min().unwrap_or(1).max(1)
}

fn remarks(runs: &[RunLedger]) -> Vec<String> {
    if runs.is_empty() {
        return vec!["no line of a run log was found: is this the right file?".to_owned()];
    }
    let mut remarks = Vec::new();
    for run in runs {
        let name = &run.run;
        if run.header.is_none() {
            remarks.push(format!(
                "the header of run «{name}» is missing: its steps can be shown, but not recomputed"
            ));
        }
        match &run.end {
            None => remarks.push(format!("run «{name}» has no end: it is still going on, or was cut off")),
            Some(end) if end.value.reason == "failed" => remarks.push(format!(
                "run «{name}» failed after step {}: {}",
                end.value.step,
                end.value.message.as_deref().unwrap_or("its log doesn't say why")
            )),
            Some(_) => {}
        }
    }
    remarks
}
