//! wasm-opt, from npm or compiled from crates.io: makes the page smaller and faster, but the page works without.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::cargo_tool::CargoTool;
use super::npm::npm_file;
use crate::process::{output, which};

/// Older ones don't know what rustc emits.
const OLDEST_VERSION: u32 = 116;
const NPM_VERSION: &str = "132.0.0";
const CRATE_VERSION: &str = "0.116.1";

/// A way to start it.
pub enum WasmOpt {
    /// A program of its own.
    Program(PathBuf),
    /// A script for Node.js.
    Script(PathBuf),
}

impl WasmOpt {
    /// The command, without arguments.
    pub fn command(&self) -> Command {
        match self {
            Self::Program(program) => Command::new(program),
            Self::Script(script) => {
                let mut command = Command::new("node");
                command.arg(script);
                command
            }
        }
    }
}

/// Finds or installs wasm-opt; says so when there is no way to get one.
///
/// # Errors
/// When npm or the compiler fails.
pub fn ensure(root: &Path) -> Result<Option<WasmOpt>> {
    if let Some(program) = which("wasm-opt").filter(|program| version(program) >= Some(OLDEST_VERSION)) {
        println!("    wasm-opt: on the search path");
        return Ok(Some(WasmOpt::Program(program)));
    }
    if let Some(script) = npm_file("binaryen", NPM_VERSION, "bin/wasm-opt")? {
        return Ok(Some(WasmOpt::Script(script)));
    }
    if super::has_cpp_compiler() {
        let tool = CargoTool {
            package: "wasm-opt",
            version: CRATE_VERSION,
            program: "wasm-opt",
            arguments: &["--locked"],
            opt_level: "1",
        };
        return Ok(Some(WasmOpt::Program(tool.ensure(root)?)));
    }
    println!(
        "    wasm-opt: neither npm nor a C++ compiler found; the page is built without, a little larger"
    );
    Ok(None)
}

/// `wasm-opt version 132 (…)` → 132.
fn version(program: &Path) -> Option<u32> {
    output(Command::new(program).arg("--version"))?.split_whitespace().nth(2)?.parse().ok()
}
