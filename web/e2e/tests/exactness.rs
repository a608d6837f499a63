//! Chromium computes the bits that were written down, from a module with vectors and from one without.

use anyhow::Result;
use data_encoding::BASE64;
use lnn_e2e::{Page, Viewport, page_url};
use lnn_exact::{GOLDEN, Simd, build_module, parse_golden};
use serde_json::json;

#[test]
fn every_digest_is_the_golden_one_with_simd_and_without() -> Result<()> {
    let page = Page::open(&page_url()?, &Viewport::DESKTOP)?;
    let golden: Vec<_> =
        parse_golden(GOLDEN).into_iter().map(|(_, digest)| format!("{digest:016x}")).collect();
    for simd in [Simd::On, Simd::Off] {
        let wasm = BASE64.encode(&build_module(simd)?);
        let found = page.evaluate(&format!(
            "WebAssembly.instantiate(Uint8Array.from(atob('{wasm}'), (letter) => letter.charCodeAt(0)))
                .then(({{ instance: {{ exports }} }}) =>
                    Array.from({{ length: exports.exact_n_cases() }}, (_, idx) =>
                        BigInt.asUintN(64, exports.exact_digest(idx)).toString(16).padStart(16, '0')))"
        ))?;
        assert_eq!(found, json!(golden), "{simd:?}");
    }
    Ok(())
}
