//! What the page is told of a log: how far it is read, what is wrong with it, and whether a computation agrees with it.

use lnn_runlog::{LogScan, Report};
use serde::{Deserialize, Serialize};

/// Sentences that the page shows of a log's account.
const MAX_SENTENCES: usize = 12;

/// Runs of a log that a user may choose from.
const MAX_RUNS: usize = 200;

/// How a log compares with the run computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Steps whose parameters were compared and agree to the bit.
    pub n_agreeing: u64,
    /// The first step that differs.
    pub parts_at: Option<u64>,
}

impl From<(u64, Option<u64>)> for Agreement {
    fn from((n_agreeing, parts_at): (u64, Option<u64>)) -> Self {
        Self { n_agreeing, parts_at }
    }
}

/// What a log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogKind {
    /// Steps with their units, as LNN writes them.
    #[default]
    Steps,
    /// Curves alone, as other programs write them.
    Curves,
}

/// What the page is told of a log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LogStatus {
    /// The page's number of the run.
    pub run: u32,
    /// The file's name.
    pub name: String,
    /// Whether there is more to read.
    pub is_reading: bool,
    /// The share that is read, 0..=1; compressed logs may come to more.
    pub share: f64,
    /// Whether the run is not over, as far as its log goes.
    pub is_growing: bool,
    /// Good lines so far; points where it holds curves.
    pub n_records: u64,
    /// What it holds.
    pub kind: LogKind,
    /// Whether nothing is wrong.
    pub is_good: bool,
    /// What is wrong or missing, in sentences.
    pub account: Vec<String>,
    /// Whether the run is computed again, and agrees; none where it is not computed.
    pub agreement: Option<Agreement>,
    /// Why it is not computed.
    pub why_not: Option<String>,
    /// Whether a run that the page trains beside it holds the same bits, in a sentence.
    pub twin: Option<(bool, String)>,
    /// The run that is shown.
    pub log_run: String,
    /// The runs of the log, the first 200.
    pub log_runs: Vec<String>,
}

impl LogStatus {
    /// The account of a log in sentences.
    pub(super) fn new(
        scan: &LogScan,
        agreement: Option<Agreement>,
        why_not: Option<String>,
        is_reading: bool,
    ) -> Self {
        let report: Report = scan.report();
        let mut account = Vec::new();
        if report.runs.len() > 1 {
            account.push(format!("The log holds {} runs; one is shown.", report.runs.len()));
        }
        for (from, to) in report.missing_steps.iter().take(4) {
            account.push(if from == to {
                format!("Step {from} is missing.")
            } else {
                format!("Steps {from} to {to} are missing.")
            });
        }
        if report.missing_lines > 0 {
            account.push(format!("Lines missing: {}.", report.missing_lines));
        }
        for bad in report.bad_lines.iter().take(4) {
            let file = bad.file.as_ref().map(|file| format!("{file}, ")).unwrap_or_default();
            account.push(format!("{file}line {}, byte {}: {}.", bad.line, bad.byte, bad.why));
        }
        if report.n_bad_lines > 4 {
            account.push(format!("Lines that can't be used: {} in all.", report.n_bad_lines));
        }
        for conflict in report.conflicts.iter().take(4) {
            let (about, first, second) = (&conflict.about, conflict.first.line, conflict.second.line);
            account.push(format!(
                "Lines {first} and {second} contradict each other about {about}; the first counts."
            ));
        }
        if let Some((place, _)) = scan.reader().pending().filter(|_| !is_reading) {
            account.push(format!(
                "line {}, byte {}: the file ends within this line: it is still being written, or was cut.",
                place.line, place.byte
            ));
        }
        if !is_reading {
            account.extend(report.remarks.iter().map(|remark| format!("{remark}.")));
        }
        account.truncate(MAX_SENTENCES);
        let is_good = report.n_bad_lines + report.n_conflicts + report.missing_lines == 0
            && report.missing_steps.is_empty();
        let log_runs = report.runs.iter().take(MAX_RUNS).map(|run| run.run.clone()).collect();
        Self { n_records: report.records, is_good, account, agreement, why_not, log_runs, ..Self::default() }
    }
}
