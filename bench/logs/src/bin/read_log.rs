//! `read-log FILE`: a turn for each contestant that is written in Rust; `cargo xtask bench --only logs` asks for several.
//!
//! In: a log of one plain file, as `make-log` makes it. Out: JSON with its bytes, its steps and everybody's seconds. Read next:
//! `read.rs`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use lnn_bench_logs::Contestant;
use serde_json::{Map, Value, json};

fn main() -> Result<()> {
    let path: PathBuf = std::env::args_os().nth(1).context("which file? read-log FILE")?.into();
    let (mut seconds, mut n_steps) = (Map::new(), None);
    for contestant in Contestant::ALL {
        let begun = Instant::now();
        let found = contestant.read(&path).with_context(|| format!("«{}»", path.display()))?;
        seconds.insert(contestant.name().to_owned(), Value::from(begun.elapsed().as_secs_f64()));
        let expected = *n_steps.get_or_insert(found);
        ensure!(found == expected, "{} found {found} steps, not {expected}", contestant.name());
    }
    let n_bytes = path.metadata()?.len();
    let result = json!({ "bytes": n_bytes, "steps": n_steps, "seconds": seconds });
    Ok(writeln!(std::io::stdout(), "{result}")?)
}
