//! Runs the benchmark's page (bench/page) in Chromium and prints its result, one line of JSON, to standard output.
//!
//! In: the options of its script, as JSON, in the only argument; the page's address in `LNN_E2E_URL`. What the page says
//! on the way goes to standard error. While it works nothing is asked of it, only heard: a question would take the
//! time of whoever's turn it is. `cargo xtask bench` starts this program.

use std::env;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use lnn_e2e::{Page, Viewport, page_url};

const TIMEOUT: Duration = Duration::from_mins(90);
const LOOK_EVERY: Duration = Duration::from_millis(500);

fn main() -> Result<()> {
    let options = env::args().nth(1).context("the options of the benchmark are missing")?;
    let page = Page::open(&page_url()?, &Viewport::DESKTOP)?;
    page.wait_until("'startBench' in window")?;
    page.evaluate(&format!("startBench({options})"))?;
    let begun = Instant::now();
    let mut n_heard = 0;
    while begun.elapsed() < TIMEOUT {
        page.rest(LOOK_EVERY)?;
        let lines = page.console();
        for line in &lines[n_heard..] {
            if let Some(result) = line.text.strip_prefix("bench-result: ") {
                println!("{result}");
                return Ok(());
            }
            if let Some(failure) = line.text.strip_prefix("bench-failed: ") {
                bail!("{failure}");
            }
            eprintln!("    {}", line.text.strip_prefix("bench: ").unwrap_or(&line.text));
        }
        n_heard = lines.len();
    }
    bail!("the benchmark did not end within {} minutes", TIMEOUT.as_secs() / 60)
}
