//! Any bytes as a file of another program: told apart by its first bytes, read by each reader that may get it.
//!
//! In: bytes, a name, and where chunks end. What must hold: chunks change nothing; curves ascend; what was unpacked is
//! unpacked again, from any place; a log that is found in it is one whose lines are found again; and no reader holds more
//! than a bounded amount of memory, whatever a packed file claims to hold. Read next: `../src/outcome.rs`.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use lnn_runlog::Depth;
use lnn_runlog::files::{Files, MemorySource, Source, is_gzip, is_zip, open_plain, read_up_to};
use lnn_runlog::files::{ManySources, ZipFiles};
use lnn_runlog::foreign::cloudwatch::{self, CloudWatchForm, CloudWatchReader, Problem};
use lnn_runlog::foreign::{CurveLog, EventFileReader, read_results_json, sniff};
use lnn_runlog_fuzz::memory::within;
use lnn_runlog_fuzz::outcome::{ChunkSizes, scan, single_file};
use lnn_runlog_fuzz::seals;

/// What a reader may hold of 64 kB: some of it may be packed a thousand times smaller.
const MAX_HELD_BYTES: usize = 320 << 20;
/// Read of each packed file: more takes time, and shows nothing new.
const MAX_UNPACKED_BYTES: usize = 2 << 20;
/// Files of an archive that are read.
const MAX_FILES: usize = 8;

const FORMS: [CloudWatchForm; 5] = [
    CloudWatchForm::S3Export,
    CloudWatchForm::Subscription,
    CloudWatchForm::Events,
    CloudWatchForm::Tail,
    CloudWatchForm::Insights,
];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Whether the records of an event file get the checksums that their bytes ask for.
    is_resealed: bool,
    name: Name,
    /// A form that the file is read as even if it does not look so.
    form: u8,
    chunks: ChunkSizes,
    bytes: &'a [u8],
}

/// What the file is called.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Name {
    EventFile,
    ResultsJson,
    Segment,
    Export,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::EventFile => "events.out.tfevents.1700000000.host",
            Self::ResultsJson => "results.json",
            Self::Segment => "run/log/000000.ndjson.gz",
            Self::Export => "a/b/000000.gz",
        }
    }
}

fuzz_target!(|input: Input<'_>| within(MAX_HELD_BYTES, || check(&input)));

fn check(input: &Input<'_>) {
    let resealed = input.is_resealed.then(|| seals::reseal_records(input.bytes));
    let bytes = resealed.as_deref().unwrap_or(input.bytes);
    let first = bytes.get(..64).unwrap_or(bytes);
    sniff(first, input.name.as_str());
    check_curves(input, bytes);
    check_messages(input, bytes);
    check_files(input, bytes);
}

/// The readers of curves.
fn check_curves(input: &Input<'_>, bytes: &[u8]) {
    let read = |chunks: &[&[u8]]| {
        let mut reader = EventFileReader::new(input.name.as_str());
        for chunk in chunks {
            reader.push(chunk);
        }
        reader
    };
    let cut = read(&input.chunks.of(bytes));
    let log = read(&[bytes]).finish();
    check_curve_log(&log);
    assert_eq!(shown(&cut.clone().finish()), shown(&log), "chunks make no difference");
    let (left, right) = bytes.split_at(usize::from(input.form) * bytes.len() / 256);
    check_curve_log(&EventFileReader::merge("run", [read(&[right]), cut, read(&[left])]));
    if let Ok(log) = read_results_json(bytes) {
        check_curve_log(&log);
    }
}

fn check_curve_log(log: &CurveLog) {
    let curves = log.curves.iter().map(|curve| curve.points.iter().map(|point| point.step).collect());
    let distributions =
        log.distributions.iter().map(|curve| curve.points.iter().map(|point| point.step).collect());
    let all: Vec<Vec<i64>> = curves.chain(distributions).collect();
    assert!(all.iter().all(|steps| !steps.is_empty() && steps.is_sorted_by(|a, b| a < b)), "{all:?} ascend");
    serde_json::to_string(log).expect("curves are JSON");
}

/// As text, so that numbers that are none are equal.
fn shown(log: &CurveLog) -> String {
    format!("{log:?}")
}

/// The reader of messages, as what the file looks like and as something else.
fn check_messages(input: &Input<'_>, bytes: &[u8]) {
    let chosen = FORMS.get(usize::from(input.form) % FORMS.len()).copied();
    for form in cloudwatch::sniff(bytes).into_iter().chain(chosen) {
        let whole = messages(form, &[bytes]);
        assert_eq!(messages(form, &input.chunks.of(bytes)), whole, "chunks make no difference");
    }
}

/// A message's line, byte and text.
type Told = (u64, u64, String);

fn messages(form: CloudWatchForm, chunks: &[&[u8]]) -> (Vec<Told>, Vec<Problem>) {
    let (mut reader, mut told) = (CloudWatchReader::new(form, Some("stream")), Vec::new());
    let mut n_bytes = 0;
    let mut sink = |message: cloudwatch::Message<'_>| {
        n_bytes += message.text.len();
        if n_bytes < MAX_UNPACKED_BYTES {
            told.push((message.line, message.byte, message.text.into_owned()));
        }
    };
    for chunk in chunks {
        reader.push(chunk, &mut sink);
    }
    let problems = reader.finish(&mut sink);
    (told, problems)
}

/// A file or an archive: unpacked, and looked through for a log.
fn check_files(input: &Input<'_>, bytes: &[u8]) {
    let max_bytes = MAX_UNPACKED_BYTES as u64;
    if (is_zip(bytes) || input.form.is_multiple_of(4))
        && let Ok(files) = ZipFiles::new(memory(bytes))
    {
        check_archive(files, input);
    }
    if is_gzip(bytes)
        && let Ok(mut source) = open_plain(memory(bytes))
    {
        check_source(&mut source, input);
    }
    let _ = scan(single_file(input.name.as_str(), bytes.to_vec()), Depth::Outline, max_bytes);
    let (left, right) = bytes.split_at(usize::from(input.form) * bytes.len() / 256);
    let files =
        [(input.name.as_str().to_owned(), memory(left)), ("run/log/000001.ndjson".to_owned(), memory(right))];
    let _ = scan(Box::new(ManySources::new(files.into())), Depth::Whole, max_bytes);
}

fn check_archive(mut files: ZipFiles, input: &Input<'_>) {
    let names: Vec<String> = files.names().iter().take(MAX_FILES).cloned().collect();
    for name in names {
        if let Ok(mut source) = files.open(&name) {
            check_source(&mut source, input);
        }
    }
    let _ = scan(Box::new(files), Depth::Outline, MAX_UNPACKED_BYTES as u64);
}

fn memory(bytes: &[u8]) -> Box<dyn Source> {
    Box::new(MemorySource(bytes.to_vec()))
}

/// A source gives the same bytes whenever it is read.
fn check_source(source: &mut dyn Source, input: &Input<'_>) {
    let Ok(bytes) = read_up_to(source, 0, MAX_UNPACKED_BYTES) else { return };
    let _ = source.state();
    for chunk in input.chunks.of(&bytes).into_iter().take(16).rev() {
        let offset = chunk.as_ptr().addr() - bytes.as_ptr().addr();
        let again = read_up_to(source, offset as u64, chunk.len());
        assert_eq!(again.as_deref(), Ok(chunk), "byte {offset} is unpacked again");
    }
}
