//! The suite in WebAssembly, in an interpreter that shares nothing with a browser: compiled with SIMD and without.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lnn_exact::{GOLDEN, parse_golden};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use wasmi::{Config, Engine, Instance, Linker, Module, Store};

/// Both builds write one file: one after the other.
static BUILD: Mutex<()> = Mutex::new(());

/// This package as a WebAssembly module, as users get it: release profile, vectors as the page's or none at all.
fn build(target_feature: &str) -> Vec<u8> {
    let _alone = BUILD.lock();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "build",
        "--package",
        "lnn-exact",
        "--lib",
        "--release",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    command.current_dir(&root).arg("--target-dir").arg(&target).env_remove("CARGO_ENCODED_RUSTFLAGS");
    command.env("RUSTFLAGS", format!("-C target-feature={target_feature}"));
    assert!(command.status().unwrap().success(), "{command:?}");
    std::fs::read(target.join("wasm32-unknown-unknown/release/lnn_exact.wasm")).unwrap()
}

/// An engine that knows vectors or refuses them, and in no case knows the relaxed instructions, which may fuse.
fn engine(has_simd: bool) -> Engine {
    Engine::new(Config::default().wasm_simd(has_simd).wasm_relaxed_simd(false))
}

fn check(wasm: &[u8], engine: &Engine) {
    let module = Module::new(engine, wasm).unwrap();
    assert_eq!(module.imports().len(), 0, "it needs nothing from its host");
    let mut store = Store::new(engine, ());
    let instance: Instance = Linker::new(engine).instantiate_and_start(&mut store, &module).unwrap();
    let n_cases = instance.get_typed_func::<(), u32>(&store, "exact_n_cases").unwrap();
    let digest = instance.get_typed_func::<u32, u64>(&store, "exact_digest").unwrap();
    let golden = parse_golden(GOLDEN);
    assert_eq!(n_cases.call(&mut store, ()).unwrap() as usize, golden.len(), "cases");
    for (idx, (name, expected)) in golden.into_iter().enumerate() {
        assert_eq!(digest.call(&mut store, idx as u32).unwrap(), expected, "{name}");
    }
}

#[test]
fn with_simd_every_case_has_the_digest_that_was_written_down() {
    let wasm = build("+simd128");
    let refused = Module::new(&engine(false), &wasm).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("SIMD"), "it has vectors: {refused}");
    check(&wasm, &engine(true));
}

#[test]
fn without_simd_every_case_has_the_digest_that_was_written_down() {
    check(&build("-simd128"), &engine(false));
}
