//! Where things lie: the checkout, the build's folders, the user's folder of tools.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every command works with.
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The built page.
    pub dist: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was started for.
    ///
    /// # Errors
    /// When the program was moved away from its package.
    pub fn find() -> Result<Self> {
        // Cargo's run-time variable first: with a shared target folder the compiled-in one may name another checkout.
        let package =
            env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&package).parent().context("xtask lies in no workspace")?.to_owned();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { dist: root.join("dist"), target, root })
    }
}

/// `<user cache folder>/lnn/tools`, or `LNN_TOOLS_DIR`: outside the checkout, so that every clone shares the tools.
///
/// # Errors
/// When the environment names no home folder.
pub fn tools_dir() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("LNN_TOOLS_DIR") {
        return Ok(dir.into());
    }
    let home =
        || env::home_dir().context("no home folder: set LNN_TOOLS_DIR to a folder for the build's tools");
    let cache = if cfg!(windows) {
        env::var_os("LOCALAPPDATA").map(PathBuf::from).context("LOCALAPPDATA is not set")?
    } else if cfg!(target_os = "macos") {
        home()?.join("Library/Caches")
    } else {
        match env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute()) {
            Some(dir) => dir,
            None => home()?.join(".cache"),
        }
    };
    Ok(cache.join("lnn").join("tools"))
}

/// Whether nobody is watching.
pub fn on_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}
