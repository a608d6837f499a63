//! A Python with pinned packages, where Python is present: for the benchmark's peers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::build::fingerprint::digest;
use crate::process::{run, which};
use crate::workspace::{Workspace, tools_dir};

/// What checks files of weights.
const WEIGHTS_REQUIREMENTS: &str = "crates/lnn-weights/tests/python/requirements.txt";

/// The Python of a virtual environment that has the packages of `requirements`, a list of pinned versions.
///
/// The folder is named after the list's content: another list gets another folder.
///
/// # Errors
/// When there is no Python, or pip can't install them.
pub fn python_with(requirements: &Path) -> Result<PathBuf> {
    let list = fs::read(requirements).with_context(|| format!("can't read {}", requirements.display()))?;
    let dir = tools_dir()?.join(format!("python-{}", digest(&list)));
    let python = dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last.
    let mark = dir.join("requirements.txt");
    if mark.is_file() {
        println!("    Python's packages: in {}", dir.display());
        return Ok(python);
    }
    let system = which("python3").or_else(|| which("python")).context("no python3")?;
    println!("    Python's packages: from PyPI, into {}", dir.display());
    run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&dir)).context("no virtual environment")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    run(pip.arg("--requirement").arg(requirements)).context("pip can't install the packages")?;
    fs::write(&mark, list).with_context(|| format!("can't write {}", mark.display()))?;
    Ok(python)
}

/// The Python that checks what lnn-weights writes, with onnxruntime; none where it can't be had.
pub fn weights_python(workspace: &Workspace) -> Option<PathBuf> {
    match python_with(&workspace.root.join(WEIGHTS_REQUIREMENTS)) {
        Ok(python) => Some(python),
        Err(error) => {
            println!(
                "    onnxruntime: skipped ({error:#}); files of weights are not checked by other programs. Python 3.11 or \
                 newer with venv, and PyPI, are needed"
            );
            None
        }
    }
}
