//! The logs of every released format are read as on the day they were written.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;

use lnn_runlog::files::{MemorySource, SingleFile};
use lnn_runlog::{Depth, LogScan, LogWriter, Progress, Quantity, Record};

const FORMAT_1: &[u8] = include_bytes!("golden/format1.ndjson.gz");
const STEPS_1: &str = include_str!("golden/format1.steps.csv");
const UNITS_1: &str = include_str!("golden/format1.units.csv");

/// Every line of a log, with what it says.
fn read(bytes: &[u8]) -> Vec<(String, Record, Option<u64>)> {
    let files = SingleFile::new("golden.ndjson.gz", Box::new(MemorySource(bytes.to_vec())));
    let mut scan = LogScan::new(Box::new(files), Depth::Whole).unwrap();
    let mut lines = Vec::new();
    let mut keep = |entry: &lnn_runlog::Entry<'_>| {
        lines.push((entry.line.text.to_owned(), entry.record.clone().unwrap(), entry.line.envelope.time_ms));
    };
    while scan.advance(u64::MAX, &mut keep).unwrap() == Progress::More {}
    scan.finish(&mut keep);
    assert!(scan.report().is_good(), "{:?}", scan.report());
    lines
}

#[test]
fn format_1_is_read_as_it_was_written() {
    let (mut steps, mut units) = (Vec::new(), Vec::new());
    let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for (_, record, _) in read(FORMAT_1) {
        let Record::Step(step) = record else { continue };
        let head = step.record.head;
        let scores = [Some(head.train), head.dev].map(|scores| {
            let of = |pick: fn(&lnn_runlog::Scores) -> Option<f64>| text(scores.as_ref().and_then(pick));
            [of(|s| Some(s.cost)), of(|s| s.accuracy), of(|s| s.r2), of(|s| s.rmse)].join(",")
        });
        let (rate, cost, scored) = (head.learning_rate, text(head.batch_cost), step.scored_step);
        let (number, epoch) = (head.step, head.epoch);
        let [train, dev] = scores;
        let digest = head.digest;
        steps.push(format!("iris-7,{number},{epoch},{rate},{cost},{scored},{train},{dev},{digest:016x}"));
        for (layer_idx, layer) in step.record.layers.iter().enumerate() {
            for unit_idx in 0..layer.n_units() {
                let values =
                    Quantity::ALL.map(|quantity| layer.get(quantity)[unit_idx].to_string()).join(",");
                units.push(format!("iris-7,{number},{},{},{values}", layer_idx + 1, unit_idx + 1));
            }
        }
        let watched = step.watched.unwrap();
        assert_eq!((watched.activations.len(), watched.activations[0].bytes.len()), (3, 4 * 64));
    }
    assert_eq!(steps, STEPS_1.lines().skip(1).collect::<Vec<_>>());
    assert_eq!(units, UNITS_1.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn format_1_is_written_as_it_was_written() {
    let mut writers: BTreeMap<&str, LogWriter<Vec<u8>>> = BTreeMap::new();
    for (text, record, time_ms) in read(FORMAT_1) {
        let writer = writers.entry("lnn").or_insert_with(|| LogWriter::new(Vec::new(), "iris-7", "lnn"));
        writer.write(&record, time_ms).unwrap();
        let written = std::mem::take(writer.get_mut());
        assert_eq!(String::from_utf8(written).unwrap().trim_end(), text);
    }
}
