//! Prints main-thread milliseconds per animation frame while the page trains: `frames [#HASH …]`.
//!
//! A benchmark, not a test: `cargo xtask bench` starts it. Each hash opens the page in another state.

use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Page, Viewport, page_url};

/// Time to compile, to start, to get warm.
const WARM_UP: Duration = Duration::from_secs(3);
const WATCHED: Duration = Duration::from_secs(10);

fn main() -> Result<()> {
    let mut hashes: Vec<String> = std::env::args().skip(1).collect();
    if hashes.is_empty() {
        hashes.push(String::new());
    }
    println!("{:<40} {:>8} {:>8} {:>8} {:>8}", "main thread, ms per frame", "p50", "p95", "max", "frames/s");
    for hash in hashes {
        let page = Page::open(&format!("{}{hash}", page_url()?), &Viewport::DESKTOP)?;
        page.rest(WARM_UP)?;
        page.role("button").name("Play").click()?;
        page.wait_until("Number(document.querySelector('output[aria-label=Epoch]').textContent) > 0")?;
        page.rest(WARM_UP)?;
        let times = page.trace(WATCHED)?;
        let [p50, p95, max] = [50.0, 95.0, 100.0].map(|percent| times.percentile(percent));
        let name = if hash.is_empty() { "as it opens" } else { &hash };
        println!("{name:<40} {p50:>8.2} {p95:>8.2} {max:>8.2} {:>8.1}", times.frames_per_second());
    }
    Ok(())
}
