//! `cargo xtask check`: everything that can be said about the code without running it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{cargo, run};
use crate::stages::Stages;
use crate::tidy;
use crate::tools::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// The package that is no member of the workspace.
const FUZZ: &str = "crates/lnn-runlog/fuzz";

/// Runs every check and prints the times.
///
/// # Errors
/// The first failure.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut stages = Stages::new();
    run_stages(workspace, &mut stages)?;
    stages.finish();
    Ok(())
}

/// Runs every check as a stage of `stages`.
///
/// # Errors
/// The first failure.
pub fn run_stages(workspace: &Workspace, stages: &mut Stages) -> Result<()> {
    let root = &workspace.root;
    stages.run("tidy", || tidy::tidy(root))?;
    stages.run("formatting", || {
        run(cargo(root).args(["fmt", "--all", "--check"]))?;
        run(cargo(&root.join(FUZZ)).args(["fmt", "--check"]))
    })?;
    stages.run("lints", || {
        // One selection of packages: only `lnn` itself is looked at twice.
        let selected = ["clippy", "--workspace", "--all-targets"];
        let lints = ["--", "-D", "warnings"];
        run(cargo(root).args(selected).args(["--features", "lnn-cli/lambda"]).args(lints))?;
        run(cargo(root).args(selected).args(lints))
    })?;
    stages.run("lints for WebAssembly", || {
        let mut command = cargo(root);
        command.args(["clippy", "--package", "lnn-web", "--package", "lnn-bench", "--all-targets"]);
        run(command.args(["--target", WASM_TARGET, "--", "-D", "warnings"]))
    })?;
    stages.run("lints of the fuzz targets", || {
        let mut command = cargo(&root.join(FUZZ));
        // Linking them is for `cargo xtask fuzz`, and needs a C++ compiler.
        command.args(["clippy", "--no-default-features", "--target-dir"]).arg(&workspace.target);
        run(command.args(["--", "-D", "warnings"]))
    })?;
    stages.run("documentation", || {
        let mut command = cargo(root);
        command.args(["doc", "--workspace", "--features", "lnn-cli/lambda", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        run(&mut command)
    })?;
    stages.run("licences and bans", || deny(workspace))
}

/// Licences, bans and sources always; advisories where their database can be had.
fn deny(workspace: &Workspace) -> Result<()> {
    let program = tools::cargo_deny(workspace)?;
    let mut command = Command::new(&program);
    command.current_dir(&workspace.root).args(["--workspace", "check", "bans", "licenses", "sources"]);
    run(&mut command)?;
    let mut fetch = Command::new(&program);
    fetch.current_dir(&workspace.root).args(["--workspace", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    if crate::process::output(&mut fetch).is_none() {
        println!("    advisories skipped: no advisory database");
        return Ok(());
    }
    let mut command = Command::new(&program);
    command.current_dir(&workspace.root).args(["--workspace", "check", "--disable-fetch", "advisories"]);
    if !command.status()?.success() {
        bail!("an advisory names a crate in Cargo.lock");
    }
    Ok(())
}
