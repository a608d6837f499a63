//! docs/benchmark.md: the table, the machine, the versions, how it was measured, and where LNN loses.
//!
//! Every number comes from the run that writes the file.

use std::fmt::Write;

use serde_json::Value;

use super::{digits, entries, log_table, number, peers, text};

/// What the matrix products must reach of the ceiling, where they are most of the work.
const WANTED_SHARE: f64 = 0.7;
/// What probes may cost at most.
const WANTED_OVERHEAD: f64 = 0.1;
/// How many times as long the best peer shall take at least.
const WANTED_RATIO: f64 = 5.0;

const INTRODUCTION: &str = "\
# Benchmark

Written by `cargo xtask bench --chart`; do not edit. Milliseconds an epoch, median over the rounds, in one page of one
headless Chromium; each contestant in turn, nothing beside it. × is how many times as long as LNN's it takes.

![Milliseconds an epoch of LNN and its peers, on a logarithmic axis](benchmark.svg)
";

const METHOD: &str = "\
## How it is measured

LNN: the engine of the page's worker, in a worker, f32, one thread, probes off; it shuffles each epoch as the page does,
the peers take the examples as they come. Every contestant gets the same data, made from a seed, plain gradient descent,
and must end with a mean squared error below 0.9 of what it had before its first epoch, or the benchmark fails. Every
peer runs in a worker of its own, with the files that its package ships. LNN, TensorFlow.js: binary cross-entropy on a
sigmoid, or softmax cross-entropy. TensorFlow.js runs as `model.fit` and as a loop of `optimizer.minimize`, with examples
as rows and as columns; the fastest counts, and an epoch is over when its cost has been read back. Its wasm backend is the
threaded SIMD build, asked for a thread a core; webgl is computed by software, for want of a graphics card. ConvNetJS: a
softmax over two classes in place of the sigmoid. brain.js has one activation for all layers, squared error, momentum 0.1,
and an update after every example. TensorFlow Playground's engine (tf-playground) has squared error and one output, here a
tanh; it is in no npm package, so its row needs a checkout: `--playground DIR`.

The ceiling is a loop of multiplications and additions in registers alone, the best of several numbers of chains. The
products are those of one training step, with its shapes, and nothing else. NumPy runs outside the browser, f32,
OpenBLAS on one thread.
";

/// The whole document.
pub fn document(result: &Value) -> String {
    let mut out = String::from(INTRODUCTION);
    let workloads = || result["workloads"].as_array().into_iter().flatten();
    for workload in workloads() {
        add_workload(&mut out, workload, result);
    }
    add_costs(&mut out, result);
    add_page(&mut out, &result["page"]);
    log_table::add_to_document(&mut out, &result["logs"]);
    out.push_str("\n## Where LNN loses\n\n");
    let mut losses: Vec<String> = workloads().flat_map(|workload| losses(workload, result)).collect();
    losses.extend(log_table::losses(&result["logs"]));
    if losses.is_empty() {
        out.push_str("On none of these, on this machine.\n");
    }
    for loss in losses {
        let _ = writeln!(out, "- {loss}");
    }
    let _ = write!(out, "\n{METHOD}\n{}\n## Machine and versions\n\n", log_table::METHOD);
    add_machine(&mut out, result);
    out
}

fn add_workload(out: &mut String, workload: &Value, result: &Value) {
    let [name, network] = ["name", "network"].map(|key| text(&workload[key]));
    let (examples, batch, lnn_ms) = (&workload["examples"], &workload["batch"], number(&workload["lnn_ms"]));
    let _ = writeln!(out, "\n## {name}: {network}, {examples} examples, batch {batch}\n");
    let _ = writeln!(out, "| | ms an epoch | × | |\n|---|---:|---:|---|");
    let _ = writeln!(out, "| **LNN** | **{}** | | one thread |", digits(lnn_ms));
    for (peer, ms) in peers(workload) {
        let note = text(&workload["notes"][peer]);
        let _ = writeln!(out, "| {peer} | {} | {} | {note} |", digits(ms), digits(ms / lnn_ms));
    }
    if let (true, Some(ms)) = (name == "cat", result["numpy"]["ms"].as_f64()) {
        let ratio = digits(ms / lnn_ms);
        let _ = writeln!(out, "| NumPy | {} | {ratio} | outside the browser, one thread |", digits(ms));
    }
    for (peer, why) in entries(&workload["missing"]) {
        let _ = writeln!(out, "| {peer} | | | left out: {} |", text(why));
    }
    let (gflops, ceiling) = (number(&workload["gflops"]), number(&result["ceiling_gflops"]["f32"]));
    let _ = writeln!(
        out,
        "\nThe products alone: {gflops:.1} Gflop/s, {:.0} % of the ceiling. Probes at every step: {:+.1} %. The worker's \
         memory: {:.1} MB.",
        100.0 * gflops / ceiling,
        100.0 * number(&workload["probes_overhead"]),
        number(&workload["lnn_memory_bytes"]) / 1e6
    );
}

fn add_costs(out: &mut String, result: &Value) {
    let [f32, f64] = ["f32", "f64"].map(|key| number(&result["ceiling_gflops"][key]));
    let _ = writeln!(out, "\n## Ceiling and weight\n");
    let _ = writeln!(out, "WebAssembly SIMD in registers alone: {f32:.1} Gflop/s in f32, {f64:.1} in f64.");
    if let Some(bytes) = result["page_weight_bytes"].as_f64() {
        let _ = writeln!(out, "The page weighs {:.0} kB compressed.", bytes / 1000.0);
    }
}

/// The rows of lnn-e2e's program `frames`, whatever numbers they have.
fn add_page(out: &mut String, page: &Value) {
    let rows: Vec<&Value> = page["rows"].as_array().into_iter().flatten().collect();
    let Some(first) = rows.first() else { return };
    let keys: Vec<&str> = entries(first).map(|(key, _)| key).filter(|key| *key != "name").collect();
    let _ = writeln!(out, "\n## The live page\n");
    let _ = writeln!(
        out,
        "| | {} |",
        keys.iter().map(|key| key.replace('_', " ")).collect::<Vec<_>>().join(" | ")
    );
    let _ = writeln!(out, "|---|{}", "---:|".repeat(keys.len()));
    for row in rows {
        let cell = |key: &&str| row[*key].as_f64().map(digits).unwrap_or_default();
        let cells: Vec<String> = keys.iter().map(cell).collect();
        let _ = writeln!(out, "| {} | {} |", text(&row["name"]), cells.join(" | "));
    }
}

/// A sentence for everyone who is faster, and for every promise that isn't kept.
fn losses(workload: &Value, result: &Value) -> Vec<String> {
    let (name, lnn_ms) = (text(&workload["name"]), number(&workload["lnn_ms"]));
    let mut found = Vec::new();
    let all = peers(workload);
    for (peer, ms) in all.iter().filter(|(_, ms)| *ms < lnn_ms) {
        found.push(format!("{name}: {peer} is faster, {} ms to LNN's {} ms.", digits(*ms), digits(lnn_ms)));
    }
    if let Some((peer, ms)) = all.first().filter(|(_, ms)| *ms >= lnn_ms && ms / lnn_ms < WANTED_RATIO) {
        let ratio = digits(ms / lnn_ms);
        found.push(format!(
            "{name}: LNN is {ratio} times as fast as {peer}; {WANTED_RATIO} is what it aims at."
        ));
    }
    if let (true, Some(ms)) = (name == "cat", result["numpy"]["ms"].as_f64().filter(|ms| *ms < lnn_ms)) {
        found.push(format!("{name}: NumPy, outside the browser, is faster: {} ms.", digits(ms)));
    }
    let share = number(&workload["gflops"]) / number(&result["ceiling_gflops"]["f32"]);
    if matches!(name, "cat" | "mnist") && share < WANTED_SHARE {
        found.push(format!("{name}: the products reach {:.0} % of the ceiling, not 70 %.", 100.0 * share));
    }
    let overhead = number(&workload["probes_overhead"]);
    if overhead > WANTED_OVERHEAD {
        found.push(format!("{name}: probes at every step cost {:.0} %, not at most 10 %.", 100.0 * overhead));
    }
    found
}

fn add_machine(out: &mut String, result: &Value) {
    let machine = &result["machine"];
    let _ = writeln!(
        out,
        "- {}, {} cores, {} GiB; {}",
        text(&machine["processor"]),
        machine["cores"],
        number(&machine["memory_gib"]),
        text(&machine["system"])
    );
    let _ = writeln!(out, "- {}", text(&result["browser"]));
    let _ = writeln!(out, "- {}; LNN at {}", text(&machine["rustc"]), text(&machine["commit"]));
    let versions: Vec<_> =
        entries(&result["versions"]).map(|(name, version)| format!("{name} {}", text(version))).collect();
    let _ = writeln!(out, "- {}", versions.join(", "));
    if let Some(version) = result["numpy"]["numpy"].as_str() {
        let _ = writeln!(out, "- NumPy {version}, {}", text(&result["numpy"]["blas"]));
    }
    if let Some(versions) = log_table::versions(&result["logs"]) {
        let _ = writeln!(out, "- {versions}");
    }
    let _ = writeln!(out, "- {} rounds", result["rounds"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn result(lnn_ms: f64) -> Value {
        let workload = json!({
            "name": "cat", "network": "3-1", "examples": 5, "batch": 5, "lnn_ms": lnn_ms,
            "peers": { "other": 80.0 }, "notes": {}, "missing": {}, "gflops": 30.0, "probes_overhead": 0.02
        });
        json!({ "workloads": [workload], "ceiling_gflops": { "f32": 40.0, "f64": 20.0 }, "numpy": { "ms": 12.0 },
            "page": { "rows": [{ "name": "2-4-1, full", "p95_ms": 3.5 }] } })
    }

    #[test]
    fn who_is_faster_is_said_and_who_is_not_isnt() {
        let losses = document(&result(100.0));
        assert!(losses.contains("other is faster, 80.0 ms to LNN's 100 ms"), "{losses}");
        assert!(losses.contains("NumPy, outside the browser, is faster: 12.0 ms"), "{losses}");
        assert!(document(&result(8.0)).contains("On none of these"));
        assert!(document(&result(20.0)).contains("LNN is 4.00 times as fast as other"));
    }

    #[test]
    fn the_live_pages_rows_become_a_table() {
        assert!(document(&result(8.0)).contains("| | p95 ms |\n|---|---:|\n| 2-4-1, full | 3.50 |"));
    }
}
