//! Redis, `DynamoDB` and S3 as the trainers see them: every method is one script or one conditional request.
//!
//! What enters: a call with the caller's token. What leaves: what the service answers. Read next: `trainer`, which
//! calls them.

use super::entries::{Entries, Mark};
use super::protocol::{Protocol, Rule};

/// The kinds of values; a bit each.
pub const Z: u8 = 1;
pub const ERRORS: u8 = 2;
pub const PARAMETERS: u8 = 4;

/// What the registry and the cursor both know of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sealed {
    /// Every entry up to it is in a segment.
    pub durable: Mark,
    pub n_segments: u8,
}

/// The run's cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub token: u8,
    pub step: u8,
    pub sealed: Sealed,
    /// The highest entry that ever was in the tail.
    pub appended: Mark,
    /// Entries in the tail.
    pub n_tail: u8,
    pub is_permanent: bool,
}

/// A run's keys in Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Redis {
    pub cursor: Option<Cursor>,
    pub tail: Entries,
    /// Kinds that are there, by step.
    pub values: [u8; 5],
}

/// What a claim answers.
pub enum Claim {
    Taken { step: u8 },
    Absent,
    Fenced,
}

impl Redis {
    /// The cursor; where the tail is not what it counts, a key was dropped: everything goes, as in a loss.
    fn whole(&mut self, protocol: &Protocol) -> Option<&mut Cursor> {
        let n_tail = self.tail.len();
        let is_broken = self.cursor.is_some_and(|cursor| cursor.n_tail != n_tail);
        if is_broken && protocol.has(Rule::TailIsCounted) {
            *self = Self::default();
        }
        self.cursor.as_mut()
    }

    fn of_token(&mut self, protocol: &Protocol, token: u8, is_permanent: bool) -> Option<&mut Cursor> {
        let any = !protocol.has(Rule::ScriptsCompareState);
        self.whole(protocol).filter(|c| c.token == token && (any || c.is_permanent == is_permanent))
    }

    fn append(&mut self, protocol: &Protocol, mark: Mark) {
        let Some(cursor) = &mut self.cursor else { return };
        let floor =
            if protocol.has(Rule::AppendAboveAppended) { cursor.appended } else { cursor.sealed.durable };
        if mark > floor {
            self.tail.push(mark);
            cursor.n_tail = self.tail.len();
            cursor.appended = cursor.appended.max(mark);
        }
    }

    fn trim(&mut self, sealed: Sealed) {
        let Some(cursor) = &mut self.cursor else { return };
        cursor.sealed.durable = cursor.sealed.durable.max(sealed.durable);
        cursor.sealed.n_segments = cursor.sealed.n_segments.max(sealed.n_segments);
        cursor.appended = cursor.appended.max(cursor.sealed.durable);
        self.tail = self.tail.above(cursor.sealed.durable);
        cursor.n_tail = self.tail.len();
    }

    /// Takes the permanent cursor of an older token.
    pub fn claim(&mut self, protocol: &Protocol, token: u8, row: Row) -> Claim {
        let Some(cursor) = self.whole(protocol) else { return Claim::Absent };
        if cursor.token >= token {
            return Claim::Fenced;
        }
        if !cursor.is_permanent {
            return Claim::Absent;
        }
        let step = cursor.step;
        if row.ending.is_some_and(|ending| step > ending) && protocol.has(Rule::ClaimComparesEnding) {
            *self = Self::default();
            return Claim::Absent;
        }
        cursor.token = token;
        if protocol.has(Rule::ClaimBringsRow) {
            self.trim(row.sealed);
        }
        Claim::Taken { step }
    }

    /// A provisional cursor, unless one that counts is there by now.
    pub fn seed(&mut self, protocol: &Protocol, token: u8, row: Row) -> Claim {
        match self.claim(protocol, token, row) {
            Claim::Absent => {
                let (step, sealed) = (row.checkpoint, row.sealed);
                self.tail = Entries::default();
                self.cursor = Some(Cursor {
                    token,
                    step,
                    sealed,
                    appended: sealed.durable,
                    n_tail: 0,
                    is_permanent: false,
                });
                Claim::Absent
            }
            other => other,
        }
    }

    /// Makes the cursor permanent; the first one of a run brings the header.
    pub fn open(&mut self, protocol: &Protocol, token: u8) -> bool {
        let only_own = protocol.has(Rule::OpenOnlyOwn);
        let Some(cursor) = self.whole(protocol) else { return false };
        if only_own && (cursor.token != token || cursor.is_permanent) {
            return false;
        }
        (cursor.token, cursor.is_permanent) = (token, true);
        if cursor.step == 0 && cursor.sealed.durable == Mark::NOTHING {
            self.append(protocol, Mark::step(0));
        }
        true
    }

    /// Stores values of a step; `kinds` are those of the step itself and those of the next.
    /// A step's own parameters come from a checkpoint alone.
    pub fn put(&mut self, protocol: &Protocol, token: u8, step: u8, kinds: (u8, u8)) -> bool {
        let is_seed = kinds.0 == PARAMETERS;
        let expected = self.of_token(protocol, token, !is_seed).is_some_and(|cursor| cursor.step == step);
        if expected || !protocol.has(Rule::PutComparesCursor) {
            self.values[usize::from(step)] |= kinds.0;
            self.values[usize::from(step) + 1] |= kinds.1;
            return true;
        }
        false
    }

    pub fn holds(&self, step: u8, kinds: u8) -> bool {
        self.values[usize::from(step)] & kinds == kinds
    }

    /// Whether a commit of this step would be accepted.
    pub fn is_at(&mut self, protocol: &Protocol, token: u8, step: u8) -> bool {
        let any_token = !protocol.has(Rule::CommitComparesTokens);
        let any_state = !protocol.has(Rule::ScriptsCompareState);
        self.whole(protocol).is_some_and(|c| {
            c.step == step && (any_token || c.token == token) && (any_state || c.is_permanent)
        })
    }

    /// The step is done: the cursor moves by one, its entry is appended, the step before is removed.
    pub fn commit(&mut self, protocol: &Protocol, step: u8) {
        let Some(cursor) = &mut self.cursor else { return };
        cursor.step = step + 1;
        self.append(protocol, Mark::step(step + 1));
        if let Some(before) = step.checked_sub(1) {
            self.values[usize::from(before)] = 0;
        }
    }

    /// The end's entry, at the step where the run ends.
    pub fn append_end(&mut self, protocol: &Protocol, token: u8, step: u8) -> bool {
        let expected = self.of_token(protocol, token, true).is_some_and(|cursor| cursor.step == step);
        if expected {
            self.append(protocol, Mark::end(step));
        }
        expected
    }

    /// The tail, and how many segments are before it, at one instant.
    pub fn read_tail(&mut self, protocol: &Protocol, token: u8) -> Option<(Entries, Sealed)> {
        let sealed = self.of_token(protocol, token, true)?.sealed;
        Some((self.tail, sealed))
    }

    pub fn flushed(&mut self, protocol: &Protocol, token: u8, sealed: Sealed) -> bool {
        let expected = self.of_token(protocol, token, true).is_some();
        if expected {
            self.trim(sealed);
        }
        expected
    }

    /// Removes everything, where the cursor is `token`'s own.
    pub fn drop_own(&mut self, token: u8, provisional_only: bool) {
        if self.cursor.is_some_and(|c| c.token == token && !(provisional_only && c.is_permanent)) {
            *self = Self::default();
        }
    }

    /// Removes everything, unless a newer trainer is at work.
    pub fn clear(&mut self, token: u8) {
        if self.cursor.is_none_or(|cursor| cursor.token <= token) {
            *self = Self::default();
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The run's item in `DynamoDB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Row {
    pub token: u8,
    pub is_done: bool,
    pub is_closed: bool,
    pub ending: Option<u8>,
    pub checkpoint: u8,
    pub sealed: Sealed,
}

/// A conditional update of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Update {
    Flushed { from: u8, to: Sealed },
    Checkpoint { step: u8 },
    Ending { step: u8 },
    Done { step: u8 },
}

impl Row {
    /// Adds 1 to the token; none where the run is closed.
    pub fn acquire(&mut self) -> Option<u8> {
        (!self.is_closed).then(|| {
            self.token += 1;
            self.token
        })
    }

    /// Whether the update's condition held.
    pub fn update(&mut self, protocol: &Protocol, token: u8, update: Update) -> bool {
        let is_current = self.token == token || !protocol.has(Rule::RowComparesTokens);
        let accepted = is_current && self.condition(protocol, update);
        if accepted {
            self.apply(update);
        }
        accepted
    }

    fn condition(self, protocol: &Protocol, update: Update) -> bool {
        let any = !protocol.has(Rule::RowMovesForward);
        match update {
            Update::Flushed { from, .. } => any || self.sealed.n_segments == from,
            Update::Checkpoint { step } => {
                let is_durable = Mark::step(step) <= self.sealed.durable;
                (any || step > self.checkpoint) && (is_durable || !protocol.has(Rule::FlushBeforeCheckpoint))
            }
            Update::Ending { step } => {
                let is_highest = self.sealed.durable <= Mark::step(step);
                self.ending.is_none() && (is_highest || !protocol.has(Rule::EndingAboveDurable))
            }
            Update::Done { step } => {
                self.sealed.durable >= Mark::end(step) || !protocol.has(Rule::FlushUntilDurable)
            }
        }
    }

    fn apply(&mut self, update: Update) {
        match update {
            Update::Flushed { to, .. } => {
                self.sealed = Sealed { durable: self.sealed.durable.max(to.durable), ..to };
            }
            Update::Checkpoint { step } => self.checkpoint = step,
            Update::Ending { step } => self.ending = Some(step),
            Update::Done { .. } => self.is_done = true,
        }
    }
}
