//! The network of the first LNN trained by functions on this machine: steps a second, where the time goes, what processes need.
//!
//! The functions are built as Lambda gets them. Read next: `bench/lambda/src/main.rs`.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::machine;
use crate::Options;
use crate::build;
use crate::process::{cargo, run};
use crate::tools;
use crate::workspace::Workspace;

const PROFILE: &str = "functions";
const DOCUMENT: &str = "docs/benchmark-lambda.md";

const INTRODUCTION: &str = "\
# Benchmark of the functions

Written by `cargo xtask bench --lambda --chart`; do not edit. One machine, nothing beside it: the functions as processes of their
own, called through a service that speaks Lambda's protocol, Redis as it is, MiniStack for S3, DynamoDB and Step Functions.
The parameters at the end are those of the same training in one process, to the bit, or the benchmark fails.
";

const METHOD: &str = "\
## How it is measured

From the run's own log: every call is an `invocation` record. A step lasts from its first call to the next step's; the first ten
steps, in which processes start and fetch the data set, don't count. Of a layer's calls, which run side by side, the one that
answers last stands for the layer: its arithmetic, its waiting for Redis, and the rest of the time from call to answer, which is
invocation; what it waited until it was called at all is waiting for a free call. The remainder is the trainer: records, its own
reading from Redis, the commit. A cold start is the first call of a process, with starting it, connecting it, and reading the
data set; the calls of a layer start theirs at once, on as many cores as there are. An archive is the program as `bootstrap` in a
zip, which is what Lambda is given.
";

/// Builds, measures, prints the table; with `--chart` it is written to docs/benchmark-lambda.md too.
///
/// # Errors
/// A server is missing and can't be installed, a program can't be built, or a run does not end with the right bits.
pub fn lambda(workspace: &Workspace, options: &Options) -> Result<()> {
    let services = tools::services(workspace)?;
    let mut building = cargo(&workspace.root);
    building.args([
        "build",
        "--profile",
        PROFILE,
        "--package",
        "lnn-lambda",
        "--package",
        "lnn-bench-lambda",
        "--bins",
    ]);
    run(&mut building)?;
    let folder = workspace.target.join(PROFILE);
    let mut command = Command::new(folder.join("lnn-bench-lambda"));
    command.arg("--functions").arg(&folder).args(&options.rest);
    command.env("LNN_MINISTACK", &services.ministack).stdin(Stdio::null()).stderr(Stdio::inherit());
    let measured = command.output().context("the benchmark's program can't be started")?;
    ensure!(measured.status.success(), "the benchmark failed");
    let table = String::from_utf8_lossy(&measured.stdout);
    print!("{table}");
    if options.bench.chart {
        let place = format!("\n{}.\n", machine::in_words(&workspace.root));
        build::write(&workspace.root.join(DOCUMENT), format!("{INTRODUCTION}\n{table}{place}\n{METHOD}"))?;
        println!("    {DOCUMENT} is written");
    }
    Ok(())
}
