//! Logs of other programs without a browser: read by slices, several runs, damaged, of no kind at all.
#![allow(clippy::unwrap_used, clippy::panic, clippy::format_collect, reason = "a test may fail, and be slow")]

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use lnn_engine::replay::{FromReplay, LogKind, LogStatus, Opened, curves::CurveReading};
use lnn_runlog::files::{ManySources, MemorySource, Source};
use lnn_web::protocol::{Curves, FromTrainer, TagLine};

const RESULTS: &str = r#"{"Start": "2018-03-01 10:11:12.131415", "epoch0": {"cost": 0.77}, "epoch1": {"cost": 0.71},
"epoch2": {"cost": NaN, "accuracy": 0.5}, "End": "2018-03-01 10:12:09.5"}"#;

/// What the page was told.
#[derive(Default)]
struct Told {
    statuses: Vec<Rc<LogStatus>>,
    curves: Option<Rc<Curves>>,
    refused: Vec<String>,
}

impl Told {
    fn curves(&self) -> &Curves {
        self.curves.as_ref().unwrap()
    }

    fn lines(&self, tag: &str) -> Vec<TagLine<'_>> {
        let idx = self.curves().tags.iter().position(|found| found == tag).unwrap();
        self.curves().lines_of(idx)
    }

    fn group(&self, tag: &str) -> &str {
        let idx = self.curves().tags.iter().position(|found| found == tag).unwrap();
        &self.curves().groups[idx]
    }

    fn last_status(&self) -> &LogStatus {
        self.statuses.last().unwrap()
    }
}

fn open(files: &[(&str, Vec<u8>)]) -> Opened {
    let n_bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let source = |bytes: &[u8]| -> Box<dyn Source> { Box::new(MemorySource(bytes.to_vec())) };
    let sources = files.iter().map(|(name, bytes)| ((*name).to_owned(), source(bytes))).collect();
    Opened::new(7, "the log", None, n_bytes as f64, Box::new(ManySources::new(sources))).unwrap()
}

fn read(files: &[(&str, Vec<u8>)]) -> Told {
    let Opened::Curves(mut reading) = open(files) else { panic!("it is taken for a log of LNN's own") };
    listen(&mut reading)
}

/// Reads on; a look at the clock takes 9 ms, so that no slice is longer than a chunk.
fn listen(reading: &mut CurveReading) -> Told {
    let time_ms = Cell::new(0.0);
    let clock = || {
        time_ms.set(time_ms.get() + 9.0);
        time_ms.get()
    };
    let mut told = Told::default();
    while reading.is_busy() {
        for message in reading.work(&clock) {
            match message {
                FromReplay::Log(status) => told.statuses.push(status),
                FromReplay::Curves { run: 7, curves } => told.curves = Some(curves),
                FromReplay::Tell(message) => match &*message {
                    FromTrainer::Refused { message } => told.refused.push(message.clone()),
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        }
    }
    told
}

fn event_files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/lnn-runlog/tests/tensorboard").join(folder);
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_results_json_is_a_curve_of_each_quantity_by_epoch() {
    let told = read(&[("results.json", RESULTS.into())]);
    let curves = told.curves.clone().unwrap();
    assert!(curves.counts_epochs && curves.seconds.is_empty());
    assert_eq!(curves.runs, ["results.json"]);
    let cost = told.lines("cost")[0];
    assert_eq!((cost.steps, cost.level(0)), (&[0.0, 1.0][..], &[0.77, 0.71][..]));
    assert_eq!(told.lines("accuracy")[0].steps, [2.0]);
    assert_eq!(curves.steps.0, [0.0, 1.0, 2.0]);
    assert!(curves.lacks.iter().any(|sentence| sentence.contains("No values by unit")), "{:?}", curves.lacks);
    let status = told.last_status();
    assert_eq!(
        (status.kind, status.n_records, status.is_good, status.is_reading),
        (LogKind::Curves, 3, false, false)
    );
    assert!(status.account[0].starts_with("line 2, byte ") && status.account[0].contains("no finite number"));
}

#[test]
fn a_torn_results_json_shows_what_it_has() {
    let told = read(&[("a.json", RESULTS[..80].into())]);
    assert_eq!(told.lines("cost")[0].level(0), [0.77]);
    assert!(!told.last_status().is_good && !told.last_status().account.is_empty());
}

#[test]
fn several_results_are_runs_over_each_other() {
    let told = read(&[("x/small/results.json", RESULTS.into()), ("x/large/results.json", RESULTS.into())]);
    assert_eq!(told.curves.as_ref().unwrap().runs, ["large", "small"]);
    assert_eq!(told.lines("cost").iter().map(|line| line.run_idx).collect::<Vec<_>>(), [0, 1]);
    assert!(told.last_status().account[0].starts_with("large, line 2"));
}

#[test]
fn event_files_of_a_folder_are_one_run_and_folders_are_several() {
    let mut files = Vec::new();
    for folder in ["pytorch", "keras"] {
        files.extend(
            event_files(folder).into_iter().map(|(name, bytes)| (format!("logs/{folder}/{name}"), bytes)),
        );
    }
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let told = read(&files);
    let curves = told.curves.clone().unwrap();
    assert_eq!(curves.runs, ["keras", "pytorch"]);
    assert!(!curves.counts_epochs && !curves.seconds.is_empty());
    assert_eq!((told.group("loss/train"), told.group("layer1/weights")), ("loss", "layer1: distributions"));
    assert!(told.lines("loss/train")[0].seconds.windows(2).all(|pair| pair[0] <= pair[1]));
    let weights = told.lines("layer1/weights")[0];
    assert_eq!((weights.n_levels, weights.values.len()), (5, 5 * weights.steps.len()));
    let last = |level: usize| *weights.level(level).last().unwrap();
    assert!((1..5).all(|level| last(level - 1) <= last(level)));
    let are_tensors: Vec<bool> =
        (0..curves.tags.len()).map(|idx| curves.lines_of(idx)[0].is_tensor()).collect();
    assert!(are_tensors.is_sorted(), "tensors come last");
    assert_eq!(told.lines("odd")[0].n_not_finite, 3);
    let lacks = &curves.lacks;
    assert!(
        lacks[0].starts_with("No values by unit")
            && lacks.iter().filter(|lack| lack.starts_with("No values")).count() == 1
    );
    assert!(lacks.iter().any(|lack| lack.starts_with("keras: In the log, but not shown")), "{lacks:?}");
    assert!(told.statuses.len() >= 2, "it tells how far it is read");
}

#[test]
fn a_damaged_record_is_told_with_its_place_and_the_others_are_shown() {
    let (name, mut bytes) = event_files("twice").swap_remove(0);
    let whole = read(&[(&name, bytes.clone())]);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    let told = read(&[(&name, bytes)]);
    assert!(told.last_status().n_records < whole.last_status().n_records);
    assert!(whole.last_status().is_good && !told.last_status().is_good);
    assert!(told.last_status().account[0].starts_with("byte "), "{:?}", told.last_status().account);
}

#[test]
fn a_long_curve_is_thinned_and_keeps_its_peak() {
    let epochs: String = (0..30_000)
        .map(|epoch| {
            format!(", \"epoch{epoch}\": {{\"cost\": {}}}", if epoch == 12_345 { 99.0 } else { 0.5 })
        })
        .collect();
    let told = read(&[("results.json", format!("{{\"Start\": \"2018-03-01 10:11:12\"{epochs}}}").into())]);
    let cost = told.lines("cost")[0];
    assert!(cost.steps.len() <= 1_000);
    assert!(cost.level(0).contains(&99.0));
    assert_eq!((cost.steps[0], cost.steps.last().copied()), (0.0, Some(29_999.0)));
    assert!(told.curves.unwrap().steps.len() <= 1_000);
}

#[test]
fn a_file_without_curves_is_refused_in_a_sentence() {
    let told = read(&[("events.out.tfevents.1.h", b"damaged".to_vec())]);
    assert!(told.curves.is_none());
    assert!(told.refused[0].starts_with("the log: byte 0"), "{:?}", told.refused);
}

#[test]
fn any_other_json_is_left_to_the_reader_of_run_logs() {
    let Opened::Replay(mut replay) = open(&[("package.json", b"{\"name\": \"x\"}".to_vec())]) else {
        panic!()
    };
    let messages: Vec<FromReplay> = (0..9).flat_map(|turn| replay.work(&|| f64::from(turn))).collect();
    let refused = messages.iter().any(|message| {
        matches!(message, FromReplay::Tell(told) if matches!(&**told, FromTrainer::Refused { message } if message.contains("it is no log")))
    });
    assert!(refused, "{messages:?}");
}
