//! How fast a file becomes a table: prints JSON, the seconds for each station and what `cargo xtask bench --import` checks.
//!
//! `cargo run --release -p lnn-import --features formats --example read_speed FILE`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use lnn_import::formats::{InputFile, open};
use lnn_import::{ColumnValues, ImportLimits, ImportPlan, OpenOptions, Prepared, prepare};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let path = Path::new(&path);
    let start = Instant::now();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let files = vec![InputFile { name, bytes: std::fs::read(path)? }];
    let table = open(files, &OpenOptions::default(), &ImportLimits::default())?;
    let opened = start.elapsed().as_secs_f64();
    let numeric = table.columns.iter().filter_map(|column| match &column.values {
        ColumnValues::Numeric(numbers) => Some(numbers),
        _ => None,
    });
    let (mut n_numeric, mut sum) = (0, 0.0);
    for numbers in numeric {
        n_numeric += 1;
        sum += numbers.iter().filter(|number| !number.is_nan()).sum::<f64>();
    }
    let start = Instant::now();
    let prepared = prepare(&table, &ImportPlan::guess(&table)).map(|_: Prepared<f32>| start.elapsed());
    let result = json!({
        "seconds": opened, "prepare_seconds": prepared.ok().map(|it| it.as_secs_f64()),
        "rows": table.n_rows, "numeric": n_numeric, "sum": sum,
    });
    println!("{result}");
    Ok(())
}
