//! The user of a run, who asks for its end in the middle of it, as people do: over HTTP, of the launcher.
//!
//! In: a run on its way. Out: what the launcher answered, and how far the run may still come then. Read next: `lane.rs`.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use lnn_lambda::stores::LogMark;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::engine::{Caller, Ended};
use crate::local::Local;
use crate::redis::RedisServer;

/// Tries of the request.
const MAX_TRIES: u32 = 12;
/// What the user shows the launcher.
const TOKEN: &str = "user of chaos";
/// Who may launch and stop runs here: the token's SHA-256.
pub const TOKENS: &str = r#"[{"sha256": "4fb298065b8dc7f167ffa7bdec2ee00e8bef7a4e03b2e57ab2e106645a12e5bb", "runs": ["chaos-*", "cancel-*"], "launch": true}]"#;

/// What came of asking for a run's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It was taken. The run stood before `limit` then: no trainer can come further without knowing of the wish.
    Taken {
        /// The step that may have been on its way.
        limit: u64,
    },
    /// The run was over, as far as the user heard.
    TooLate,
}

/// A user of one run.
pub struct User {
    /// Its name.
    pub run: String,
    /// What calls the launcher.
    pub caller: Caller,
    /// Where the run's cursor is.
    pub redis: Arc<RedisServer>,
    /// Where the registry is.
    pub aws: Aws,
    /// What came of it; none where it was not asked for.
    pub wish: Mutex<Option<Wish>>,
}

impl User {
    /// Asks for the run's end until there is an answer.
    ///
    /// # Errors
    /// There is none.
    pub async fn cancel(&self) -> Result<()> {
        let mut answers = Vec::new();
        for _ in 0..MAX_TRIES {
            let wish = match self.ask().await {
                Ok((202, _)) => Wish::Taken { limit: self.limit().await? },
                Ok((404, _)) => Wish::TooLate,
                other => {
                    answers.push(format!("{other:?}"));
                    continue;
                }
            };
            *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = Some(wish);
            return Ok(());
        }
        bail!("nobody stops «{}»: {answers:?}", self.run)
    }

    async fn ask(&self) -> Result<(u64, Value)> {
        let request = json!({
            "rawPath": format!("/runs/{}/cancel", self.run),
            "headers": { "authorization": format!("Bearer {TOKEN}") },
            "requestContext": { "http": { "method": "POST" } },
        });
        let answer = (self.caller)("launcher", serde_json::to_vec(&request)?).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        Ok((answer["statusCode"].as_u64().context("an answer without a status")?, answer["body"].clone()))
    }

    /// The furthest step that somebody may be computing who has not heard of the wish: the one after the committed one, or as
    /// far as the log goes, where the run was put back.
    async fn limit(&self) -> Result<u64> {
        let committed = self.redis.cursor_step(&self.run).await?.unwrap_or_default();
        let durable = self.aws.run_item(&self.run).await?.durable.map_or(0, LogMark::step);
        Ok(durable.max(committed + 1))
    }

    /// What came of asking; none where it was not asked for.
    pub fn wish(&self) -> Option<Wish> {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The step at which a run was stopped, if it was; `whole` is the run that nobody stops.
///
/// # Errors
/// It was stopped without anybody's wish, beyond the step it might have come to, or it was not though there was time.
pub fn stopped_at(ended: &Ended, wish: Option<Wish>, whole: &Local) -> Result<Option<u64>> {
    let answer = ended.answer.as_ref().ok();
    let stopped = answer.filter(|answer| answer.status == "stopped").map(|answer| answer.step);
    match (stopped, wish) {
        (Some(step), Some(Wish::Taken { limit })) => {
            ensure!(
                step <= limit,
                "it stopped at step {step}, when it was asked to at {limit} at the latest"
            );
            ensure!(step <= whole.last_step, "it stopped at step {step} of {}", whole.last_step);
        }
        (Some(step), _) => bail!("it stopped at step {step}, which nobody asked for"),
        (None, Some(Wish::Taken { limit })) => {
            ensure!(limit >= whole.last_step, "it was to stop at step {limit}, and went on: {answer:?}");
        }
        (None, _) => {}
    }
    Ok(stopped)
}
