//! Programs from npm, where npm is present: wasm-opt's compiler and the accessibility checker.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{run, which};
use crate::workspace::tools_dir;

const AXE_VERSION: &str = "4.14.1";

/// `file` of the npm package, after installing it if need be; nothing without npm and Node.js.
///
/// # Errors
/// When npm fails.
pub fn npm_file(package: &str, version: &str, file: &str) -> Result<Option<PathBuf>> {
    let dir = tools_dir()?.join(format!("{package}-{version}"));
    let path = dir.join("node_modules").join(package).join(file);
    if path.is_file() {
        println!("    {package} {version}: in {}", dir.display());
        return Ok(Some(path));
    }
    let (Some(npm), Some(_)) = (which("npm"), which("node")) else {
        return Ok(None);
    };
    println!("    {package} {version}: from npm, into {}", dir.display());
    install(&npm, &dir, &format!("{package}@{version}"))?;
    path.is_file().then_some(path).map(Some).with_context(|| format!("{package} {version} has no {file}"))
}

fn install(npm: &Path, dir: &Path, package: &str) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    let mut command = Command::new(npm);
    command.current_dir(dir).args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    run(command.arg(dir).arg(package))
}

/// axe-core's script, for the accessibility tests.
///
/// # Errors
/// When npm fails.
pub fn axe() -> Result<Option<PathBuf>> {
    let axe = npm_file("axe-core", AXE_VERSION, "axe.min.js")?;
    if axe.is_none() {
        println!("    axe-core: skipped, no npm; accessibility rules are not checked");
    }
    Ok(axe)
}
