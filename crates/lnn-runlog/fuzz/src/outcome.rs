//! Everything that a reader told of a log, to be compared with what it told otherwise.
//!
//! In: bytes, a depth, and where chunks end. Out: an [`Outcome`]. Read next: `fuzz_targets/log.rs`.

use arbitrary::Arbitrary;
use lnn_runlog::files::{Files, MemorySource, SingleFile, Source};
use lnn_runlog::{
    Depth, Entry, LogReader, LogScan, Place, Progress, Record, Report, RunLedger, ScanError, Verdict,
};

/// How many bytes are given at once: these sizes in turn, from 1 to 65,026.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub struct ChunkSizes([u8; 3]);

impl ChunkSizes {
    /// The bytes in chunks.
    pub fn of<'a>(&self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let mut sizes = self.0.iter().cycle().map(|size| 1 + usize::from(*size).pow(2));
        let mut chunks = Vec::new();
        while !bytes.is_empty() {
            let (chunk, rest) = bytes.split_at(sizes.next().unwrap_or(1).min(bytes.len()));
            chunks.push(chunk);
            bytes = rest;
        }
        chunks
    }
}

/// A good line, as a reader gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where it stands.
    pub place: Place,
    /// Its run.
    pub run_idx: usize,
    /// Whether it was news.
    pub verdict: Verdict,
    /// The line.
    pub text: String,
}

impl From<&Entry<'_>> for Found {
    fn from(entry: &Entry<'_>) -> Self {
        let Entry { line, place, run_idx, verdict, .. } = entry;
        Self { place: *place, run_idx: *run_idx, verdict: *verdict, text: line.text.to_owned() }
    }
}

/// What a reader told.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// Good lines, in order.
    pub found: Vec<Found>,
    /// The account.
    pub report: Report,
    /// What was left before the file's end was known.
    pub pending: Option<(Place, u64)>,
}

impl Outcome {
    /// Reads bytes by a [`LogReader`].
    pub fn of_reader(chunks: &[&[u8]], depth: Depth) -> Self {
        let (mut reader, mut found) = (LogReader::new(depth), Vec::new());
        let mut sink = |entry: &Entry<'_>| {
            assert_eq!(entry.record.is_some(), depth == Depth::Whole);
            found.push(Found::from(entry));
        };
        for chunk in chunks {
            reader.push(chunk, &mut sink);
        }
        let pending = reader.pending();
        reader.finish_file(&mut sink);
        reader.runs().iter().for_each(check_run);
        Self { found, report: Report::new(&reader, &["log".to_owned()]), pending }
    }
}

/// Reads bytes as a file by a [`LogScan`], at most so many of them, and finds every good line again.
///
/// # Errors
/// The files can't be read at all.
pub fn scan(files: Box<dyn Files>, depth: Depth, max_bytes: u64) -> Result<(LogScan, Vec<Found>), ScanError> {
    let (mut scan, mut found) = (LogScan::new(files, depth)?, Vec::new());
    let mut sink = |entry: &Entry<'_>| found.push(Found::from(entry));
    while scan.n_bytes() < max_bytes && scan.advance(1, &mut sink)? == Progress::More {}
    scan.finish(&mut sink);
    for Found { place, text, .. } in &found {
        let again = scan.line(*place, text.len() as u32);
        assert_eq!(again.ok().as_ref(), Some(text), "the line at {place:?} is found again");
    }
    let steps: Vec<_> = scan.reader().runs().iter().flat_map(|run| run.steps.iter().copied()).collect();
    for step in steps {
        match scan.record(step.place, step.n_bytes) {
            Ok((Record::Step(logged), _)) => {
                let head = logged.record.head;
                assert_eq!((head.step, head.digest), (step.step, step.digest));
            }
            Ok((other, _)) => panic!("step {} became {other:?}", step.step),
            // The outline does not look at a step's arrays.
            Err(error) => assert_eq!(depth, Depth::Outline, "step {}: {error}", step.step),
        }
    }
    scan.reader().runs().iter().for_each(check_run);
    serde_json::to_string(&scan.report()).expect("a report is JSON");
    Ok((scan, found))
}

/// A file in memory.
pub fn single_file(name: &str, bytes: Vec<u8>) -> Box<dyn Files> {
    let source: Box<dyn Source> = Box::new(MemorySource(bytes));
    Box::new(SingleFile::new(name, source))
}

/// What holds for the ledger of any run.
fn check_run(run: &RunLedger) {
    let steps: Vec<u64> = run.steps.iter().map(|place| place.step).collect();
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?} ascend");
    assert_eq!(steps.len(), run.steps.len());
    for (idx, step) in steps.iter().enumerate() {
        let number = |place: Option<&lnn_runlog::StepPlace>| place.map(|place| place.step);
        assert_eq!(number(run.steps.get(*step)), Some(*step));
        assert_eq!(number(run.steps.at_or_before(*step)), Some(*step));
        assert_eq!(number(run.steps.at_or_after(*step)), Some(*step));
        let before = idx.checked_sub(1).and_then(|idx| steps.get(idx)).copied();
        assert_eq!(step.checked_sub(1).and_then(|step| number(run.steps.at_or_before(step))), before);
    }
    for (from, to) in lnn_runlog::missing_steps(run) {
        assert!(from <= to, "{from}..={to} is a span");
        assert!(run.steps.get(from).is_none() && run.steps.get(to).is_none(), "{from} and {to} are missing");
    }
    assert!(run.n_lines >= run.n_duplicates + run.steps.len() as u64);
    let is_known = |digest: u64, step: &u64| run.steps.get(*step).is_none_or(|known| known.digest == digest);
    let differs = run.checkpoints.iter().any(|(step, checkpoint)| !is_known(checkpoint.value.digest, step));
    assert!(run.n_conflicts > 0 || !differs, "digests that differ are a conflict");
}
