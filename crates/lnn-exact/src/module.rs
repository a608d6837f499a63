//! This package as a WebAssembly module, for the tests that run it in an engine.
//!
//! What enters: whether it may use vectors. What leaves: the bytes of the module, built by cargo as users get it.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Both kinds are built into one file: one after the other.
static BUILD: Mutex<()> = Mutex::new(());

/// Vectors as in the page, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simd {
    /// The page's flags, `-C target-feature=+simd128`.
    On,
    /// `-C target-feature=-simd128`.
    Off,
}

/// Builds the module with the release profile and reads it.
///
/// # Errors
/// When cargo or the target `wasm32-unknown-unknown` is missing, or the build fails.
pub fn build_module(simd: Simd) -> io::Result<Vec<u8>> {
    let _alone = BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--package", "lnn-exact", "--lib", "--release"]);
    command.args(["--target", "wasm32-unknown-unknown", "--target-dir"]).arg(&target).current_dir(&root);
    // Without these variables the flags in .cargo/config.toml hold, which are the page's.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if simd == Simd::Off {
        command.env("RUSTFLAGS", "-C target-feature=-simd128");
    }
    if !command.status()?.success() {
        return Err(io::Error::other("the build of lnn-exact for wasm32-unknown-unknown failed"));
    }
    fs::read(target.join("wasm32-unknown-unknown/release/lnn_exact.wasm"))
}
