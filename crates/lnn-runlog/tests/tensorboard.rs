//! Event files against what `TensorBoard`'s own readers find in them.
//!
//! The files and `expected.json` were made by `tensorboard/make.py`, which names the versions.

#![allow(clippy::unwrap_used, reason = "a test that can't read its files fails")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use lnn_runlog::foreign::{CurveLog, EventFileReader, ForeignKind, sniff};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    curves: BTreeMap<String, Vec<(i64, String, String)>>,
    distributions: BTreeMap<String, Vec<ExpectedHistogram>>,
}

/// Step, wall time, (min, max, count, sum, sum of squares), rows of the buckets.
type ExpectedHistogram = (i64, String, Option<[String; 5]>, Vec<[String; 3]>);

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn same(found: f64, expected: f64) -> bool {
    found == expected || (found.is_nan() && expected.is_nan())
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tensorboard")
}

fn files(run: &str) -> Vec<(String, Vec<u8>)> {
    let paths = std::fs::read_dir(folder().join(run)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn all_files() -> Vec<(String, Vec<u8>)> {
    ["pytorch", "keras", "twice"].iter().flat_map(|run| files(run)).collect()
}

fn reader(name: &str, bytes: &[u8], chunk_bytes: usize) -> EventFileReader {
    let mut reader = EventFileReader::new(name);
    bytes.chunks(chunk_bytes).for_each(|chunk| reader.push(chunk));
    reader
}

fn open(run: &str, chunk_bytes: usize) -> CurveLog {
    EventFileReader::merge(run, files(run).iter().map(|(name, bytes)| reader(name, bytes, chunk_bytes)))
}

fn expected(run: &str) -> Expected {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    serde_json::from_str::<BTreeMap<String, Expected>>(&text).unwrap().remove(run).unwrap()
}

/// Every point of every curve and every bucket of every histogram.
fn check(run: &str, n_points: usize, n_histograms: usize) {
    let (log, expected) = (open(run, 1 << 16), expected(run));
    assert!(log.problems.is_empty(), "{:?}", log.problems);

    assert_eq!(log.curves.len(), expected.curves.len());
    for curve in &log.curves {
        // TensorBoard keeps two points at one step; here the later written one stays.
        let points: BTreeMap<i64, (f64, f64)> = expected.curves[&curve.tag]
            .iter()
            .map(|(step, time, value)| (*step, (number(time) * 1e3, number(value))))
            .collect();
        assert_eq!(curve.points.len(), points.len(), "{}", curve.tag);
        for (point, (step, (time_ms, value))) in curve.points.iter().zip(points) {
            assert_eq!((point.step, point.time_ms), (step, Some(time_ms)), "{}", curve.tag);
            assert!(same(point.value, value), "{} at {step}: {} for {value}", curve.tag, point.value);
        }
    }
    assert_eq!(log.curves.iter().map(|curve| curve.points.len()).sum::<usize>(), n_points);

    assert_eq!(log.distributions.len(), expected.distributions.len());
    for distribution in &log.distributions {
        let points = &expected.distributions[&distribution.tag];
        assert_eq!(distribution.points.len(), points.len(), "{}", distribution.tag);
        for (point, (step, time, sums, rows)) in distribution.points.iter().zip(points) {
            assert_eq!(
                (point.step, point.time_ms),
                (*step, Some(number(time) * 1e3)),
                "{}",
                distribution.tag
            );
            let told = [Some(point.min), Some(point.max), Some(point.count), point.sum, point.sum_squares];
            if let Some(sums) = sums {
                assert_eq!(told, sums.each_ref().map(|sum| Some(number(sum))), "{}", distribution.tag);
            }
            let buckets: Vec<[f64; 3]> = point.buckets.iter().map(|b| [b.left, b.right, b.count]).collect();
            // TensorBoard turns histograms of the older form into f32.
            let is_older = sums.is_some();
            let rounded = |edge: f64| if is_older { f64::from(edge as f32) } else { edge };
            let buckets: Vec<[f64; 3]> = buckets.into_iter().map(|bucket| bucket.map(rounded)).collect();
            let rows: Vec<[f64; 3]> =
                rows.iter().map(|row| row.each_ref().map(|cell| number(cell))).collect();
            assert_eq!(buckets, rows, "{} at {step}", distribution.tag);
        }
    }
    assert_eq!(log.distributions.iter().map(|d| d.points.len()).sum::<usize>(), n_histograms);
}

#[test]
fn what_pytorch_writes_is_read_as_tensorboard_reads_it() {
    check("pytorch", 50 + 2 + 3 + 1, 4 + 1);
}

#[test]
fn what_keras_writes_is_read_as_tensorboard_reads_it() {
    check("keras", 3 * 20, 5 + 1);
}

#[test]
fn of_two_files_that_write_the_same_steps_the_later_one_counts() {
    check("twice", 12, 0);
}

#[test]
fn the_log_says_what_it_lacks() {
    let lacks = open("pytorch", 1 << 16).lacks.join("\n");
    for part in ["No values by unit", "No recipe", "images (1), text (1)", "taken back"] {
        assert!(lacks.contains(part), "{part}: {lacks}");
    }
    assert!(open("keras", 1 << 16).lacks.join("\n").contains("graphs (2)"));
}

#[test]
fn neither_chunks_nor_the_order_of_the_files_matter() {
    for run in ["pytorch", "keras", "twice"] {
        let whole = format!("{:?}", open(run, usize::MAX));
        for chunk_bytes in [1, 7, 1000] {
            assert_eq!(format!("{:?}", open(run, chunk_bytes)), whole, "{run} in chunks of {chunk_bytes}");
        }
        let backwards = files(run).into_iter().rev().map(|(name, bytes)| reader(&name, &bytes, 1 << 16));
        assert_eq!(format!("{:?}", EventFileReader::merge(run, backwards)), whole, "{run}");
    }
}

/// Where the records of a file begin, and its end: by the lengths that it states.
fn record_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    while let Some(length) = bytes.get(starts[starts.len() - 1]..).and_then(|rest| rest.first_chunk::<8>()) {
        starts.push(starts[starts.len() - 1] + 16 + u64::from_le_bytes(*length) as usize);
    }
    starts
}

#[test]
fn every_prefix_of_a_file_opens_and_keeps_what_is_whole() {
    for (name, bytes) in all_files() {
        let starts = record_starts(&bytes);
        assert_eq!(starts.last(), Some(&bytes.len()));
        let mut reader = EventFileReader::new(&*name);
        let mut n_before = 0;
        for end in 0..=bytes.len() {
            let log = reader.clone().finish();
            let is_whole = starts.contains(&end);
            assert_eq!(log.problems.is_empty(), is_whole, "{name} up to byte {end}: {:?}", log.problems);
            if let Some(problem) = log.problems.first() {
                let start = *starts.iter().rfind(|start| **start < end).unwrap();
                assert_eq!(problem.byte, start as u64, "{name} up to byte {end}");
                assert!(problem.why.contains("cut off"), "{}", problem.why);
            }
            let n_points = log.curves.iter().map(|curve| curve.points.len()).sum::<usize>();
            let is_restart = log.lacks.iter().any(|lack| lack.contains("taken back"));
            assert!(n_points >= n_before || is_restart, "{name} up to byte {end} lost points");
            n_before = n_points;
            reader.push(bytes.get(end..=end).unwrap_or_default());
        }
    }
}

fn n_values(log: &CurveLog) -> usize {
    let n_points = log.curves.iter().map(|curve| curve.points.len()).sum::<usize>();
    n_points + log.distributions.iter().map(|d| d.points.len()).sum::<usize>()
}

/// The masked checksum of the format.
fn crc(data: &[u8]) -> [u8; 4] {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

#[test]
fn a_record_that_its_writer_wrote_wrongly_takes_no_other_with_it() {
    for (name, bytes) in all_files() {
        let starts = record_starts(&bytes);
        for pair in starts.windows(2) {
            let data = pair[0] + 12..pair[1] - 4;
            for at in data.clone().take(200) {
                for flip in [0x01, 0x80, 0xff] {
                    let mut bad = bytes[..pair[1]].to_vec();
                    bad[at] ^= flip;
                    let checksum = crc(&bad[data.clone()]);
                    bad[pair[1] - 4..].copy_from_slice(&checksum);
                    let log = reader(&name, &bad, 1 << 16).finish();
                    let is_there = log.problems.iter().all(|problem| problem.byte == pair[0] as u64);
                    assert!(is_there, "{name}, byte {at}: {:?}", log.problems);
                }
            }
        }
    }
}

#[test]
fn every_flipped_byte_is_reported_at_its_record() {
    for (name, bytes) in all_files() {
        let starts = record_starts(&bytes);
        let n_whole = n_values(&reader(&name, &bytes, 1 << 16).finish());
        for at in 0..bytes.len() {
            let flip = [0x01, 0x80, 0xff][at % 3];
            let mut bad = bytes.clone();
            bad[at] ^= flip;
            let log = reader(&name, &bad, 1 << 16).finish();
            let start = *starts.iter().rfind(|start| **start <= at).unwrap();
            let first = log.problems.first();
            assert_eq!(first.map(|p| p.byte), Some(start as u64), "{name}, byte {at} ^ {flip:#x}");
            // Each of these records holds one value.
            if at >= start + 12 {
                assert_eq!(log.problems.len(), 1, "{name}, byte {at}: {:?}", log.problems);
                assert!(n_values(&log) + 1 >= n_whole, "{name}, byte {at}: {} of {n_whole}", n_values(&log));
            }
        }
    }
}

#[test]
fn event_files_are_known_by_their_first_bytes_and_by_their_name() {
    for (name, bytes) in all_files() {
        assert_eq!(sniff(&bytes[..64], "download"), Some(ForeignKind::TensorBoard), "{name}");
        assert_eq!(sniff(b"", &name), Some(ForeignKind::TensorBoard), "{name}");
    }
}
