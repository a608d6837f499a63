//! `cargo xtask build`: sources in, `dist/` out, ready for any static host and any path.
//!
//! Trunk compiles and binds; what follows is done here, one file a step, in this order: `optimise.rs` (wasm-opt),
//! `csp.rs` (no inline scripts, the policy), `fingerprint.rs` (content hashes in names), `offline.rs` (the service
//! worker), `weight.rs` (the page's size, with a limit).

mod csp;
pub mod fingerprint;
mod offline;
pub mod optimise;
pub mod weight;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{prepend_path, run};
use crate::tools::{BuildTools, build_tools};
use crate::workspace::Workspace;

/// How much work the compiler does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, slow to run; neither optimised nor weighed.
    Dev,
    /// What users get.
    #[default]
    Release,
    /// The same with the names of functions, for a profiler; not weighed.
    Named,
}

/// Builds the page and returns its folder.
///
/// # Errors
/// When a tool is missing, the sources don't compile, or the page is too heavy.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let tools = build_tools(workspace)?;
    run_trunk(workspace, &tools, profile)?;
    let dist = &workspace.dist;
    if profile != Profile::Dev {
        optimise::optimise(dist, tools.wasm_opt.as_ref(), profile == Profile::Named)?;
    }
    offline::add_registration(workspace)?;
    csp::apply(dist)?;
    fingerprint::fingerprint(dist)?;
    offline::write_service_worker(workspace)?;
    if profile == Profile::Release {
        weight::check(dist)?;
    }
    println!("    the page is in {}", dist.display());
    Ok(dist.clone())
}

fn run_trunk(workspace: &Workspace, tools: &BuildTools, profile: Profile) -> Result<()> {
    let mut command = Command::new(&tools.trunk);
    // Trunk takes NO_COLOR for a switch of its own and refuses the usual value `1`.
    command.current_dir(&workspace.root).env_remove("NO_COLOR").arg("build");
    if profile != Profile::Dev {
        command.arg("--release");
    }
    prepend_path(&mut command, &tools.wasm_bindgen_dir)?;
    run(&mut command)
}

/// The files directly in `dir`, by name.
///
/// # Errors
/// When there is no such folder.
pub fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("can't list {}", dir.display()))? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file.
///
/// # Errors
/// When it can't be read.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
}

/// Writes a file.
///
/// # Errors
/// When it can't be written.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, content).with_context(|| format!("can't write {}", path.display()))
}

/// The last part of a path.
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or("")
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}
