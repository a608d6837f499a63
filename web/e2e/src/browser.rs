//! One Chromium process: fresh profile in, address of its `DevTools` out, gone on drop.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// What makes Chromium quiet, alone and equal everywhere.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=en-US",
    // A test that looks away must not slow the page down.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // `performance.measureUserAgentSpecificMemory` answers at once instead of at the next collection.
    "--enable-blink-features=ForceEagerMeasureMemory",
    // Nothing but this machine can be reached: a page that asks for more fails its test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-port=0",
];

/// A running Chromium.
pub struct Browser {
    process: Child,
    profile: PathBuf,
    /// `127.0.0.1:port`.
    pub address: String,
    /// The path of the web socket that speaks for the whole browser.
    pub path: String,
}

impl Browser {
    /// Starts Chromium: the program that CHROMIUM names, else the one on the search path; with `LNN_E2E_FLAGS` besides.
    ///
    /// # Errors
    /// When it is missing or doesn't come up.
    pub fn launch() -> Result<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let profile = env::temp_dir().join(format!("lnn-e2e-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&profile);
        fs::create_dir_all(&profile).with_context(|| format!("can't make {}", profile.display()))?;
        let program = env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
        let more = env::var("LNN_E2E_FLAGS").unwrap_or_default();
        let process = Command::new(&program)
            .args(FLAGS)
            .args(more.split_whitespace())
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("can't start {}", program.display()))?;
        let mut browser = Self { process, profile, address: String::new(), path: String::new() };
        browser.wait_for_port()?;
        Ok(browser)
    }

    /// Chromium writes the port and the path into a file of its profile once it listens.
    fn wait_for_port(&mut self) -> Result<()> {
        let file = self.profile.join("DevToolsActivePort");
        let begun = Instant::now();
        loop {
            if let Some((port, path)) = read_port(&file) {
                self.address = format!("127.0.0.1:{port}");
                self.path = path;
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("Chromium ended at once: {status}");
            }
            if begun.elapsed() > START_TIMEOUT {
                bail!("Chromium did not come up within {} s", START_TIMEOUT.as_secs());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn read_port(file: &Path) -> Option<(u16, String)> {
    let text = fs::read_to_string(file).ok()?;
    let (port, path) = text.split_once('\n')?;
    (!path.trim().is_empty()).then_some((port.parse().ok()?, path.trim().to_owned()))
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        // Its helper processes end a moment later and may still write.
        for _ in 0..50 {
            if fs::remove_dir_all(&self.profile).is_ok() || !self.profile.exists() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
