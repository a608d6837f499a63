//! `cargo xtask e2e`: the built page in headless Chromium, used by its accessible names.
//!
//! The tests are the package `lnn-e2e` in web/e2e; here they get the page's address, a browser, and the functions on this
//! machine.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use xtask::serve::Site;

use crate::process::{cargo, run};
use crate::tools::{axe, browser, services};
use crate::workspace::Workspace;
use crate::{Options, build, local};

/// Served from a folder of this name: the page must work from any path.
const PREFIX: &str = "/some/path/";

/// Builds the page and the functions, and tests the page.
///
/// # Errors
/// When the page can't be built, a browser is missing, or a test fails.
pub fn e2e(workspace: &Workspace, options: &Options) -> Result<()> {
    if !options.no_build {
        build::build(workspace, options.profile)?;
        local::build(workspace)?;
    }
    let services = services(workspace)?;
    let mut command = cargo(&workspace.root);
    command.args(["test", "--package", "lnn-e2e", "--no-fail-fast"]);
    command.env("LNN_MINISTACK", &services.ministack).env("LNN_REQUIRE_SERVICES", "1");
    command.env("LNN_PROGRAM", local::program(workspace));
    if let Some(filter) = &options.filter {
        command.arg(filter);
    }
    // One test at a time: a browser uses every core, and the tests measure time.
    command.args(["--", "--test-threads=1"]);
    if options.keep {
        command.arg("--nocapture");
    }
    with_page(workspace, command)
}

/// Runs `command` with the built page served and all that lnn-e2e needs in its environment.
///
/// # Errors
/// When the browser is missing or the command fails.
pub fn with_page(workspace: &Workspace, mut command: Command) -> Result<()> {
    let out = workspace.target.join("e2e");
    fs::create_dir_all(&out).with_context(|| format!("can't make {}", out.display()))?;
    let site = Site::serve(&workspace.dist, PREFIX, 0)?;
    command.env("LNN_E2E_URL", site.url()).env("LNN_E2E_OUT", &out).env("CHROMIUM", browser()?.chromium);
    // The sentences of failed tests say where they stand; the stack below them only hides it.
    command.env("RUST_LIB_BACKTRACE", "0");
    if let Some(axe) = axe()? {
        command.env("LNN_AXE", axe);
    }
    run(&mut command)?;
    println!("    pictures: {}", out.display());
    Ok(())
}
