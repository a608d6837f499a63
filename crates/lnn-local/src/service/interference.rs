//! What may go wrong on purpose: a service's misfortunes, decided call by call.
//!
//! In: calls before they are delivered and after they are answered. Out: what is to become of them. Read next: `mod.rs`.

use std::fmt;
use std::time::Duration;

use hyper::body::Bytes;

use super::{CallFailure, ProcessHandle};

/// A call, as an interference sees it.
#[derive(Debug, Clone, Copy)]
pub struct CallInfo<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The call's name, the same for each of its deliveries.
    pub request_id: &'a str,
    /// What it carries.
    pub payload: &'a Bytes,
    /// How manyth call of the service it is, from 1.
    pub number: u64,
}

/// What becomes of a call before it is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// How long it waits first.
    pub delay: Duration,
    /// And then.
    pub fate: Fate,
}

impl Before {
    /// No delay, and this fate.
    pub const fn fate(fate: Fate) -> Self {
        Self { delay: Duration::ZERO, fate }
    }
}

/// Whether a call is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// Once.
    #[default]
    Deliver,
    /// Also to another process, under the same request id, so much later; the first delivery's answer counts.
    Twice {
        /// How much later.
        after: Duration,
    },
    /// Not at all: 429.
    Throttle,
    /// Not at all: 500.
    Fail,
    /// Not at all, and the connection closes without a word.
    Lose,
}

/// What becomes of a call's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct After {
    /// How long it waits.
    pub delay: Duration,
    /// Whether the connection closes instead, after the work was done.
    pub is_dropped: bool,
}

/// What may go wrong; nothing does where a method is left as it is.
pub trait Interference: Send + Sync {
    /// Before a call is delivered.
    fn before(&self, _call: &CallInfo<'_>) -> Before {
        Before::default()
    }

    /// When a process has asked for a call and is about to get this one, for each delivery: it may be frozen or killed here.
    fn delivering(&self, _call: &CallInfo<'_>, _process: &ProcessHandle) {}

    /// After a call was answered.
    fn after(&self, _call: &CallInfo<'_>, _answer: &Result<Bytes, CallFailure>) -> After {
        After::default()
    }

    /// Environment variables that one process gets besides its function's; `number` counts the service's processes from 1.
    fn process_env(&self, _function: &str, _number: u64) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calm;

impl Interference for Calm {}

impl fmt::Debug for dyn Interference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Interference")
    }
}
