//! `lnn`: the same engine as the page, in a terminal.
//!
//! In: a command line; out: exit code 0, 1 with one sentence on standard error, or 2 for a command line that makes no
//! sense. `args.rs` says what can be asked for; `train.rs`, `gradcheck.rs` and `predict.rs` do it; `data.rs` and
//! `settings.rs` are what they share. Read next: `args.rs`.

mod args;
mod data;
mod gradcheck;
mod log;
mod measure;
mod predict;
mod saved;
mod settings;
mod start;
mod train;
mod weights;
mod weights_args;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use args::{Cli, Command, Precision};
use clap::Parser;

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has had enough of it.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Train(args) => match args.precision {
            Precision::F32 => train::run::<f32>(args),
            Precision::F64 => train::run::<f64>(args),
        },
        Command::Gradcheck(args) => gradcheck::run(args),
        Command::Predict(args) => predict::run(args),
        Command::Log(command) => log::run(command),
        Command::Weights(command) => weights::run(command),
    }
}

/// Says something beside the output proper.
fn note(sentence: &str) {
    // Nothing is left to do if even this can't be written.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
