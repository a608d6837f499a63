//! `cargo xtask bench`: main-thread milliseconds per animation frame while the page trains.

use anyhow::Result;

use crate::process::cargo;
use crate::workspace::Workspace;
use crate::{Options, build, e2e};

/// Runs lnn-e2e's program `frames` on the built page.
///
/// # Errors
/// When the page can't be built or doesn't train.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    if !options.no_build {
        build::build(workspace, options.profile)?;
    }
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--package", "lnn-e2e", "--bin", "frames", "--"]).args(&options.rest);
    e2e::with_page(workspace, command)
}
