//! Random messages and random bytes: messages come back exactly, and where chunks end changes nothing.

use lnn_runlog::foreign::cloudwatch::{CloudWatchForm, sniff, unwrap_record};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::File;
use crate::whole::without_places;
use crate::write::{self, Event, expected};

/// Texts of any characters, with those that JSON and gzip know more often; no carriage return that a line break would eat.
fn message() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<String>(),
        select(vec!["\"", "\\", "\n", "{\"kind\":", "}", "[", "{\"id\":\"", "\t", "é☃🦀", "\u{0}", " "])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat().replace('\r', ""))
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..4_000_000_000_000_i64, select(vec!["s", "2026/11/22/[$LATEST]é"]), message());
    let event =
        event.prop_map(|(time_ms, stream, message)| Event { time_ms, stream: stream.to_owned(), message });
    prop::collection::vec(event, 1..6)
}

/// All forms, with the events that each must give.
fn files(events: &[Event]) -> Vec<(File, Vec<Event>)> {
    let stream = events[0].stream.clone();
    let one_stream: Vec<Event> =
        events.iter().map(|it| Event { stream: stream.clone(), ..it.clone() }).collect();
    let deliveries = write::deliveries(events);
    let of_all = [
        (CloudWatchForm::Tail, write::tail(events)),
        (CloudWatchForm::Subscription, deliveries.concat()),
        (CloudWatchForm::Subscription, deliveries.join("\n")),
        (CloudWatchForm::Subscription, deliveries.iter().map(|it| write::awslogs(it)).collect()),
        (CloudWatchForm::Subscription, write::kinesis(&deliveries)),
        (CloudWatchForm::Events, write::filter_pages(events, 2)),
        (CloudWatchForm::Insights, write::insights(events)),
    ];
    let of_one = [
        (CloudWatchForm::S3Export, write::export(&one_stream)),
        (CloudWatchForm::Events, write::get_page(&one_stream)),
    ];
    let all = of_all.into_iter().map(|(form, text)| (File::new(form, text), events.to_vec()));
    let one = of_one.into_iter().map(|(form, text)| {
        let file = File { given_stream: Some(stream.clone()), ..File::new(form, text) };
        (file, one_stream.clone())
    });
    all.chain(one).collect()
}

fn borders(cuts: &[Index], n_bytes: usize) -> Vec<usize> {
    let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(n_bytes + 1)).collect();
    borders.sort_unstable();
    borders
}

/// Words that make and break objects of `CloudWatch`.
fn almost_json() -> impl Strategy<Value = Vec<u8>> {
    let word = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        " ",
        "1",
        "true",
        "x",
        "{\"",
        "\":",
        "\",",
        "},{",
        "{\"messageType\":\"DATA_MESSAGE\",",
        "\"logStream\":\"s\",",
        "\"logEvents\":[",
        "{\"events\":[",
        "{\"id\":\"1\",",
        "\"message\":\"a\\nb\"}",
        "{\"message\":\"c\"}",
        "{\"results\":[",
        "[{\"field\":\"@message\",",
        "\"value\":\"d\"}]",
        "]}",
        "{\"awslogs\":{\"data\":\"",
        "\"}}",
        "{\"Records\":[",
        "{\"kinesis\":{\"data\":\"e30=\"}}",
        "\u{e9}",
        "{\"owner\":",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat().into_bytes())
}

fn some_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => almost_json(), 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn messages_come_back_exactly(events in events(), cuts in prop::collection::vec(any::<Index>(), 0..9)) {
        for (file, events) in files(&events) {
            let (found, problems) = file.read_at(&borders(&cuts, file.bytes.len()));
            prop_assert_eq!(&problems, &[]);
            prop_assert_eq!(without_places(&found), expected(&events), "{:?}", file.form);
            prop_assert_eq!(sniff(&file.bytes), Some(file.form));
        }
    }

    #[test]
    fn whatever_the_bytes_the_chunks_change_nothing(
        bytes in some_bytes(),
        cuts in prop::collection::vec(any::<Index>(), 0..9),
    ) {
        for form in [CloudWatchForm::Subscription, CloudWatchForm::S3Export, CloudWatchForm::Tail] {
            let file = File::new(form, bytes.clone());
            let whole = file.read(usize::MAX);
            prop_assert_eq!(&file.read_at(&borders(&cuts, bytes.len())), &whole);
            prop_assert_eq!(&file.read(1), &whole);
        }
        let _ = sniff(&bytes);
    }

    #[test]
    fn whatever_the_message_looking_for_a_line_ends(text in message()) {
        let line = format!("{{\"kind\":{}}}", serde_json::Value::from(text.as_str()));
        let quoted = serde_json::Value::from(line.as_str());
        let wrapped = format!("{{\"message\":{quoted}}}");
        let found = unwrap_record(&wrapped);
        prop_assert_eq!(found.as_deref(), Some(line.as_str()));
        let wrapped = format!("{{\"message\":{line}}}");
        let found = unwrap_record(&wrapped);
        prop_assert_eq!(found.as_deref(), Some(line.as_str()));
        let _ = unwrap_record(&text);
    }
}
