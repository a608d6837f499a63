//! How fast a CSV is read: makes one of 50 MB in memory and prints the seconds for each station.
//!
//! `cargo run --release -p lnn-import --example read_speed [MB]`

use std::fmt::Write;
use std::time::Instant;

use lnn_import::{CsvImporter, ImportError, ImportLimits, ImportPlan, Prepared, prepare};

fn main() -> Result<(), ImportError> {
    let n_megabytes = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(50_usize);
    let csv = made_up(n_megabytes << 20);
    let start = Instant::now();
    let mut importer = CsvImporter::new(ImportLimits::default());
    for chunk in csv.as_bytes().chunks(1 << 18) {
        importer.push(chunk)?;
    }
    let table = importer.finish()?;
    println!("read    {:6.2} s  {}", start.elapsed().as_secs_f64(), table.describe());
    let start = Instant::now();
    let plan = ImportPlan::guess(&table);
    println!("guess   {:6.2} s  {}", start.elapsed().as_secs_f64(), plan.task.as_str());
    let start = Instant::now();
    let prepared: Prepared<f32> = prepare(&table, &plan)?;
    println!("prepare {:6.2} s  {} inputs", start.elapsed().as_secs_f64(), prepared.input_names.len());
    Ok(())
}

/// Ten columns of numbers, one of texts with gaps, and classes.
fn made_up(n_bytes: usize) -> String {
    let mut csv = String::with_capacity(n_bytes + 200);
    csv.push_str("a,b,c,d,e,f,g,h,i,j,city,class\n");
    let mut state = 1_u32;
    while csv.len() < n_bytes {
        for _ in 0..10 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Writing to a text can't fail.
            let _ = write!(csv, "{},", f64::from(state >> 8) / 1000.0);
        }
        csv.push_str(["Bern", "Chur", "", "\"Genf, Genève\""][(state >> 30) as usize]);
        csv.push_str(if state & 0x400 == 0 { ",yes\n" } else { ",no\n" });
    }
    csv
}
