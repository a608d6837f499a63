//! What reads a log in the benchmark: LNN's reader at both depths, plain `serde_json` on the same lines, checksums alone.
//!
//! In: a log of one plain file. Out: the number of its steps, so that nobody can leave one out. Read next: `bin/read_log.rs`.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use lnn_runlog::files::{FileSource, SingleFile, SourceError};
use lnn_runlog::{Depth, LogScan, ScanError};
use serde::Deserialize;
use serde_json::Value;

/// Somebody who reads a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contestant {
    /// Every line verified, every number read into a record, an account of the run kept.
    Whole,
    /// Every line verified, the account of the run kept: what `lnn log check` and the page's first look do.
    Outline,
    /// `serde_json::Value` of each line, nothing verified.
    JsonValue,
    /// A struct by serde's derive of each line, nothing verified.
    JsonStruct,
    /// CRC-32C of each line and nothing else.
    Checksums,
}

impl Contestant {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Whole, Self::Outline, Self::JsonValue, Self::JsonStruct, Self::Checksums];

    /// Its name in the result.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Outline => "outline",
            Self::JsonValue => "json_value",
            Self::JsonStruct => "json_struct",
            Self::Checksums => "checksums",
        }
    }

    /// Reads the log from its file, and counts its steps.
    ///
    /// # Errors
    /// The file can't be read, or is no log without fault.
    pub fn read(self, path: &Path) -> Result<u64, ReadError> {
        match self {
            Self::Whole => scan(path, Depth::Whole),
            Self::Outline => scan(path, Depth::Outline),
            Self::JsonValue => count_lines(path, |line| {
                let line: Value = serde_json::from_slice(line)?;
                Ok(black_box(line)["kind"] == "step")
            }),
            Self::JsonStruct => count_lines(path, |line| {
                let line: PlainLine<'_> = serde_json::from_slice(line)?;
                Ok(black_box(line).kind == "step")
            }),
            Self::Checksums => count_lines(path, |line| {
                black_box(crc32c::crc32c(line));
                Ok(line.starts_with(br#"{"kind":"step","#))
            }),
        }
    }
}

/// Why a log isn't read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file can't be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file can't be opened.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file is no log.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A line is no JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Something is wrong with the log.
    #[error("the log is not whole: lnn log check says what is wrong with it")]
    NotWhole,
}

fn scan(path: &Path, depth: Depth) -> Result<u64, ReadError> {
    let files = SingleFile::new("log.ndjson", Box::new(FileSource::open(path)?));
    let mut scan = LogScan::new(Box::new(files), depth)?;
    scan.advance(u64::MAX, &mut |entry| {
        black_box(entry);
    })?;
    scan.finish(&mut |_| ());
    let report = scan.report();
    if !report.is_good() {
        return Err(ReadError::NotWhole);
    }
    Ok(report.runs.iter().map(|run| run.steps).sum())
}

fn count_lines(
    path: &Path,
    is_step: impl Fn(&[u8]) -> Result<bool, serde_json::Error>,
) -> Result<u64, ReadError> {
    let mut file = BufReader::with_capacity(256 << 10, File::open(path)?);
    let (mut line, mut n_steps) = (Vec::new(), 0);
    while file.read_until(b'\n', &mut line)? > 0 {
        n_steps += u64::from(is_step(line.trim_ascii_end())?);
        line.clear();
    }
    Ok(n_steps)
}

/// What somebody would write who wants the numbers of a log and has serde.
#[derive(Debug, Deserialize)]
struct PlainLine<'a> {
    kind: &'a str,
    #[serde(default, rename = "step")]
    _step: u64,
    #[serde(default, rename = "epoch")]
    _epoch: u64,
    #[serde(default, rename = "learning_rate")]
    _learning_rate: f64,
    #[serde(default, rename = "batch_cost")]
    _batch_cost: Option<f64>,
    #[serde(default, rename = "train")]
    _train: Option<PlainScores>,
    #[serde(default, rename = "dev")]
    _dev: Option<PlainScores>,
    #[serde(default, rename = "digest")]
    _digest: Option<&'a str>,
    #[serde(default, rename = "layers")]
    _layers: Vec<PlainLayer>,
}

#[derive(Debug, Deserialize)]
struct PlainScores {
    #[serde(rename = "cost")]
    _cost: Option<f64>,
    #[serde(rename = "accuracy")]
    _accuracy: Option<f64>,
}

/// Names and numbers of a layer, whatever names there are.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct PlainLayer {
    _quantities: std::collections::BTreeMap<String, Vec<Option<f32>>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LogSettings, make_log};

    #[test]
    fn everybody_finds_every_step() {
        let path = std::env::temp_dir().join(format!("lnn-bench-logs-{}.ndjson", std::process::id()));
        let settings = LogSettings { n_bytes: 1_000_000, ..LogSettings::default() };
        let made = make_log(&mut File::create(&path).unwrap(), settings, &mut |_| ()).unwrap();
        for contestant in Contestant::ALL {
            assert_eq!(contestant.read(&path).unwrap(), made.n_steps + 1, "{}", contestant.name());
        }
        std::fs::remove_file(&path).unwrap();
    }
}
