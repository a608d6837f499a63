//! What a reader makes of good, cut, damaged, doubled and contradicting logs of real trainings.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Read, lines, log, read, reseal};
use lnn_runlog::{LogLine, Record, Report};
use proptest::prelude::*;

#[test]
fn a_whole_log_is_good_and_comes_back_to_the_bit() {
    let log = log(12);
    let Read { report, records, .. } = read(&log.text);
    assert!(report.is_good(), "{report:?}");
    assert_eq!((report.records, report.runs[0].steps, report.runs[0].last_step), (17, 13, Some(12)));
    assert_eq!(records, log.records);
}

#[test]
fn every_prefix_opens_and_says_where_it_was_cut() {
    let log = log(6);
    let whole = read(&log.text).records;
    for end in 0..log.text.len() {
        let (text, after) = log.text.as_bytes().split_at(end);
        let Read { report, records, .. } = common::read_bytes(&[text]);
        let is_whole = after.starts_with(b"\n");
        assert_eq!(report.is_good(), end + 1 == log.text.len(), "cut after {end} bytes");
        assert_eq!(records[..], whole[..records.len()], "cut after {end} bytes");
        let rest = text.rsplit(|byte| *byte == b'\n').next().unwrap();
        assert_eq!(report.n_bad_lines, u64::from(!rest.is_empty() && !is_whole));
        if let Some(bad) = report.bad_lines.first() {
            assert_eq!((bad.line, bad.byte as usize), (records.len() as u64 + 1, end - rest.len()));
            assert!(bad.why.starts_with("the file ends within this line"), "{}", bad.why);
        }
    }
}

#[test]
fn a_lost_line_is_noticed_whatever_its_kind() {
    let log = log(6);
    let all = lines(&log.text);
    for lost in 0..all.len() {
        let text: String =
            all.iter().enumerate().filter(|(idx, _)| *idx != lost).map(|(_, line)| *line).collect();
        let Read { report, records, .. } = read(&text);
        assert_eq!(records.len(), all.len() - 1);
        assert!(!report.is_good() && !report.complete, "line {lost} lost: {report:?}");
        // After the last line nothing shows how many there were: only that there is no end.
        assert_eq!(report.missing_lines, u64::from(lost + 1 < all.len()), "line {lost} lost");
        let expected = match &log.records[lost] {
            Record::Step(step) => vec![(step.record.head.step, step.record.head.step)],
            _ => Vec::new(),
        };
        assert_eq!(report.missing_steps, expected, "line {lost} lost");
    }
}

#[test]
fn lines_lost_in_a_row_are_one_span() {
    let log = log(20);
    let is_kept = |line: &&&str| !(4..9).contains(&step_of(line).unwrap_or(0));
    let text: String = lines(&log.text).iter().filter(is_kept).copied().collect();
    let report = read(&text).report;
    assert_eq!((report.missing_steps, report.missing_lines), (vec![(4, 8)], 5));
}

#[test]
fn doubled_lines_merge_and_order_does_not_matter() {
    let log = log(9);
    let mut all: Vec<&str> = lines(&log.text);
    all.extend(all.clone());
    all.reverse();
    let Read { report, records, .. } = read(&all.concat());
    assert!(report.is_good(), "{report:?}");
    assert_eq!((report.duplicates, report.conflicts.len()), (14, 0));
    assert!(report.out_of_order > 0);
    assert_eq!(records.len(), log.records.len());
}

#[test]
fn the_same_step_of_another_writer_merges_if_it_agrees_and_is_a_conflict_if_not() {
    let log = log(5);
    let all = lines(&log.text);
    let step = *all.iter().find(|line| step_of(line) == Some(3)).unwrap();
    let agreeing = reseal(&step.replace("\"writer\":\"w\",\"seq\":4", "\"writer\":\"v\",\"seq\":0"));
    let report = read(&(log.text.clone() + &agreeing)).report;
    assert!(report.is_good(), "{report:?}");
    assert_eq!(report.duplicates, 1);

    let other = reseal(&agreeing.replace("\"learning_rate\":0.", "\"learning_rate\":1."));
    let report = read(&(log.text.clone() + &other)).report;
    assert!(report.complete && !report.is_good());
    let conflict = &report.conflicts[0];
    assert_eq!((conflict.about.as_str(), conflict.step), ("step 3", Some(3)));
    assert_eq!((conflict.first.line, conflict.second.line), (5, 11));
}

#[test]
fn a_digest_that_differs_from_its_checkpoint_is_a_conflict() {
    let log = log(5);
    let text: String = lines(&log.text)
        .into_iter()
        .map(|line| match LogLine::open(line.trim_end().as_bytes()).unwrap().record().unwrap() {
            Record::Checkpoint(checkpoint) => {
                reseal(&line.replace(&format!("{:016x}", checkpoint.digest), "0123456789abcdef"))
            }
            _ => line.to_owned(),
        })
        .collect();
    let report = read(&text).report;
    assert!(report.conflicts[0].second.why.contains("0123456789abcdef"), "{report:?}");
}

#[test]
fn two_runs_in_one_file_are_told_apart() {
    let first = log(4);
    let second: String = lines(&first.text)
        .into_iter()
        .map(|line| reseal(&line.replace("\"run\":\"r\"", "\"run\":\"s\"")))
        .collect();
    let mixed: String =
        lines(&first.text).into_iter().zip(lines(&second)).flat_map(|(a, b)| [a, b]).collect();
    let report = read(&mixed).report;
    assert!(report.is_good(), "{report:?}");
    let names: Vec<(&str, u64)> = report.runs.iter().map(|run| (run.run.as_str(), run.steps)).collect();
    assert_eq!(names, [("r", 5), ("s", 5)]);
}

#[test]
fn what_this_version_does_not_know_is_kept() {
    let log = log(3);
    let unknown = r#"{"kind":"aura","run":"r","writer":"v","seq":0,"colour":{"a":[1,2e-3,null]}"#;
    let unknown = reseal(&format!("{unknown},\"crc32c\":\"00000000\"}}\n"));
    let with_more = lines(&log.text)[1].replace("\"digest\"", "\"mood\":\"good\",\"digest\"");
    let all: String = std::iter::once(unknown.as_str())
        .chain(lines(&log.text))
        .map(|line| if line == lines(&log.text)[1] { reseal(&with_more) } else { line.to_owned() })
        .collect();
    let Read { report, kept, .. } = read(&all);
    assert!(report.is_good(), "{report:?}");
    assert_eq!(kept, all, "lines are copied as they stand");
}

#[test]
fn a_newer_format_is_refused_with_a_sentence() {
    let log = log(2);
    let newer = lines(&log.text)[0].replace("\"format\":1", "\"format\":2");
    let report = read(&reseal(&newer)).report;
    assert_eq!(
        report.bad_lines[0].why,
        "the line is whole, but the log has format 2 and this version reads up to 1: open it with a newer lnn"
    );
}

#[test]
fn foreign_lines_are_listed_and_harm_nothing() {
    let log = log(4);
    let text = format!("START RequestId: 8a24\n{}\u{1f980}\n", log.text);
    let report = read(&text).report;
    let places: Vec<(u64, u64)> = report.bad_lines.iter().map(|bad| (bad.line, bad.byte)).collect();
    assert_eq!(places, [(1, 0), (11, 22 + log.text.len() as u64)]);
    assert!(report.complete);
    let nothing = read("hello\n").report;
    assert_eq!(nothing.remarks, ["no line of a run log was found: is this the right file?"]);
    assert!(!nothing.complete);
}

#[test]
fn every_tenth_step_is_no_gap_but_a_lost_tenth_is() {
    let log = common::log_every(10, 57);
    assert!(read(&log.text).report.is_good());
    let is_kept = |line: &&&str| !matches!(step_of(line), Some(20 | 30 | 57));
    let text: String = lines(&log.text).iter().filter(is_kept).copied().collect();
    assert_eq!(read(&text).report.missing_steps, [(20, 30), (57, 57)]);
}

#[test]
fn the_step_before_a_failure_is_no_gap_where_it_was_not_due() {
    let log = common::log_every(10, 57);
    let failed = |step: u64, reason: &str| {
        let mut records: Vec<Record> = log.records.clone();
        records.retain(|record| !matches!(record, Record::Step(kept) if kept.record.head.step >= step));
        for record in &mut records {
            if let Record::End(end) = record {
                (end.step, end.reason) = (step, reason.to_owned());
            }
        }
        read(&common::write(&records)).report.missing_steps
    };
    assert_eq!(failed(57, "failed"), []);
    assert_eq!(failed(57, "done"), [(57, 57)]);
    assert_eq!(failed(50, "stopped"), [(50, 50)]);
}

fn step_of(line: &str) -> Option<u64> {
    match LogLine::open(line.trim_end().as_bytes()).unwrap().record().unwrap() {
        Record::Step(step) => Some(step.record.head.step),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A changed byte is noticed, and what is read besides is what was written.
    #[test]
    fn any_flipped_byte_is_noticed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let log = log(6);
        let mut bytes = log.text.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let Read { report, records, .. } = common::read_bytes(&[&bytes]);
        prop_assert!(!report.is_good(), "byte {at} ^ {flip}: {report:?}");
        prop_assert!(records.iter().all(|record| log.records.contains(record)));
    }

    /// Any bytes whatever are read without a panic, in any chunks, and the same account comes out.
    #[test]
    fn chunks_make_no_difference(
        mut bytes in prop::collection::vec(any::<u8>(), 0..400),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..4),
        n_bytes in 1_usize..3000,
    ) {
        let log = log(5);
        let text = log.text.as_bytes();
        for (from, to) in places {
            let part = text.get(from.index(text.len())..to.index(text.len())).unwrap_or(text);
            bytes.extend_from_slice(part);
        }
        let chunks: Vec<&[u8]> = bytes.chunks(n_bytes).collect();
        let (whole, cut) = (common::read_bytes(&[&bytes]), common::read_bytes(&chunks));
        prop_assert_eq!(whole.report, cut.report);
        prop_assert_eq!(whole.kept, cut.kept);
    }
}

#[test]
fn an_account_is_what_the_command_prints() {
    let text = log(3).text;
    let json = serde_json::to_value(read(&text[..text.len() - 10]).report).unwrap();
    for key in ["records", "bad_lines", "missing_steps", "missing_lines", "conflicts", "complete"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["complete"], false);
    assert_eq!(json["bad_lines"][0]["line"], 8);
    let _: Report = read(&text).report;
}
