//! `lnn log check`: what is wrong with a log, as JSON or in sentences.
//!
//! Read next: `lnn_runlog::Report`.

use std::io::Write;

use anyhow::{Result, bail};
use lnn_runlog::{ListedLine, Report};

use super::open::OpenLog;
use crate::args::CheckArgs;

/// Lines told in words; all are in the JSON.
const MAX_TOLD: usize = 10;

pub fn run(args: &CheckArgs) -> Result<()> {
    let mut log = OpenLog::open(&args.log)?;
    log.scan(&mut |_| ())?;
    let report = log.report();
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{}", in_words(&report))?;
    }
    if !report.is_good() {
        bail!("{}", summary(&report));
    }
    Ok(())
}

/// `2 bad lines, 3 lines missing, no end`.
fn summary(report: &Report) -> String {
    let mut wrong = Vec::new();
    let mut count = |n: u64, one: &str, many: &str| match n {
        0 => {}
        1 => wrong.push(format!("1 {one}")),
        n => wrong.push(format!("{n} {many}")),
    };
    let n_steps = report.missing_steps.iter().fold(0_u64, |n, (from, to)| n.saturating_add(to - from + 1));
    count(report.n_bad_lines, "line that can't be used", "lines that can't be used");
    count(report.missing_lines, "line missing", "lines missing");
    count(n_steps, "step missing", "steps missing");
    count(report.n_conflicts, "contradiction", "contradictions");
    if report.runs.iter().any(|run| !run.has_header) {
        wrong.push("no header".to_owned());
    }
    if report.runs.is_empty() {
        wrong.push("no run in it".to_owned());
    } else if report.runs.iter().any(|run| run.end.is_none()) {
        wrong.push("no end".to_owned());
    }
    format!("the log is not whole: {}", wrong.join(", "))
}

/// Everything that is known of the log, a line each.
pub fn in_words(report: &Report) -> String {
    let mut lines = Vec::new();
    for run in &report.runs {
        let steps = match (run.first_step, run.last_step) {
            (Some(first), Some(last)) => format!("{} steps from {first} to {last}", run.steps),
            _ => "no steps".to_owned(),
        };
        let end = run.end.as_deref().map_or("no end".to_owned(), |end| format!("ended: {end}"));
        lines.push(format!("run «{}»: {} records, {steps}, {end}", run.run, run.records));
        lines.extend(run.missing_steps.iter().take(MAX_TOLD).map(|(from, to)| {
            if from == to {
                format!("  step {from} is missing")
            } else {
                format!("  steps {from} to {to} are missing")
            }
        }));
    }
    let place = |line: &ListedLine| {
        let file = line.file.as_ref().map(|file| format!("{file}, ")).unwrap_or_default();
        format!("{file}line {}, byte {}", line.line, line.byte)
    };
    lines.extend(report.bad_lines.iter().take(MAX_TOLD).map(|bad| format!("{}: {}", place(bad), bad.why)));
    let n_more = report.n_bad_lines.saturating_sub(MAX_TOLD as u64);
    if n_more > 0 {
        lines.push(format!("… and {n_more} more lines that can't be used; --json lists them"));
    }
    lines.extend(report.conflicts.iter().take(MAX_TOLD).map(|conflict| {
        let (first, second) = (place(&conflict.first), place(&conflict.second));
        format!("{}: {second} contradicts {first}: {}", conflict.about, conflict.second.why)
    }));
    if report.duplicates > 0 {
        lines.push(format!("{} lines are there twice, which is harmless", report.duplicates));
    }
    lines.extend(report.remarks.iter().cloned());
    lines.push(if report.is_good() { "nothing is wrong".to_owned() } else { summary(report) });
    lines.join("\n")
}
