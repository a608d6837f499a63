//! A program from crates.io: compiled once, kept in `<tools>/<package>-<version>/bin`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, output, run, which};
use crate::workspace::tools_dir;

/// How to get one program.
pub struct CargoTool<'a> {
    pub package: &'a str,
    pub version: &'a str,
    pub program: &'a str,
    pub arguments: &'a [&'a str],
    /// How much the compiler optimises: 0 for what runs for a second, 1 for what the build waits for.
    pub opt_level: &'a str,
}

impl CargoTool<'_> {
    /// The program's path, after compiling it if need be.
    ///
    /// # Errors
    /// When it doesn't compile, or doesn't run afterwards.
    pub fn ensure(&self, root: &Path) -> Result<PathBuf> {
        let Self { package, version, .. } = self;
        if let Some(program) = which(self.program).filter(|program| self.is_right(program)) {
            println!("    {package} {version}: on the search path");
            return Ok(program);
        }
        let dir = tools_dir()?.join(format!("{package}-{version}"));
        let program = dir.join("bin").join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX));
        if self.is_right(&program) {
            println!("    {package} {version}: in {}", dir.display());
            return Ok(program);
        }
        println!("    {package} {version}: being compiled, once, into {} (some minutes)", dir.display());
        let begun = Instant::now();
        self.install(root, &dir)?;
        if !self.is_right(&program) {
            bail!("{} was installed but doesn't say that it is version {version}", program.display());
        }
        println!("    {package} {version}: installed in {} s", begun.elapsed().as_secs());
        Ok(program)
    }

    fn is_right(&self, program: &Path) -> bool {
        let says = output(Command::new(program).arg("--version"));
        says.is_some_and(|says| says.split_whitespace().nth(1) == Some(self.version))
    }

    fn install(&self, root: &Path, dir: &Path) -> Result<()> {
        // A target folder of its own: the tools never wait for, nor disturb, the project's builds.
        let target = dir.join("build");
        let mut command = cargo(root);
        command.args(["install", self.package, "--version", self.version]).args(self.arguments);
        command.arg("--root").arg(dir).arg("--target-dir").arg(&target);
        // The programs run for seconds; their own release profiles would cost three times as long to compile.
        command.env("CARGO_PROFILE_RELEASE_LTO", "off");
        command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level);
        command.env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        run(&mut command)
            .with_context(|| format!("{} {} could not be installed", self.package, self.version))?;
        fs::remove_dir_all(&target).with_context(|| format!("can't remove {}", target.display()))
    }
}
