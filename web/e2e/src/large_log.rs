//! A large log in the page: when its first picture is there, how long a seek takes, how much memory all of it needs.
//!
//! In: a page and a log's file. Out: [`LargeLog`]. Times are the page's own, from the event to the animation frame that shows it;
//! `bin/log.rs` prints them, tests look at the rest.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{Lnn, ProcessMemory, percentile};

/// Reading a gigabyte may take so long on a slow machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// What was seen of a log.
#[derive(Debug, Clone)]
pub struct LargeLog {
    /// From the drop to the first picture of the network.
    pub first_picture_ms: f64,
    /// Share of the log that was read by then, 0..=1.
    pub first_picture_share: f64,
    /// From the drop until everything was read.
    pub read_ms: f64,
    /// The last step.
    pub last_step: u64,
    /// From each wish to its picture.
    pub seek_ms: Vec<f64>,
    /// Of the page's process, in the end; none where nobody knows.
    pub memory: Option<ProcessMemory>,
}

/// Waits in the page for the first picture after a drop.
const WATCH: &str = "addEventListener('drop', () => {
    const seen = window.largeLog = { dropped: performance.now() };
    const progress = () => document.querySelector('aside[aria-label=Replay] progress');
    const step = () => document.querySelector('output[aria-label=Step]').textContent;
    const look = () => {
        if (!seen.first && progress() && document.querySelectorAll('.unit').length >= 512 && /[0-9]/.test(step())) {
            seen.first = performance.now() - seen.dropped;
            seen.share = progress().value;
        }
        if (seen.first && !progress()) { seen.read = performance.now() - seen.dropped; return; }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}, { capture: true, once: true })";

/// Drops a log of a network with 512 hidden units or more, waits until it is read, and seeks `n_seeks` steps all over it.
///
/// # Errors
/// When the page says nothing of it for minutes.
pub fn watch_large_log(lnn: &Lnn, path: &Path, n_seeks: u64) -> Result<LargeLog> {
    lnn.page.evaluate(WATCH)?;
    lnn.page.drop_files(&[path])?;
    lnn.page.wait_until_within("window.largeLog?.read > 0", PATIENCE)?;
    let seen = lnn.page.evaluate("window.largeLog")?;
    let number = |name: &str| seen[name].as_f64().with_context(|| format!("no {name}"));
    let last_step = lnn.page.evaluate("+document.querySelector('[aria-label=Timeline]').max")?;
    let last_step = last_step.as_f64().context("no last step")? as u64;
    let mut seek_ms = Vec::new();
    for idx in 0..n_seeks {
        // Steps all over the log in no order.
        let step = (idx + 1) * 7919 * 13 % (last_step + 1);
        seek_ms.push(seek(lnn, step)?);
    }
    Ok(LargeLog {
        first_picture_ms: number("first")?,
        first_picture_share: number("share")?,
        read_ms: number("read")?,
        last_step,
        seek_ms,
        memory: lnn.page.process_memory()?,
    })
}

/// Milliseconds from a wish on the timeline to the frame that shows the step.
fn seek(lnn: &Lnn, step: u64) -> Result<f64> {
    let script = format!(
        "(() => {{
            const slider = document.querySelector('[aria-label=Timeline]');
            const shown = () => document.querySelector('output[aria-label=Step]').textContent.replace(/\\D/g, '');
            window.sought = null;
            const begun = performance.now();
            const look = () => {{
                if (shown() === '{step}') window.sought = performance.now() - begun;
                else requestAnimationFrame(look);
            }};
            slider.valueAsNumber = {step};
            slider.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
            requestAnimationFrame(look);
        }})()"
    );
    lnn.page.evaluate(&script)?;
    lnn.page.wait_until("window.sought !== null")?;
    lnn.page.evaluate("window.sought")?.as_f64().context("no time")
}

impl LargeLog {
    /// For a benchmark.
    pub fn to_json(&self) -> Value {
        json!({
            "first_picture_ms": self.first_picture_ms,
            "first_picture_share": self.first_picture_share,
            "read_ms": self.read_ms,
            "last_step": self.last_step,
            "n_seeks": self.seek_ms.len(),
            "seek_p50_ms": percentile(&self.seek_ms, 50.0),
            "seek_p95_ms": percentile(&self.seek_ms, 95.0),
            "memory_bytes": self.memory.map(|memory| memory.own),
            "peak_memory_bytes": self.memory.map(|memory| memory.peak),
        })
    }
}
