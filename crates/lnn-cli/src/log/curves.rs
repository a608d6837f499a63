//! Logs without units in a terminal: `TensorBoard`'s event files and the `results.json` of LNN's ancestor.
//!
//! In: a file, or a folder of event files. Out: their [`CurveLog`], shown, checked or written as tables. Read next: `show.rs`.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_runlog::files::{Chunks, FileSource, Files, Folder, SingleFile, read_up_to};
use lnn_runlog::foreign::{
    Curve, CurveLog, EventFileReader, ForeignKind, MAX_RESULTS_BYTES, read_results_json, sniff,
};

use super::table::{Column, Rows, TableFile};
use crate::args::{ExportArgs, TableFormat};

/// Bytes that tell a file's kind.
const SNIFFED_BYTES: usize = 4096;
/// Points of a curve that are shown.
const N_SHOWN: usize = 8;

/// The log at a path, if it is one without units.
pub fn open(path: &Path) -> Result<Option<CurveLog>> {
    let name = path.display().to_string();
    let mut files: Box<dyn Files> = match path {
        path if path.is_dir() => Box::new(Folder::new(path)?),
        path if path.is_file() => Box::new(SingleFile::new(&name, Box::new(FileSource::open(path)?))),
        _ => return Ok(None),
    };
    let mut readers = Vec::new();
    for file in files.names().to_vec() {
        let mut source = files.open(&file)?;
        let first_bytes = read_up_to(&mut source, 0, SNIFFED_BYTES)?;
        match sniff(&first_bytes, &file) {
            Some(ForeignKind::TensorBoard) => {
                let mut reader = EventFileReader::new(&file);
                let mut chunks = Chunks::new(source, 0);
                while let Some(chunk) = chunks.next_chunk()? {
                    reader.push(chunk);
                }
                readers.push(reader);
            }
            Some(ForeignKind::ResultsJson) if path.is_file() => {
                let bytes = read_up_to(&mut source, 0, MAX_RESULTS_BYTES + 1)?;
                return Ok(Some(read_results_json(&bytes)?));
            }
            _ => {}
        }
    }
    Ok((!readers.is_empty()).then(|| EventFileReader::merge(name, readers)))
}

/// Shows a log.
pub fn show(log: &CurveLog) -> Result<()> {
    let mut out = std::io::stdout();
    for curve in &log.curves {
        let distance = curve.points.len().div_ceil(N_SHOWN).max(1);
        let last = curve.points.len().saturating_sub(1);
        let shown = curve.points.iter().enumerate().filter(|(idx, _)| (last - idx).is_multiple_of(distance));
        let shown: Vec<String> = shown.map(|(_, point)| format!("{}: {}", point.step, point.value)).collect();
        writeln!(out, "{} ({} points)  {}", curve.tag, curve.points.len(), shown.join("  "))?;
    }
    for distribution in &log.distributions {
        writeln!(out, "{} (distributions at {} steps)", distribution.tag, distribution.points.len())?;
    }
    for problem in &log.problems {
        let line = problem.line.map(|line| format!("line {line}, ")).unwrap_or_default();
        writeln!(out, "{line}byte {}: {}", problem.byte, problem.why)?;
    }
    for sentence in &log.lacks {
        writeln!(out, "{sentence}")?;
    }
    Ok(())
}

/// What is wrong with a log; exit code 1 if anything is.
pub fn check(log: &CurveLog) -> Result<()> {
    show(log)?;
    match log.problems.len() {
        0 => Ok(()),
        n => bail!("the log is not whole: problems at {n} places"),
    }
}

/// Writes `curves` and `distributions` as tables.
pub fn export(log: &CurveLog, args: &ExportArgs) -> Result<()> {
    let is_parquet = args.format == TableFormat::Parquet;
    let ending = if is_parquet { "parquet" } else { "csv" };
    fs::create_dir_all(&args.to).with_context(|| format!("«{}» can't be made", args.to.display()))?;
    let write = |name: &str, rows: &Rows| -> Result<()> {
        let mut file = TableFile::create(&args.to.join(format!("{name}.{ending}")), is_parquet)?;
        file.write(rows)?;
        file.finish()
    };
    write("curves", &curve_rows(&log.curves))?;
    write("distributions", &distribution_rows(log))?;
    let folder = args.to.display();
    writeln!(
        std::io::stdout(),
        "{} curves and {} distributions in «{folder}», as {ending}",
        log.curves.len(),
        log.distributions.len()
    )?;
    Ok(())
}

fn curve_rows(curves: &[Curve]) -> Rows {
    let (mut tags, mut steps, mut times, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for curve in curves {
        for point in &curve.points {
            tags.push(Some(curve.tag.clone()));
            steps.push(Some(point.step));
            times.push(point.time_ms);
            values.push(Some(point.value).filter(|value| value.is_finite()));
        }
    }
    let mut rows = Rows::new(&[
        ("tag", Column::Text(tags)),
        ("step", Column::Whole(steps)),
        ("time_ms", Column::Double(times)),
        ("value", Column::Double(values)),
    ]);
    rows.len = curves.iter().map(|curve| curve.points.len()).sum();
    rows
}

fn distribution_rows(log: &CurveLog) -> Rows {
    let (mut tags, mut steps, mut bounds) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new(), Vec::new()]);
    for distribution in &log.distributions {
        for point in &distribution.points {
            for bucket in &point.buckets {
                tags.push(Some(distribution.tag.clone()));
                steps.push(Some(point.step));
                for (column, value) in bounds.iter_mut().zip([bucket.left, bucket.right, bucket.count]) {
                    column.push(Some(value).filter(|value| value.is_finite()));
                }
            }
        }
    }
    let len = tags.len();
    let [left, right, count] = bounds;
    let mut rows = Rows::new(&[
        ("tag", Column::Text(tags)),
        ("step", Column::Whole(steps)),
        ("left", Column::Double(left)),
        ("right", Column::Double(right)),
        ("count", Column::Double(count)),
    ]);
    rows.len = len;
    rows
}
