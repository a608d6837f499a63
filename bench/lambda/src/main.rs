//! `lnn-bench-lambda [--functions DIR] [--steps N]`: 12288-20-7-5-1 trained by functions on this machine.
//!
//! In: the folder of the functions' programs. Out: a table in Markdown on standard output: steps a second, with one layer a call
//! and with one unit a call, where the time goes, memory, cold starts, bytes of the archives. The functions are processes, called
//! as Lambda calls them; Redis is Redis; the parameters must be those of the same training in this process, to the bit.
//!
//! `cargo xtask bench --lambda`. Read next: `run.rs`, `shares.rs`.

mod memory;
mod run;
mod shares;
mod workload;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use lexopt::ValueExt;
use lnn_local::stack::{Package, Stack, StackOptions};
use lnn_runlog::InvocationRecord;

use run::Services;
use shares::{Shares, shares};
use workload::Workload;

/// Steps in which processes start and fetch the data set.
const N_SKIPPED: u64 = 10;
const PROGRAMS: [&str; 4] = ["launcher", "trainer", "neuron", "log_api"];

struct Arguments {
    functions: PathBuf,
    n_steps: u64,
}

/// What one way of cutting layers came to.
struct Measured {
    what: &'static str,
    n_steps: usize,
    shares: Shares,
    n_calls: usize,
    n_failed: usize,
    cold_ms: Vec<f64>,
    warm_ms: Vec<f64>,
    peaks: Vec<u64>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = arguments()?;
    let workload = Workload::new()?;
    let (digest, here) = workload.train_here(arguments.n_steps)?;
    let here_ms = here.as_secs_f64() * 1e3 / arguments.n_steps as f64;
    let mut measured = Vec::new();
    for (what, units_per_neuron) in [("a layer a call", None), ("a unit a call", Some(1))] {
        let options =
            StackOptions { functions: Some(arguments.functions.clone()), ..StackOptions::default() };
        let stack = Stack::up(options).await?;
        let services = Services::of(&stack).await?;
        eprintln!("    {what}: {} steps …", arguments.n_steps);
        let request = workload.request("bench", arguments.n_steps, units_per_neuron);
        let log = Box::pin(services.train(request)).await?;
        ensure!(
            log.digest == digest,
            "{what}: parameters with digest {:016x}, in one process {digest:016x}",
            log.digest
        );
        let peaks = memory::peaks(&stack.service.processes("neuron"))?;
        stack.down().await;
        measured.push(Measured::new(what, &log.calls, peaks)?);
    }
    let text = table(&arguments, here_ms, &measured)?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let (mut functions, mut n_steps) = (None, 200);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("functions") => functions = Some(PathBuf::from(arguments.value()?)),
            lexopt::Arg::Long("steps") => n_steps = arguments.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(
        n_steps > N_SKIPPED + 1,
        "--steps is at least {}: the first {N_SKIPPED} don't count",
        N_SKIPPED + 2
    );
    let functions = functions.context("which programs? --functions DIR")?;
    Ok(Arguments { functions, n_steps })
}

impl Measured {
    fn new(what: &'static str, calls: &[InvocationRecord], peaks: Vec<u64>) -> Result<Self> {
        let (n_steps, shares) = shares(calls, N_SKIPPED).context("the log has no steps to measure")?;
        let durations = |is_cold: bool| {
            let wanted = calls.iter().filter(|call| call.cold_start == is_cold && call.outcome == "ok");
            let mut durations: Vec<f64> = wanted.map(|call| call.duration_ms).collect();
            durations.sort_by(f64::total_cmp);
            durations
        };
        Ok(Self {
            what,
            n_steps,
            shares,
            n_calls: calls.len(),
            n_failed: calls.iter().filter(|call| call.outcome != "ok").count(),
            cold_ms: durations(true),
            warm_ms: durations(false),
            peaks,
        })
    }
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn table(arguments: &Arguments, here_ms: f64, measured: &[Measured]) -> Result<String> {
    let mut text = format!(
        "12288-20-7-5-1, {} pictures, full batch, every step logged; {here_ms:.1} ms a step in one process without functions.\n\n",
        workload::N_EXAMPLES
    );
    text.push_str("| | steps a second | ms a step | compute | Redis | invocation | waiting for a free call | trainer |\n");
    text.push_str("|---|---|---|---|---|---|---|---|\n");
    for Measured { what, shares, .. } in measured {
        write!(text, "| {what} | {:.1} | {:.1} |", 1e3 / shares.step_ms, shares.step_ms)?;
        for (_, ms) in shares.parts() {
            write!(text, " {ms:.1} ms, {:.0} % |", 100.0 * ms / shares.step_ms)?;
        }
        text.push('\n');
    }
    text.push_str("\n| | steps measured | calls | failed | processes | cold start, median | warm call, median | memory of a neuron, peak |\n");
    text.push_str("|---|---|---|---|---|---|---|---|\n");
    for it in measured {
        let peak_mb = it.peaks.iter().max().copied().unwrap_or(0) as f64 / 1e6;
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {:.0} ms | {:.2} ms | {peak_mb:.0} MB |",
            it.what,
            it.n_steps,
            it.n_calls,
            it.n_failed,
            it.cold_ms.len(),
            median(&it.cold_ms),
            median(&it.warm_ms),
        )?;
    }
    text.push_str("\n| archive | bytes |\n|---|---|\n");
    for name in PROGRAMS {
        let package = Package::of(name, &arguments.functions.join(name))?;
        writeln!(text, "| {name} | {:.2} MB |", package.archive_bytes as f64 / 1e6)?;
    }
    Ok(text)
}
