//! `cargo xtask fuzz`: bytes that nobody wrote, steered by what they reach, against the readers of logs, data sets and weights.
//!
//! The targets are the programs of crates/lnn-runlog/fuzz, linked with libFuzzer. Everything that a run leaves lies in
//! `target/fuzz/<target>/`: `seeds` from the files of tests and the kept corpus, `corpus` that grows from run to run, what
//! libFuzzer said in `log.txt`, and inputs that broke a promise. Read next: `seeds.rs`, `kept.rs`.

mod kept;
mod seeds;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::Options;
use crate::process::{output, run};
use crate::tools;
use crate::workspace::Workspace;

/// What CI spends on each target; `--seconds 300` is for the night.
const DEFAULT_SECONDS: u64 = 10;
/// Of libFuzzer's last words, when an input broke a promise.
const N_LAST_LINES: usize = 20;
/// Of each of them: whole logs may stand in a sentence. `log.txt` has the rest.
const MAX_SHOWN_CHARACTERS: usize = 1_000;

/// What of the command line is for this command.
#[derive(Default)]
pub struct FuzzOptions {
    /// Seconds for each target.
    pub seconds: Option<u64>,
    /// One target instead of all; with a `*` at its end all that begin so.
    pub target: Option<String>,
}

/// A program that libFuzzer drives.
struct Target {
    name: &'static str,
    /// Longer inputs are slower, and reach nothing else.
    max_input_bytes: usize,
    /// How slowly libFuzzer comes from short inputs to long ones; 0 = at once.
    length_control: u32,
}

const TARGETS: [Target; 17] = [
    Target { name: "log", max_input_bytes: 64 << 10, length_control: 20 },
    Target { name: "damaged", max_input_bytes: 1 << 10, length_control: 0 },
    Target { name: "foreign", max_input_bytes: 64 << 10, length_control: 20 },
    Target { name: "data_csv", max_input_bytes: 4 << 10, length_control: 20 },
    Target { name: "data_npy", max_input_bytes: 4 << 10, length_control: 20 },
    Target { name: "data_hdf5", max_input_bytes: 16 << 10, length_control: 20 },
    Target { name: "data_idx", max_input_bytes: 4 << 10, length_control: 20 },
    Target { name: "data_pictures", max_input_bytes: 8 << 10, length_control: 20 },
    Target { name: "data_json", max_input_bytes: 4 << 10, length_control: 20 },
    Target { name: "data_parquet", max_input_bytes: 8 << 10, length_control: 20 },
    Target { name: "data_arff", max_input_bytes: 4 << 10, length_control: 20 },
    Target { name: "data_packed", max_input_bytes: 8 << 10, length_control: 20 },
    Target { name: "weights_npz", max_input_bytes: 16 << 10, length_control: 20 },
    Target { name: "weights_safetensors", max_input_bytes: 16 << 10, length_control: 20 },
    Target { name: "weights_json", max_input_bytes: 16 << 10, length_control: 20 },
    Target { name: "weights_onnx", max_input_bytes: 16 << 10, length_control: 20 },
    Target { name: "weights_hdf5", max_input_bytes: 32 << 10, length_control: 20 },
];

/// Builds the targets and runs each for a while, as many at a time as there are cores; skipped where there is no C++ compiler.
///
/// # Errors
/// A target does not compile, or an input broke one of its promises.
pub fn fuzz(workspace: &Workspace, options: &Options) -> Result<()> {
    let chosen: Vec<&Target> = TARGETS.iter().filter(|target| is_chosen(target, options)).collect();
    if chosen.is_empty() {
        bail!("there is no such target: choose one of {}", TARGETS.map(|target| target.name).join(", "));
    }
    let Some(cargo_fuzz) = tools::cargo_fuzz(workspace)? else { return Ok(()) };
    let programs = build(workspace, &cargo_fuzz)?;
    if !options.rest.is_empty() {
        let [target] = chosen[..] else { bail!("name the target that the input is for: --target NAME") };
        return run(Command::new(programs.join(target.name)).args(&options.rest));
    }
    // libFuzzer keeps one core busy.
    let n_workers = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let done = seed_and_run(workspace, options, target, &programs.join(target.name));
            if done.is_err() {
                next.store(chosen.len(), Ordering::Relaxed);
                return done;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..n_workers).map(|_| scope.spawn(work)).collect();
        let ended = |worker: thread::ScopedJoinHandle<'_, Result<()>>| {
            worker.join().unwrap_or_else(|_| bail!("a run of libFuzzer could not be followed"))
        };
        workers.into_iter().map(ended).fold(Ok(()), Result::and)
    })
}

fn seed_and_run(workspace: &Workspace, options: &Options, target: &Target, program: &Path) -> Result<()> {
    let dir = workspace.target.join("fuzz").join(target.name);
    let seeds = dir.join("seeds");
    seeds::write(&workspace.root, target.name, &seeds, &dir.join("dictionary"))?;
    kept::unpack(&workspace.root, target.name, &seeds)?;
    let seconds = options.fuzz.seconds.unwrap_or(DEFAULT_SECONDS);
    run_target(target, program, &dir, seconds)?;
    if options.keep {
        kept::keep(&workspace.root, target.name, program, &dir)?;
    }
    Ok(())
}

fn is_chosen(target: &Target, options: &Options) -> bool {
    options.fuzz.target.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
        Some(start) => target.name.starts_with(start),
        None => target.name == wanted,
    })
}

/// Compiles all targets, and tells the folder of the programs.
fn build(workspace: &Workspace, cargo_fuzz: &Path) -> Result<PathBuf> {
    let about = output(Command::new("rustc").arg("-vV").current_dir(&workspace.root)).unwrap_or_default();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let target_dir = workspace.target.join("fuzz/build");
    let mut command = Command::new(cargo_fuzz);
    command.current_dir(workspace.root.join("crates/lnn-runlog"));
    // Sanitizers need another toolchain than the pinned one. They look for what safe Rust can't do wrong.
    command.args(["build", "--sanitizer", "none", "--target", host, "--target-dir"]).arg(&target_dir);
    run(command.env("RUSTC_BOOTSTRAP", "1"))?;
    Ok(target_dir.join(host).join("release"))
}

fn run_target(target: &Target, program: &Path, dir: &Path, seconds: u64) -> Result<()> {
    let corpus = dir.join("corpus");
    fs::create_dir_all(&corpus).with_context(|| format!("can't make {}", corpus.display()))?;
    let with_path = |option: &str, path: PathBuf| {
        let mut option = OsString::from(option);
        option.push(path);
        option
    };
    let mut command = Command::new(program);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={}", target.max_input_bytes));
    // What a reader may hold is measured within the targets; this is for what they did not think of.
    command
        .args(["-rss_limit_mb=1024", "-timeout=10"])
        .arg(format!("-len_control={}", target.length_control));
    command
        .arg(with_path("-artifact_prefix=", dir.join("")))
        .arg(with_path("-dict=", dir.join("dictionary")));
    command.arg(&corpus).arg(dir.join("seeds"));
    // Repeating an input shows the stack; here it would only hide the sentence.
    command.env("RUST_BACKTRACE", "0");
    println!("    {}: {seconds} s", target.name);
    let (status, said) = listen(&mut command, &dir.join("log.txt"))?;
    if status.success() {
        let closing =
            said.iter().rev().find(|line| line.contains("DONE")).context("libFuzzer did not end")?;
        println!("    {}: {}", target.name, closing.replace('\t', " "));
        return Ok(());
    }
    let from = said.len().saturating_sub(N_LAST_LINES);
    for line in said.iter().skip(from) {
        println!("    {}", line.chars().take(MAX_SHOWN_CHARACTERS).collect::<String>());
    }
    let written = said.iter().find_map(|line| Some(line.split_once("Test unit written to ")?.1));
    let Some(input) = written else { bail!("{} ended with {status}", target.name) };
    bail!(
        "an input broke a promise of the target {name}: {input}\nrepeat it with `cargo xtask fuzz --target {name} -- {input}`",
        name = target.name
    )
}

/// Runs a program, keeps its words in a file, and gives them back when it is over.
fn listen(command: &mut Command, log_path: &Path) -> Result<(ExitStatus, Vec<String>)> {
    let mut log = File::create(log_path).with_context(|| format!("can't write {}", log_path.display()))?;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut said = Vec::new();
    if let Some(words) = child.stderr.take() {
        // Inputs stand in them, which are no text.
        for line in BufReader::new(words).split(b'\n') {
            let line = line?;
            log.write_all(&line)?;
            log.write_all(b"\n")?;
            said.push(String::from_utf8_lossy(&line).into_owned());
        }
    }
    Ok((child.wait()?, said))
}
