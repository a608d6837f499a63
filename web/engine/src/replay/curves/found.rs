//! Which of a log's files hold curves of other programs, and which of them belong to one run.
//!
//! In: files with names. Out: [`FoundRun`]s. Read next: `reading.rs`.

use lnn_runlog::ScanError;
use lnn_runlog::files::{Files, Source, open_plain, read_up_to};
use lnn_runlog::foreign::{ForeignKind, sniff};

/// Bytes that tell a file's kind.
const SNIFFED_BYTES: usize = 4096;
/// Files that are looked into: a folder of more is no run's.
const MAX_SNIFFED: usize = 2_000;
/// How every line of LNN's own logs begins.
const OWN_LINE: &[u8] = b"{\"kind\":";

/// The files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRun {
    /// Its folder, or its file where that is all.
    pub name: String,
    /// What its files are.
    pub kind: ForeignKind,
    /// Their names.
    pub files: Vec<String>,
}

/// The runs of other programs among a log's files; none where one of the files is a log of LNN's own.
///
/// # Errors
/// A file can't be read.
pub fn find(files: &mut dyn Files, log_name: &str) -> Result<Vec<FoundRun>, ScanError> {
    let mut names = files.names().to_vec();
    // Those whose name tells it first: a folder may hold thousands of others.
    names.sort_by_key(|name| !name.contains("tfevents"));
    let mut runs: Vec<FoundRun> = Vec::new();
    for file in names.into_iter().take(MAX_SNIFFED) {
        let failed = |source| ScanError::File { name: file.clone(), source };
        // What is damaged is told by whoever reads it.
        let Ok(first_bytes) = first_bytes(files.open(&file).map_err(failed)?) else { continue };
        if first_bytes.starts_with(OWN_LINE) {
            return Ok(Vec::new());
        }
        let Some(kind) = sniff(&first_bytes, &file) else { continue };
        let name = run_name(&file, kind, log_name);
        let known = runs.iter_mut().find(|run| run.name == name && run.kind == kind);
        match known.filter(|_| kind == ForeignKind::TensorBoard) {
            Some(run) => run.files.push(file),
            None => runs.push(FoundRun { name, kind, files: vec![file] }),
        }
    }
    Ok(runs)
}

fn first_bytes(source: Box<dyn Source>) -> Result<Vec<u8>, lnn_runlog::files::SourceError> {
    read_up_to(&mut open_plain(source)?, 0, SNIFFED_BYTES)
}

/// A run of `TensorBoard`'s is a folder of event files; a `results.json` is one by itself.
fn run_name(file: &str, kind: ForeignKind, log_name: &str) -> String {
    match (file.rsplit_once('/'), kind) {
        (Some((folder, _)), _) => folder.to_owned(),
        (None, ForeignKind::TensorBoard) => log_name.to_owned(),
        (None, ForeignKind::ResultsJson) => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::files::{ManySources, MemorySource};

    use super::*;

    const EVENTS: &[u8] = include_bytes!(
        "../../../../../crates/lnn-runlog/tests/tensorboard/twice/events.out.tfevents.1700000393.0.lnn"
    );
    const RESULTS: &[u8] = b"{\"Start\": \"2018-03-01 10:11:12\", \"epoch0\": {\"cost\": 0.77}}";

    fn check(files: &[(&str, &[u8])], expected: &[(&str, usize)]) {
        let source = |bytes: &[u8]| -> Box<dyn Source> { Box::new(MemorySource(bytes.to_vec())) };
        let sources = files.iter().map(|(name, bytes)| ((*name).to_owned(), source(bytes))).collect();
        let found = find(&mut ManySources::new(sources), "log").unwrap();
        let found: Vec<(&str, usize)> =
            found.iter().map(|run| (run.name.as_str(), run.files.len())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn runs_are_folders_of_event_files() {
        check(&[("events.out.tfevents.1.h", EVENTS)], &[("log", 1)]);
        check(
            &[("a/train/1.tfevents.1", EVENTS), ("a/train/2.tfevents.1", EVENTS), ("a/dev/1", EVENTS)],
            &[("train", 2), ("dev", 1)],
        );
        check(&[("e.tfevents.1", EVENTS), ("dev/e.tfevents.1", EVENTS)], &[("dev", 1), ("log", 1)]);
    }

    #[test]
    fn results_are_a_run_each_and_other_files_are_none() {
        check(&[("results.json", RESULTS)], &[("results.json", 1)]);
        check(&[("x/a/results.json", RESULTS), ("x/b/results.json", RESULTS)], &[("a", 1), ("b", 1)]);
        check(&[("package.json", b"{\"name\": 1}"), ("iris.csv", b"a,b\n1,2\n"), ("nothing", b"")], &[]);
    }

    #[test]
    fn a_log_of_lnn_is_never_taken_for_another() {
        check(&[("log/1.ndjson", b"{\"kind\":\"step\"}\n"), ("results.json", RESULTS)], &[]);
    }
}
