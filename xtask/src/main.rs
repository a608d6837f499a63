//! `cargo xtask …`: every command a person or CI types. One file a command; `test.rs` shows how they hang together.

mod bench;
mod build;
mod chaos;
mod check;
mod demo;
mod e2e;
mod fuzz;
mod local;
mod process;
mod stages;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::ValueExt;
use lexopt::prelude::{Long, Value};
use workspace::Workspace;

const HELP: &str = "\
cargo xtask COMMAND

  demo  [--port N] [--no-open] [--lambda]
                                      build the page, serve it on this machine and open it; with --lambda beside the
                                      functions on this machine, which train a small run
  build [--dev | --names]             build the page into dist/, ready for any static host
                                      --names keeps the names of functions, for a profiler
  test                                everything CI runs; brings a browser when it may
  check                               formatting, lints, documentation, licences, tidiness
  tidy                                the last part of check alone
  e2e   [--filter X] [--keep] [--no-build]
                                      use the built page in headless Chromium; pictures go to target/e2e/
                                      --keep shows the output of passing tests too
  bench [--no-build] [--json] [--only speed|page|logs] [--rounds N] [--workload NAME] [--playground DIR] [--chart] [-- OPTIONS]
                                      LNN and its peers in one page; frames of the live page; weight, memory; reading run logs
                                      --playground adds the engine of a checkout of tensorflow/playground
                                      --chart writes docs/benchmark.md and docs/benchmark.svg
                                      OPTIONS are those of web/e2e/src/bin/frames.rs; with --only logs: --bytes N
  bench --lambda [--chart] [-- --steps N]
                                      functions on this machine: steps a second, where the time goes, memory, cold starts
  bench --import [--chart] [--rounds N]
                                      data sets read by LNN and by pandas, NumPy, h5py, Pillow, from the same files
  fuzz  [--seconds N] [--target log|data_csv|weights_npz|…] [--keep] [-- INPUT]
                                      random bytes against the readers of run logs, data sets and weights, 10 s a target; what
                                      it finds and learns goes to target/fuzz/. `data_*` are all targets that begin so. --keep
                                      keeps what it learned with the sources. INPUT repeats one that broke a promise
  local                               the functions on this machine, with Redis and a local AWS endpoint, until Ctrl-C
  chaos [--schedules N] [--seed S] [--jobs J] [--no-build]
                                      the functions as processes under random faults, 200 schedules; --seed alone repeats one
  tools                               install every tool the other commands need, once, for all clones
";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let mut own = std::env::args_os().skip(1).take_while(|argument| argument != "--");
    if own.any(|argument| argument == "--help" || argument == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        None => {
            print!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let options = Options::parse(&mut arguments).with_context(|| format!("cargo xtask {command}"))?;
    let workspace = Workspace::find()?;
    match command.as_str() {
        "demo" => demo::demo(&workspace, &options),
        "build" => build::build(&workspace, options.profile).map(drop),
        "test" => test::test(&workspace),
        "check" => check::check(&workspace),
        "tidy" => tidy::tidy(&workspace.root),
        "e2e" => e2e::e2e(&workspace, &options),
        "bench" => bench::bench(&workspace, &options),
        "fuzz" => fuzz::fuzz(&workspace, &options),
        "chaos" => chaos::chaos(&workspace, &options),
        "local" => local::local(&workspace),
        "tools" => tools::install_all(&workspace),
        _ => bail!("unknown command `{command}`\n\n{HELP}"),
    }
}

/// What is shown or measured.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The page.
    #[default]
    Page,
    /// Training by functions: `--lambda`.
    Functions,
    /// Reading data sets: `--import`.
    Import,
}

/// The options of all commands: few enough to be read in one place.
#[derive(Default)]
struct Options {
    profile: build::Profile,
    port: Option<u16>,
    no_open: bool,
    subject: Subject,
    filter: Option<String>,
    keep: bool,
    no_build: bool,
    rest: Vec<OsString>,
    bench: bench::BenchOptions,
    fuzz: fuzz::FuzzOptions,
    chaos: chaos::ChaosOptions,
}

impl Options {
    fn parse(arguments: &mut lexopt::Parser) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("dev") => options.profile = build::Profile::Dev,
                Long("port") => options.port = Some(arguments.value()?.parse()?),
                Long("no-open") => options.no_open = true,
                Long("filter") => options.filter = Some(arguments.value()?.string()?),
                Long("keep") => options.keep = true,
                Long("names") => options.profile = build::Profile::Named,
                Long("no-build") => options.no_build = true,
                Long("json") => options.bench.json = true,
                Long("lambda") => options.subject = Subject::Functions,
                Long("import") => options.subject = Subject::Import,
                Long("chart") => options.bench.chart = true,
                Long("only") => options.bench.only = Some(arguments.value()?.string()?),
                Long("rounds") => options.bench.n_rounds = Some(arguments.value()?.parse()?),
                Long("workload") => options.bench.workload = Some(arguments.value()?.string()?),
                Long("seconds") => options.fuzz.seconds = Some(arguments.value()?.parse()?),
                Long("schedules") => options.chaos.n_schedules = Some(arguments.value()?.parse()?),
                Long("seed") => options.chaos.seed = Some(arguments.value()?.parse()?),
                Long("jobs") => options.chaos.jobs = Some(arguments.value()?.parse()?),
                Long("target") => options.fuzz.target = Some(arguments.value()?.string()?),
                Long("playground") => options.bench.playground = Some(arguments.value()?.into()),
                Value(first) => {
                    options.rest = std::iter::once(first).chain(arguments.raw_args()?).collect();
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}
