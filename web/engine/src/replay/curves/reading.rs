//! Reads the files of curve logs, slice by slice.
//!
//! In: files, the time. Out: how far reading came, then [`Curves`](super::Curves) and what is wrong with the files. Read next:
//! `charts.rs`.

use std::rc::Rc;

use lnn_runlog::files::{Chunks, Files, Source, SourceError, open_plain};
use lnn_runlog::foreign::{
    CurveLog, EventFileReader, ForeignKind, MAX_RESULTS_BYTES, Problem, ResultsJsonError, read_results_json,
};

use super::charts::Charts;
use super::found::FoundRun;
use crate::protocol::FromTrainer;
use crate::replay::{FromReplay, LogKind, LogStatus, SLICE_MS, STATUS_MS};

/// Places of a file that are listed.
const MAX_LISTED: usize = 11;

/// A log that is being read.
pub struct CurveReading {
    id: u32,
    name: String,
    n_bytes_total: f64,
    files: Box<dyn Files>,
    /// What is left, the next one last.
    runs: Vec<FoundRun>,
    n_files: usize,
    n_files_read: usize,
    n_bytes: u64,
    open: Option<OpenFile>,
    /// Event files of the present run that are read.
    readers: Vec<EventFileReader>,
    charts: Charts,
    counts_epochs: bool,
    n_points: u64,
    account: Vec<String>,
    n_problems: usize,
    status_ms: f64,
    is_over: bool,
}

/// A file, and what it is read into.
struct OpenFile {
    name: String,
    chunks: Chunks<Box<dyn Source>>,
    reader: Reader,
}

enum Reader {
    Events(Box<EventFileReader>),
    Results(Vec<u8>),
}

impl CurveReading {
    /// Nothing is read yet.
    pub fn new(
        id: u32,
        name: &str,
        n_bytes_total: f64,
        files: Box<dyn Files>,
        mut runs: Vec<FoundRun>,
    ) -> Self {
        let n_files = runs.iter().map(|run| run.files.len()).sum();
        let counts_epochs = runs.iter().all(|run| run.kind == ForeignKind::ResultsJson);
        runs.reverse();
        for run in &mut runs {
            run.files.reverse();
        }
        Self {
            id,
            name: name.to_owned(),
            n_bytes_total,
            files,
            runs,
            n_files,
            n_files_read: 0,
            n_bytes: 0,
            open: None,
            readers: Vec::new(),
            charts: Charts::default(),
            counts_epochs,
            n_points: 0,
            account: Vec::new(),
            n_problems: 0,
            status_ms: f64::NEG_INFINITY,
            is_over: false,
        }
    }

    /// Whether there is more to read.
    pub fn is_busy(&self) -> bool {
        !self.is_over
    }

    /// Reads on for a moment.
    pub fn work(&mut self, clock: &dyn Fn() -> f64) -> Vec<FromReplay> {
        let start_ms = clock();
        loop {
            self.read_on();
            if self.is_over || clock() - start_ms >= SLICE_MS {
                break;
            }
        }
        if self.is_over {
            return self.results();
        }
        let now_ms = clock();
        if now_ms - self.status_ms < STATUS_MS {
            return Vec::new();
        }
        self.status_ms = now_ms;
        vec![FromReplay::Log(Rc::new(self.status()))]
    }

    /// The next chunk, the next file, or the next run.
    fn read_on(&mut self) {
        if let Some(open) = &mut self.open {
            match open.read_on() {
                Ok(0) => self.close(),
                Ok(n_bytes) => self.n_bytes += n_bytes,
                Err(error) => {
                    let why = format!("«{}»: {error}.", open.name);
                    self.problem(why);
                    self.close();
                }
            }
        } else if let Some(run) = self.runs.last_mut() {
            let kind = run.kind;
            match run.files.pop() {
                Some(name) => self.open_file(name, kind),
                None => self.end_run(),
            }
        } else {
            self.is_over = true;
        }
    }

    fn open_file(&mut self, name: String, kind: ForeignKind) {
        let source = self.files.open(&name).and_then(open_plain);
        match source {
            Ok(source) => {
                let reader = match kind {
                    ForeignKind::TensorBoard => Reader::Events(Box::new(EventFileReader::new(&name))),
                    ForeignKind::ResultsJson => Reader::Results(Vec::new()),
                };
                self.open = Some(OpenFile { name, chunks: Chunks::new(source, 0), reader });
            }
            Err(error) => {
                self.n_files_read += 1;
                self.problem(format!("«{name}»: {error}."));
            }
        }
    }

    /// The file is read to its end.
    fn close(&mut self) {
        self.n_files_read += 1;
        let Some(OpenFile { name, reader, .. }) = self.open.take() else { return };
        match reader {
            Reader::Events(reader) => self.readers.push(*reader),
            Reader::Results(bytes) => match read_results_json(&bytes) {
                Ok(log) => self.take(&log),
                Err(error) => self.refuse(&name, &error),
            },
        }
    }

    fn refuse(&mut self, name: &str, error: &ResultsJsonError) {
        self.problem(format!("«{name}»: {error}."));
    }

    fn end_run(&mut self) {
        if !self.readers.is_empty() {
            let log = EventFileReader::merge(self.name.as_str(), self.readers.drain(..));
            self.take(&log);
        }
        self.runs.pop();
    }

    fn take(&mut self, log: &CurveLog) {
        let Some(run) = self.runs.last() else { return };
        let name = run.name.clone();
        let n_points = |n_curves: usize, n_tensors: usize| (n_curves + n_tensors) as u64;
        self.n_points += n_points(
            log.curves.iter().map(|curve| curve.points.len()).sum(),
            log.distributions.iter().map(|tensor| tensor.points.len()).sum(),
        );
        self.charts.add(&name, log);
        let is_only_run = self.n_files == 1;
        for problem in &log.problems {
            let place = place(problem);
            let file = if is_only_run { String::new() } else { format!("{name}, ") };
            self.problem(format!("{file}{place}: {}.", problem.why));
        }
    }

    fn problem(&mut self, sentence: String) {
        self.n_problems += 1;
        if self.account.len() < MAX_LISTED {
            self.account.push(sentence);
        }
    }

    /// Everything that is known, at the end.
    fn results(&mut self) -> Vec<FromReplay> {
        if self.n_problems > self.account.len() {
            self.account.push(format!("Places that can't be used: {} in all.", self.n_problems));
        }
        if self.charts.is_empty() {
            let why = self.account.first().cloned();
            let why = why.unwrap_or_else(|| "it holds no curves.".to_owned());
            return vec![FromTrainer::Refused { message: format!("{}: {why}", self.name) }.into()];
        }
        let curves = Rc::new(std::mem::take(&mut self.charts).finish(self.counts_epochs));
        let status = FromReplay::Log(Rc::new(self.status()));
        vec![status, FromReplay::Curves { run: self.id, curves }]
    }

    fn status(&self) -> LogStatus {
        let share = match self.n_files {
            1 if self.n_bytes_total > 0.0 => (self.n_bytes as f64 / self.n_bytes_total).min(1.0),
            _ => self.n_files_read as f64 / self.n_files.max(1) as f64,
        };
        LogStatus {
            run: self.id,
            name: self.name.clone(),
            is_reading: !self.is_over,
            share,
            n_records: self.n_points,
            is_good: self.n_problems == 0,
            account: self.account.clone(),
            kind: LogKind::Curves,
            ..LogStatus::default()
        }
    }
}

impl OpenFile {
    /// Takes the next bytes, and tells how many there are.
    fn read_on(&mut self) -> Result<u64, SourceError> {
        if matches!(&self.reader, Reader::Results(bytes) if bytes.len() > MAX_RESULTS_BYTES) {
            return Ok(0);
        }
        let Some(chunk) = self.chunks.next_chunk()? else { return Ok(0) };
        match &mut self.reader {
            Reader::Events(reader) => reader.push(chunk),
            Reader::Results(bytes) => bytes.extend_from_slice(chunk),
        }
        Ok(chunk.len() as u64)
    }
}

/// `line 3, byte 71`
fn place(problem: &Problem) -> String {
    let line = problem.line.map(|line| format!("line {line}, ")).unwrap_or_default();
    format!("{line}byte {}", problem.byte)
}
