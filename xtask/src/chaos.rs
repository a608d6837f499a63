//! `cargo xtask chaos`: the functions as real processes under random faults, schedule after schedule from one seed.
//!
//! Read next: `crates/lnn-chaos/src/lib.rs`.

use std::process::Command;

use anyhow::Result;

use crate::Options;
use crate::process::{cargo, run};
use crate::tools;
use crate::workspace::Workspace;

/// What of the command line is for this command.
#[derive(Default)]
pub struct ChaosOptions {
    /// How many schedules.
    pub n_schedules: Option<u64>,
    /// The first one's seed; alone it means that one schedule.
    pub seed: Option<u64>,
    /// How many side by side.
    pub jobs: Option<u64>,
}

/// Builds the functions and the suite, and runs it.
///
/// # Errors
/// A schedule failed; what is needed to repeat it was printed.
pub fn chaos(workspace: &Workspace, options: &Options) -> Result<()> {
    let services = tools::services(workspace)?;
    if !options.no_build {
        let packages = ["build", "--package", "lnn-lambda", "--package", "lnn-chaos", "--bins"];
        run(cargo(&workspace.root).args(packages))?;
    }
    let mut command = Command::new(workspace.target.join("debug/chaos"));
    command.current_dir(&workspace.root).env("LNN_MINISTACK", &services.ministack);
    let numbers = [
        ("--schedules", options.chaos.n_schedules),
        ("--seed", options.chaos.seed),
        ("--jobs", options.chaos.jobs),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            command.arg(name).arg(number.to_string());
        }
    }
    run(&mut command)
}
