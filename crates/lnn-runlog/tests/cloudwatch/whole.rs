//! Files that nobody damaged give every message, whatever the chunks.

use lnn_runlog::foreign::cloudwatch::{CloudWatchForm, is_write_test, sniff, unwrap_record};
use lnn_runlog::{Depth, LogReader, Place};

use crate::fixtures::{self, N_LINES};
use crate::write::{self, Event, expected};
use crate::{File, Found};

pub fn without_places(found: &[Found]) -> Vec<Found> {
    found.iter().cloned().map(|found| Found { line: 0, byte: 0, ..found }).collect()
}

#[test]
fn every_form_gives_every_message() {
    for fixture in fixtures::all() {
        let (whole, problems) = fixture.file.read(usize::MAX);
        assert_eq!(problems, [], "{}", fixture.name);
        assert_eq!(without_places(&whole), expected(&fixture.events), "{}", fixture.name);
        for chunk_bytes in [1, 7, 1000] {
            assert_eq!(fixture.file.read(chunk_bytes), (whole.clone(), Vec::new()), "{}", fixture.name);
        }
    }
}

#[test]
fn places_are_those_of_lines_and_events() {
    for fixture in fixtures::all() {
        let bytes = &fixture.file.bytes;
        for Found { text, line, byte, .. } in fixture.file.read(usize::MAX).0 {
            let (before, after) = bytes.split_at(byte as usize);
            let name = fixture.name;
            assert_eq!(line as usize, before.split(|byte| *byte == b'\n').count(), "{name}");
            match fixture.file.form {
                CloudWatchForm::S3Export | CloudWatchForm::Tail => {
                    assert!(before.is_empty() || before.ends_with(b"\n"), "{name}");
                    let line = after.split(|byte| *byte == b'\n').next().unwrap().trim_ascii_end();
                    assert!(line.ends_with(text.trim_end().as_bytes()), "{name}: {text}");
                }
                CloudWatchForm::Insights => assert!(after.starts_with(b"[{"), "{name}"),
                CloudWatchForm::Subscription | CloudWatchForm::Events => assert!(after.starts_with(b"{")),
            }
        }
    }
}

#[test]
fn the_lines_of_the_run_are_as_they_were_printed() {
    for fixture in fixtures::all().into_iter().filter(|it| it.file.given_stream.is_none()) {
        let mut reader = LogReader::new(Depth::Whole);
        for Found { text, line, byte, .. } in fixture.file.read(usize::MAX).0 {
            if let Some(text) = unwrap_record(&text) {
                reader.push_line(Place { file: 0, line, byte }, &text, &mut |_| ());
            }
        }
        assert_eq!(reader.bad_lines(), [], "{}", fixture.name);
        let [run] = reader.runs() else { panic!("one run") };
        assert_eq!((run.run.as_str(), run.n_lines, run.n_duplicates), ("r1", N_LINES, 3), "{}", fixture.name);
        assert!(run.end.is_some() && run.conflicts.is_empty(), "{}", fixture.name);
    }
}

#[test]
fn a_line_that_became_an_object_is_as_good_as_its_checksum() {
    let line = fixtures::events().into_iter().find(|event| event.message.starts_with(r#"{"kind":"step""#));
    let line = line.unwrap().message;
    // As a program writes it again that knows one kind of number only.
    let anew = line.replace("\"batch_cost\":0.625", "\"batch_cost\":6.25e-1");
    assert_ne!(line, anew);
    for (line, n_lines, n_bad) in [(&line, 1, 0), (&anew, 0, 1)] {
        let text = format!("{{\"level\":\"INFO\",\"message\":{}}}", line.trim_end());
        let mut reader = LogReader::new(Depth::Whole);
        let place = Place { file: 0, line: 1, byte: 0 };
        reader.push_line(place, &unwrap_record(&text).unwrap(), &mut |_| ());
        assert_eq!(reader.runs().iter().map(|run| run.n_lines).sum::<u64>(), n_lines, "{text}");
        assert_eq!(reader.bad_lines().len(), n_bad, "{text}");
    }
}

#[test]
fn a_query_that_is_not_complete_is_told_and_its_rows_are_read() {
    let row = r#"[{"field":"@message","value":"a"}]"#;
    for (status, expected) in [
        ("Complete", None),
        ("Running", Some("the query is «Running»")),
        ("Scheduled", Some("the query is «Scheduled»")),
        ("Timeout", Some("the query ended as «Timeout»")),
        ("of something else", None),
    ] {
        for text in [
            format!("{{\"results\":[{row}],\n\"status\":\"{status}\"}}"),
            format!("{{\"status\":\"{status}\",\"results\":[{row}]}}"),
        ] {
            for chunk_bytes in [1, 1_000] {
                let (found, problems) = File::new(CloudWatchForm::Insights, text.clone()).read(chunk_bytes);
                assert_eq!(found.len(), 1, "{text}");
                let [problem] = problems.as_slice() else {
                    assert!(problems.is_empty() && expected.is_none(), "{text}: {problems:?}");
                    continue;
                };
                assert!(problem.why.starts_with(expected.unwrap()), "{text}: {problem:?}");
                assert!(text[problem.byte as usize..].starts_with(&format!("\"{status}\"")), "{text}");
            }
        }
    }
}

#[test]
fn each_file_is_known_by_its_start() {
    for fixture in fixtures::all() {
        assert_eq!(sniff(&fixture.file.bytes), Some(fixture.file.form), "{}", fixture.name);
        assert_eq!(sniff(&fixture.file.bytes[..130]), Some(fixture.file.form), "{}", fixture.name);
    }
    for Event { message, .. } in fixtures::events() {
        assert_eq!(sniff(message.as_bytes()), None, "{message}");
    }
    assert!(is_write_test("aws-logs-write-test") && is_write_test("exports/7/aws-logs-write-test"));
    assert!(!is_write_test("exports/aws-logs-write-test/000000.gz"));
}

#[test]
fn a_streams_name_behind_the_events_comes_too_late() {
    let event = r#"{"id":"1","timestamp":5,"message":"a\n"}"#;
    let text =
        format!(r#"{{"logEvents":[{event}],"logStream":"s"}}{{"logStream":"t","logEvents":[{event}]}}"#);
    let streams = |file: &File| -> Vec<Option<String>> {
        file.read(usize::MAX).0.into_iter().map(|found| found.stream).collect()
    };
    let mut file = File::new(CloudWatchForm::Subscription, text);
    assert_eq!(streams(&file), [None, Some("t".to_owned())]);
    file.given_stream = Some("given".to_owned());
    assert_eq!(streams(&file), [Some("given".to_owned()), Some("t".to_owned())]);
}

#[test]
fn lists_of_deliveries_and_unpacked_ones_in_kinesis_are_read_too() {
    let events = fixtures::events();
    let deliveries = write::deliveries(&events);
    let list = format!("\u{feff}[{}]\n", deliveries.join(",\n"));
    let plain: Vec<String> = deliveries
        .iter()
        .map(|it| format!("{{\"kinesis\":{{\"data\":\"{}\"}}}}", data_encoding::BASE64.encode(it.as_bytes())))
        .collect();
    for text in [list, format!("{{\"Records\":[{}]}}", plain.join(","))] {
        assert_eq!(sniff(text.as_bytes()), Some(CloudWatchForm::Subscription));
        let (found, problems) = File::new(CloudWatchForm::Subscription, text).read(11);
        assert_eq!((without_places(&found), problems), (expected(&events), Vec::new()));
    }
}
