//! Drops a large log on the page and writes down how long things took, as JSON.
//!
//! In: the log's path and the one to write to; the page's address in `LNN_E2E_URL`. `cargo xtask bench --only logs` starts this
//! program.

use std::path::PathBuf;

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport, watch_large_log};

const N_SEEKS: u64 = 200;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (log, out) = arguments.next().zip(arguments.next()).context("which files? log LOG OUT.json")?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let seen = watch_large_log(&lnn, &log, N_SEEKS)?;
    lnn.page.check_clean()?;
    std::fs::write(&out, seen.to_json().to_string()).with_context(|| format!("can't write {}", out.display()))
}
