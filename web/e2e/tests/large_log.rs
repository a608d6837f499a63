//! A log of a gigabyte, every unit of a 784-512-256-10 network probed at every step, opens by streaming.
//!
//! `LNN_LOG_BYTES` asks for a shorter one. How long things take is printed by `cargo xtask bench --only logs`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use lnn_bench_logs::{LogSettings, make_log};
use lnn_e2e::{Lnn, Viewport, watch_large_log};

mod common;

use common::{bar, wait_for_step};

const MAX_MEMORY_BYTES: u64 = 400_000_000;

/// The training cost of a step, as its line has it.
fn cost_in(path: &Path, step: u64) -> Result<f64> {
    let mark = format!("\"step\":{step},");
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        if line.starts_with("{\"kind\":\"step\"") && line.get(..200).is_some_and(|head| head.contains(&mark))
        {
            let line: serde_json::Value = serde_json::from_str(&line)?;
            return line["train"]["cost"].as_f64().context("no cost");
        }
    }
    anyhow::bail!("the log has no step {step}")
}

#[test]
fn a_log_of_a_gigabyte_is_streamed() -> Result<()> {
    let n_bytes = std::env::var("LNN_LOG_BYTES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000_000);
    let path = lnn_e2e::out_dir().join("large.ndjson");
    let mut out = BufWriter::new(File::create(&path)?);
    make_log(&mut out, LogSettings { n_bytes, ..LogSettings::default() }, &mut |_| ())?;
    out.flush()?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let seen = watch_large_log(&lnn, &path, 40)?;
    // The first picture is there long before the end is read.
    if n_bytes >= 100_000_000 {
        assert!(seen.first_picture_share < 0.5, "{seen:?}");
    }
    if let Some(memory) = seen.memory {
        assert!(memory.own < MAX_MEMORY_BYTES, "{seen:?}");
    }
    for step in [seen.last_step / 3, seen.last_step] {
        let timeline = lnn.page.role("slider").name("Timeline").get()?;
        timeline.call(&format!(
            "function () {{ this.valueAsNumber = {step}; this.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }}"
        ))?;
        wait_for_step(&lnn, step as f64)?;
        assert_eq!(lnn.number("Cost")?, cost_in(&path, step)?, "step {step}");
    }
    let bar = bar(&lnn)?;
    assert!(bar.contains("From the log alone") && !bar.contains("wrong"), "{bar}");
    lnn.page.screenshot("large-log")?;
    fs::remove_file(&path)?;
    lnn.page.check_clean()
}
