//! Files that are cut or damaged: what is good before and after the place is kept, and the place is told once.

use std::collections::BTreeMap;

use lnn_runlog::MAX_LINE_BYTES;
use lnn_runlog::foreign::cloudwatch::{CloudWatchForm, CloudWatchReader, MAX_PROBLEMS};

use crate::whole::without_places;
use crate::write::{self, Event, expected};
use crate::{File, Found, fixtures};

fn event(idx: i64, stream: &str) -> Event {
    let message = format!("{{\"kind\":\"note\",\"n\":{idx},\"text\":\"a \\\"quote\\\" {{}} [é]\"}}\n");
    Event { time_ms: 1_795_349_492_611 + idx, stream: stream.to_owned(), message }
}

#[test]
fn the_start_of_a_file_gives_the_start_of_its_messages() {
    for file in fixtures::all().into_iter().map(|fixture| fixture.file) {
        let form = file.form;
        let (whole, _) = file.read(usize::MAX);
        let is_text = matches!(form, CloudWatchForm::S3Export | CloudWatchForm::Tail);
        let ends = if is_text { Vec::new() } else { ends_of_objects(&file.bytes) };
        let mut reader = CloudWatchReader::new(form, file.given_stream.as_deref());
        let mut found: Vec<Found> = Vec::new();
        for n_bytes in 0..file.bytes.len() {
            let case = format!("{n_bytes} bytes of {form:?}");
            let mut at_end: Vec<Found> = Vec::new();
            let problems = reader.clone().finish(&mut |message| at_end.push(message.into()));
            // Of a text the last line may be a part of one; of JSON nothing is.
            assert!(at_end.len() <= usize::from(is_text), "{case}: {at_end:?}");
            let n_read = file.bytes[..n_bytes].trim_ascii_end().len();
            let is_cut = !is_text && n_read > 0 && !ends.contains(&n_read);
            assert_eq!(problems.len(), usize::from(is_cut), "{case}: {problems:?}");
            reader.push(&file.bytes[n_bytes..=n_bytes], &mut |message| found.push(message.into()));
            assert_eq!(found.last(), found.len().checked_sub(1).map(|last| &whole[last]), "{case}");
        }
    }
}

/// Behind each object.
fn ends_of_objects(bytes: &[u8]) -> Vec<usize> {
    let mut objects = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
    std::iter::from_fn(|| objects.next().map(|_| objects.byte_offset())).collect()
}

#[test]
fn objects_behind_one_that_is_cut_are_read_whole() {
    let deliveries: Vec<Vec<Event>> =
        ["a", "b", "c"].map(|stream| (0..3).map(|idx| event(idx, stream)).collect()).to_vec();
    let texts: Vec<String> =
        deliveries.iter().map(|events| write::delivery("DATA_MESSAGE", &events[0].stream, events)).collect();
    let (first, last) = (expected(&deliveries[0]), expected(&deliveries[2]));
    for separator in ["", "\n", "\r\n  "] {
        for n_bytes in 1..texts[1].len() {
            let mut bytes = texts[0].clone().into_bytes();
            bytes.extend_from_slice(&texts[1].as_bytes()[..n_bytes]);
            bytes.extend_from_slice(format!("{separator}{}", texts[2]).as_bytes());
            let (found, problems) = File::new(CloudWatchForm::Subscription, bytes).read(4096);
            let found = without_places(&found);
            let case = format!("{n_bytes} bytes, then {separator:?}");
            assert!(found.starts_with(&first) && found.ends_with(&last), "{case}: {found:#?}");
            let between = &found[first.len()..found.len() - last.len()];
            assert_eq!(between, &expected(&deliveries[1])[..between.len()], "{case}");
            assert_eq!(problems.len(), 1, "{case}: {problems:?}");
        }
    }
}

#[test]
fn a_damaged_byte_costs_the_event_that_it_stands_in() {
    let events: Vec<Event> = (0..5).map(|idx| event(idx, "s")).collect();
    for (form, text, start) in [
        (CloudWatchForm::Events, write::filter_pages(&events, 9), "{\n      \"eventId"),
        (CloudWatchForm::Events, write::get_page(&events), "{\"timestamp"),
        (CloudWatchForm::Subscription, write::delivery("DATA_MESSAGE", "s", &events), "{\"id"),
        (CloudWatchForm::Insights, write::insights(&events), "[{\"field"),
    ] {
        let (from, to) = (text.find(start).unwrap(), text.rfind(']').unwrap());
        for at in from..to {
            for byte in [b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'\n', b'x', 0xff, 0] {
                let mut file = File::new(form, text.clone());
                file.bytes[at] = byte;
                let texts: Vec<String> = file.read(4096).0.into_iter().map(|found| found.text).collect();
                let whole = expected(&events);
                let n_lost = whole.iter().filter(|event| !texts.contains(&event.text)).count();
                assert!(n_lost <= 1, "{form:?}, byte {at} is {:?}: {texts:#?}", char::from(byte));
            }
        }
    }
}

#[test]
fn each_message_is_given_once_even_when_read_twice() {
    let events: Vec<Event> = (0..50).map(|idx| event(idx, "s")).collect();
    let text = write::delivery("DATA_MESSAGE", "s", &events);
    for at in (0..text.len()).step_by(3) {
        let mut file = File::new(CloudWatchForm::Subscription, text.clone());
        file.bytes[at] = b'"';
        let mut n_times: BTreeMap<String, usize> = BTreeMap::new();
        for Found { text, .. } in file.read(4096).0 {
            *n_times.entry(text).or_default() += 1;
        }
        assert!(n_times.values().all(|n_times| *n_times == 1), "byte {at}");
    }
}

#[test]
fn words_between_pages_are_one_problem_with_its_place() {
    let pages: Vec<String> = (0..2).map(|idx| write::filter_pages(&[event(idx, "s")], 1)).collect();
    let words = "\nAn error occurred (ThrottlingException) when calling [FilterLogEvents]: {Rate}\n";
    let (found, problems) = File::new(CloudWatchForm::Events, pages.join(words)).read(5);
    assert_eq!(found.len(), 2);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.byte as usize, pages[0].len() + 1);
    assert_eq!(problem.line as usize, pages[0].lines().count() + 2);
    assert!(problem.why.contains("an object was expected and «A» was found"), "{}", problem.why);
}

#[test]
fn events_that_are_none_are_told_and_passed_over() {
    let good = r#"{"id":"1","timestamp":5,"message":"good"}"#;
    let events = [r#"{"id":"1"}"#, good, "7", r#"{"message":"no time"}"#, "[]", r#"{"message":7}"#].join(",");
    let file = File::new(CloudWatchForm::Subscription, format!(r#"{{"logEvents":[{events}]}}"#));
    let (found, problems) = file.read(3);
    let times: Vec<_> = found.iter().map(|found| (found.text.as_str(), found.timestamp_ms)).collect();
    assert_eq!(times, [("good", Some(5)), ("no time", None)]);
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert_eq!((problems[0].line, problems[0].byte), (1, 14));
    assert!(problems[0].why.contains("missing field `message`"), "{problems:?}");

    let rows = r#"{"results":[[{"field":"@ptr","value":"x"}],[{"field":"@message","value":"a"}]]}"#;
    let (found, problems) = File::new(CloudWatchForm::Insights, rows).read(3);
    assert_eq!((found.len(), problems.len()), (1, 1));
    assert!(problems[0].why.contains("fields @timestamp, @message"), "{problems:?}");
}

#[test]
fn damaged_packs_are_told_and_the_next_one_is_read() {
    let pack = |idx| write::awslogs(&write::delivery("DATA_MESSAGE", "s", &[event(idx, "s")]));
    let text_of = |data: &str| format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#);
    let whole = write::packed(&write::delivery("DATA_MESSAGE", "s", &[event(9, "s")]));
    let cut_object = write::packed(r#"{"messageType":"DATA_MESSAGE","logEvents":[{"id":"#);
    for (bad, why) in [
        (text_of("not base64!"), "no Base64"),
        (text_of("AAAA"), "neither gzip nor JSON"),
        (text_of(&whole[..whole.len() / 8 * 4]), "unpacked bytes"),
        (text_of(&cut_object), "within the packed data, line 1 byte 49: the file ends"),
        (r#"{"awslogs":{"data":7}}"#.to_owned(), "invalid type"),
    ] {
        let text = format!("{}\n{bad}\n{}", pack(0), pack(1));
        let (found, problems) = File::new(CloudWatchForm::Subscription, text).read(100);
        let times: Vec<i64> = found.iter().filter_map(|found| found.timestamp_ms).collect();
        assert!(times.starts_with(&[event(0, "").time_ms]), "{why}");
        assert!(times.ends_with(&[event(1, "").time_ms]), "{why}");
        let [problem] = problems.as_slice() else { panic!("{why}: {problems:?}") };
        assert!(problem.line == 2 && problem.why.contains(why), "{problem:?}");
    }
}

#[test]
fn a_thousand_problems_are_listed() {
    let (_, problems) =
        File::new(CloudWatchForm::Subscription, r#"{"logEvents":[7]}"#.repeat(5_000)).read(999);
    assert_eq!(problems.len(), MAX_PROBLEMS + 1);
    assert_eq!(problems[MAX_PROBLEMS].why, "4000 more problems from here on are not listed");
}

#[test]
fn deep_brackets_are_no_stack_overflow() {
    for opening in ["[", "{\"a\":", "{\"logEvents\":[", "{\"id\":[", "[{\"field\":"] {
        let text = format!("{{\"logEvents\":[{}", opening.repeat(20_000));
        let (found, problems) = File::new(CloudWatchForm::Subscription, text).read(4096);
        assert!(found.is_empty() && !problems.is_empty() && problems.len() <= MAX_PROBLEMS + 1);
    }
}

#[test]
fn lines_that_are_too_long_are_passed_over() {
    let long = "x".repeat(MAX_LINE_BYTES);
    let text = format!(
        "2026-11-22T11:52:39.000Z a\n2026-11-22T11:52:40.000Z {long}\nof it\n2026-11-22T11:52:41.000Z b\n"
    );
    let (found, problems) = File::new(CloudWatchForm::S3Export, text).read(1 << 20);
    let times: Vec<_> =
        found.iter().map(|it| (it.text.as_str(), it.timestamp_ms.map(|ms| ms % 60_000))).collect();
    assert_eq!(times, [("a", Some(39_000)), ("of it", None), ("b", Some(41_000))]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].line == 2 && problems[0].why.contains("longer than 64 MiB"), "{problems:?}");
}
