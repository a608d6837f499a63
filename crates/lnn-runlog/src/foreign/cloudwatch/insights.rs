//! The answer of Logs Insights. In: a list of named cells, or how far the query is. Out: the cells that make a message, or why
//! some may be missing.

use std::borrow::Cow;

use serde::Deserialize;

use super::problems::Why;
use super::time::stamp;

/// The cells that matter.
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    pub message: Option<Cow<'a, str>>,
    pub timestamp_ms: Option<i64>,
    pub stream: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Cell<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Cow<'a, str>,
}

impl<'a> Row<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        let mut row = Self::default();
        for Cell { field, value } in serde_json::from_slice::<Vec<Cell<'a>>>(bytes)? {
            match field.as_ref() {
                "@message" => row.message = Some(value),
                "@logStream" => row.stream = Some(value),
                "@timestamp" => {
                    row.timestamp_ms = stamp(&value).filter(|stamp| stamp.rest.is_empty()).map(|it| it.ms);
                }
                _ => {}
            }
        }
        Ok(row)
    }
}

/// An answer may hold a part of the rows only: not an error of the file, but whoever reads it must know.
pub(super) fn check_status(bytes: &[u8]) -> Result<(), Why> {
    match bytes {
        b"\"Scheduled\"" => Err(Why::QueryRuns("Scheduled")),
        b"\"Running\"" => Err(Why::QueryRuns("Running")),
        b"\"Failed\"" => Err(Why::QueryEnded("Failed")),
        b"\"Cancelled\"" => Err(Why::QueryEnded("Cancelled")),
        b"\"Timeout\"" => Err(Why::QueryEnded("Timeout")),
        // «Complete», or the status of something else.
        _ => Ok(()),
    }
}
