//! How a trainer brings the tail of the log into segments, one request at a time.
//!
//! What enters: a trainer between steps or at the end. What leaves: a segment in S3 that the registry counts, and a shorter
//! tail. Read next: `world`.

use super::entries::Entries;
use super::protocol::{Naming, Protocol, Rule};
use super::services::{Sealed, Update};
use super::trainer::{At, Services, Then, Trainer};

impl Trainer {
    /// The tail into a segment.
    pub fn flush(&mut self, protocol: &Protocol, services: &mut Services) -> Option<Update> {
        match self.at {
            At::ReadTail => self.read_tail(protocol, services),
            At::WriteSegment => self.write_segment(protocol, services),
            At::NameSegment => return self.name_segment(protocol, services),
            _ => {
                let accepted = services.redis.flushed(protocol, self.token, self.sealed);
                let once = !protocol.has(Rule::FlushUntilDurable);
                (self.sealed, self.segment) = (Sealed::default(), Entries::default());
                let flushed =
                    if once || self.then == Then::Nothing { self.flushed(protocol) } else { At::ReadTail };
                self.go_or_stop(accepted, flushed);
            }
        }
        None
    }

    fn read_tail(&mut self, protocol: &Protocol, services: &mut Services) {
        let Some((tail, sealed)) = services.redis.read_tail(protocol, self.token) else {
            return self.rest(At::Stopped);
        };
        let write = if protocol.naming == Naming::ByIndex { At::WriteSegment } else { At::NameSegment };
        if tail.is_empty() {
            self.at = self.flushed(protocol);
        } else {
            (self.at, self.segment, self.sealed) = (write, tail, sealed);
        }
    }

    /// `If-None-Match`: the first one counts.
    fn write_segment(&mut self, protocol: &Protocol, services: &mut Services) {
        let index = usize::from(self.sealed.n_segments);
        match services.segments.get_mut(index) {
            Some(there) if protocol.has(Rule::SegmentsAreWrittenOnce) => self.segment = *there,
            Some(there) => *there = self.segment,
            None => services.segments.push(self.segment),
        }
        self.at = At::NameSegment;
    }

    fn name_segment(&mut self, protocol: &Protocol, services: &mut Services) -> Option<Update> {
        let from = self.sealed.n_segments;
        let to = Sealed { durable: self.segment.last(), n_segments: from + 1 };
        let accepted = self.update(protocol, services, Update::Flushed { from, to }, At::TrimTail);
        if accepted.is_some() {
            (self.sealed, self.has_flushed) = (to, true);
            if protocol.naming == Naming::ByToken {
                services.segments.push(self.segment);
            }
            self.segment = Entries::default();
        }
        accepted
    }

    /// What follows when the tail is in segments.
    fn flushed(&self, protocol: &Protocol) -> At {
        match self.then {
            Then::Checkpoint => At::NameCheckpoint,
            Then::Ending if self.has_flushed || !protocol.has(Rule::EndingAfterFlush) => At::SetEnding,
            Then::Nothing | Then::Ending => At::Ready,
            Then::End => At::WriteResults,
        }
    }
}
