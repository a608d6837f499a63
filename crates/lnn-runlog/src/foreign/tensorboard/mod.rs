//! `TensorBoard` event files: scalars become curves, histograms become distributions of a tensor.
//!
//! In: chunks of a file `events.out.tfevents.*`. Out: a [`CurveLog`]. Every record's checksum is verified; a damaged record is
//! passed over and listed. Read next: `record.rs` for the framing, `event.rs` for what is in it.

mod event;
mod record;

use prost::Message;

use super::curves::CurveLog;
use event::{Event, Others};
use record::{Framing, Step};

/// Reads an event file.
#[derive(Default)]
pub struct EventFileReader {
    framing: Framing,
    log: CurveLog,
    others: Others,
    n_events: u64,
}

/// Whether these are the first bytes of an event file.
pub fn is_event_file(first_bytes: &[u8]) -> bool {
    record::has_right_length(first_bytes)
}

impl EventFileReader {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8]) {
        self.framing.push(chunk);
        loop {
            let byte = self.framing.at();
            match self.framing.next_record() {
                Step::Record(data) => match Event::decode(data.as_slice()) {
                    Ok(event) => {
                        self.n_events += 1;
                        event::enter(event, &mut self.log, &mut self.others);
                    }
                    Err(error) => self.log.problem(None, byte, format!("the event can't be read: {error}")),
                },
                Step::Bad(why) => self.log.problem(None, byte, why),
                Step::NeedsMore => return,
            }
        }
    }

    /// Another file of the same run begins: what is held of the one before is ended.
    pub fn next_file(&mut self) {
        self.end_file();
        self.framing = Framing::default();
    }

    /// Events read so far.
    pub fn n_events(&self) -> u64 {
        self.n_events
    }

    /// What was read.
    pub fn finish(mut self) -> CurveLog {
        self.end_file();
        self.log.lacks.push(
            "TensorBoard logs keep numbers by tensor: no single unit can be shown, and nothing computed again.".to_owned(),
        );
        if self.log.distributions.is_empty() {
            self.log.lacks.push("This one holds no histograms.".to_owned());
        }
        if let Some(sentence) = self.others.in_words() {
            self.log.lacks.push(sentence);
        }
        self.log.tell_thinned();
        self.log
    }

    fn end_file(&mut self) {
        if let Some(n_bytes) = self.framing.n_pending() {
            let why = format!(
                "the file ends within a record, after {n_bytes} of its bytes: is it still being written?"
            );
            self.log.problem(None, self.framing.at(), why);
        }
    }
}
