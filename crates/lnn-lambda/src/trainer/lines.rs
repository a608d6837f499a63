//! The lines that a trainer writes into the log, sealed and numbered.
//!
//! In: records. Out: entries for commits. A trainer is a writer of its own, and another one each time it puts a run back:
//! lines that were lost with Redis leave no gap in what follows. Read next: `step.rs`.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use lnn_runlog::{LogWriter, Record};

use super::Stop;
use crate::live::Entry;
use crate::stores::LogMark;

/// A writer of the log.
pub(crate) struct Lines {
    writer: LogWriter<Vec<u8>>,
    run: String,
    token: u64,
    n_begun: u32,
    /// Bytes of lines committed and not yet in a segment, as far as this trainer wrote them.
    pub n_waiting: usize,
}

impl Lines {
    pub(crate) fn new(run: &str, token: u64) -> Self {
        let writer = LogWriter::new(Vec::new(), run, &name(token, 0));
        Self { writer, run: run.to_owned(), token, n_begun: 0, n_waiting: 0 }
    }

    /// Another writer.
    pub(crate) fn begin_anew(&mut self) {
        self.n_begun += 1;
        self.n_waiting = 0;
        self.writer = LogWriter::new(Vec::new(), &self.run, &name(self.token, self.n_begun));
    }

    /// Records that belong together, as lines.
    pub(crate) fn entry(&mut self, mark: LogMark, records: &[Record]) -> Result<Entry, Stop> {
        for record in records {
            self.writer.write(record, now_ms()).context("a record can't be written")?;
        }
        let bytes = std::mem::take(self.writer.get_mut());
        self.n_waiting += bytes.len();
        Ok(Entry { mark, text: String::from_utf8(bytes).context("a record is no text")? })
    }
}

fn name(token: u64, n_begun: u32) -> String {
    if n_begun == 0 { format!("trainer-{token}") } else { format!("trainer-{token}.{n_begun}") }
}

/// Prints committed lines: what CloudWatch gathers is a run log too.
pub(crate) fn print(text: &str) {
    // Nobody reads a function's output that can't be written.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> Option<u64> {
    Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis() as u64)
}

/// Milliseconds since 1970, with fractions.
pub(crate) fn exact_now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e3)
}
