//! Chromium and its driver, for the tests: found, or brought from Debian's packages where we may.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output, run, which};

/// What the browser tests run in.
pub struct Browser {
    /// The browser, for the end-to-end tests.
    pub chromium: PathBuf,
    /// Its `WebDriver`, for wasm-bindgen's tests.
    pub driver: PathBuf,
}

const CHROMIUM_NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC_CHROME: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Finds the browser, or installs it as root on Debian and Ubuntu.
///
/// # Errors
/// When there is none and it can't be installed; the sentence says what to install.
pub fn browser() -> Result<Browser> {
    if let Some(browser) = find() {
        println!("    browser: {}, {}", browser.chromium.display(), browser.driver.display());
        return Ok(browser);
    }
    if which("apt-get").is_some() && is_root() {
        println!("    browser: being installed from the distribution's packages");
        run(apt_get().arg("update"))?;
        run(apt_get().args(["install", "-y", "--no-install-recommends"]).args([
            "chromium",
            "chromium-driver",
            "fonts-dejavu-core",
        ]))?;
        if let Some(browser) = find() {
            return Ok(browser);
        }
    }
    bail!(
        "the browser tests need Chromium (or Chrome) and ChromeDriver of the same version. Debian, Ubuntu: `sudo \
         apt-get install chromium chromium-driver`; macOS: `brew install --cask google-chrome chromedriver`; elsewhere \
         install both and set CHROMIUM and CHROMEDRIVER to their programs"
    )
}

fn find() -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    let on_mac = || Some(PathBuf::from(MAC_CHROME)).filter(|path| path.is_file());
    let chromium =
        named("CHROMIUM").or_else(|| CHROMIUM_NAMES.into_iter().find_map(which)).or_else(on_mac)?;
    let driver = named("CHROMEDRIVER").or_else(|| which("chromedriver"))?;
    Some(Browser { chromium, driver })
}

pub(super) fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "Dpkg::Use-Pty=0"]);
    command
}

pub(super) fn is_root() -> bool {
    Path::new("/etc/debian_version").is_file() && output(Command::new("id").arg("-u")).as_deref() == Some("0")
}
