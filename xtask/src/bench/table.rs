//! The benchmark's result as a table for the terminal.

use std::fmt::Write;

use serde_json::Value;

use super::{digits, log_table, number, peers, text};

/// The whole result.
pub fn table(result: &Value) -> String {
    let mut out = String::from("\n");
    for workload in result["workloads"].as_array().into_iter().flatten() {
        add_workload(&mut out, workload, number(&result["ceiling_gflops"]["f32"]));
        if workload["name"] == "cat" {
            add_numpy(&mut out, &result["numpy"], number(&workload["lnn_ms"]));
        }
        out.push('\n');
    }
    log_table::add_to_table(&mut out, &result["logs"]);
    let lines = [ceiling(result), page_weight(result)];
    for line in lines.iter().flatten() {
        let _ = writeln!(out, "{line}");
    }
    out
}

fn add_workload(out: &mut String, workload: &Value, ceiling: f64) {
    let (name, network) = (text(&workload["name"]), text(&workload["network"]));
    let (examples, batch) = (&workload["examples"], &workload["batch"]);
    let lnn_ms = number(&workload["lnn_ms"]);
    let _ = writeln!(out, "{name}: {network}, {examples} examples, batch {batch}; ms an epoch, median");
    let _ = writeln!(out, "    {:<14} {:>9}", "LNN", digits(lnn_ms));
    for (peer, ms) in peers(workload) {
        let note = text(&workload["notes"][peer]);
        let ratio = format!("{}×", digits(ms / lnn_ms));
        let _ = writeln!(out, "    {peer:<14} {:>9} {ratio:>8}  {note}", digits(ms));
    }
    for (peer, why) in super::entries(&workload["missing"]) {
        let _ = writeln!(out, "    {peer:<14} {:>9} {:>8}  left out: {}", "–", "", text(why));
    }
    let gflops = number(&workload["gflops"]);
    let _ = writeln!(
        out,
        "    products alone {gflops:.1} Gflop/s, {:.0} % of the ceiling; probes at every step {:+.1} %; memory {:.1} MB",
        100.0 * gflops / ceiling,
        100.0 * number(&workload["probes_overhead"]),
        number(&workload["lnn_memory_bytes"]) / 1e6,
    );
}

fn add_numpy(out: &mut String, numpy: &Value, lnn_ms: f64) {
    if let Some(why) = numpy["skipped"].as_str() {
        let _ = writeln!(out, "    {:<14} {:>9} {:>8}  skipped: {why}", "NumPy", "–", "");
        return;
    }
    let ms = number(&numpy["ms"]);
    let ratio = format!("{}×", digits(ms / lnn_ms));
    let (epochs, version, blas) = (&numpy["epochs"], text(&numpy["numpy"]), text(&numpy["blas"]));
    let _ = writeln!(
        out,
        "    {:<14} {:>9} {ratio:>8}  outside the browser, {epochs} epochs, one thread; {version}, {blas}",
        "NumPy",
        digits(ms)
    );
}

fn ceiling(result: &Value) -> Option<String> {
    let [f32, f64] = ["f32", "f64"].map(|precision| number(&result["ceiling_gflops"][precision]));
    (f32 > 0.0).then(|| {
        format!("WebAssembly SIMD ceiling, registers alone: f32 {f32:.1} Gflop/s, f64 {f64:.1} Gflop/s")
    })
}

fn page_weight(result: &Value) -> Option<String> {
    let bytes = result["page_weight_bytes"].as_f64()?;
    let built = result["build_seconds"].as_u64().map_or_else(String::new, |seconds| {
        format!("; built in {seconds} s, counting only what had changed")
    });
    Some(format!("page weight {:.0} kB compressed{built}", bytes / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_table_names_everyone_with_its_ratio() {
        let workload = json!({
            "name": "cat", "network": "12288-20-7-5-1", "examples": 209, "batch": 209, "lnn_ms": 8.0,
            "peers": { "tfjs-wasm": 80.0, "convnetjs": 800.0 }, "missing": { "tfjs-webgl": "no WebGL" },
            "notes": {}, "gflops": 30.0, "probes_overhead": 0.06, "lnn_memory_bytes": 20e6
        });
        let result = json!({
            "workloads": [workload], "ceiling_gflops": { "f32": 40.0, "f64": 20.0 }, "numpy": { "ms": 10.0 }
        });
        let table = table(&result);
        for part in
            ["10.0×", "100×", "1.25×", "75 % of the ceiling", "+6.0 %", "left out: no WebGL", "f64 20.0"]
        {
            assert!(table.contains(part), "{part}\n{table}");
        }
        assert!(table.find("tfjs-wasm") < table.find("convnetjs"), "the fastest first\n{table}");
    }
}
