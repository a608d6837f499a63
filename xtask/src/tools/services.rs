//! Redis and the local AWS endpoint, for what runs the functions on this machine.
//!
//! In: the search path. Out: their programs, brought where we may. Read next: `browser.rs`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::browser::{apt_get, is_root};
use super::python_with;
use crate::process::{run, which};
use crate::workspace::Workspace;

/// The servers' programs.
pub struct Services {
    /// `MiniStack`, from `PyPI`.
    pub ministack: PathBuf,
}

/// Finds both servers, or installs them.
///
/// # Errors
/// One is missing and can't be installed; the sentence says what to install.
pub fn services(workspace: &Workspace) -> Result<Services> {
    if which("redis-server").is_none() {
        if which("apt-get").is_none() || !is_root() {
            bail!(
                "the tests of the functions need Redis. Debian, Ubuntu: `sudo apt-get install redis-server`; macOS: \
                 `brew install redis`; elsewhere install it and put redis-server on the search path"
            );
        }
        println!("    redis-server: being installed from the distribution's packages");
        run(apt_get().arg("update"))?;
        run(apt_get().args(["install", "-y", "--no-install-recommends", "redis-server"]))?;
    }
    let python = python_with(&workspace.root.join("crates/lnn-local/requirements.txt"))
        .context("MiniStack, the local AWS endpoint, needs Python 3.10 or newer with venv")?;
    Ok(Services { ministack: python.with_file_name("ministack") })
}
