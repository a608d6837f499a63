//! A good log, damaged in any way: what is read of it is what was written, and nothing that is whole is lost.
//!
//! In: edits of a little log, or of its gzip. What must hold: each given line is a line of the original, byte for byte; each
//! line of the original that stands whole between two breaks is given; a line is news exactly once; nothing contradicts
//! itself; and a log is called good only if no line of it is missing. A damaged line has the checksum of its new bytes once
//! in 2³² times, and a fuzzer does not aim at it. Read next: `foreign.rs`.

#![no_main]

use std::collections::{BTreeSet, HashSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use lnn_runlog::files::{MemorySource, Source, open_plain, read_up_to};
use lnn_runlog::{Depth, LogLine, Verdict};
use lnn_runlog_fuzz::expected::lines;
use lnn_runlog_fuzz::little_log::LITTLE_LOG;
use lnn_runlog_fuzz::outcome::{ChunkSizes, Found, Outcome, scan, single_file};

/// More edits than a few leave nothing of the log.
const MAX_EDITS: usize = 24;
/// A log that grew beyond this by doubling is not made longer.
const MAX_BYTES: usize = 64 << 10;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Whether the gzip of the log is damaged, and not the log itself.
    is_packed: bool,
    chunks: ChunkSizes,
    edits: Vec<Edit<'a>>,
}

/// Something that happens to a file. Places and lines are taken modulo what there is.
#[derive(Debug, Arbitrary)]
enum Edit<'a> {
    Flip {
        at: u16,
        bits: u8,
    },
    Cut {
        from: u16,
        n_bytes: u16,
    },
    Truncate {
        at: u16,
    },
    Insert {
        at: u16,
        bytes: &'a [u8],
    },
    InsertBreak {
        at: u16,
        is_windows: bool,
    },
    DoubleLine {
        line: u8,
        to: u8,
    },
    SwapLines {
        a: u8,
        b: u8,
    },
    DropLine {
        line: u8,
    },
    /// A piece of the original over what is there: parts of two lines become one.
    Overwrite {
        at: u16,
        from: u16,
        n_bytes: u8,
    },
    ByteOrderMark,
}

fuzz_target!(|input: Input<'_>| check(&input));

fn check(input: &Input<'_>) {
    let original = if input.is_packed { &LITTLE_LOG.packed } else { &LITTLE_LOG.text };
    let mut bytes = original.clone();
    for edit in input.edits.iter().take(MAX_EDITS) {
        edit.apply(&mut bytes);
    }
    if input.is_packed {
        check_packed(bytes);
        return;
    }
    let known: HashSet<&str> = LITTLE_LOG.lines.iter().map(|line| line.trim_end()).collect();
    let whole: Vec<&[u8]> = lines(&bytes).iter().map(|line| line.bytes).collect();
    let whole: Vec<&str> =
        whole.iter().filter_map(|line| known.get(std::str::from_utf8(line).ok()?)).copied().collect();
    for depth in [Depth::Whole, Depth::Outline] {
        let outcome = Outcome::of_reader(&input.chunks.of(&bytes), depth);
        let given: Vec<&str> = outcome.found.iter().map(|found| found.text.as_str()).collect();
        assert_eq!(given, whole, "the lines that are whole are given, and no others");
        check_verdicts(&outcome.found);
        assert_eq!(outcome.report.n_conflicts, 0, "{:?}", outcome.report.conflicts);
        if outcome.report.is_good() {
            check_nothing_missing(&given);
        }
    }
    // A file whose start is damaged may be taken for another kind of log: what is given is of the original nevertheless.
    check_is_original(bytes);
}

/// Of the same line only the first is news.
fn check_verdicts(found: &[Found]) {
    let mut seen = HashSet::new();
    for Found { text, verdict, .. } in found {
        let expected = if seen.insert(text) { Verdict::New } else { Verdict::Duplicate };
        assert_eq!(*verdict, expected, "{text}");
    }
}

/// The lines of writer `w` end with the run: none can be lost unnoticed where a line of the run is left.
fn check_nothing_missing(given: &[&str]) {
    let told = |line: &str| {
        let envelope =
            LogLine::open(line.trim_end().as_bytes()).expect("a line of the original is good").envelope;
        (envelope.writer == "w").then(|| (envelope.run.into_owned(), envelope.seq))
    };
    let found: BTreeSet<_> = given.iter().filter_map(|line| told(line)).collect();
    let all = LITTLE_LOG.lines.iter().filter_map(|line| told(line));
    let expected: BTreeSet<_> = all.filter(|(run, _)| found.iter().any(|(found, _)| found == run)).collect();
    assert_eq!(found, expected, "a log that is good lacks nothing");
}

/// Whatever the damage of a gzip, the bytes before it are those of the original's start, and so are the lines.
fn check_packed(bytes: Vec<u8>) {
    let source: Box<dyn Source> = Box::new(MemorySource(bytes.clone()));
    if let Ok(mut plain) = open_plain(source) {
        let once = read_up_to(&mut plain, 0, MAX_BYTES);
        let again = read_up_to(&mut plain, 0, MAX_BYTES);
        assert_eq!(once, again, "what was unpacked is unpacked again");
    }
    check_is_original(bytes);
}

fn check_is_original(bytes: Vec<u8>) {
    let Ok((_, found)) = scan(single_file("log", bytes), Depth::Outline, MAX_BYTES as u64) else { return };
    for Found { text, .. } in found {
        assert!(LITTLE_LOG.lines.iter().any(|line| line.trim_end() == text), "{text} was never written");
    }
}

impl Edit<'_> {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let n_bytes = bytes.len();
        let place = |at: u16| usize::from(at) % (n_bytes + 1);
        match self {
            Self::Flip { at, bits } => {
                if let Some(byte) = bytes.get_mut(place(*at)) {
                    *byte ^= bits;
                }
            }
            Self::Cut { from, n_bytes } => {
                let from = place(*from);
                bytes.drain(from..bytes.len().min(from + usize::from(*n_bytes)));
            }
            Self::Truncate { at } => bytes.truncate(place(*at)),
            Self::Insert { at, bytes: inserted } => insert(bytes, place(*at), inserted),
            Self::InsertBreak { at, is_windows } => {
                insert(bytes, place(*at), if *is_windows { b"\r\n" } else { b"\n" });
            }
            Self::Overwrite { at, from, n_bytes } => {
                let piece = LITTLE_LOG.text.iter().cycle().skip(usize::from(*from)).take((*n_bytes).into());
                bytes.iter_mut().skip(place(*at)).zip(piece).for_each(|(byte, other)| *byte = *other);
            }
            Self::ByteOrderMark => insert(bytes, 0, b"\xef\xbb\xbf"),
            Self::DoubleLine { line, to } => edit_lines(bytes, |lines| {
                let (line, to) = (usize::from(*line) % lines.len(), usize::from(*to) % lines.len());
                lines.insert(to, lines[line].clone());
            }),
            Self::SwapLines { a, b } => edit_lines(bytes, |lines| {
                let n_lines = lines.len();
                lines.swap(usize::from(*a) % n_lines, usize::from(*b) % n_lines);
            }),
            Self::DropLine { line } => edit_lines(bytes, |lines| {
                lines.remove(usize::from(*line) % lines.len());
            }),
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, inserted: &[u8]) {
    if bytes.len() + inserted.len() <= MAX_BYTES {
        bytes.splice(at..at, inserted.iter().copied());
    }
}

fn edit_lines(bytes: &mut Vec<u8>, edit: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if !lines.is_empty() && bytes.len() <= MAX_BYTES / 2 {
        edit(&mut lines);
        *bytes = lines.concat();
    }
}
