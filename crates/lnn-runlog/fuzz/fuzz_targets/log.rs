//! Any bytes as a run log: read in any chunks, at both depths, as a file; each good line found again and written again.
//!
//! In: bytes, and where chunks end. What must hold: chunks change nothing, a good line's checksum is right, every line is
//! either given or listed as bad, a record that was read is written and read as the same, both depths agree but for the
//! arrays of steps, a file gives what its bytes give, and memory stays in proportion to the bytes. Read next: `damaged.rs`.

#![no_main]

use std::collections::HashSet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use lnn_runlog::foreign::cloudwatch;
use lnn_runlog::{Depth, LogLine, LogWriter, Place, Record, Report};
use lnn_runlog_fuzz::expected::{Line, lines};
use lnn_runlog_fuzz::memory::within;
use lnn_runlog_fuzz::outcome::{ChunkSizes, Found, Outcome, scan, single_file};
use lnn_runlog_fuzz::seals;

/// What a reader holds whatever it reads: chunks, the account.
const FIXED_BYTES: usize = 4 << 20;
/// A `[]` within an importer's plan is a value of 32 bytes, in a list that doubles, in a header that is copied.
const BYTES_PER_BYTE: usize = 128;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Whether each line gets the checksum that its bytes ask for.
    is_resealed: bool,
    chunks: ChunkSizes,
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| check(&input));

fn check(input: &Input<'_>) {
    let resealed = input.is_resealed.then(|| seals::reseal_lines(input.bytes));
    let bytes = resealed.as_deref().unwrap_or(input.bytes);
    let [whole, outline] = [Depth::Whole, Depth::Outline].map(|depth| {
        let max_bytes = FIXED_BYTES + BYTES_PER_BYTE * bytes.len();
        let at_once = within(max_bytes, || Outcome::of_reader(&[bytes], depth));
        let cut = within(max_bytes, || Outcome::of_reader(&input.chunks.of(bytes), depth));
        assert_eq!(at_once, cut, "chunks make no difference");
        check_lines(&lines(bytes), &at_once);
        check_scan(bytes, depth, &at_once);
        at_once
    });
    whole.found.iter().for_each(check_written_again);
    check_depths(&whole, &outline);
}

/// Every line is given or counted as bad, and those that are given stand where they say, under a right checksum.
fn check_lines(lines: &[Line<'_>], outcome: &Outcome) {
    assert_eq!(outcome.report.records + outcome.report.n_bad_lines, lines.len() as u64);
    assert_eq!(outcome.report.records, outcome.found.len() as u64);
    let mut rest = lines.iter();
    for found in &outcome.found {
        let line = rest.find(|line| line.place == found.place).expect("a given line stands in the file");
        assert_eq!(line.bytes, found.text.as_bytes());
        let (body, crc) = seals::open(line.bytes).expect("a given line is sealed");
        assert_eq!(crc32c::crc32c(body), crc);
    }
}

/// A file gives what its bytes give, unless it is taken for another kind of log.
fn check_scan(bytes: &[u8], depth: Depth, outcome: &Outcome) {
    let (scan, found) =
        scan(single_file("log", bytes.to_vec()), depth, u64::MAX).expect("memory can be read");
    let is_plain = cloudwatch::sniff(bytes).is_none() && bytes.trim_ascii_start().starts_with(b"{\"kind\":");
    if is_plain {
        assert_eq!((&scan.report(), &found), (&outcome.report, &outcome.found));
    }
}

/// What is bad for one depth only is a step whose arrays are wrong.
fn check_depths(whole: &Outcome, outline: &Outcome) {
    let good: HashSet<Place> = whole.found.iter().map(|found| found.place).collect();
    let (both, outline_only): (Vec<&Found>, Vec<&Found>) =
        outline.found.iter().partition(|found| good.contains(&found.place));
    assert_eq!(both.len(), whole.found.len(), "what is good as a whole is good in outline");
    for found in &outline_only {
        let line = LogLine::open(found.text.as_bytes()).expect("a given line is good");
        assert_eq!(line.envelope.kind, "step");
        line.record().expect_err("the whole step can't be read");
    }
    if outline_only.is_empty() {
        assert_eq!(whole.found, outline.found);
        assert_eq!(without_reasons(&whole.report), without_reasons(&outline.report));
    }
}

/// Of a line with two mistakes, each depth may name another one.
fn without_reasons(report: &Report) -> Report {
    let mut report = report.clone();
    report.bad_lines.iter_mut().for_each(|bad| bad.why.clear());
    report
}

/// A record comes back from the line that a writer makes of it, whoever the writer is.
fn check_written_again(found: &Found) {
    let line = LogLine::open(found.text.as_bytes()).expect("a given line is good");
    let record = line.record().expect("a line that was read whole has a record");
    // A writer has no number after the last one that there is.
    if record == Record::Other || line.envelope.seq == u64::MAX {
        return;
    }
    let write = |writer: &str, seq: u64| {
        let mut out = LogWriter::continuing(Vec::new(), &line.envelope.run, writer, seq);
        out.write(&record, line.envelope.time_ms).expect("a record is JSON");
        out.into_inner()
    };
    let [same, other] = [write(&line.envelope.writer, line.envelope.seq), write("another", 0)];
    let [same, other] =
        [&same, &other].map(|text| LogLine::open(text.trim_ascii_end()).expect("written now"));
    assert_eq!(same.envelope, line.envelope);
    assert_eq!(same.fingerprint(), other.fingerprint());
    assert_eq!(shown(&same.record().expect("written now")), shown(&record));
}

/// As text, so that numbers that are none are equal. A number beyond those of 32 bits becomes `null`.
fn shown(record: &Record) -> String {
    format!("{record:?}").replace("-inf", "NaN").replace("inf", "NaN")
}
