//! `cargo xtask local`: the functions, Redis and a local AWS endpoint on this machine, until Ctrl-C.
//!
//! In: the workspace. Out: a running `lnn local up`; for `cargo xtask demo --lambda` with its address, and with a run to look
//! at. Read next: `crates/lnn-local/src/stack/mod.rs`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, run};
use crate::tools;
use crate::workspace::Workspace;

/// A run that lasts long enough to be watched, and not longer than somebody waits.
const RUN: [&str; 9] =
    ["--data", "iris", "--layers", "6,5", "--batch-size", "30", "--epochs", "100", "--detach"];

/// Brings what is missing, builds the functions, and starts everything; address and token are printed.
///
/// # Errors
/// A server is missing and can't be installed, or a program can't be built.
pub fn local(workspace: &Workspace) -> Result<()> {
    run(&mut command(workspace)?)
}

/// The functions running beside us.
pub struct Local {
    child: Child,
    program: PathBuf,
    /// The address.
    pub url: String,
    /// What may see, launch and stop every run.
    pub token: String,
}

impl Local {
    /// Brings what is missing, builds, starts, and waits for the address.
    ///
    /// # Errors
    /// A server is missing and can't be installed, a program can't be built, or it does not start: its own sentence is printed.
    pub fn up(workspace: &Workspace) -> Result<Self> {
        let mut command = command(workspace)?;
        let mut child = command.stdout(Stdio::piped()).spawn().context("lnn can't be started")?;
        let mut lines = BufReader::new(child.stdout.take().context("lnn has no output")?).lines();
        let mut told = |name: &str| {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            line.strip_prefix(name).map(str::to_owned).context("the functions did not start")
        };
        let (url, token) = (told("address: ")?, told("token: ")?);
        // Nobody reads the rest, but somebody must take it.
        thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, program: program(workspace), url, token })
    }

    /// Launches a small run; gives its name.
    ///
    /// # Errors
    /// The launcher refuses it.
    pub fn launch(&self) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(["lambda", "train", "--api", &self.url, "--token", &self.token]).args(RUN);
        let output = command.output().context("lnn can't be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "no run was launched: {}", said.trim());
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Waits until it ends: with Ctrl-C, as we do.
    ///
    /// # Errors
    /// It ended by itself.
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "the functions ended: {status}");
        Ok(())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // Only where something else failed: the servers that it started end with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `lnn` is once it is built.
pub fn program(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug").join("lnn")
}

/// Builds the functions, and `lnn` with what starts them.
///
/// # Errors
/// They can't be built.
pub fn build(workspace: &Workspace) -> Result<()> {
    let mut building = cargo(&workspace.root);
    building.args(["build", "--package", "lnn-lambda", "--package", "lnn-cli"]);
    run(building.args(["--features", "lnn-cli/lambda", "--bins"]))
}

/// `lnn local up`, with everything that it needs.
fn command(workspace: &Workspace) -> Result<Command> {
    let services = tools::services(workspace)?;
    build(workspace)?;
    let mut command = Command::new(program(workspace));
    command.args(["local", "up"]).env("LNN_MINISTACK", &services.ministack);
    Ok(command)
}
