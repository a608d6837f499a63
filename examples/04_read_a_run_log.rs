//! A training written to a run log, damaged on its way, and read again: what is good is shown, what is lost is named.
//!
//! Run it with `cargo run -p lnn-runlog --example 04_read_a_run_log`.

use std::error::Error;
use std::sync::Arc;

use lnn_core::{Recipe, SyntheticKind, Trainer};
use lnn_runlog::{Depth, LogReader, LogWriter, Quantity, Record, Recorder, Report};

/// # Errors
/// None here: the recipe is good and memory can be written to.
pub fn main() -> Result<(), Box<dyn Error>> {
    let data = Arc::new(SyntheticKind::Circle.generate::<f32>(100, 0.05, 1));
    let mut trainer = Trainer::new(Recipe::default(), data)?;
    let mut recorder = Recorder::new(&trainer, None, 1, None);

    // One line for each step; a writer may be killed at any byte.
    let mut writer = LogWriter::new(Vec::new(), "circle", "example");
    writer.write(&Record::Step(Box::new(recorder.start(&trainer))), None)?;
    for _ in 0..10 {
        if let Some(step) = recorder.step(&mut trainer, false)? {
            writer.write(&Record::Step(Box::new(step)), None)?;
        }
    }
    let mut log = writer.into_inner();

    // A bit flips in the middle.
    let middle = log.len() / 2;
    log[middle] ^= 1;

    let mut reader = LogReader::new(Depth::Whole);
    let mut show = |entry: &lnn_runlog::Entry<'_>| {
        let Some(Record::Step(step)) = &entry.record else { return };
        let norms = step.record.layers[0].get(Quantity::GradientNorm);
        println!("step {:2}  gradient norms of layer 1: {norms:.4?}", step.record.head.step);
    };
    reader.push(&log, &mut show);
    reader.finish_file(&mut show);

    let report = Report::new(&reader, &[]);
    for bad in &report.bad_lines {
        println!("line {}, byte {}: {}", bad.line, bad.byte, bad.why);
    }
    println!("missing steps: {:?}, lines: {}", report.missing_steps, report.missing_lines);
    Ok(())
}
