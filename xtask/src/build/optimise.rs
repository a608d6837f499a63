//! wasm-opt over the modules of the page and the worker.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{files, has_extension, name};
use crate::process::run;
use crate::tools::WasmOpt;

/// Rewrites each `.wasm` file of `dist`; `keeps_names` of functions, for a profiler.
///
/// # Errors
/// When wasm-opt refuses a module.
pub fn optimise(dist: &Path, wasm_opt: Option<&WasmOpt>, keeps_names: bool) -> Result<()> {
    let Some(wasm_opt) = wasm_opt else { return Ok(()) };
    for path in files(dist)?.into_iter().filter(|path| has_extension(path, "wasm")) {
        let before = fs::metadata(&path)?.len();
        // For whatever multiplies matrices not more than -O1: what -O2 does to locals costs the inner loop of the products
        // two fifths of its speed in Chromium, and hardly saves a byte.
        // The page's weight counts: again and again until nothing is gained, which saves another hundredth.
        let level: &[&str] = if name(&path).starts_with("page") { &["-Oz", "--converge"] } else { &["-O1"] };
        // No feature flags: wasm-opt reads the module's own list of features. With all of them it would emit what
        // browsers refuse.
        let names = keeps_names.then_some("-g");
        run(wasm_opt.command().args(level).args(names).arg(&path).arg("-o").arg(&path))
            .with_context(|| format!("wasm-opt refused {}", name(&path)))?;
        let after = fs::metadata(&path)?.len();
        println!("    {}: {} kB → {} kB", name(&path), before / 1000, after / 1000);
    }
    Ok(())
}
