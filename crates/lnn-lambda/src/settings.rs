//! Settings of the functions, all from the environment.
//!
//! In: environment variables (docs/lambda.md lists them). Out: names, limits and times. Read next: `stores.rs`.

use std::env;
use std::time::Duration;

use anyhow::{Context, Result};

/// A variable that must be there.
///
/// # Errors
/// It is missing or empty.
pub fn required(name: &str) -> Result<String> {
    optional(name)
        .with_context(|| format!("the environment variable {name} is missing: set it to run this function"))
}

/// A variable that may be there.
pub fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A number with a default.
///
/// # Errors
/// It is no whole number.
pub fn number(name: &str, default: u64) -> Result<u64> {
    let Some(text) = optional(name) else { return Ok(default) };
    text.parse()
        .with_context(|| format!("the environment variable {name} is «{text}», it must be a whole number"))
}

/// What trainer and neuron go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Calls of neurons at once.
    pub max_calls: usize,
    /// Deadline of a neuron's call.
    pub call_timeout: Duration,
    /// Tries of a neuron's call.
    pub call_attempts: u32,
    /// Values up to this size travel in requests and answers.
    pub hand_limit_bytes: usize,
    /// A segment is written when so much log waits.
    pub flush_bytes: usize,
    /// Or after so long.
    pub flush_every: Duration,
    /// A checkpoint after so long.
    pub checkpoint_every: Duration,
    /// How often a trainer looks whether its user asked for stopping.
    pub cancel_every: Duration,
    /// Time to live of keys in Redis.
    pub value_ttl: Duration,
}

impl Limits {
    /// From the environment.
    ///
    /// # Errors
    /// A variable is no number.
    pub fn from_env() -> Result<Self> {
        let ms = |name, default| number(name, default).map(Duration::from_millis);
        Ok(Self {
            max_calls: number("LNN_MAX_CALLS", 64)?.max(1) as usize,
            call_timeout: ms("LNN_CALL_TIMEOUT_MS", 30_000)?,
            call_attempts: number("LNN_CALL_ATTEMPTS", 5)?.max(1) as u32,
            hand_limit_bytes: number("LNN_HAND_LIMIT_BYTES", 131_072)? as usize,
            flush_bytes: number("LNN_FLUSH_BYTES", 1 << 20)? as usize,
            flush_every: ms("LNN_FLUSH_MS", 15_000)?,
            checkpoint_every: ms("LNN_CHECKPOINT_MS", 30_000)?,
            cancel_every: ms("LNN_CANCEL_MS", 2_000)?,
            value_ttl: Duration::from_secs(number("LNN_VALUE_TTL_S", 3_600)?.max(1)),
        })
    }
}
