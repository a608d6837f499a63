//! A trainer: where it stands, and what one move of it does to the services.
//!
//! What enters: the services and what it chooses to do next. What leaves: both after one request. Between two moves
//! anything may happen. Read next: `flush`, the way of the log to S3, and `world`,
//! which lets it happen.

use super::entries::Entries;
use super::protocol::{Naming, Protocol, Rule};
use super::services::{Claim, ERRORS, PARAMETERS, Redis, Row, Sealed, Update, Z};

/// The request that a trainer makes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum At {
    /// Not started.
    #[default]
    Idle,
    Claim,
    Seed,
    /// The checkpoint's parameters into Redis.
    Fill,
    /// The registry once more.
    Look,
    Unseed,
    Open,
    /// Between steps: what it does next is open.
    Ready,
    PutZ,
    PutErrors,
    PutParameters,
    Commit,
    /// The second half of a commit that is not one script.
    CommitBlindly,
    ReadTail,
    WriteSegment,
    NameSegment,
    TrimTail,
    NameCheckpoint,
    SetEnding,
    AppendEnd,
    WriteResults,
    SetDone,
    Clear,
    Close,
    /// Returned to the engine.
    Stopped,
    Crashed,
}

/// What a flush is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Then {
    #[default]
    Nothing,
    Checkpoint,
    Ending,
    End,
}

/// What a trainer does when it may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    Next,
    Step,
    Flush,
    Checkpoint,
    Cancel,
    End,
}

/// A trainer's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Trainer {
    pub at: At,
    pub token: u8,
    pub step: u8,
    pub ending: Option<u8>,
    /// Where the registry's item said that the log stands; while a segment is written: where that one starts.
    pub sealed: Sealed,
    /// The segment that is being written.
    pub segment: Entries,
    pub then: Then,
    /// Whether it has written or adopted a segment.
    pub has_flushed: bool,
}

/// What all trainers share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Services {
    pub redis: Redis,
    pub row: Row,
    /// Segments in S3; those that the registry does not count are there as well.
    pub segments: Vec<Entries>,
    /// A value that should have been there was not.
    pub has_missed: bool,
    /// A trainer changed the registry with an old token.
    pub old_token_wrote: bool,
}

impl Trainer {
    /// The step where the run ends, as far as it knows.
    pub fn target(&self, protocol: &Protocol) -> u8 {
        self.ending.unwrap_or(protocol.bounds.last)
    }

    pub fn is_at_rest(&self) -> bool {
        matches!(self.at, At::Idle | At::Stopped | At::Crashed)
    }

    /// The same place for all that crashed or stopped: only late values still carry the token and the step.
    pub fn rest(&mut self, at: At) {
        *self = Self { at, token: self.token, step: self.step, ..Self::default() };
    }

    /// Starts: a token of its own.
    pub fn start(&mut self, services: &mut Services) {
        let Some(token) = services.row.acquire() else { return self.rest(At::Stopped) };
        let row = services.row;
        *self =
            Self { token, step: row.checkpoint, ending: row.ending, sealed: row.sealed, ..Self::default() };
        self.at = if row.is_done { At::Clear } else { At::Claim };
        if row.is_done {
            self.rest(At::Clear);
        }
    }

    /// What it may do now.
    pub fn choices(&self, protocol: &Protocol, services: &Services, is_cancelled: bool) -> Vec<Choice> {
        if self.is_at_rest() {
            return Vec::new();
        }
        if self.at != At::Ready {
            return vec![Choice::Next];
        }
        let is_last = self.step >= self.target(protocol);
        let mut choices = vec![if is_last { Choice::End } else { Choice::Step }];
        if is_last {
            return choices;
        }
        if !services.redis.tail.is_empty() {
            choices.push(Choice::Flush);
        }
        if self.step > services.row.checkpoint {
            choices.push(Choice::Checkpoint);
        }
        if is_cancelled && self.ending.is_none() {
            choices.push(Choice::Cancel);
        }
        choices
    }

    /// One move. Answers the registry's update where it made one.
    pub fn advance(
        &mut self,
        protocol: &Protocol,
        services: &mut Services,
        choice: Choice,
    ) -> Option<Update> {
        match self.at {
            At::Ready => self.choose(protocol, choice),
            At::Claim | At::Seed | At::Fill | At::Look | At::Unseed | At::Open => {
                self.begin(protocol, services);
            }
            At::PutZ | At::PutErrors | At::PutParameters => {
                self.put(protocol, services);
                while protocol.bounds.whole_steps && matches!(self.at, At::PutErrors | At::PutParameters) {
                    self.put(protocol, services);
                }
            }
            At::Commit | At::CommitBlindly => self.commit(protocol, services),
            At::ReadTail | At::WriteSegment | At::NameSegment | At::TrimTail => {
                return self.flush(protocol, services);
            }
            _ => return self.finish(protocol, services),
        }
        None
    }

    fn choose(&mut self, protocol: &Protocol, choice: Choice) {
        let flushes_first = protocol.naming == Naming::ByIndex && protocol.has(Rule::EndingAfterFlush);
        (self.at, self.then) = match choice {
            Choice::Next | Choice::Step => (At::PutZ, Then::Nothing),
            Choice::Flush => (At::ReadTail, Then::Nothing),
            Choice::Checkpoint if !protocol.has(Rule::FlushBeforeCheckpoint) => {
                (At::NameCheckpoint, Then::Nothing)
            }
            Choice::Checkpoint => (At::ReadTail, Then::Checkpoint),
            Choice::Cancel if flushes_first => (At::ReadTail, Then::Ending),
            Choice::Cancel => (At::SetEnding, Then::Nothing),
            Choice::End => (At::AppendEnd, Then::End),
        };
    }

    pub fn go_or_stop(&mut self, accepted: bool, at: At) {
        if accepted {
            self.at = at;
        } else {
            self.rest(At::Stopped);
        }
    }

    /// From the token to the cursor.
    fn begin(&mut self, protocol: &Protocol, services: &mut Services) {
        let Services { redis, row, .. } = services;
        match self.at {
            At::Claim => {
                let claim = redis.claim(protocol, self.token, self.row());
                self.claimed(&claim, At::Seed);
            }
            At::Seed => {
                let claim = redis.seed(protocol, self.token, self.row());
                self.claimed(&claim, At::Fill);
            }
            At::Fill => {
                let accepted = redis.put(protocol, self.token, self.step, (PARAMETERS, 0));
                self.go_or_stop(
                    accepted,
                    if protocol.has(Rule::SeedLooksAgain) { At::Look } else { At::Open },
                );
            }
            At::Look => self.at = if row.token == self.token && !row.is_done { At::Open } else { At::Unseed },
            At::Unseed => {
                redis.drop_own(self.token, true);
                self.rest(At::Stopped);
            }
            _ => {
                let accepted = redis.open(protocol, self.token);
                self.sealed = Sealed::default();
                self.go_or_stop(accepted, At::Ready);
            }
        }
    }

    /// What it needs of the registry's item as it was when it acquired.
    fn row(&self) -> Row {
        Row { ending: self.ending, checkpoint: self.step, sealed: self.sealed, ..Row::default() }
    }

    fn claimed(&mut self, claim: &Claim, absent: At) {
        match *claim {
            Claim::Taken { step } => {
                (self.at, self.step, self.sealed) = (At::Ready, step, Sealed::default());
            }
            Claim::Absent => self.at = absent,
            Claim::Fenced => self.rest(At::Stopped),
        }
    }

    /// Whether values are there; where not, under a cursor of its own, everything goes and the next trainer seeds.
    fn reads(&mut self, services: &mut Services, step: u8, kinds: u8) -> bool {
        let is_there = services.redis.holds(step, kinds);
        if !is_there {
            let cursor = services.redis.cursor;
            services.has_missed |= cursor.is_some_and(|c| c.token == self.token && c.step == step);
            services.redis.drop_own(self.token, false);
            self.rest(At::Stopped);
        }
        is_there
    }

    /// A neuron's part of a step: what it reads, what it writes.
    fn put(&mut self, protocol: &Protocol, services: &mut Services) {
        let (reads, writes, next) = match self.at {
            At::PutZ => (PARAMETERS, (Z, 0), At::PutErrors),
            At::PutErrors => (PARAMETERS | Z, (ERRORS, 0), At::PutParameters),
            _ => (PARAMETERS | Z | ERRORS, (0, PARAMETERS), At::Commit),
        };
        if !self.reads(services, self.step, reads) {
            return;
        }
        let redis = &mut services.redis;
        let accepted = redis.put(protocol, self.token, self.step, writes);
        if next == At::Commit && !protocol.has(Rule::ValuesStayUntilPassed) {
            redis.values[usize::from(self.step)] = 0;
        }
        self.go_or_stop(accepted, next);
    }

    fn commit(&mut self, protocol: &Protocol, services: &mut Services) {
        let redis = &mut services.redis;
        if self.at == At::Commit && !redis.is_at(protocol, self.token, self.step) {
            return self.rest(At::Stopped);
        }
        if self.at == At::Commit && !protocol.has(Rule::CommitIsOneScript) {
            self.at = At::CommitBlindly;
            return;
        }
        redis.commit(protocol, self.step);
        (self.at, self.step) = (At::Ready, self.step + 1);
    }

    /// A conditional update of the registry.
    pub fn update(
        &mut self,
        protocol: &Protocol,
        services: &mut Services,
        update: Update,
        at: At,
    ) -> Option<Update> {
        let is_old = services.row.token != self.token;
        let accepted = services.row.update(protocol, self.token, update);
        services.old_token_wrote |= accepted && is_old;
        self.go_or_stop(accepted, at);
        accepted.then_some(update)
    }

    /// What is rare: a checkpoint, and all that ends a run.
    fn finish(&mut self, protocol: &Protocol, services: &mut Services) -> Option<Update> {
        let step = self.step;
        match self.at {
            At::NameCheckpoint => {
                self.then = Then::Nothing;
                return self.update(protocol, services, Update::Checkpoint { step }, At::Ready);
            }
            At::SetEnding => return self.set_ending(protocol, services),
            At::AppendEnd => {
                let accepted = services.redis.append_end(protocol, self.token, step);
                self.go_or_stop(accepted, At::ReadTail);
            }
            At::WriteResults => {
                if self.reads(services, step, PARAMETERS) {
                    self.at = At::SetDone;
                }
            }
            At::SetDone => return self.update(protocol, services, Update::Done { step }, At::Clear),
            At::Clear => {
                services.redis.clear(self.token);
                self.at = At::Close;
            }
            _ => {
                services.row.is_closed |= services.row.is_done;
                self.rest(At::Stopped);
            }
        }
        None
    }

    /// Refused for what is durable above the step: it goes on.
    fn set_ending(&mut self, protocol: &Protocol, services: &mut Services) -> Option<Update> {
        let is_current = services.row.token == self.token;
        let before = self.clone();
        let update = self.update(protocol, services, Update::Ending { step: self.step }, At::Ready);
        if update.is_none() && is_current {
            *self = Self { at: At::Ready, ..before };
        }
        if update.is_some() {
            self.ending = Some(self.step);
        }
        self.then = Then::Nothing;
        update
    }
}
