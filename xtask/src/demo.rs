//! `cargo xtask demo`: the built page in the user's browser; with `--lambda` beside functions on this machine.
//!
//! Read next: `local.rs`, `serve.rs`.

use std::process::{Command, Stdio};

use anyhow::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use xtask::serve::Site;

use crate::local::Local;
use crate::workspace::{Workspace, on_ci};
use crate::{Options, Subject, build};

/// Not Trunk's 8080: the offline copy of one address must not stand before the other's fresh sources.
const PORT: u16 = 8642;
/// All but what stands for itself in an address (RFC 3986).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Builds, serves on the loopback address, opens the browser; ends with Ctrl-C.
///
/// # Errors
/// When the page or the functions can't be built, or a port can't be opened.
pub fn demo(workspace: &Workspace, options: &Options) -> Result<()> {
    let dist =
        if options.no_build { workspace.dist.clone() } else { build::build(workspace, options.profile)? };
    let site = match options.port {
        Some(port) => Site::serve(&dist, "/", port)?,
        // Another program, or another clone's demo, may be there already: any other port will do.
        None => Site::serve(&dist, "/", PORT).or_else(|_| Site::serve(&dist, "/", 0))?,
    };
    if options.subject == Subject::Functions {
        return beside_functions(workspace, options, &site);
    }
    let url = site.url();
    println!("\n    LNN is at  {url}\n    Ctrl-C ends it.\n");
    show(&url, options);
    site.wait()
}

/// Starts the functions with a run to look at, and opens the page where it asks for their token.
fn beside_functions(workspace: &Workspace, options: &Options, site: &Site) -> Result<()> {
    let local = Local::up(workspace)?;
    let run = local.launch()?;
    let url = format!("{}#connect={}", site.url(), in_hash(&local.url));
    println!(
        "
    LNN is at  {url}
    It asks for the functions' token:  {}

    Run «{run}» was launched, so that there is something to see: open it while it trains, or afterwards.
    Launch others in another terminal:  target/debug/lnn lambda train --data digits --layers 10
    Ctrl-C ends everything; runs are not kept.
",
        local.token
    );
    show(&url, options);
    local.wait()
}

/// An address as one value in another one's hash.
fn in_hash(url: &str) -> String {
    utf8_percent_encode(url, ESCAPED).to_string()
}

fn show(url: &str, options: &Options) {
    if !options.no_open && !on_ci() {
        open(url);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_one_value() {
        assert_eq!(in_hash("http://127.0.0.1:80/a&b"), "http%3A%2F%2F127.0.0.1%3A80%2Fa%26b");
    }
}
