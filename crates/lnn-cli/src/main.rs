//! `lnn`: the same engine as the page, in a terminal.
//!
//! In: a command line; out: exit code 0, 1 with one sentence on standard error, 2 for a command line that makes no sense, or
//! 130 where Ctrl-C left a run by functions to itself. `args.rs` says what can be asked for; `train.rs`, `gradcheck.rs` and `predict.rs` do it; `data.rs` and
//! `settings.rs` are what they share. Read next: `args.rs`.

mod args;
mod data;
mod data_args;
mod data_set;
mod gradcheck;
#[cfg(feature = "lambda")]
mod lambda;
mod lambda_args;
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
use lnn_import::ImportError;

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has had enough of it.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("error: {error:#}{}", way_out(&error)));
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
        Command::Data(command) => data_set::run(command),
        Command::Weights(command) => weights::run(command),
        #[cfg(feature = "lambda")]
        Command::Local(command) => lambda::local(command),
        #[cfg(feature = "lambda")]
        Command::Lambda(command) => lambda::run(command),
        #[cfg(not(feature = "lambda"))]
        Command::Local(_) | Command::Lambda(_) => anyhow::bail!(
            "this lnn was built without what speaks to AWS: build it in with «cargo build --release --package lnn-cli --package lnn-lambda --features lnn-cli/lambda --bins»"
        ),
    }
}

/// The option that would help, where there is one.
fn way_out(error: &anyhow::Error) -> String {
    let offer = error.chain().find_map(|cause| cause.downcast_ref::<ImportError>()?.offer());
    offer.map_or_else(String::new, |offer| format!(" ({})", data_args::option(offer)))
}

/// Says something beside the output proper.
fn note(sentence: &str) {
    // Nothing is left to do if even this can't be written.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
