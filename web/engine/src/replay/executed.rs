//! The calls that computed the step under the cursor, for logs that tell of them.
//!
//! In: `invocation` records as the log is read, frames on their way to the page. Out: [`FromReplay::Calls`], a few a second. Read
//! next: `calls/mod.rs`.

use lnn_runlog::{Entry, LogScan, Record};

use super::{FromReplay, Replay};
use crate::calls::CallIndex;
use crate::protocol::FromTrainer;

/// While steps pass by, their calls are shown so often.
const CALLS_MS: f64 = 250.0;

/// What is known of the run's calls, and what the page sees of them.
#[derive(Debug, Default)]
pub(super) struct Executed {
    index: CallIndex,
    step: u64,
    /// Step and number of calls so far that the page was sent.
    shown: Option<(u64, u64)>,
    sent_ms: f64,
}

impl Executed {
    /// Takes a record of the run that is shown.
    pub(super) fn take(&mut self, entry: &Entry<'_>) {
        if let Ok(Record::Invocation(call)) = entry.line.record() {
            self.index.take(&call, entry.place, entry.line.text.len() as u64);
        }
    }

    /// The log is read again; what is shown stays until then.
    pub(super) fn forget(&mut self) {
        self.index = CallIndex::default();
    }

    /// Whether the page should see other calls than it does.
    pub(super) fn is_due(&self) -> bool {
        let now = (self.step, self.index.so_far(self.step).n_calls);
        !self.index.is_empty() && self.shown != Some(now)
    }

    fn show(&mut self, now_ms: f64, (id, run): (u32, &str), scan: &mut LogScan) -> Option<FromReplay> {
        let is_time = self.shown.is_none() || now_ms - self.sent_ms >= CALLS_MS;
        if !is_time || !self.is_due() {
            return None;
        }
        self.shown = Some((self.step, self.index.so_far(self.step).n_calls));
        self.sent_ms = now_ms;
        let picture = self.index.picture(self.step, run, scan).into();
        Some(FromReplay::Calls { run: id, picture })
    }
}

impl Replay {
    /// The calls of the step that the newest frame shows.
    pub(super) fn calls(&mut self, now_ms: f64, messages: &[FromReplay]) -> Option<FromReplay> {
        for message in messages {
            if let FromReplay::Tell(told) = message
                && let FromTrainer::Frame(frame) = &**told
            {
                self.executed.step = frame.head.step;
            }
        }
        let run = self.ledger().filter(|_| self.is_started && !self.is_reading)?.run.clone();
        self.executed.show(now_ms, (self.id, &run), &mut self.scan)
    }
}
