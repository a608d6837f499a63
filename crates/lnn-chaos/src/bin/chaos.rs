//! `chaos [--schedules N] [--seed S] [--jobs J] [--verbose]`: random faults around the functions; `cargo xtask chaos`
//! builds them first and starts this.

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::prelude::Long;
use lnn_chaos::suite::{self, Options};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut options = Options { n_schedules: 200, seed: 1, jobs: 3, verbose: false };
    let mut is_counted = false;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("schedules") => {
                options.n_schedules = arguments.value()?.to_string_lossy().parse()?;
                is_counted = true;
            }
            Long("seed") => {
                options.seed = arguments.value()?.to_string_lossy().parse()?;
                if !is_counted {
                    options.n_schedules = 1;
                }
            }
            Long("jobs") => options.jobs = arguments.value()?.to_string_lossy().parse()?,
            Long("verbose") => options.verbose = true,
            other => bail!("{}", other.unexpected()),
        }
    }
    options.verbose |= options.n_schedules == 1;
    suite::run(&options).await
}
