//! What must be true when a run is over, whatever went wrong on the way.
//!
//! In: what lies in S3, `DynamoDB` and Redis, and the same run of this process. Out: the first thing that is not as it must
//! be, in a sentence. Read next: `log.rs`, `registry.rs`.

mod log;
mod metrics;
mod registry;

use anyhow::{Context, Result, bail, ensure};
use lnn_runlog::from_safetensors;

use crate::aws::Aws;
use crate::local::{Local, numbers};
use crate::referee::Referee;
use crate::task::Task;
use crate::user::Wish;

pub use log::LogFacts;
pub use metrics::{StepMetrics, check_metrics, read_metrics};
pub use registry::read;

/// Checks everything that lasts of a run.
///
/// # Errors
/// The first thing that is not as it must be.
pub async fn check_run(
    aws: &Aws,
    run: &str,
    task: &Task,
    local: &Local,
    wish: Option<Wish>,
) -> Result<LogFacts> {
    let facts = log::check(aws, run, task, local).await.context("the log")?;
    registry::check(aws, run, (task, local, wish), &facts).await.context("the registry")?;
    check_result(aws, run, task, local).await.context("the result")?;
    Ok(facts)
}

async fn check_result(aws: &Aws, run: &str, task: &Task, local: &Local) -> Result<()> {
    let key = lnn_lambda::names::result(run, "params.safetensors");
    let bytes = aws.object(&key).await?.with_context(|| format!("{key} is missing"))?;
    let found = match task.precision {
        "f64" => numbers(&from_safetensors::<f64>(&bytes)?),
        _ => numbers(&from_safetensors::<f32>(&bytes)?),
    };
    ensure!(!found.is_empty(), "{key} holds no number");
    // Moments need not be among the results.
    let differs = found.iter().zip(&local.numbers).position(|(found, expected)| found != expected);
    match differs {
        Some(at) => {
            bail!("number {at} of {key} has the bits {:x}, {:x} on one machine", found[at], local.numbers[at])
        }
        None => ensure!(found.len() <= local.numbers.len(), "{key} has {} numbers too many", found.len()),
    }
    Ok(())
}

/// Checks that the end was told, and as one event.
///
/// # Errors
/// It was not, or as several.
pub fn check_notified(referee: &Referee, run: &str, local: &Local) -> Result<()> {
    let status = local.status.as_str();
    let published = referee.published();
    ensure!(!published.is_empty(), "the end of the run was told to nobody");
    for message in &published {
        let message = String::from_utf8_lossy(message);
        let id = format!("StringValue={run}%2F{status}");
        let is_it = message.contains("event_id") && message.split('&').any(|part| part.ends_with(&id));
        ensure!(is_it, "the end was told under another name than «{run}/{status}»: {message}");
    }
    let first = published.first();
    ensure!(published.iter().all(|message| Some(message) == first), "the end was told in different words");
    Ok(())
}
