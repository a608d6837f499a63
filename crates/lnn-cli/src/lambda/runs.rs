//! `lnn lambda list`, `status`, `logs`, `cancel`.
//!
//! In: a run's name. Out: what the log API says of it, in words or as JSON. Read next: `api.rs`.

use std::io::Write;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::api::Api;
use super::place;
use crate::lambda_args::{ListArgs, LogsArgs, RunArgs};

/// How long the log API is to wait for lines.
const WAIT_MS: u64 = 20_000;
/// Answers in a row that say «later» before that is an answer.
const MAX_PASSING: u32 = 20;

pub fn list(args: &ListArgs) -> Result<()> {
    let answer = place::api(&args.place)?.get("/runs")?;
    let mut out = std::io::stdout();
    if args.json {
        writeln!(out, "{answer}")?;
        return Ok(());
    }
    let runs = answer.get("runs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if runs.is_empty() {
        writeln!(out, "no runs yet: start one with «lnn lambda train»")?;
    }
    for run in runs {
        writeln!(out, "{}", in_words(run))?;
    }
    Ok(())
}

pub fn status(args: &RunArgs) -> Result<()> {
    let run = place::api(&args.place)?.get(&path(&args.run))?;
    if args.json {
        writeln!(std::io::stdout(), "{run}")?;
    } else {
        writeln!(std::io::stdout(), "{}", in_words(&run))?;
    }
    Ok(())
}

pub fn cancel(args: &RunArgs) -> Result<()> {
    let api = place::api(&args.place)?;
    let answer = api.post(&format!("/launch{}/cancel", path(&args.run)), &[])?.good()?;
    if args.json {
        writeln!(std::io::stdout(), "{}", answer.json()?)?;
    } else {
        writeln!(std::io::stdout(), "run «{}» stops after the step that it is at", args.run)?;
    }
    Ok(())
}

pub fn logs(args: &LogsArgs) -> Result<()> {
    let api = place::api(&args.place)?;
    let (wait_ms, mut cursor, mut n_passing) = (if args.follow { WAIT_MS } else { 0 }, String::new(), 0);
    let mut out = std::io::stdout();
    loop {
        let answer =
            api.ask(&format!("{}/records?after={cursor}&wait_ms={wait_ms}", path(&args.run)), None)?;
        if answer.status == 410 {
            crate::note("note: the last lines were written anew: here is the log from its beginning");
            cursor.clear();
            continue;
        }
        if answer.is_passing() && n_passing < MAX_PASSING {
            n_passing += 1;
            thread::sleep(Duration::from_millis(500));
            continue;
        }
        let answer = answer.good()?;
        n_passing = 0;
        out.write_all(&answer.body)?;
        out.flush()?;
        let is_over = answer.header("lnn-ended") == Some("true");
        if is_over || (answer.body.is_empty() && !args.follow) {
            return Ok(());
        }
        let Some(next) = answer.header("lnn-cursor") else {
            bail!("the answer has no cursor: is this a stack's?")
        };
        next.clone_into(&mut cursor);
    }
}

/// Where a run is.
pub fn path(run: &str) -> String {
    let escaped: String = run
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("/runs/{escaped}")
}

/// A run's state, asked for until there is an answer.
pub fn state(api: &Api, run: &str, n_tries: u32) -> Result<Value> {
    for _ in 1..n_tries {
        match api.ask(&path(run), None) {
            Ok(answer) if !answer.is_passing() => return answer.good()?.json(),
            _ => thread::sleep(Duration::from_millis(500)),
        }
    }
    api.get(&path(run))
}

/// `iris-1a2b: running, step 40 of 200; iris, 4-20-7-5-3, 1 unit a call`.
pub fn in_words(run: &Value) -> String {
    let text = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or("?");
    let number = |name: &str| run.get(name).and_then(Value::as_u64).unwrap_or_default();
    let layers: Vec<String> =
        run.get("layers").and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect();
    let units = match run.get("units_per_neuron").and_then(Value::as_u64) {
        Some(1) => "1 unit a call".to_owned(),
        Some(n_units) => format!("{n_units} units a call"),
        None => "a layer a call".to_owned(),
    };
    let message =
        run.get("message").and_then(Value::as_str).map(|said| format!("; {said}")).unwrap_or_default();
    format!(
        "{}: {}, step {} of {}; {}, {}, {units}{message}",
        text("run"),
        text("status"),
        number("step"),
        number("last_step"),
        text("data"),
        layers.join("-"),
    )
}

/// Whether a run's state is its last.
pub fn is_over(run: &Value) -> bool {
    matches!(run.get("status").and_then(Value::as_str), Some("done" | "failed" | "stopped"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_is_told_in_one_line() {
        let run = json!({
            "run": "iris-1", "status": "failed", "step": 40, "last_step": 200, "data": "iris",
            "layers": [4, 20, 3], "units_per_neuron": 1, "message": "a number is not finite",
        });
        let words = "iris-1: failed, step 40 of 200; iris, 4-20-3, 1 unit a call; a number is not finite";
        assert_eq!(in_words(&run), words);
        assert!(is_over(&run) && !is_over(&json!({ "status": "running" })));
    }

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        assert_eq!(path("a-b_c.1"), "/runs/a-b_c.1");
        assert_eq!(path("../x?y"), "/runs/..%2Fx%3Fy");
    }
}
