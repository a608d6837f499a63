//! A made log is one that LNN's own tools find nothing wrong with: what `lnn log check` says, at a size that tests can wait for.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::io::Read;
use std::process::Command;

use flate2::read::GzDecoder;
use lnn_bench_logs::{HIDDEN, LogSettings, Made, N_CLASSES, make_log};
use lnn_runlog::{Depth, LayerRecord, LogReader, LoggedStep, MAX_WATCHED, Record, Report, from_safetensors};

fn log(settings: LogSettings) -> (Vec<u8>, Made) {
    let mut log = Vec::new();
    let made = make_log(&mut log, settings, &mut |_| ()).unwrap();
    assert_eq!(log.len() as u64, made.n_bytes);
    (log, made)
}

/// Reads everything of a log, demands that it is complete, and returns its records and its account.
fn read(log: &[u8]) -> (Vec<Record>, Report) {
    let (mut reader, mut records) = (LogReader::new(Depth::Whole), Vec::new());
    reader.read(log, &mut |entry| records.extend(entry.record.clone())).unwrap();
    let report = Report::new(&reader, &[]);
    assert!(report.is_good() && report.remarks.is_empty(), "{report:?}");
    assert!(report.duplicates == 0 && report.out_of_order == 0, "{report:?}");
    (records, report)
}

fn steps(records: &[Record]) -> impl Iterator<Item = &LoggedStep> {
    records.iter().filter_map(|record| match record {
        Record::Step(step) => Some(step.as_ref()),
        _ => None,
    })
}

#[test]
fn a_log_is_complete_and_every_step_is_probed() {
    let settings = LogSettings { n_bytes: 2_000_000, ..LogSettings::default() };
    let (log, made) = log(settings);
    assert!((settings.n_bytes..settings.n_bytes + 100_000).contains(&made.n_bytes), "{made:?}");
    let (records, report) = read(&log);
    assert_eq!(report.runs[0].steps, made.n_steps + 1, "and the state before the first step");
    for step in steps(&records) {
        let n_units: Vec<usize> = step.record.layers.iter().map(LayerRecord::n_units).collect();
        assert_eq!(n_units, [HIDDEN[0], HIDDEN[1], N_CLASSES]);
        assert!(step.watched.is_none());
    }
}

#[test]
fn watched_examples_are_in_it_where_they_are_wanted() {
    let settings = LogSettings { n_bytes: 1_000_000, is_watched: true, ..LogSettings::default() };
    let (records, _) = read(&log(settings).0);
    let Some(Record::Header(header)) = records.first() else { panic!("{:?}", records.first()) };
    assert_eq!(header.watched.as_ref().map(|watched| watched.rows.len()), Some(MAX_WATCHED));
    assert!(steps(&records).all(|step| step.watched.is_some()));
}

#[test]
fn a_longer_log_has_epochs_and_checkpoints_that_can_be_gone_on_from() {
    let settings = LogSettings { n_bytes: 10_000_000, checkpoint_bytes: 1, ..LogSettings::default() };
    let (log, made) = log(settings);
    let (records, _) = read(&log);
    assert!(made.n_checkpoints > 0 && records.iter().any(|record| matches!(record, Record::Epoch(_))));
    for record in &records {
        let Record::Checkpoint(checkpoint) = record else { continue };
        let bytes = data_encoding::BASE64.decode(checkpoint.inline.as_ref().unwrap().as_bytes()).unwrap();
        let snapshot = from_safetensors::<f32>(&bytes).unwrap();
        assert_eq!((snapshot.step, snapshot.digest()), (checkpoint.step, checkpoint.digest));
    }
}

#[test]
fn the_program_writes_the_same_log_compressed() {
    let path = format!("{}/small.ndjson.gz", env!("CARGO_TARGET_TMPDIR"));
    let _ = std::fs::remove_file(&path);
    let run = || Command::new(env!("CARGO_BIN_EXE_make-log")).args([&path, "--bytes", "500000"]).output();
    let output = run().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("of 0 MB"), "{told}");
    let mut text = Vec::new();
    GzDecoder::new(std::fs::File::open(&path).unwrap()).read_to_end(&mut text).unwrap();
    assert!(text == log(LogSettings { n_bytes: 500_000, ..LogSettings::default() }).0, "the same bytes");
    assert!(!run().unwrap().status.success(), "a file that is there is left alone");
}
