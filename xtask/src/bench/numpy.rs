//! The workload `cat` in NumPy with `OpenBLAS` on one thread, where Python and NumPy are there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process::{output, which};

/// As many as the course trains.
const N_EPOCHS: &str = "2500";

/// `{"ms": …}`, or `{"skipped": why}`.
///
/// # Errors
/// When the script prints something else than JSON.
pub fn measure(root: &Path) -> Result<Value> {
    let Some(python) = which("python3").or_else(|| which("python")) else {
        return Ok(json!({ "skipped": "no python3" }));
    };
    if output(Command::new(&python).args(["-c", "import numpy"])).is_none() {
        return Ok(json!({ "skipped": "no numpy" }));
    }
    println!("    NumPy: {N_EPOCHS} epochs of cat");
    let mut command = Command::new(&python);
    command.arg(root.join("bench/cat_numpy.py")).arg(N_EPOCHS).env("OPENBLAS_NUM_THREADS", "1");
    // The kernels for this very processor, whatever somebody chose for another program.
    command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
    match output(&mut command) {
        Some(text) => serde_json::from_str(&text).context("bench/cat_numpy.py printed no JSON"),
        None => Ok(json!({ "skipped": "bench/cat_numpy.py failed" })),
    }
}
