//! Running other programs: every call says what failed in one sentence.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `command` with its output shown, and fails when it does.
///
/// # Errors
/// When the program is missing or ends with another code than 0.
pub fn run(command: &mut Command) -> Result<()> {
    println!("    $ {}", describe(command));
    let status = command.status().with_context(|| format!("can't start {}", program(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", describe(command));
    }
    Ok(())
}

/// Runs `command` and returns what it printed, or nothing when it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program of this name on the search path.
pub fn which(name: &str) -> Option<PathBuf> {
    let names = if cfg!(windows) {
        vec![format!("{name}.exe"), format!("{name}.cmd")]
    } else {
        vec![name.to_owned()]
    };
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|dir| names.iter().map(move |name| dir.join(name)))
        .find(|file| file.is_file())
}

/// `cargo`, the one that runs us.
pub fn cargo(dir: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(dir);
    command
}

/// Puts `dir` before everything else on the command's search path.
///
/// # Errors
/// When `dir` holds the path separator.
pub fn prepend_path(command: &mut Command, dir: &Path) -> Result<()> {
    let old = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([dir.to_owned()].into_iter().chain(env::split_paths(&old)))
        .with_context(|| format!("{} can't stand on the search path", dir.display()))?;
    command.env("PATH", path);
    Ok(())
}

fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn describe(command: &Command) -> String {
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    format!("{} {}", program(command), arguments.join(" "))
}
