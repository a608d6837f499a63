//! `cargo xtask bench`: LNN and its peers in one page of one Chromium; the live page's frames; what it all costs.
//!
//! | file | what it is |
//! |---|---|
//! | `site.rs` | builds what the browser loads: the page of bench/page, LNN's module, the peers from npm |
//! | `speed.rs` | epochs of the four workloads, the machine's ceiling |
//! | `numpy.rs` | the workload `cat` in NumPy, where there is one |
//! | `import.rs` | data sets, read by LNN and by pandas, NumPy, h5py, Pillow, alone with `--import` |
//! | `lambda.rs` | a network trained by functions, alone with `--lambda` |
//! | `logs.rs` | run logs, read by LNN, `serde_json` and TensorBoard |
//! | `machine.rs` | what it was measured on, with which versions |
//! | `table.rs`, `log_table.rs` | the table in the terminal |
//! | `document.rs`, `chart.rs` | docs/benchmark.md and docs/benchmark.svg |
//!
//! Everything is gathered in one JSON value: `--json` prints it, the table and the documents read it.

mod chart;
mod document;
mod import;
mod lambda;
mod log_table;
mod logs;
mod machine;
mod numpy;
mod site;
mod speed;
mod table;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::{cargo, output};
use crate::workspace::Workspace;
use crate::{Options, Subject, build, e2e};

/// The four workloads, as bench/page/workloads.js names them.
const WORKLOADS: [&str; 4] = ["playground", "playground-max", "cat", "mnist"];

/// The parts of it that can be asked for alone.
const PARTS: [&str; 3] = ["speed", "page", "logs"];

/// What the benchmark is asked for besides the options of all commands.
#[derive(Default)]
pub struct BenchOptions {
    /// Prints JSON alone to standard output.
    pub json: bool,
    /// `speed`, `page` or `logs`: a part of it.
    pub only: Option<String>,
    /// Turns of every contestant.
    pub n_rounds: Option<u32>,
    /// One workload alone.
    pub workload: Option<String>,
    /// A checkout of TensorFlow Playground.
    pub playground: Option<PathBuf>,
    /// Writes docs/benchmark.md and docs/benchmark.svg; of the functions docs/benchmark-lambda.md, of the readers
    /// docs/benchmark-import.md.
    pub chart: bool,
}

impl BenchOptions {
    /// The workloads asked for.
    ///
    /// # Errors
    /// When there is none of that name.
    fn workloads(&self) -> Result<Vec<&str>> {
        let Some(wanted) = self.workload.as_deref() else { return Ok(WORKLOADS.to_vec()) };
        if !WORKLOADS.contains(&wanted) {
            bail!("there is no workload `{wanted}`; there are {}", WORKLOADS.join(", "));
        }
        Ok(vec![wanted])
    }

    fn has(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

/// Measures, prints, and writes what was asked for.
///
/// # Errors
/// When something can't be built or a contestant doesn't learn.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let asked = &options.bench;
    match options.subject {
        Subject::Page => {}
        Subject::Functions => return lambda::lambda(workspace, options),
        Subject::Import => return import::import(workspace, options),
    }
    if let Some(only) = asked.only.as_deref().filter(|only| !PARTS.contains(only)) {
        bail!("--only is `speed`, `page` or `logs`, not `{only}`");
    }
    let workloads = asked.workloads()?;
    if asked.chart && !(asked.only.is_none() && asked.workload.is_none()) {
        bail!("a chart shows everything: --chart goes with neither --only nor --workload");
    }
    let dir = workspace.target.join("bench");
    fs::create_dir_all(&dir).with_context(|| format!("can't make {}", dir.display()))?;
    let path = dir.join("result.json");
    if asked.json {
        return print_json(&path);
    }
    let result = measure(workspace, options, &workloads, &dir)?;
    build::write(&path, format!("{result}\n"))?;
    print!("{}", table::table(&result));
    if asked.chart {
        let docs = workspace.root.join("docs");
        build::write(&docs.join("benchmark.svg"), chart::chart(&result))?;
        build::write(&docs.join("benchmark.md"), document::document(&result))?;
        println!("    docs/benchmark.md and docs/benchmark.svg are written");
    }
    Ok(())
}

/// Runs the same command in a process whose standard output goes where errors go, then prints the JSON alone: the
/// programs that are called on the way have things of their own to say.
fn print_json(path: &Path) -> Result<()> {
    let program = std::env::current_exe().context("this program has no path")?;
    let arguments = std::env::args_os().skip(1).filter(|argument| argument != "--json");
    let status = Command::new(program).args(arguments).stdout(Stdio::from(io::stderr())).status()?;
    if !status.success() {
        bail!("the benchmark failed");
    }
    print!("{}", build::read(path)?);
    Ok(())
}

fn measure(workspace: &Workspace, options: &Options, workloads: &[&str], dir: &Path) -> Result<Value> {
    let asked = &options.bench;
    let mut result = json!({});
    let has_page = asked.has("speed") || asked.has("page");
    if !options.no_build {
        let begun = Instant::now();
        build::build(workspace, options.profile)?;
        result["build_seconds"] = begun.elapsed().as_secs().into();
    }
    if workspace.dist.is_dir() {
        result["page_weight_bytes"] = build::weight::compressed_total(&workspace.dist)?.into();
    }
    if asked.has("speed") {
        let n_rounds = asked.n_rounds.unwrap_or(speed::N_ROUNDS);
        let site = site::build(workspace, &dir.join("site"), asked.playground.as_deref())?;
        merge(&mut result, speed::measure(workspace, &site, workloads, n_rounds)?);
        if workloads.contains(&"cat") {
            result["numpy"] = numpy::measure(&workspace.root)?;
        }
    }
    if asked.has("page") {
        result["page"] = page(workspace, options, &dir.join("page.json"))?;
    }
    if asked.has("logs") {
        // In the whole benchmark the options behind `--` are those of the page's part.
        let rest = if has_page { &[] } else { options.rest.as_slice() };
        let n_rounds = asked.n_rounds.unwrap_or(logs::N_ROUNDS);
        let (n_bytes, n_page_bytes) = logs::n_bytes(rest)?;
        let dir = dir.join("logs");
        result["logs"] = logs::measure(workspace, &dir, n_bytes, n_rounds)?;
        result["logs"]["page"] = logs::in_page(workspace, &dir, n_page_bytes)?;
    }
    result["machine"] = machine::describe(&workspace.root);
    Ok(result)
}

/// Frames and steps of the live page: lnn-e2e's program `frames`, which prints its own table.
fn page(workspace: &Workspace, options: &Options, path: &Path) -> Result<Value> {
    if !workspace.dist.is_dir() {
        bail!("the page is not built: leave out --no-build");
    }
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--package", "lnn-e2e", "--bin", "frames", "--", "--json"]);
    command.arg(path).args(&options.rest);
    e2e::with_page(workspace, command)?;
    serde_json::from_str(&build::read(path)?).with_context(|| format!("{} is no JSON", path.display()))
}

fn merge(result: &mut Value, more: Value) {
    if let (Some(result), Value::Object(more)) = (result.as_object_mut(), more) {
        result.extend(more);
    }
}

/// What a program prints.
///
/// # Errors
/// It fails, or prints something else than JSON.
fn from_json(command: &mut Command, name: &str) -> Result<Value> {
    let text = output(command).with_context(|| format!("{name} failed"))?;
    serde_json::from_str(&text).with_context(|| format!("{name} printed no JSON"))
}

// Reading the JSON value: what isn't there is 0 or nothing.

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// The peers of a workload, the fastest first: name and milliseconds an epoch.
fn peers(workload: &Value) -> Vec<(&str, f64)> {
    let mut peers: Vec<_> = entries(&workload["peers"]).map(|(name, ms)| (name, number(ms))).collect();
    peers.sort_by(|a, b| a.1.total_cmp(&b.1));
    peers
}

/// Three digits that count: 0.0213, 1.25, 83.1, 1,160.
fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 999.5 => {
            let whole = format!("{value:.0}");
            let (head, tail) = whole.split_at(whole.len() - 3);
            format!("{head},{tail}")
        }
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.9995 => format!("{value:.2}"),
        size if size >= 0.09995 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_shown_whatever_the_size() {
        for (value, expected) in [
            (0.02128, "0.0213"),
            (0.2249, "0.225"),
            (1.251, "1.25"),
            (83.14, "83.1"),
            (455.7, "456"),
            (11_604.3, "11,604"),
        ] {
            assert_eq!(digits(value), expected);
        }
    }

    #[test]
    fn an_unknown_workload_is_refused_with_the_known_ones() {
        let options = BenchOptions { workload: Some("dog".to_owned()), ..BenchOptions::default() };
        assert!(options.workloads().unwrap_err().to_string().contains("playground-max, cat"));
    }

    #[test]
    fn the_fastest_peer_comes_first() {
        let workload = json!({ "peers": { "a": 3.0, "b": 1.5, "c": 2 } });
        assert_eq!(peers(&workload), [("b", 1.5), ("c", 2.0), ("a", 3.0)]);
    }
}
