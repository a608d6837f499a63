//! Writes events in each form. In: events. Out: what the service, its command line or a subscription makes of them.

use std::io::Write;

use data_encoding::BASE64;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::Found;

/// What a function printed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub time_ms: i64,
    pub stream: String,
    pub message: String,
}

/// What a reader must find of these events, but for places.
pub fn expected(events: &[Event]) -> Vec<Found> {
    let found = |event: &Event, text: &str| Found {
        text: text.to_owned(),
        stream: Some(event.stream.clone()),
        timestamp_ms: Some(event.time_ms),
        line: 0,
        byte: 0,
    };
    let lines = |event: &Event| -> Vec<Found> {
        let lines = event.message.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        lines.filter(|line| !line.is_empty()).map(|line| found(event, line)).collect()
    };
    events.iter().flat_map(lines).collect()
}

/// `2026-11-22T12:11:32.611`, with this between day and hour, and so many digits.
pub fn time(ms: i64, between: char, n_digits: usize) -> String {
    let (days, ms_of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days to dates, by Howard Hinnant's `civil_from_days`.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (second, micros) = (ms_of_day / 1_000, ms_of_day % 1_000 * 1_000);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = &format!("{micros:06}")[..n_digits];
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}.{fraction}")
}

/// The messages of one stream as an object in S3.
pub fn export(events: &[Event]) -> String {
    let line = |event: &Event| format!("{}Z {}\n", time(event.time_ms, 'T', 3), event.message);
    events.iter().map(line).collect()
}

/// `aws logs tail`.
pub fn tail(events: &[Event]) -> String {
    let line = |Event { time_ms, stream, message }: &Event| {
        format!("{}+00:00 {stream} {message}\n", time(*time_ms, 'T', 6))
    };
    events.iter().map(line).collect()
}

/// One object for each row of events of the same stream.
pub fn deliveries(events: &[Event]) -> Vec<String> {
    let batches = events.chunk_by(|a, b| a.stream == b.stream);
    batches.map(|events| delivery("DATA_MESSAGE", &events[0].stream, events)).collect()
}

pub fn delivery(kind: &str, stream: &str, events: &[Event]) -> String {
    let event = |event: &Event| {
        let id = format!("3888{:020}", event.time_ms);
        json!({ "id": id, "timestamp": event.time_ms, "message": event.message })
    };
    let events: Vec<String> = events.iter().map(|it| event(it).to_string()).collect();
    format!(
        "{{\"messageType\":\"{kind}\",\"owner\":\"123456789012\",\"logGroup\":\"/aws/lambda/neuron\",\
         \"logStream\":{},\"subscriptionFilters\":[\"f\"],\"logEvents\":[{}]}}",
        Value::from(stream),
        events.join(",")
    )
}

pub fn packed(text: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    BASE64.encode(&encoder.finish().unwrap())
}

/// What a function gets that a subscription calls.
pub fn awslogs(delivery: &str) -> String {
    json!({ "awslogs": { "data": packed(delivery) } }).to_string()
}

/// What a function gets that reads from Kinesis.
pub fn kinesis(deliveries: &[String]) -> String {
    let record = |delivery: &String| {
        json!({
            "kinesis": { "kinesisSchemaVersion": "1.0", "partitionKey": "1", "data": packed(delivery) },
            "eventSource": "aws:kinesis",
        })
    };
    json!({ "Records": deliveries.iter().map(record).collect::<Vec<_>>() }).to_string()
}

/// Pages of `filter-log-events`, as the command line prints them.
pub fn filter_pages(events: &[Event], events_per_page: usize) -> String {
    let event = |event: &Event| {
        json!({
            "logStreamName": event.stream,
            "timestamp": event.time_ms,
            "message": event.message,
            "ingestionTime": event.time_ms + 900,
            "eventId": format!("3888{:020}", event.time_ms),
        })
    };
    let page = |events: &[Event]| {
        let events: Vec<Value> = events.iter().map(event).collect();
        serde_json::to_string_pretty(&json!({ "events": events, "searchedLogStreams": [] })).unwrap() + "\n"
    };
    events.chunks(events_per_page.max(1)).map(page).collect()
}

/// A page of `get-log-events`: it does not say of which stream.
pub fn get_page(events: &[Event]) -> String {
    let event = |event: &Event| {
        format!(
            "{{\"timestamp\":{},\"message\":{},\"ingestionTime\":1795349493000}}",
            event.time_ms,
            Value::from(event.message.as_str())
        )
    };
    let events: Vec<String> = events.iter().map(event).collect();
    format!(
        "{{\"events\":[{}],\"nextForwardToken\":\"f/1\",\"nextBackwardToken\":\"b/1\"}}\n",
        events.join(", ")
    )
}

/// The answer of a query that asked for `@timestamp, @message, @logStream`.
pub fn insights(events: &[Event]) -> String {
    let row = |event: &Event| {
        json!([
            { "field": "@timestamp", "value": time(event.time_ms, ' ', 3) },
            { "field": "@message", "value": event.message },
            { "field": "@logStream", "value": event.stream },
            { "field": "@ptr", "value": "CmEKJgoiMTIzNDU2Nzg5MDEyOi9hd3M" },
        ])
    };
    let rows: Vec<String> = events.iter().map(|event| row(event).to_string()).collect();
    format!(
        "{{\"results\":[{}],\"statistics\":{{\"recordsMatched\":{}.0,\"bytesScanned\":1.0}},\
         \"status\":\"Complete\"}}\n",
        rows.join(",\n"),
        events.len()
    )
}
