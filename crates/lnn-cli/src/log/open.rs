//! A log opened from a path: a folder, an archive, a file.
//!
//! In: the path. Out: its entries, its account, and any line again. Read next: `check.rs`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use lnn_runlog::files::{FileSource, Files, Folder, SingleFile, Source, ZipFiles, is_zip, read_up_to};
use lnn_runlog::{
    CheckpointPlace, Depth, Entry, HeaderRecord, LogScan, Place, Placed, Progress, Record, Report, RunLedger,
};

/// Bytes read between two looks at the progress bar.
const SLICE_BYTES: u64 = 16 << 20;

/// A log that can be read.
pub struct OpenLog {
    scan: LogScan,
}

impl OpenLog {
    /// Opens a log; nothing is read yet.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display();
        if !path.exists() {
            bail!("there is no «{name}»: check the path");
        }
        let scan = LogScan::new(files(path).with_context(|| format!("«{name}»"))?, Depth::Outline);
        Ok(Self { scan: scan.with_context(|| format!("«{name}»"))? })
    }

    /// Reads all of it.
    pub fn scan(&mut self, sink: &mut dyn FnMut(&Entry<'_>)) -> Result<()> {
        let style =
            ProgressStyle::with_template("{spinner} {bytes} of the log read, {binary_bytes_per_sec}")?;
        let bar = ProgressBar::new_spinner().with_style(style);
        while self.scan.advance(SLICE_BYTES, sink)? == Progress::More {
            bar.set_position(self.scan.n_bytes());
        }
        bar.finish_and_clear();
        self.scan.finish(sink);
        Ok(())
    }

    /// The account of what was read.
    pub fn report(&self) -> Report {
        self.scan.report()
    }

    /// All runs, or the one of this name.
    pub fn runs(&self, name: Option<&str>) -> Result<Vec<RunLedger>> {
        let all = self.scan.reader().runs();
        let runs: Vec<RunLedger> =
            all.iter().filter(|run| name.is_none_or(|name| run.run == name)).cloned().collect();
        let names: Vec<String> = all.iter().map(|run| format!("«{}»", run.run)).collect();
        match (runs.is_empty(), name) {
            (false, _) => Ok(runs),
            (true, Some(name)) if !all.is_empty() => {
                bail!("the log has no run «{name}»; there are {}", names.join(", "))
            }
            _ => bail!("no line of a run log was found: is this the right file?"),
        }
    }

    /// The run of this name, or the only one.
    pub fn run(&self, name: Option<&str>) -> Result<RunLedger> {
        let mut runs = self.runs(name)?;
        if runs.len() > 1 {
            let names: Vec<String> = runs.iter().map(|run| format!("«{}»", run.run)).collect();
            bail!("the log has several runs, {}: choose one with --run NAME", names.join(", "));
        }
        runs.pop().context("the log has no run")
    }

    /// The header of a run: its line, or what the folder's run.json says.
    pub fn header(&mut self, run: &RunLedger) -> Option<HeaderRecord> {
        let line = run.header.as_ref().map(|header| header.value.as_ref().clone());
        line.or_else(|| self.scan.index_header(&run.run))
    }

    /// What a good line says, and when it was written.
    pub fn record(&mut self, place: Place, n_bytes: u32) -> Result<(Record, Option<u64>)> {
        Ok(self.scan.record(place, n_bytes)?)
    }

    /// A good line as it stands.
    pub fn line(&mut self, place: Place, n_bytes: u32) -> Result<String> {
        Ok(self.scan.line(place, n_bytes)?)
    }

    /// A checkpoint's bytes.
    pub fn checkpoint(&mut self, checkpoint: &Placed<CheckpointPlace>) -> Result<Vec<u8>> {
        Ok(self.scan.checkpoint(checkpoint)?)
    }
}

fn files(path: &Path) -> Result<Box<dyn Files>> {
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path)?));
    }
    let mut source: Box<dyn Source> = Box::new(FileSource::open(path)?);
    if is_zip(&read_up_to(&mut source, 0, 4)?) {
        return Ok(Box::new(ZipFiles::new(source)?));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Box::new(SingleFile::new(&name, source)))
}
