//! The suite in WebAssembly, in an interpreter that shares nothing with a browser: compiled with SIMD and without.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use lnn_exact::{GOLDEN, Simd, build_module, parse_golden};
use wasmi::{Config, Engine, Instance, Linker, Module, Store};

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
    let wasm = build_module(Simd::On).unwrap();
    let refused = Module::new(&engine(false), &wasm).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("SIMD"), "it has vectors: {refused}");
    check(&wasm, &engine(true));
}

#[test]
fn without_simd_every_case_has_the_digest_that_was_written_down() {
    check(&build_module(Simd::Off).unwrap(), &engine(false));
}
