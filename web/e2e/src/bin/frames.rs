//! Prints main-thread milliseconds per animation frame while the page trains.
//!
//! A benchmark, not a test: `cargo xtask bench` starts it. Everything between two frames of the page's main thread counts:
//! script, style, layout and paint. `--json FILE` writes the same numbers there.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport};
use serde_json::json;

/// Time to compile, to start, to get warm.
const WARM_UP: Duration = Duration::from_secs(3);
const WATCHED: Duration = Duration::from_secs(10);

/// A network to watch: the data set's button, units of the hidden layers.
const NETWORKS: [(&str, &str, &[usize]); 2] =
    [("2-16-16-1", "Spiral", &[16, 16]), ("64-128-64-10", "Digits", &[128, 64])];

fn main() -> Result<()> {
    let json_path = std::env::args().skip_while(|argument| argument != "--json").nth(1);
    let mut rows = Vec::new();
    println!(
        "{:<32} {:>8} {:>8} {:>8} {:>10} {:>10}",
        "main thread, ms a frame", "p50", "p95", "max", "frames/s", "steps/s"
    );
    for (name, data, layers) in NETWORKS {
        let lnn = Lnn::open(&Viewport::DESKTOP)?;
        lnn.use_data(data)?;
        lnn.set_layers(layers)?;
        for speed in ["60 epochs a second", "full"] {
            lnn.choose("Speed", speed)?;
            lnn.click("Play")?;
            lnn.page.rest(WARM_UP)?;
            let before = lnn.number("Step")?;
            let times = lnn.page.trace(WATCHED)?;
            let steps_per_second = (lnn.number("Step")? - before) / WATCHED.as_secs_f64();
            lnn.pause()?;
            let [p50, p95, max] = [50.0, 95.0, 100.0].map(|percent| times.percentile(percent));
            let row = format!("{name}, {speed}");
            let fps = times.frames_per_second();
            println!("{row:<32} {p50:>8.2} {p95:>8.2} {max:>8.2} {fps:>10.1} {steps_per_second:>10.0}");
            rows.push(
                json!({ "name": row, "p50_ms": p50, "p95_ms": p95, "max_ms": max, "frames_per_second": fps,
                "steps_per_second": steps_per_second }),
            );
        }
    }
    if let Some(path) = json_path {
        fs::write(&path, json!({ "rows": rows }).to_string())
            .with_context(|| format!("can't write {path}"))?;
    }
    Ok(())
}
