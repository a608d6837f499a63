//! Writing a run log: one whole line at a time, numbered and sealed.
//!
//! In: [`Record`]s and the time. Out: lines in any `Write`. A writer may be killed at any byte: what was written stays
//! readable, and a reader says what is missing. Read next: `reader.rs`.

use std::io::{self, Write};

use crate::line::{Envelope, seal};
use crate::record::Record;

/// A record that can't be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The place written to fails.
    #[error("the log can't be written: {0}")]
    Io(#[from] io::Error),
    /// A record that JSON can't hold.
    #[error("a record can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Numbers and seals the records of one writer of one run.
#[derive(Debug)]
pub struct LogWriter<W> {
    out: W,
    run: String,
    writer: String,
    next_seq: u64,
}

impl<W: Write> LogWriter<W> {
    /// A writer whose first line has the number 0. `writer` must be another name for each process that writes.
    pub fn new(out: W, run: &str, writer: &str) -> Self {
        Self::continuing(out, run, writer, 0)
    }

    /// A writer that goes on where one of the same name stopped.
    pub fn continuing(out: W, run: &str, writer: &str, next_seq: u64) -> Self {
        Self { out, run: run.to_owned(), writer: writer.to_owned(), next_seq }
    }

    /// Writes one line, by a single call of the place written to; gives its length in bytes.
    ///
    /// # Errors
    /// The place written to fails. The line's number is then used up: a reader will notice that it is missing.
    pub fn write(&mut self, record: &Record, time_ms: Option<u64>) -> Result<usize, WriteError> {
        let line = self.seal(record, time_ms)?;
        self.out.write_all(line.as_bytes())?;
        Ok(line.len())
    }

    fn seal(&mut self, record: &Record, time_ms: Option<u64>) -> Result<String, serde_json::Error> {
        let body = record.body()?;
        let seq = self.next_seq;
        self.next_seq += 1;
        let envelope = Envelope {
            kind: record.kind().into(),
            run: self.run.as_str().into(),
            writer: self.writer.as_str().into(),
            seq,
            time_ms,
        };
        Ok(seal(&envelope, &body))
    }

    /// The number of the next line.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// What is written to.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Gives back what is written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}
