//! `cargo xtask chaos`: the functions as real processes under random faults, schedule after schedule from one seed.
//!
//! Read next:
//! `crates/lnn-chaos/src/lib.rs`.

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

/// Builds the functions' programs, where the tests look for them.
///
/// # Errors
/// They can't be built.
pub fn build_functions(workspace: &Workspace) -> Result<()> {
    run(cargo(&workspace.root).args(["build", "--package", "lnn-lambda", "--bins"]))
}

/// Builds the functions and the suite, and runs it.
///
/// # Errors
/// A schedule failed; what is needed to repeat it was printed.
pub fn chaos(workspace: &Workspace, options: &Options) -> Result<()> {
    let services = tools::services(workspace)?;
    build_functions(workspace)?;
    run(cargo(&workspace.root).args(["build", "--package", "lnn-chaos", "--bins"]))?;
    let mut command = cargo(&workspace.root);
    command.env("LNN_MINISTACK", &services.ministack);
    command.args(["run", "--quiet", "--package", "lnn-chaos", "--bin", "chaos", "--"]);
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
