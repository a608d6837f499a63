//! How fast run logs are read: LNN's reader, plain `serde_json` on the same lines, TensorBoard's readers on the same run.
//!
//! The log is made by bench/logs, of a real training; TensorBoard gets its scores and a histogram of each layer and quantity in
//! an event file that its own writer wrote. In each round everybody has a turn, nothing beside it. Read next: `log_table.rs`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::{entries, from_json, number};
use crate::process::{cargo, run};
use crate::tools::python_with;
use crate::workspace::Workspace;
use crate::{build, e2e};

/// Turns of every contestant, unless asked otherwise: readers in Python take seconds.
pub const N_ROUNDS: u32 = 3;

const N_BYTES: u64 = 100_000_000;
const SCRIPT: &str = "bench/logs/tensorboard_reader.py";
const REQUIREMENTS: &str = "bench/logs/requirements.txt";

/// What the page opens, unless asked otherwise.
const N_PAGE_BYTES: u64 = 1_000_000_000;

/// The sizes of the readers' log and of the page's, as `-- --bytes N` asks for it.
///
/// # Errors
/// Another option, or no number.
pub fn n_bytes(rest: &[OsString]) -> Result<(u64, u64)> {
    match rest {
        [] => Ok((N_BYTES, N_PAGE_BYTES)),
        [option, value] if option == "--bytes" => {
            let n_bytes = value.to_string_lossy().parse().context("--bytes takes a number")?;
            Ok((n_bytes, n_bytes))
        }
        _ => bail!("the log's only option is --bytes N"),
    }
}

/// Everybody's median seconds: `{"bytes", "steps", "rounds", "seconds": {…}, "tensorboard": {…}}`.
///
/// # Errors
/// When bench/logs can't be built, or a log isn't read.
pub fn measure(workspace: &Workspace, dir: &Path, n_bytes: u64, n_rounds: u32) -> Result<Value> {
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    run(cargo(&workspace.root).args(["build", "--release", "--package", "lnn-bench-logs"]))?;
    let log = make_log(workspace, dir, n_bytes)?;
    let peer = Peer::prepare(workspace, dir, &log);
    let (mut rounds, mut peer_rounds) = (Vec::new(), Vec::new());
    for round in 1..=n_rounds.max(1) {
        println!("    logs: round {round} of {n_rounds}");
        rounds.push(from_json(program(workspace, "read-log").arg(&log), "read-log")?);
        if let Ok(peer) = &peer {
            peer_rounds.push(peer.read());
        }
    }
    let mut result = medians(&rounds);
    result["rounds"] = rounds.len().into();
    let peer_rounds: Result<Vec<Value>> = peer.and_then(|_| peer_rounds.into_iter().collect());
    result["tensorboard"] = match peer_rounds {
        Ok(rounds) => medians(&rounds),
        Err(why) => json!({ "skipped": format!("{why:#}") }),
    };
    Ok(result)
}

/// A log in the page: first picture, seeks, memory, as lnn-e2e's program `log` sees them.
///
/// # Errors
/// When the page is not built, or doesn't show the log.
pub fn in_page(workspace: &Workspace, dir: &Path, n_bytes: u64) -> Result<Value> {
    if !workspace.dist.is_dir() {
        bail!("the page is not built: leave out --no-build");
    }
    let log = make_log(workspace, dir, n_bytes)?;
    println!("    logs: {} MB in the page", n_bytes / 1_000_000);
    let seen = dir.join("page.json");
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--package", "lnn-e2e", "--bin", "log", "--"]).arg(&log).arg(&seen);
    e2e::with_page(workspace, command)?;
    fs::remove_file(&log).with_context(|| format!("can't remove {}", log.display()))?;
    let text = build::read(&seen)?;
    let mut result: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", seen.display()))?;
    result["bytes"] = n_bytes.into();
    Ok(result)
}

/// A new log of this size: one that is there may be of another version.
fn make_log(workspace: &Workspace, dir: &Path, n_bytes: u64) -> Result<PathBuf> {
    let path = dir.join("run.ndjson");
    if path.exists() {
        fs::remove_file(&path).with_context(|| format!("can't remove {}", path.display()))?;
    }
    run(program(workspace, "make-log").arg(&path).args(["--bytes", &n_bytes.to_string()]))?;
    Ok(path)
}

fn program(workspace: &Workspace, name: &str) -> Command {
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--release", "--package", "lnn-bench-logs", "--bin", name, "--"]);
    command
}

/// TensorBoard with the same run.
struct Peer {
    python: PathBuf,
    script: PathBuf,
    events: PathBuf,
}

impl Peer {
    fn prepare(workspace: &Workspace, dir: &Path, log: &Path) -> Result<Self> {
        let script = workspace.root.join(SCRIPT);
        let python = python_with(&workspace.root.join(REQUIREMENTS))?;
        let events = dir.join("events");
        if events.is_dir() {
            fs::remove_dir_all(&events).with_context(|| format!("can't remove {}", events.display()))?;
        }
        run(Command::new(&python).arg(&script).arg("write").args([log, &events]))
            .context("TensorBoard's writer failed")?;
        Ok(Self { python, script, events })
    }

    fn read(&self) -> Result<Value> {
        from_json(Command::new(&self.python).arg(&self.script).arg("read").arg(&self.events), SCRIPT)
    }
}

/// The first round with the median of everybody's seconds in all.
fn medians(rounds: &[Value]) -> Value {
    let Some(mut result) = rounds.first().cloned() else { return Value::Null };
    let median = |name: &str| {
        let mut seconds: Vec<f64> = rounds.iter().map(|round| number(&round["seconds"][name])).collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or_default()
    };
    let all: Map<String, Value> =
        entries(&result["seconds"]).map(|(name, _)| (name.to_owned(), median(name).into())).collect();
    result["seconds"] = all.into();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_every_contestant_is_taken() {
        let round = |a: f64, b: f64| json!({ "bytes": 7, "seconds": { "a": a, "b": b } });
        let rounds = [round(3.0, 1.0), round(1.0, 2.0), round(2.0, 9.0)];
        assert_eq!(medians(&rounds), json!({ "bytes": 7, "seconds": { "a": 2.0, "b": 2.0 } }));
    }

    #[test]
    fn the_size_is_asked_for_behind_two_dashes() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(n_bytes(&[]).unwrap(), (N_BYTES, N_PAGE_BYTES));
        assert_eq!(n_bytes(&words(&["--bytes", "200000000"])).unwrap(), (200_000_000, 200_000_000));
        assert!(n_bytes(&words(&["--bytes"])).is_err());
        assert!(n_bytes(&words(&["--bytes", "many"])).is_err());
    }
}
