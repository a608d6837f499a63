//! What the functions need of the world: stores and services behind traits.
//!
//! In and out: plain types. The implementations over AWS and Redis are in `aws/` and `live/`; handlers know these traits only.
//! Read next: `live/mod.rs`.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::scored::Scored;

/// A store or service that did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another trainer holds the run by now.
    #[error("run «{run}» is held by another trainer")]
    Fenced {
        /// The run.
        run: String,
    },
    /// The service can't be reached, or fails.
    #[error("{service} failed to {action}: {message}")]
    Failed {
        /// `DynamoDB`, `S3`, `Redis` …
        service: &'static str,
        /// What was asked for.
        action: String,
        /// What it says.
        message: String,
    },
    /// What is stored there was written by something else.
    #[error("{place} can't be read ({message}): it was not written by this version of lnn")]
    Foreign {
        /// Key or item.
        place: String,
        /// Why.
        message: String,
    },
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Registered.
    Launched,
    /// A trainer has taken it up.
    Running,
    /// All steps are done.
    Done,
    /// A number was not finite, or the run can't be computed.
    Failed,
    /// Its user asked for it.
    Stopped,
}

impl Status {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Launched => "launched",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether nothing more will be computed.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Stopped)
    }
}

/// A place in a run's log: after the lines of a step, or after its end record. Orders what is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogMark(pub u64);

impl LogMark {
    /// After the lines of a step.
    pub const fn of_step(step: u64) -> Self {
        Self(2 * step)
    }
    /// After the end record of a run that ends at a step.
    pub const fn of_end(step: u64) -> Self {
        Self(2 * step + 1)
    }
    /// The step.
    pub const fn step(self) -> u64 {
        self.0 / 2
    }
}

/// A step whose parameters are in S3.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The step.
    pub step: u64,
    /// The newest scores then.
    pub scored: Option<Scored>,
}

/// Where and why a run ends before its last step, or at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Steps done.
    pub step: u64,
    /// Done, failed or stopped.
    pub status: Status,
    /// What went wrong, where something did.
    pub message: Option<String>,
}

/// A run in the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunItem {
    /// Its name.
    pub run: String,
    /// How far it is.
    pub status: Status,
    /// The newest fencing token that was given out.
    pub token: u64,
    /// When it was registered, milliseconds since 1970.
    pub created_ms: u64,
    /// When this item was written.
    pub updated_ms: u64,
    /// Steps committed, as far as they were told here: at each flush.
    pub step: u64,
    /// Steps of the whole run.
    pub last_step: u64,
    /// Where it can be taken up again.
    pub checkpoint: Checkpoint,
    /// The log up to there is in segments; none before the first.
    pub durable: Option<LogMark>,
    /// Segments.
    pub n_segments: u64,
    /// Bytes of the segments before compression.
    pub log_bytes: u64,
    /// How often lines that were not yet durable may have been replaced.
    pub generation: u64,
    /// Whether its user asked for stopping it.
    pub is_cancelled: bool,
    /// Where it ends, once that is known and is not simply the last step.
    pub ending: Option<Ending>,
    /// Whether its end was told.
    pub is_notified: bool,
    /// Whether nothing of it is left to do.
    pub is_closed: bool,
    /// Recipe, data and slices, for people and lists: name, layers, units per neuron, every setting.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// Final scores and digest.
    pub result: Option<serde_json::Value>,
}

impl RunItem {
    /// A run that nobody has taken up yet.
    pub fn launched(run: &str, created_ms: u64, last_step: u64, settings: serde_json::Value) -> Self {
        Self {
            run: run.to_owned(),
            status: Status::Launched,
            token: 0,
            created_ms,
            updated_ms: created_ms,
            step: 0,
            last_step,
            checkpoint: Checkpoint::default(),
            durable: None,
            n_segments: 0,
            log_bytes: 0,
            generation: 0,
            is_cancelled: false,
            ending: None,
            is_notified: false,
            is_closed: false,
            settings,
            result: None,
        }
    }
}

/// What a trainer writes about its run, behind its token. Fields that are none stay as they are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunChange {
    /// How far it is.
    pub status: Option<Status>,
    /// Steps committed.
    pub step: Option<u64>,
    /// Where it can be taken up again.
    pub checkpoint: Option<Checkpoint>,
    /// The log up to there is in segments, where that goes further without a new one.
    pub durable: Option<LogMark>,
    /// Adds 1 to the generation.
    pub is_new_generation: bool,
    /// Where it ends.
    pub ending: Option<Ending>,
    /// Final scores and digest.
    pub result: Option<serde_json::Value>,
    /// The end was told.
    pub is_notified: bool,
    /// Nothing is left to do.
    pub is_closed: bool,
}

/// The log's state after a flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flushed {
    /// Every line up to there is in a segment.
    pub durable: LogMark,
    /// Segments.
    pub n_segments: u64,
    /// Their bytes before compression.
    pub log_bytes: u64,
    /// Steps committed.
    pub step: u64,
}

/// A segment in the registry: all a reader needs to find a byte of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentItem {
    /// Its number, from 0.
    pub idx: u64,
    /// Its file in the run's folder: its name holds the token of the trainer that wrote it, so that nobody else writes there.
    pub file: String,
    /// Its lines.
    pub n_lines: u64,
    /// Its bytes before compression.
    pub n_bytes: u64,
    /// The log's place after it.
    pub mark: LogMark,
}

/// The registry of runs: DynamoDB.
pub trait Registry: Send + Sync {
    /// Registers a run; false where it is there already, which is then left as it is.
    fn register(&self, item: &RunItem) -> impl Future<Output = Result<bool, StoreError>> + Send;
    /// A run as it is now (a consistent read).
    fn get(&self, run: &str) -> impl Future<Output = Result<Option<RunItem>, StoreError>> + Send;
    /// Every run, newest first.
    fn list(&self) -> impl Future<Output = Result<Vec<RunItem>, StoreError>> + Send;
    /// Gives out a new token, in one conditional update, and the run as it is then; none where it is closed or not there.
    fn acquire(&self, run: &str) -> impl Future<Output = Result<Option<RunItem>, StoreError>> + Send;
    /// Writes about a run, if `token` is still the newest. An ending that is there already stays. Gives the run as it is then.
    fn change(
        &self,
        run: &str,
        token: u64,
        change: &RunChange,
    ) -> impl Future<Output = Result<RunItem, StoreError>> + Send;
    /// Notes the next segment and how far the log is durable then, both or neither, in one transaction: if `token` is still the
    /// newest and the segment's number is the number of segments so far.
    fn add_segment(
        &self,
        run: &str,
        token: u64,
        segment: &SegmentItem,
        flushed: &Flushed,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// The segments in their order.
    fn segments(&self, run: &str) -> impl Future<Output = Result<Vec<SegmentItem>, StoreError>> + Send;
    /// Asks for stopping a run; false where there is none or it is over.
    fn cancel(&self, run: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// An object with what is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
    /// Its version's mark.
    pub etag: String,
}

/// What became of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was written.
    Written,
    /// Another object stands there (or another than expected): nothing was written.
    Refused,
}

/// Objects: S3.
pub trait Objects: Send + Sync {
    /// An object; none where there is none.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Object>, StoreError>> + Send;
    /// Some of an object's bytes, `start` to before `end`.
    fn get_range(
        &self,
        key: &str,
        start: u64,
        end: u64,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;
    /// Writes an object, whatever is there.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Writes an object where none is (`If-None-Match: *`).
    fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
    /// Writes an object in the place of a known version (`If-Match`).
    fn put_over(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
        etag: &str,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
    /// Keys with a prefix, with their sizes.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<(String, u64)>, StoreError>> + Send;
    /// Removes an object, if it is there.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Why a call of a function gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer in time.
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// Too many calls at once.
    #[error("throttled")]
    Throttled,
    /// The service or the function failed.
    #[error("{0}")]
    Failed(String),
}

/// Calls of functions: Lambda, without retries of its own.
pub trait Invoke: Send + Sync {
    /// Calls a function and waits for its answer.
    fn call(
        &self,
        function: &str,
        payload: Vec<u8>,
        timeout: Duration,
    ) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send;
}

/// What tells people that a run is over: SNS, where a topic is set.
pub trait Notify: Send + Sync {
    /// Publishes; `id` is the same whenever the same event is told again.
    fn notify(
        &self,
        id: &str,
        subject: &str,
        message: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The continuation: Step Functions.
pub trait Continue: Send + Sync {
    /// Starts the state machine under the run's name; one that was started already is fine.
    fn start(&self, run: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl StoreError {
    /// A service's failure.
    pub fn failed(service: &'static str, action: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self::Failed { service, action: action.into(), message: message.to_string() }
    }
}
