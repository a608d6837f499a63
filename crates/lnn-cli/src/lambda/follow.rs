//! A run on its way: a progress bar or lines of JSON until it ends; Ctrl-C leaves it running.
//!
//! In: a run's name. Out: its last state. Read next: `runs.rs`.

use std::io::Write;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_runlog::{LogLine, Record, Scores};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use super::api::{Answer, Api};
use super::runs;
use crate::measure::EpochLine;

/// Between two looks at a run, at least and at most; between these, so many times as long as a look takes: that of a run with
/// thousands of columns brings all their names.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOK_SELDOM: Duration = Duration::from_secs(10);
const LOOK_SHARE: u32 = 10;
/// Looks in a row without an answer before the address counts as gone; each of them tries several times.
const MAX_LOOKS: u32 = 12;
/// The exit code of whoever is ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Shows how far a run is until it ends; gives its last state.
pub fn bar(api: &Api, run: &str) -> Result<Value> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {eta} left; {msg}")?);
    leave_at_interrupt(run, &bar)?;
    let last = until_over(api, run, &mut |state| {
        let number = |name: &str| state.get(name).and_then(Value::as_u64).unwrap_or_default();
        bar.set_length(number("last_step"));
        bar.set_position(number("step"));
        bar.set_message(state.get("status").and_then(Value::as_str).unwrap_or_default().to_owned());
    })?;
    bar.finish_and_clear();
    Ok(last)
}

/// Prints a line for each logged epoch until the run ends; gives its last state.
pub fn json(api: &Api, run: &str, first: &EpochLine) -> Result<Value> {
    leave_at_interrupt(run, &ProgressBar::hidden())?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(first)?)?;
    let mut n_told = 0;
    let told = runs::records(api, run, true, &mut |lines| {
        // Lines that come anew tell of the same epochs: what was told is not told again.
        for line in lines.unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line = LogLine::open(line).context("the log that the stack hands out is damaged")?;
            if let Ok(Record::Epoch(record)) = line.record()
                && record.epoch > n_told
            {
                n_told = record.epoch;
                let line = EpochLine::told(record.epoch, record.train, record.dev);
                writeln!(out, "{}", serde_json::to_string(&line)?)?;
            }
        }
        Ok(())
    });
    told.with_context(|| goes_on(run))?;
    until_over(api, run, &mut |_| {})
}

/// `after 100 epochs: cost 0.1234 (dev 0.2345), accuracy 0.95 (dev 0.9)`.
pub fn result_in_words(state: &Value) -> Option<String> {
    let result = state.get("result")?;
    let scores = |split: &str| serde_json::from_value::<Scores>(result.get(split)?.clone()).ok();
    let epoch = result.get("epoch")?.as_u64()?;
    let line = EpochLine::told(epoch, scores("train")?, scores("dev"));
    Some(format!("after {epoch} epochs: {}", line.in_words()))
}

/// Nothing, where a run came to its last step.
pub fn good_end(run: &str, state: &Value) -> Result<()> {
    match state.get("status").and_then(Value::as_str) {
        Some("done") => Ok(()),
        Some("failed") => {
            let message = state.get("message").and_then(Value::as_str).unwrap_or("its log says more");
            bail!("run «{run}» failed: {message}")
        }
        _ => bail!("{}: somebody stopped it", runs::in_words(state)),
    }
}

fn until_over(api: &Api, run: &str, show: &mut dyn FnMut(&Value)) -> Result<Value> {
    let mut n_looks = 0;
    loop {
        let begun = Instant::now();
        match api.insist(|api| api.ask(&runs::path(run), None)).and_then(|(answer, _)| state(answer)) {
            Ok(state) => {
                show(&state);
                n_looks = 0;
                if runs::is_over(&state) {
                    return Ok(state);
                }
            }
            Err(error) if n_looks >= MAX_LOOKS => return Err(error.context(goes_on(run))),
            Err(_) => n_looks += 1,
        }
        thread::sleep((begun.elapsed() * LOOK_SHARE).clamp(LOOK_EVERY, LOOK_SELDOM));
    }
}

fn state(answer: Answer) -> Result<Value> {
    answer.good()?.json()
}

/// From here on Ctrl-C says how to go on, and ends us.
fn leave_at_interrupt(run: &str, bar: &ProgressBar) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut interrupts = {
        let _guard = runtime.enter();
        signal(SignalKind::interrupt()).context("Ctrl-C can't be listened to")?
    };
    let (bar, sentence) = (bar.clone(), goes_on(run));
    thread::spawn(move || {
        if runtime.block_on(interrupts.recv()).is_some() {
            bar.abandon();
            crate::note(&sentence);
            process::exit(INTERRUPTED);
        }
    });
    Ok(())
}

fn goes_on(run: &str) -> String {
    format!(
        "run «{run}» goes on without us: look at it with «lnn lambda status {run}» or «lnn lambda logs {run} --follow», stop it with «lnn lambda cancel {run}», get it with «lnn lambda fetch {run} DIR»"
    )
}
