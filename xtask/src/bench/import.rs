//! How fast data sets are read: LNN's reader and the tools that people use for each format, on the same files.
//!
//! The files are made by those tools (`bench/data_readers.py`), not by LNN; what both have read is compared by rows, columns and
//! the sum of all numbers. In each round everybody has a turn with every file, nothing beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{digits, from_json, machine, number, text};
use crate::process::{cargo, run};
use crate::tools::python_with;
use crate::workspace::Workspace;
use crate::{Options, build};

const SCRIPT: &str = "bench/data_readers.py";
const REQUIREMENTS: &str = "crates/lnn-import/tests/fixtures/requirements.txt";
const DOCUMENT: &str = "docs/benchmark-import.md";
/// Turns of everybody, unless asked otherwise.
const N_ROUNDS: u32 = 5;
/// Sums are taken in different orders.
const MAX_DIFFERENCE: f64 = 1e-9;

const FILES: [(&str, &str); 10] = [
    ("table.csv", "CSV, 400,000 rows of 10 numbers and 2 texts"),
    ("table.parquet", "Parquet (Snappy), the same table"),
    ("records.json", "JSON records, 100,000 of them"),
    ("lines.ndjson", "NDJSON, the same records"),
    ("pixels.npy", "npy, 20,000 pictures of 28 × 28 bytes"),
    ("arrays.npz", "npz, the same pictures and labels, deflated"),
    ("plain.h5", "HDF5, the same, contiguous"),
    ("packed.h5", "HDF5, the same, chunks, shuffle, gzip"),
    ("train-images-idx3-ubyte.gz", "IDX, the same pictures, gzip"),
    ("pictures.zip", "zip of 1,000 PNG files, 64 × 64, coloured"),
];

const INTRODUCTION: &str = "\
# Benchmark of the readers

Written by `cargo xtask bench --import --chart`; do not edit. Seconds from a file on disk to a table of f64 in memory, median over
the rounds; the files were made by the peers. × is how many times as long as LNN's the peer takes: below 1, LNN loses.
";

const METHOD: &str = "\
## How it is measured

LNN: `lnn_import::formats::open`, compiled as `lnn` is, one thread: it tells the format and the type of each column, counts
different values, missing ones and classes, and keeps texts as codes. The peers: `pandas.read_csv`, `read_parquet`, `read_json`;
`numpy.load`, h5py, gzip and Pillow, their arrays made into one of float64 whose columns lie together, as LNN's table has them. Each
reading is a process of its own; starting it and loading Python's packages don't count. Rows, columns of numbers and the sum of all
numbers must agree, or the benchmark fails. Preparing is what follows in LNN: scaling, encoding, the split, as f32.
";

/// A file's name, its size and everybody's median seconds.
struct Row {
    about: &'static str,
    n_bytes: u64,
    seconds: f64,
    prepare_seconds: Option<f64>,
    tool: String,
    tool_seconds: f64,
}

/// Measures, prints the table; with `--chart` it is written to docs/benchmark-import.md too.
///
/// # Errors
/// Python or its packages are missing, a file is not read, or LNN reads something else than its peer.
pub fn import(workspace: &Workspace, options: &Options) -> Result<()> {
    let python =
        python_with(&workspace.root.join(REQUIREMENTS)).context("the peers are written for Python")?;
    let dir = workspace.target.join("bench/data");
    println!("    making the files");
    run(python_script(workspace, &python).arg("make").arg(&dir))?;
    let mut building = cargo(&workspace.root);
    building.args(["build", "--release", "--package", "lnn-import", "--features", "formats"]);
    run(building.args(["--example", "read_speed"]))?;
    let program = workspace.target.join("release/examples/read_speed");
    let n_rounds = options.bench.n_rounds.unwrap_or(N_ROUNDS).max(1);
    let mut rows = Vec::new();
    for (name, about) in FILES {
        println!("    {about}");
        let path = dir.join(name);
        let (mut own, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..n_rounds {
            own.push(from_json(Command::new(&program).arg(&path), "read_speed")?);
            peer.push(from_json(python_script(workspace, &python).arg("read").arg(&path), SCRIPT)?);
        }
        check_equal(name, &own, &peer)?;
        rows.push(Row {
            about,
            n_bytes: fs::metadata(&path)?.len(),
            seconds: median(&own, "seconds"),
            prepare_seconds: own
                .iter()
                .all(|it| it["prepare_seconds"].is_f64())
                .then(|| median(&own, "prepare_seconds")),
            tool: peer.first().map(|it| text(&it["tool"]).to_owned()).unwrap_or_default(),
            tool_seconds: median(&peer, "seconds"),
        });
    }
    let table = table(&rows);
    print!("{table}");
    if options.bench.chart {
        let list = build::read(&workspace.root.join(REQUIREMENTS))?;
        let versions: Vec<String> = list.lines().map(|package| package.replace("==", " ")).collect();
        let machine = machine::in_words(&workspace.root);
        let place = format!("\n{n_rounds} rounds; {machine}; {}.\n", versions.join(", "));
        build::write(&workspace.root.join(DOCUMENT), format!("{INTRODUCTION}\n{table}{place}\n{METHOD}"))?;
        println!("    {DOCUMENT} is written");
    }
    Ok(())
}

fn python_script(workspace: &Workspace, python: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg(workspace.root.join(SCRIPT));
    command
}

/// Everybody has read the same numbers.
fn check_equal(name: &str, own: &[Value], peer: &[Value]) -> Result<()> {
    for (own, peer) in own.iter().zip(peer) {
        let is_equal = own["rows"] == peer["rows"] && own["numeric"] == peer["numeric"];
        let (sum, expected) = (number(&own["sum"]), number(&peer["sum"]));
        ensure!(
            is_equal && (sum - expected).abs() <= MAX_DIFFERENCE * expected.abs(),
            "{name}: LNN has read {own}, its peer {peer}"
        );
    }
    Ok(())
}

fn median(results: &[Value], key: &str) -> f64 {
    let mut seconds: Vec<f64> = results.iter().map(|result| number(&result[key])).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}

fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "\n| file | MB | LNN, s | LNN, MB/s | peer, s | × | peer | preparing, s |\n|---|---:|---:|---:|---:|---:|---|---:|\n",
    );
    for row in rows {
        let megabytes = row.n_bytes as f64 / 1e6;
        let _ = writeln!(
            out,
            "| {} | {} | **{}** | {} | {} | {} | {} | {} |",
            row.about,
            digits(megabytes),
            digits(row.seconds),
            digits(megabytes / row.seconds),
            digits(row.tool_seconds),
            digits(row.tool_seconds / row.seconds),
            row.tool,
            row.prepare_seconds.map(digits).unwrap_or_default(),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_reads_other_numbers_is_found() {
        let result = |rows: u32, sum: f64| vec![json!({ "rows": rows, "numeric": 2, "sum": sum })];
        check_equal("a.csv", &result(3, 1e9), &result(3, 1e9 + 0.1)).unwrap();
        check_equal("a.csv", &result(3, 1e9), &result(3, 1e9 + 10.0)).unwrap_err();
        let error = check_equal("a.csv", &result(3, 1.0), &result(4, 1.0)).unwrap_err().to_string();
        assert!(error.starts_with("a.csv: LNN has read"), "{error}");
    }

    #[test]
    fn the_table_has_rates_and_ratios() {
        let row = Row {
            about: "CSV",
            n_bytes: 50_000_000,
            seconds: 0.5,
            prepare_seconds: None,
            tool: "pandas".to_owned(),
            tool_seconds: 1.0,
        };
        assert!(table(&[row]).ends_with("| CSV | 50.0 | **0.500** | 100 | 1.00 | 2.00 | pandas |  |\n"));
    }
}
