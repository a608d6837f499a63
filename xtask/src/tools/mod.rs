//! The programs the build and the tests need, pinned, installed once into a user-level folder.
//!
//! A tool that is already right, on the search path or in the folder, is used as it is. Each command asks only for what
//! it needs: `cargo xtask demo` never compiles the licence checker. Read `cargo_tool.rs` next.

mod browser;
mod cargo_tool;
mod npm;
mod python;
mod services;
mod wasm_opt;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{output, run, which};
use crate::workspace::Workspace;
pub use browser::{Browser, browser};
use cargo_tool::CargoTool;
pub use npm::{axe, npm_folder};
pub use python::{python_with, weights_python};
pub use services::services;
pub use wasm_opt::WasmOpt;

/// The target that the page and its worker are compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// What turns the sources into a page.
pub struct BuildTools {
    /// The program `trunk`.
    pub trunk: PathBuf,
    /// The folder of `wasm-bindgen` and `wasm-bindgen-test-runner`.
    pub wasm_bindgen_dir: PathBuf,
    /// None: the page works, a little larger.
    pub wasm_opt: Option<WasmOpt>,
}

/// Installs what is missing of everything.
///
/// # Errors
/// When a tool can't be installed.
pub fn install_all(workspace: &Workspace) -> Result<()> {
    build_tools(workspace)?;
    cargo_deny(workspace)?;
    cargo_fuzz(workspace)?;
    axe()?;
    services(workspace)?;
    weights_python(workspace);
    Ok(())
}

/// Installs what is missing of the tools that build the page.
///
/// # Errors
/// When a tool can't be installed.
pub fn build_tools(workspace: &Workspace) -> Result<BuildTools> {
    let wasm_bindgen_dir = wasm_bindgen_dir(workspace)?;
    let trunk = CargoTool {
        package: "trunk",
        version: "0.21.14",
        program: "trunk",
        arguments: &["--locked", "--no-default-features"],
        opt_level: "0",
    };
    Ok(BuildTools {
        trunk: trunk.ensure(&workspace.root)?,
        wasm_bindgen_dir,
        wasm_opt: wasm_opt::ensure(&workspace.root)?,
    })
}

/// Installs the target and `wasm-bindgen` where missing; returns the folder of its programs.
///
/// # Errors
/// When one can't be installed.
pub fn wasm_bindgen_dir(workspace: &Workspace) -> Result<PathBuf> {
    ensure_wasm_target(&workspace.root)?;
    let lock_path = workspace.root.join("Cargo.lock");
    let lock =
        std::fs::read_to_string(&lock_path).with_context(|| format!("can't read {}", lock_path.display()))?;
    // The program and the crate refuse to work together unless their versions are equal.
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    let tool = CargoTool {
        package: "wasm-bindgen-cli",
        version,
        program: "wasm-bindgen",
        // Not --locked: its lock file names a version of webpki-roots that was withdrawn.
        arguments: &["--no-default-features"],
        opt_level: "1",
    };
    let program = tool.ensure(&workspace.root)?;
    Ok(program.parent().map(Path::to_owned).unwrap_or_default())
}

/// The licence and ban checker.
///
/// # Errors
/// When it can't be installed.
pub fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let tool = CargoTool {
        package: "cargo-deny",
        version: "0.20.2",
        program: "cargo-deny",
        arguments: &["--locked", "--no-default-features"],
        opt_level: "0",
    };
    tool.ensure(&workspace.root)
}

/// What builds the fuzz targets; none where libFuzzer can't be compiled.
///
/// # Errors
/// When it can't be installed.
pub fn cargo_fuzz(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if !has_cpp_compiler() {
        println!(
            "    cargo-fuzz: skipped, no C++ compiler; what reads files is not fuzzed. Debian, Ubuntu: `sudo apt-get install g++`; \
             macOS: `xcode-select --install`"
        );
        return Ok(None);
    }
    let tool = CargoTool {
        package: "cargo-fuzz",
        version: "0.13.2",
        program: "cargo-fuzz",
        arguments: &["--locked"],
        opt_level: "0",
    };
    tool.ensure(&workspace.root).map(Some)
}

/// Whether what some crates bring as C++ can be compiled.
fn has_cpp_compiler() -> bool {
    ["c++", "g++", "clang++"].into_iter().any(|compiler| which(compiler).is_some())
}

fn ensure_wasm_target(root: &Path) -> Result<()> {
    let library = |sysroot: &str| Path::new(sysroot).join("lib/rustlib").join(WASM_TARGET).join("lib");
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))
        .context("rustc doesn't run; install Rust with rustup")?;
    if library(&sysroot).is_dir() {
        println!("    {WASM_TARGET}: present");
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(root))
        .with_context(|| format!("the Rust target {WASM_TARGET} is missing and could not be added"))
}

/// The version of `package` in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn the_locked_version_is_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen-x\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "trunk"), None);
    }
}
