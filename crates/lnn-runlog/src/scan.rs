//! A log's files read piece by piece: whatever form they have, the records come out in one stream.
//!
//! In: [`Files`], a folder, an archive or a single file. Out: entries as far as wanted, and any line again by its place. A
//! log that grows is read on from where it ended. Read next: `reader.rs`; `files/` for where bytes come from.

use std::collections::BTreeMap;

use crate::files::{Files, Source, SourceState, open_plain, read_up_to};
use crate::foreign::cloudwatch::{self, CloudWatchReader};
use crate::index::Place;
use crate::layout::{is_index, is_printed, log_files, segment_number};
use crate::lines::Lines;
use crate::reader::{Depth, Entry, LogReader};
use crate::report::Report;
use crate::scan_error::ScanError;
use crate::spool::Spool;
use crate::{CheckpointPlace, HeaderRecord, LogLine, MAX_LINE_BYTES, Placed, Record, RunIndex};

/// Bytes read at once.
const CHUNK_BYTES: usize = 256 << 10;
/// Sources open at a time.
const MAX_OPEN: usize = 64;
/// Larger checkpoints are not read.
const MAX_CHECKPOINT_BYTES: usize = 1 << 30;

/// How far a scan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is more.
    More,
    /// That is all there is at present.
    AtEnd,
}

/// How a file's lines come to be known.
enum Feed {
    /// They are the file's lines.
    Lines,
    /// They are among what a function printed.
    Printed(Lines),
    /// They are messages that a service kept.
    Messages(Box<CloudWatchReader>),
}

/// Reads the files of a log in order, as far as wanted.
pub struct LogScan {
    files: Box<dyn Files>,
    /// The log's files, in their order.
    names: Vec<String>,
    reader: LogReader,
    /// Open sources by their place in `names`.
    sources: BTreeMap<usize, Box<dyn Source>>,
    /// The file that is being read, and how far it was.
    at: usize,
    offset: u64,
    feed: Feed,
    n_bytes: u64,
    spool: Spool,
    remarks: Vec<String>,
    /// The file whose end was told to be damaged: once is enough.
    damaged: Option<usize>,
    buffer: Vec<u8>,
}

impl LogScan {
    /// Looks which files make up the log.
    ///
    /// # Errors
    /// None does.
    pub fn new(files: Box<dyn Files>, depth: Depth) -> Result<Self, ScanError> {
        let names = log_files(files.names());
        if names.is_empty() {
            return Err(ScanError::NoLog);
        }
        let mut scan = Self {
            remarks: files
                .problems()
                .iter()
                .map(|problem| format!("«{}»: {}", problem.name, problem.why))
                .collect(),
            files,
            names,
            reader: LogReader::new(depth),
            sources: BTreeMap::new(),
            at: 0,
            offset: 0,
            feed: Feed::Lines,
            n_bytes: 0,
            spool: Spool::default(),
            damaged: None,
            buffer: vec![0; CHUNK_BYTES],
        };
        scan.remark_missing_segments();
        Ok(scan)
    }

    /// Reads at least one more piece, until `max_bytes` are read or there is nothing more at present.
    ///
    /// # Errors
    /// A file can't be opened. What is damaged within a file is listed, and the next file is read.
    pub fn advance(
        &mut self,
        max_bytes: u64,
        sink: &mut dyn FnMut(&Entry<'_>),
    ) -> Result<Progress, ScanError> {
        let until = self.n_bytes.saturating_add(max_bytes);
        while self.n_bytes < until {
            let mut buffer = std::mem::take(&mut self.buffer);
            let (at, offset) = (self.at, self.offset);
            let n_read = self.source(at).map(|source| source.read_at(offset, &mut buffer));
            let result = n_read.map(|n_read| match n_read {
                Ok(n_read) => Some(n_read),
                Err(error) => {
                    self.report_end(&error.to_string());
                    None
                }
            });
            if let Ok(Some(n_read)) = result {
                self.feed(buffer.get(..n_read).unwrap_or_default(), sink);
            }
            self.buffer = buffer;
            match result? {
                Some(n_read) if n_read > 0 => {}
                _ if self.at + 1 < self.names.len() => self.next_file(sink),
                _ => return Ok(Progress::AtEnd),
            }
        }
        Ok(Progress::More)
    }

    /// The log is over: its last line counts, whether it is ended or not.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&Entry<'_>)) {
        self.end_file(sink);
    }

    /// Looks for files and bytes that have come since.
    pub fn refresh(&mut self) {
        // A place that can't be read for a moment has the names that it had.
        let _ = self.files.refresh();
        let stem = |name: &String| name.trim_end_matches(".gz").to_owned();
        let known: Vec<String> = self.names.iter().map(stem).collect();
        for name in log_files(self.files.names()) {
            match known.iter().position(|known| *known == stem(&name)) {
                // A segment that was compressed meanwhile holds the same bytes.
                Some(idx) if self.names.get(idx) != Some(&name) => {
                    self.sources.remove(&idx);
                    if let Some(known) = self.names.get_mut(idx) {
                        *known = name;
                    }
                }
                Some(_) => {}
                None => self.names.push(name),
            }
        }
    }

    /// What was read so far.
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    /// Bytes read so far, before compression.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// The log's files.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The account so far.
    pub fn report(&self) -> Report {
        let mut report = Report::new(&self.reader, &self.names);
        report.remarks.extend(self.remarks.iter().cloned());
        report
    }

    /// A good line again, by its place.
    ///
    /// # Errors
    /// The log changed meanwhile.
    pub fn line(&mut self, place: Place, n_bytes: u32) -> Result<String, ScanError> {
        if let Some(line) = self.spool.line(place) {
            return Ok(line.to_owned());
        }
        let idx = place.file as usize;
        let name = self.names.get(idx).cloned().unwrap_or_default();
        let source = self.source(idx)?;
        let bytes = read_up_to(source, place.byte, (n_bytes as usize).min(MAX_LINE_BYTES));
        let bytes = bytes.map_err(|source| ScanError::File { name: name.clone(), source })?;
        let text = crate::line::check(&bytes);
        text.map(str::to_owned).map_err(|why| ScanError::Changed { name, line: place.line, why })
    }

    /// Lines that stand one after the other, again and unchecked: from a place on, so many bytes.
    ///
    /// # Errors
    /// The file can't be read any more.
    pub fn text(&mut self, place: Place, n_bytes: u64) -> Result<String, ScanError> {
        if let Some(line) = self.spool.line(place) {
            return Ok(line.to_owned());
        }
        let idx = place.file as usize;
        let name = self.names.get(idx).cloned().unwrap_or_default();
        let bytes = read_up_to(self.source(idx)?, place.byte, n_bytes as usize);
        let bytes = bytes.map_err(|source| ScanError::File { name, source })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads from the start again: what was read before was replaced.
    pub fn restart(&mut self) {
        self.reader = LogReader::new(self.reader.depth());
        self.sources.clear();
        (self.at, self.offset, self.feed, self.n_bytes) = (0, 0, Feed::Lines, 0);
        self.spool = Spool::default();
        self.damaged = None;
        self.refresh();
    }

    /// What a good line says, again, and when it was written.
    ///
    /// # Errors
    /// The log changed meanwhile.
    pub fn record(&mut self, place: Place, n_bytes: u32) -> Result<(Record, Option<u64>), ScanError> {
        let text = self.line(place, n_bytes)?;
        let opened = LogLine::open(text.as_bytes());
        let record = opened.and_then(|line| Ok((line.record()?, line.envelope.time_ms)));
        record.map_err(|why| {
            let name = self.names.get(place.file as usize).cloned().unwrap_or_default();
            ScanError::Changed { name, line: place.line, why }
        })
    }

    /// A checkpoint's bytes, a safetensors file.
    ///
    /// # Errors
    /// They are missing or damaged.
    pub fn checkpoint(&mut self, checkpoint: &Placed<CheckpointPlace>) -> Result<Vec<u8>, ScanError> {
        let Some(file) = checkpoint.value.file.clone() else {
            let (record, _) = self.record(checkpoint.place, checkpoint.n_bytes)?;
            let Record::Checkpoint(record) = record else { return Ok(Vec::new()) };
            let text = record.inline.unwrap_or_default();
            let bytes = data_encoding::BASE64.decode(text.as_bytes());
            return bytes.map_err(|why| ScanError::Checkpoint { step: record.step, why: why.to_string() });
        };
        // The run's folder may stand in another one, or its files may have been dropped one by one.
        let ends = |name: &&String| {
            name.strip_suffix(file.as_str()).is_some_and(|head| head.is_empty() || head.ends_with('/'))
        };
        let found = self.files.names().iter().filter(ends).min_by_key(|name| name.len()).cloned();
        let name = found.ok_or_else(|| ScanError::NoCheckpoint { name: file.clone() })?;
        let failed = |source| ScanError::File { name: name.clone(), source };
        let mut source = self.files.open(&name).map_err(failed)?;
        read_up_to(&mut source, 0, MAX_CHECKPOINT_BYTES).map_err(failed)
    }

    /// The header that `run.json` has of a run, for logs whose own was lost.
    pub fn index_header(&mut self, run: &str) -> Option<HeaderRecord> {
        let names: Vec<String> = self.files.names().iter().filter(|name| is_index(name)).cloned().collect();
        names.iter().find_map(|name| {
            let mut source = self.files.open(name).ok()?;
            let bytes = read_up_to(&mut source, 0, MAX_LINE_BYTES).ok()?;
            let index = RunIndex::from_json(std::str::from_utf8(&bytes).ok()?).ok()?;
            (index.run == run).then_some(index.header)
        })
    }

    fn source(&mut self, idx: usize) -> Result<&mut Box<dyn Source>, ScanError> {
        if !self.sources.contains_key(&idx) {
            let name = self.names.get(idx).cloned().unwrap_or_default();
            let opened = self.files.open(&name).and_then(open_plain);
            let opened = opened.map_err(|source| ScanError::File { name, source })?;
            if self.sources.len() >= MAX_OPEN {
                let other = self.sources.keys().copied().find(|known| *known != self.at);
                other.map(|other| self.sources.remove(&other));
            }
            self.sources.insert(idx, opened);
        }
        self.sources.get_mut(&idx).ok_or(ScanError::NoLog)
    }

    fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&Entry<'_>)) {
        if self.offset == 0 {
            self.feed = match cloudwatch::sniff(bytes) {
                Some(form) => Feed::Messages(Box::new(CloudWatchReader::new(form, None))),
                None if is_printed(bytes) => Feed::Printed(Lines::new(self.at as u32)),
                None => Feed::Lines,
            };
        }
        self.offset += bytes.len() as u64;
        self.n_bytes += bytes.len() as u64;
        let Self { reader, feed, spool, at, .. } = self;
        match feed {
            Feed::Lines => reader.push(bytes, sink),
            Feed::Printed(lines) => lines.push(bytes, &mut |place, line| {
                if let Ok(text) = line.map(String::from_utf8_lossy) {
                    spool.take(place, &text, reader, sink);
                }
            }),
            Feed::Messages(messages) => messages.push(bytes, &mut |message| {
                let place = Place { file: *at as u32, line: message.line, byte: message.byte };
                spool.take(place, &message.text, reader, sink);
            }),
        }
    }

    fn end_file(&mut self, sink: &mut dyn FnMut(&Entry<'_>)) {
        let Self { reader, feed, spool, at, .. } = self;
        match feed {
            Feed::Lines => {}
            Feed::Printed(lines) => lines.finish(&mut |place, line| {
                if let Ok(text) = line.map(String::from_utf8_lossy) {
                    spool.take(place, &text, reader, sink);
                }
            }),
            Feed::Messages(messages) => {
                let problems = messages.finish(&mut |message| {
                    let place = Place { file: *at as u32, line: message.line, byte: message.byte };
                    spool.take(place, &message.text, reader, sink);
                });
                for problem in problems {
                    let place = Place { file: *at as u32, line: problem.line, byte: problem.byte };
                    reader.report_bad(place, problem.why);
                }
            }
        }
        self.reader.finish_file(sink);
        if let Some(SourceState::Growing { compressed_bytes }) =
            self.sources.get_mut(&self.at).map(Source::state)
        {
            let why = format!(
                "the compressed file ends in the middle, after {compressed_bytes} bytes: it is still being written, or was cut"
            );
            self.report_end(&why);
        }
    }

    /// Something is wrong with a file where it was read last.
    fn report_end(&mut self, why: &str) {
        if self.damaged.replace(self.at) == Some(self.at) {
            return;
        }
        let place = Place { file: self.at as u32, line: self.reader.line_number(), byte: self.offset };
        self.reader.report_bad(place, why.to_owned());
    }

    fn next_file(&mut self, sink: &mut dyn FnMut(&Entry<'_>)) {
        self.end_file(sink);
        self.at += 1;
        (self.offset, self.feed) = (0, Feed::Lines);
    }

    fn remark_missing_segments(&mut self) {
        let number = |name: &String| segment_number(name);
        let numbers: Vec<u64> = self.names.iter().filter_map(number).collect();
        let last = numbers.iter().max().copied().unwrap_or_default();
        // A number that a stray file claims is no list of a million missing ones.
        let missing: Vec<String> = (0..last)
            .filter(|number| !numbers.contains(number))
            .take(100)
            .map(|number| format!("log/{number:06}.ndjson.gz"))
            .collect();
        if !missing.is_empty() {
            self.remarks.push(format!("segments are missing: {}", missing.join(", ")));
        }
    }
}
