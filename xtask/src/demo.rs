//! `cargo xtask demo`: the built page in the user's browser.

use std::process::{Command, Stdio};

use anyhow::Result;
use xtask::serve::Site;

use crate::workspace::{Workspace, on_ci};
use crate::{Options, build};

/// Not Trunk's 8080: the offline copy of one address must not stand before the other's fresh sources.
const PORT: u16 = 8642;

/// Builds, serves on the loopback address, opens the browser; ends with Ctrl-C.
///
/// # Errors
/// When the page can't be built or the port can't be opened.
pub fn demo(workspace: &Workspace, options: &Options) -> Result<()> {
    let dist =
        if options.no_build { workspace.dist.clone() } else { build::build(workspace, options.profile)? };
    let site = match options.port {
        Some(port) => Site::serve(&dist, "/", port)?,
        // Another program, or another clone's demo, may be there already: any other port will do.
        None => Site::serve(&dist, "/", PORT).or_else(|_| Site::serve(&dist, "/", 0))?,
    };
    let url = site.url();
    println!("\n    LNN is at  {url}\n    Ctrl-C ends it.\n");
    if !options.no_open && !on_ci() {
        open(&url);
    }
    site.wait()
}

/// Opens `url` in the user's browser where that can be asked for; the address has been printed in any case.
fn open(url: &str) {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/c", "start", ""]);
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    let _ = command.arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
