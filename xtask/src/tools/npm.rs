//! Programs from npm, where npm is present: wasm-opt's compiler, the accessibility checker, the benchmark's peers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::build::fingerprint::digest;
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
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    let mut command = Command::new(npm);
    command.current_dir(dir).args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    run(command.arg(dir).arg(package))
}

/// The installed packages of `manifest_dir`'s package-lock.json; nothing without npm and Node.js.
///
/// The folder is named after the lock file's content: another lock file gets another folder.
///
/// # Errors
/// When npm fails.
pub fn npm_folder(manifest_dir: &Path) -> Result<Option<PathBuf>> {
    let lock_path = manifest_dir.join("package-lock.json");
    let lock = fs::read(&lock_path).with_context(|| format!("can't read {}", lock_path.display()))?;
    let dir = tools_dir()?.join(format!("bench-{}", digest(&lock)));
    let packages = dir.join("node_modules");
    // npm writes this file last.
    if packages.join(".package-lock.json").is_file() {
        println!("    the benchmark's packages: in {}", dir.display());
        return Ok(Some(packages));
    }
    let (Some(npm), Some(_)) = (which("npm"), which("node")) else { return Ok(None) };
    println!("    the benchmark's packages: from npm, into {}", dir.display());
    fs::create_dir_all(&dir).with_context(|| format!("can't make {}", dir.display()))?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let from = manifest_dir.join(file);
        fs::copy(&from, dir.join(file)).with_context(|| format!("can't copy {}", from.display()))?;
    }
    let mut command = Command::new(npm);
    run(command.current_dir(&dir).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))?;
    Ok(Some(packages))
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
