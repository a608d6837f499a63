//! Every form in which `CloudWatch` Logs hands out messages, whole and damaged, in chunks of any size.
//!
//! `write.rs` writes the forms, `fixtures.rs` the files beside it (`cargo test -p lnn-runlog --test cloudwatch -- --ignored`
//! makes them again), the other files argue. Read next: `whole.rs`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may fail")]

mod damaged;
mod fixtures;
mod random;
mod whole;
mod write;

use lnn_runlog::foreign::cloudwatch::{CloudWatchForm, CloudWatchReader, Message, Problem};

/// A message that outlives its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub text: String,
    pub stream: Option<String>,
    pub timestamp_ms: Option<i64>,
    pub line: u64,
    pub byte: u64,
}

impl From<Message<'_>> for Found {
    fn from(message: Message<'_>) -> Self {
        let Message { text, stream, timestamp_ms, line, byte } = message;
        Self { text: text.into_owned(), stream: stream.map(str::to_owned), timestamp_ms, line, byte }
    }
}

/// A file with its form, and the stream that a caller knows of.
#[derive(Debug, Clone)]
pub struct File {
    pub form: CloudWatchForm,
    pub given_stream: Option<String>,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(form: CloudWatchForm, bytes: impl Into<Vec<u8>>) -> Self {
        Self { form, given_stream: None, bytes: bytes.into() }
    }

    /// Reads the file in chunks that end at these places.
    pub fn read_at(&self, borders: &[usize]) -> (Vec<Found>, Vec<Problem>) {
        let mut reader = CloudWatchReader::new(self.form, self.given_stream.as_deref());
        let mut found = Vec::new();
        let mut from = 0;
        for to in borders.iter().copied().chain([self.bytes.len()]) {
            reader.push(&self.bytes[from..to], &mut |message| found.push(message.into()));
            from = to;
        }
        let problems = reader.finish(&mut |message| found.push(message.into()));
        (found, problems)
    }

    /// Reads the file in chunks of this size.
    pub fn read(&self, chunk_bytes: usize) -> (Vec<Found>, Vec<Problem>) {
        let borders: Vec<usize> = (chunk_bytes..self.bytes.len()).step_by(chunk_bytes).collect();
        self.read_at(&borders)
    }
}
