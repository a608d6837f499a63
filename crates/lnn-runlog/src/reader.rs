//! Reading a run log: bytes or messages in, records out, and an account of what is wrong.
//!
//! In: chunks of a log's files as they arrive, or the messages that a log service kept. Out: an [`Entry`] for each good
//! line, in the order of the file. A bad line is passed over and listed; what comes after it is read. Read next:
//! `report.rs` for the account, `ledger.rs`.

use std::io::Read;

use crate::index::Place;
use crate::ledger::{MAX_LISTED, RunLedger, Told, Verdict};
use crate::line::{LineError, LogLine, check, record_error};
use crate::lines::Lines;
use crate::long_step;
use crate::record::Record;
use crate::step_line::StepSummary;

/// Bytes read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// How much of each line is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything but the arrays of steps: enough to know where each step stands. [`LogLine::record`] gives the rest.
    Outline,
    /// Everything.
    Whole,
}

/// A good line of a log.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The line.
    pub line: &'a LogLine<'a>,
    /// Where it stands.
    pub place: Place,
    /// Which of [`LogReader::runs`] it belongs to.
    pub run_idx: usize,
    /// Whether it is news.
    pub verdict: Verdict,
    /// What it says; none at [`Depth::Outline`].
    pub record: Option<Record>,
}

/// A line that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub why: String,
}

/// Reads the files of a log, one after the other.
#[derive(Debug, Clone)]
pub struct LogReader {
    depth: Depth,
    lines: Lines,
    ledgers: Ledgers,
}

#[derive(Debug, Clone, Default)]
struct Ledgers {
    runs: Vec<RunLedger>,
    bad_lines: Vec<BadLine>,
    n_bad_lines: u64,
}

impl LogReader {
    /// A reader at the start of the log's first file.
    pub fn new(depth: Depth) -> Self {
        Self { depth, lines: Lines::new(0), ledgers: Ledgers::default() }
    }

    /// Takes the next bytes of the file, and gives each good line that they end.
    pub fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(&Entry<'_>)) {
        let Self { depth, lines, ledgers } = self;
        lines.push(chunk, &mut |place, line| ledgers.take(*depth, place, line, sink));
    }

    /// The file ends here: gives its last line, if that is whole but for its break. What follows is another file.
    pub fn finish_file(&mut self, sink: &mut dyn FnMut(&Entry<'_>)) {
        let Self { depth, lines, ledgers } = self;
        let file = lines.file();
        lines.finish(&mut |place, line| {
            let n_bad = ledgers.n_bad_lines;
            ledgers.take(*depth, place, line, sink);
            if let Some(bad) = ledgers.bad_lines.last_mut().filter(|_| ledgers.n_bad_lines > n_bad) {
                bad.why = format!("the file ends within this line: {}", bad.why);
            }
        });
        *lines = Lines::new(file + 1);
    }

    /// Takes a line that another reader found, for example in the log of a service.
    pub fn push_line(&mut self, place: Place, line: &str, sink: &mut dyn FnMut(&Entry<'_>)) {
        self.ledgers.take(self.depth, place, Ok(line.as_bytes()), sink);
    }

    /// Reads a file to its end.
    ///
    /// # Errors
    /// What the source says; the lines before are given nevertheless.
    pub fn read(&mut self, mut source: impl Read, sink: &mut dyn FnMut(&Entry<'_>)) -> std::io::Result<()> {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match source.read(&mut chunk) {
                Ok(0) => break,
                Ok(n_bytes) => self.push(chunk.get(..n_bytes).unwrap_or_default(), sink),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.finish_file(sink);
                    return Err(error);
                }
            }
        }
        self.finish_file(sink);
        Ok(())
    }

    /// Lists something else that is wrong with a file, such as a damaged archive.
    pub fn report_bad(&mut self, place: Place, why: String) {
        self.ledgers.bad(place, why);
    }

    /// The runs that were found, in the order of their first lines.
    pub fn runs(&self) -> &[RunLedger] {
        &self.ledgers.runs
    }

    /// Lines that can't be used, the first [`MAX_LISTED`].
    pub fn bad_lines(&self) -> &[BadLine] {
        &self.ledgers.bad_lines
    }

    /// Number of lines that can't be used.
    pub fn n_bad_lines(&self) -> u64 {
        self.ledgers.n_bad_lines
    }

    /// How much of each line is looked at.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The number of the line that is read next.
    pub fn line_number(&self) -> u64 {
        self.lines.line_number()
    }

    /// Where the last line begins, and its bytes so far, if its break has not come yet: it is still being written, or cut.
    pub fn pending(&self) -> Option<(Place, u64)> {
        self.lines.pending()
    }
}

impl Ledgers {
    fn take(
        &mut self,
        depth: Depth,
        place: Place,
        line: Result<&[u8], LineError>,
        sink: &mut dyn FnMut(&Entry<'_>),
    ) {
        let result = line.and_then(|bytes| self.enter(depth, place, bytes, sink));
        if let Err(error) = result {
            self.bad(place, error.to_string());
        }
    }

    fn bad(&mut self, place: Place, why: String) {
        self.n_bad_lines += 1;
        if self.bad_lines.len() < MAX_LISTED {
            self.bad_lines.push(BadLine { place, why });
        }
    }

    fn enter(
        &mut self,
        depth: Depth,
        place: Place,
        bytes: &[u8],
        sink: &mut dyn FnMut(&Entry<'_>),
    ) -> Result<(), LineError> {
        let text = check(bytes)?;
        let (line, told, record) = match long_step::read(text) {
            Some((envelope, step)) => {
                let told = Told::Step(StepSummary::from(&step));
                let record = (depth == Depth::Whole).then(|| Record::Step(Box::new(step)));
                (LogLine { text, envelope }, told, record)
            }
            None => by_serde(depth, text)?,
        };
        let run_idx = self.run_idx(&line.envelope.run);
        let Some(run) = self.runs.get_mut(run_idx) else { return Ok(()) };
        let verdict = run.take(&line, place, told);
        sink(&Entry { line: &line, place, run_idx, verdict, record });
        Ok(())
    }

    fn run_idx(&mut self, name: &str) -> usize {
        // Most lines belong to the run of the line before, and there are few runs.
        self.runs.iter().rposition(|run| run.run == name).unwrap_or_else(|| {
            self.runs.push(RunLedger::new(name));
            self.runs.len() - 1
        })
    }
}

/// Any line.
fn by_serde(depth: Depth, text: &str) -> Result<(LogLine<'_>, Told, Option<Record>), LineError> {
    let line = LogLine::of_text(text)?;
    let (told, record) = match depth {
        Depth::Outline => (outline(&line)?, None),
        Depth::Whole => {
            let record = line.record()?;
            (Told::from(&record), Some(record))
        }
    };
    Ok((line, told, record))
}

/// What a line says without the arrays of a step.
fn outline(line: &LogLine<'_>) -> Result<Told, LineError> {
    match line.envelope.kind.as_ref() {
        "step" => serde_json::from_str(line.text).map(Told::Step).map_err(record_error),
        _ => line.record().map(|record| Told::from(&record)),
    }
}
