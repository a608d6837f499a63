//! A damaged place: it is told once, and what is good behind it is found again.
//!
//! In: a scanner that can't go on. Out: the same at the next object or event. Damage is often noticed late, when the next
//! object has begun already: it is looked for from the start of the event on. Read next: `opening.rs`.

use super::opening::{Opening, opening};
use super::piece::{Piece, PieceSink, Spot};
use super::{Scanner, State};
use crate::foreign::cloudwatch::problems::Why;

/// How far before a damaged place outside of events it is looked for another object.
pub(super) const LOOK_BACK: u64 = 64 << 10;
/// How often the same damaged place may be come to.
const MAX_RETRIES: u32 = 8;

impl Scanner {
    pub(super) fn unexpected(&mut self, wanted: &'static str, sink: &mut PieceSink<'_>) {
        let found = self.rest().first().copied().unwrap_or_default();
        self.fail(Why::Unexpected { wanted, found }, sink);
    }

    /// Tells of a damaged place once, and goes back to where the next object may have begun before it was noticed.
    pub(super) fn fail(&mut self, why: Why, sink: &mut PieceSink<'_>) {
        self.check_length(sink);
        let here = self.at;
        let n_retries = match self.damage {
            Some((farthest, n_retries)) if here.byte <= farthest => {
                self.damage = Some((farthest, n_retries + 1));
                // What was found on the way here is damaged too: its stream is not that of what follows.
                sink(Piece::Start);
                n_retries + 1
            }
            _ => {
                self.damage = Some((here.byte, 0));
                sink(Piece::Bad { spot: here, why });
                0
            }
        };
        if let Some(retry_from) = self.near_retry().filter(|_| n_retries < MAX_RETRIES) {
            self.at = retry_from;
        }
        self.retry_from = None;
        (self.state, self.depth, self.objects, self.kept) = (State::Lost, 0, 0, None);
    }

    /// Where to go back to, if it is not so far away that its bytes may be forgotten.
    pub(super) fn near_retry(&self) -> Option<Spot> {
        let (at, is_kept) = (self.at.byte, self.kept.is_some());
        self.retry_from.filter(|from| is_kept || at - from.byte <= LOOK_BACK)
    }

    /// Goes on where an object or an event seems to begin.
    pub(super) fn look_for_opening(&mut self, is_end: bool, sink: &mut PieceSink<'_>) -> bool {
        let rest = self.rest();
        let next = memchr::memchr2(b'{', b'[', rest);
        self.skip(next.unwrap_or(rest.len()));
        if next.is_none() {
            return false;
        }
        match opening(self.rest(), is_end) {
            Opening::Unsure => return false,
            Opening::None => self.skip(1),
            Opening::Object { .. } => self.open_object(sink),
            Opening::Element(name) => {
                // As if it stood in its list.
                (self.depth, self.objects, self.name) = (2, 0b10, name);
                self.state = State::Value;
            }
        }
        true
    }
}
