//! What is alive of a run, in Redis: its cursor, its values, and the log that is not yet in a segment.
//!
//! In: a trainer's token. Out: whether it still counts. Everything that changes something is one script, so that check and
//! write are one step; the scripts lie beside this file, and each says in its first lines what it promises. Read next:
//! `redis.rs`.

mod redis;

use std::future::Future;

use crate::stores::{LogMark, StoreError};
use crate::values::ValueName;

pub use self::redis::RedisLive;

/// How far a run is, as the committed state says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Steps committed.
    pub step: u64,
    /// The log up to there is in segments.
    pub durable: Option<LogMark>,
    /// Segments.
    pub n_segments: u64,
    /// Bytes of the segments before compression.
    pub log_bytes: u64,
    /// How often lines that were not yet durable may have been replaced.
    pub generation: u64,
    /// Scores that later records repeat: JSON of a [`crate::stores::Scored`], empty where there are none.
    pub scored: String,
}

/// What the registry says of a run's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// The log up to there is in segments.
    pub durable: Option<LogMark>,
    /// Segments.
    pub n_segments: u64,
    /// Bytes of the segments before compression.
    pub log_bytes: u64,
    /// How often lines that were not yet durable may have been replaced.
    pub generation: u64,
}

/// What a trainer finds when it takes a run up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The run is its own from here.
    Held(Cursor),
    /// Nothing is there: the run must be put back from a checkpoint.
    Absent,
    /// A newer trainer holds it.
    Fenced,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Made,
    /// A newer trainer holds the run, or it stands at another step.
    Fenced,
    /// The run's cursor is not there: Redis was lost, or the run is over.
    Lost,
}

/// What became of values that a neuron wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// They are there; `n_old` of them were there before.
    There {
        /// Values that a doubled call had written.
        n_old: u64,
    },
    /// Nothing was written: the token or the step is an old one, or the run is gone.
    Refused,
}

/// Lines of the log that belong together, as one commit brings them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The log's place after them.
    pub mark: LogMark,
    /// Whole lines.
    pub text: String,
}

/// The log that is not yet in a segment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    /// As in [`Cursor`].
    pub generation: u64,
    /// In the order of their marks.
    pub entries: Vec<Entry>,
}

/// A step's commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit<'a> {
    /// The trainer's token.
    pub token: u64,
    /// Steps done before.
    pub step: u64,
    /// The step's lines, if it has any.
    pub entry: Option<&'a Entry>,
    /// As in [`Cursor`].
    pub scored: &'a str,
    /// Values that nobody needs any more.
    pub removed: &'a [ValueName],
}

/// A state to put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed<'a> {
    /// The trainer's token.
    pub token: u64,
    /// Where the run stands.
    pub cursor: &'a Cursor,
}

/// The live state of runs: Redis.
pub trait Live: Send + Sync {
    /// Takes a run up with a token. `row` is what the registry says of its log: it is never behind, and counts.
    fn claim(
        &self,
        run: &str,
        token: u64,
        row: &Row,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;
    /// Begins to put a run back: a provisional cursor, which vanishes by itself if it is not opened soon.
    fn seed(&self, run: &str, seed: &Seed<'_>) -> impl Future<Output = Result<Change, StoreError>> + Send;
    /// Makes a provisional cursor a lasting one, with the log's first lines where it has none; lost if one of the values
    /// that were written since the seed is not there any more.
    fn open(
        &self,
        run: &str,
        token: u64,
        values: &[ValueName],
        entry: Option<&Entry>,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
    /// Writes values once; refused unless `token` holds the run at `step`.
    fn write(
        &self,
        run: &str,
        token: u64,
        step: u64,
        values: &[(ValueName, Vec<u8>)],
    ) -> impl Future<Output = Result<Written, StoreError>> + Send;
    /// Values by their names, in one request.
    fn read(
        &self,
        run: &str,
        names: &[ValueName],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>> + Send;
    /// Moves the cursor from one step to the next, with the step's lines, and removes old values.
    fn commit(
        &self,
        run: &str,
        commit: &Commit<'_>,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
    /// Adds the lines of the run's end at a step; a second time changes nothing.
    fn end(
        &self,
        run: &str,
        token: u64,
        entry: &Entry,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
    /// The log that is not yet in a segment; none where the run is not alive.
    fn tail(&self, run: &str) -> impl Future<Output = Result<Option<Tail>, StoreError>> + Send;
    /// Drops lines that are in segments by now; `cursor` says how far they go.
    fn flushed(
        &self,
        run: &str,
        token: u64,
        cursor: &Cursor,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
    /// Removes everything of a run that is over: its values by name, its cursor and its tail.
    fn clear(
        &self,
        run: &str,
        token: u64,
        values: &[ValueName],
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}
