//! What fuzzing found: a log for each, as short as it gets.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{lines, log, read, reseal};
use lnn_runlog::files::{MemorySource, SingleFile};
use lnn_runlog::{Depth, LogScan, Progress};

fn scan(text: String) -> LogScan {
    let files = SingleFile::new("log", Box::new(MemorySource(text)));
    let mut scan = LogScan::new(Box::new(files), Depth::Outline).unwrap();
    while scan.advance(u64::MAX, &mut |_| ()).unwrap() == Progress::More {}
    scan.finish(&mut |_| ());
    scan
}

#[test]
fn no_step_is_due_after_the_last_number_that_there_is() {
    let text = log(2).text;
    let all = lines(&text);
    let last = reseal(&all[2].replace("\"step\":1", "\"step\":18446744073709551615"));
    assert_eq!(read(&[all[0], &last].concat()).report.missing_steps, [(0, u64::MAX - 1)]);
    let rare = reseal(&all[0].replace("\"every_steps\":1", "\"every_steps\":18446744073709551615"));
    let rare = reseal(&rare.replace("\"first_step\":0", "\"first_step\":1"));
    assert_eq!(read(&[&rare, all[2]].concat()).report.missing_steps, []);
}

/// Looking for a free place line by line, this took more than a minute for 20,000 lines.
#[test]
fn very_many_lines_of_one_event_are_told_apart_at_once() {
    let (n_copies, text) = (20_000, log(1).text);
    let note = lines(&text).into_iter().find(|line| line.contains("\"kind\":\"note\"")).unwrap();
    let bad = "{\"kind\":\n";
    for (line, n_good) in [(note, n_copies), (bad, 0)] {
        let message = serde_json::Value::from(line.repeat(n_copies)).to_string();
        let event = format!("{{\"id\":\"1\",\"timestamp\":1,\"message\":{message}}}");
        let mut scan =
            scan(format!("{{\"messageType\":\"DATA_MESSAGE\",\"logStream\":\"s\",\"logEvents\":[{event}]}}"));
        let report = scan.report();
        assert_eq!((report.records, report.n_bad_lines), (n_good as u64, (n_copies - n_good) as u64));
        for note in scan.reader().runs().first().map(|run| run.notes.clone()).unwrap_or_default() {
            assert_eq!(scan.line(note.place, note.n_bytes).unwrap(), line.trim_end());
        }
    }
}
