//! What the benchmark's browser loads: `bench/page`, LNN's module built as the page's worker is, the peers from npm.
//!
//! In: the sources, the packages that bench/package-lock.json pins. Out: a folder to be served. TensorFlow Playground's
//! engine is in no package: its one file is compiled from a checkout, where one is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{self, files, name};
use crate::process::{cargo, run, which};
use crate::tools::{self, WASM_TARGET, npm_folder};
use crate::workspace::Workspace;

/// What the page loads of the packages, and under which names.
const LIBRARIES: [(&str, &str); 7] = [
    ("@tensorflow/tfjs/dist/tf.min.js", "tf.min.js"),
    ("@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js", "tf-backend-wasm.min.js"),
    ("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm", "tfjs-backend-wasm.wasm"),
    ("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-simd.wasm"),
    (
        "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm",
        "tfjs-backend-wasm-threaded-simd.wasm",
    ),
    ("convnetjs/build/convnet.js", "convnet.js"),
    ("brain.js/browser.min.js", "brain.js"),
];
/// Whose versions are told.
const PACKAGES: [&str; 4] = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "convnetjs", "brain.js"];

/// A folder to be served.
pub struct BenchSite {
    /// Where it is.
    pub dir: PathBuf,
    /// The peers it has files for, as bench/page/main.js names them.
    pub peers: Vec<&'static str>,
    /// Package and version of each.
    pub versions: Vec<(String, String)>,
}

/// Builds everything into `dir`.
///
/// # Errors
/// When a tool is missing or something doesn't compile.
pub fn build(workspace: &Workspace, dir: &Path, playground: Option<&Path>) -> Result<BenchSite> {
    let Some(packages) = npm_folder(&workspace.root.join("bench"))? else {
        bail!("the benchmark's peers come from npm: install Node.js with npm")
    };
    if dir.is_dir() {
        fs::remove_dir_all(dir).with_context(|| format!("can't empty {}", dir.display()))?;
    }
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    build_module(workspace, dir)?;
    for path in files(&workspace.root.join("bench/page"))? {
        copy(&path, &dir.join(name(&path)))?;
    }
    for (from, to) in LIBRARIES {
        copy(&packages.join(from), &dir.join(to))?;
    }
    let mut site = BenchSite {
        dir: dir.to_owned(),
        peers: vec!["tfjs-cpu", "tfjs-wasm", "tfjs-webgl", "convnetjs", "brain.js"],
        versions: versions(&packages)?,
    };
    if let Some(checkout) = playground {
        compile_playground(&packages, checkout, dir)?;
        let commit = commit_of(checkout);
        site.versions.push(("TensorFlow Playground".to_owned(), commit));
        site.peers.insert(0, "tf-playground");
    }
    Ok(site)
}

/// The same flags, profile, binding and optimiser as the worker of the page.
fn build_module(workspace: &Workspace, dir: &Path) -> Result<()> {
    let tools = tools::build_tools(workspace)?;
    let mut command = cargo(&workspace.root);
    run(command.args(["build", "--release", "--package", "lnn-bench", "--target", WASM_TARGET]))?;
    let module = workspace.target.join(WASM_TARGET).join("release/lnn_bench.wasm");
    let mut bind = Command::new(tools.wasm_bindgen_dir.join("wasm-bindgen"));
    run(bind.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(dir).arg(&module))?;
    build::optimise::optimise(dir, tools.wasm_opt.as_ref(), false)
}

/// nn.ts of a checkout, as a script whose exports are the global `playgroundEngine`.
fn compile_playground(packages: &Path, checkout: &Path, dir: &Path) -> Result<()> {
    let source = checkout.join("src/nn.ts");
    if !source.is_file() {
        bail!("{} is no checkout of tensorflow/playground: it has no src/nn.ts", checkout.display());
    }
    let node = which("node").context("node is missing")?;
    let mut command = Command::new(node);
    command.arg(packages.join("esbuild/bin/esbuild")).arg(&source).arg("--format=iife");
    command.args(["--global-name=playgroundEngine", "--target=es2020", "--log-level=warning"]);
    // Fields without a value are types alone there.
    command.arg(r#"--tsconfig-raw={"compilerOptions":{"useDefineForClassFields":false}}"#);
    run(command.arg(format!("--outfile={}", dir.join("playground_nn.js").display())))
}

fn commit_of(checkout: &Path) -> String {
    let mut git = Command::new("git");
    git.current_dir(checkout).args(["rev-parse", "--short=12", "HEAD"]);
    crate::process::output(&mut git)
        .map_or_else(|| "unknown commit".to_owned(), |commit| format!("commit {commit}"))
}

fn versions(packages: &Path) -> Result<Vec<(String, String)>> {
    let version = |package: &&str| {
        let manifest = build::read(&packages.join(package).join("package.json"))?;
        let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
        Ok(((*package).to_owned(), super::text(&manifest["version"]).to_owned()))
    };
    PACKAGES.iter().map(version).collect()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).with_context(|| format!("can't copy {}", from.display()))
}
