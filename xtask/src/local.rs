//! `cargo xtask local`: the functions, Redis and a local AWS endpoint on this machine, until Ctrl-C.
//!
//! Read next: `crates/lnn-local/src/stack/mod.rs`.

use anyhow::Result;

use crate::chaos::build_functions;
use crate::process::{cargo, run};
use crate::tools;
use crate::workspace::Workspace;

/// Brings what is missing, builds the functions, and starts everything; address and token are printed.
///
/// # Errors
/// A server is missing and can't be installed, or a program can't be built.
pub fn local(workspace: &Workspace) -> Result<()> {
    let services = tools::services(workspace)?;
    build_functions(workspace)?;
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--package", "lnn-local", "--bin", "lnn-local"]);
    run(command.env("LNN_MINISTACK", &services.ministack))
}
