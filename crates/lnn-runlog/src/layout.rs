//! Which of some files make up a log, and in which order. In: their names. Out: the names of the log's files.
//!
//! Read next: `scan.rs`, which reads them.

use crate::foreign::cloudwatch;

/// Whether this is what a function printed, as people copy it from a console: the service's lines and LNN's.
pub(crate) fn is_printed(first_bytes: &[u8]) -> bool {
    let starts: [&[u8]; 5] =
        [b"START RequestId:", b"INIT_START ", b"{\"time\":\"", b"REPORT RequestId:", b"END RequestId:"];
    starts.iter().any(|start| first_bytes.trim_ascii_start().starts_with(start))
}

/// The files among these that make up a log, in their order: a run's segments, else everything that may be one.
pub fn log_files(names: &[String]) -> Vec<String> {
    if names.len() == 1 {
        return names.to_vec();
    }
    let mut segments: Vec<String> =
        names.iter().filter(|name| segment_number(name).is_some()).cloned().collect();
    if segments.is_empty() {
        let is_ours = |name: &&String| {
            let base = name.rsplit('/').next().unwrap_or(name);
            let other = [".safetensors", ".npz", ".part", ".csv", ".parquet", ".md"];
            let is_other = other.iter().any(|ending| base.ends_with(ending)) || base.starts_with('.');
            !(is_other || is_index(name) || cloudwatch::is_write_test(name))
        };
        segments = names.iter().filter(is_ours).cloned().collect();
    }
    // A segment that is there twice is being compressed: the compressed one is whole.
    let twins: Vec<String> = segments.iter().map(|name| format!("{name}.gz")).collect();
    let twins: Vec<bool> = twins.iter().map(|twin| segments.contains(twin)).collect();
    segments.into_iter().zip(twins).filter(|(_, has_twin)| !has_twin).map(|(name, _)| name).collect()
}

/// The number of a run's segment: `…log/000012.ndjson` or `….ndjson.gz`; also `…log/000012-7.ndjson.gz`, where the name says
/// which of several writers it is of.
pub(crate) fn segment_number(name: &str) -> Option<u64> {
    // Of a folder that was dropped, the name is left out.
    let (folder, base) = name.rsplit_once('/').unwrap_or(("log", name));
    let is_log = folder == "log" || folder.ends_with("/log");
    let digits = base.strip_suffix(".gz").unwrap_or(base).strip_suffix(".ndjson")?;
    let (digits, writer) = digits.split_once('-').unwrap_or((digits, "0"));
    let is_writer = !writer.is_empty() && writer.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_writer && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_log && is_number).then(|| digits.parse().ok())?
}

pub(crate) fn is_index(name: &str) -> bool {
    name == "run.json" || name.ends_with("/run.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_may_name_its_writer() {
        let number = |name| segment_number(name);
        assert_eq!(number("log/000012-7.ndjson.gz"), Some(12));
        assert_eq!(number("run/log/000012.ndjson"), Some(12));
        assert_eq!(number("log/000012-.ndjson"), None);
        assert_eq!(number("log/000012-x.ndjson"), None);
    }

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(log_files(&names), expected);
    }

    #[test]
    fn a_runs_segments_are_its_log_and_a_compressed_twin_counts() {
        check(
            &[
                "checkpoints/1.safetensors",
                "log/000000.ndjson.gz",
                "log/000001.ndjson",
                "log/000001.ndjson.gz",
                "run.json",
            ],
            &["log/000000.ndjson.gz", "log/000001.ndjson.gz"],
        );
        check(&["000000.ndjson.gz", "000001.ndjson"], &["000000.ndjson.gz", "000001.ndjson"]);
    }

    #[test]
    fn without_segments_everything_that_may_be_a_log_is_read() {
        check(&["a/000000.gz", "aws-logs-write-test", "notes.md", "weights.npz"], &["a/000000.gz"]);
        check(&["anything.csv"], &["anything.csv"]);
        check(&[], &[]);
    }
}
