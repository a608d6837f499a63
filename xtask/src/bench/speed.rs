//! The four workloads in one page: serves the site, lets lnn-e2e's program `speed` run it, takes its JSON.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use xtask::serve::Site;

use super::site::BenchSite;
use crate::process::cargo;
use crate::tools::browser;
use crate::workspace::Workspace;

/// Turns of every contestant, unless asked otherwise.
pub const N_ROUNDS: u32 = 5;

/// Own files only, as for the page; the peers start workers from blobs and make code from text.
const POLICY: &str =
    "default-src 'self' blob: data:; script-src 'self' blob: 'unsafe-eval' 'wasm-unsafe-eval'";
/// WebGL without a graphics card: in software, on every machine alike.
const FLAGS: &str = "--use-angle=swiftshader --enable-unsafe-swiftshader";

/// The page's result, with the versions of the peers.
///
/// # Errors
/// When the browser is missing or a contestant doesn't learn.
pub fn measure(workspace: &Workspace, site: &BenchSite, workloads: &[&str], n_rounds: u32) -> Result<Value> {
    let served = Site::serve_under(POLICY, &site.dir, "/", 0)?;
    let options = json!({ "rounds": n_rounds.max(1), "workloads": workloads, "peers": site.peers });
    let mut command = cargo(&workspace.root);
    command.args(["run", "--quiet", "--package", "lnn-e2e", "--bin", "speed", "--", &options.to_string()]);
    command.env("LNN_E2E_URL", served.url()).env("LNN_E2E_FLAGS", FLAGS);
    command.env("CHROMIUM", browser()?.chromium).env("RUST_LIB_BACKTRACE", "0");
    println!("    {n_rounds} rounds of {} contestants", site.peers.len() + 1);
    let output = command.stderr(Stdio::inherit()).output().context("can't start cargo")?;
    if !output.status.success() {
        bail!("the benchmark of speed failed");
    }
    let mut result: Value =
        serde_json::from_slice(&output.stdout).context("the benchmark's page gave no JSON")?;
    result["rounds"] = n_rounds.into();
    let versions = site.versions.iter().map(|(package, version)| (package.clone(), version.clone().into()));
    result["versions"] = Value::Object(versions.collect::<Map<_, _>>());
    Ok(result)
}
