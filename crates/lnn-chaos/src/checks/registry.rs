//! What the registry says of a run that is over.
//!
//! In: the run's items. Out: the first thing that is wrong.

use anyhow::{Result, ensure};

use super::LogFacts;
use crate::aws::Aws;
use crate::local::Local;
use crate::task::Task;

/// Checks a run's items.
///
/// # Errors
/// The first thing that is wrong.
pub async fn check(aws: &Aws, run: &str, _task: &Task, _local: &Local, facts: &LogFacts) -> Result<()> {
    let items = aws.items(run).await?;
    let n_runs = items.iter().filter(|item| item["item"]["S"] == "run").count();
    ensure!(n_runs == 1, "it has {n_runs} runs of this name");
    ensure!(
        items.len() as u64 == 1 + facts.n_segments,
        "it has {} items for {} segments",
        items.len(),
        facts.n_segments
    );
    Ok(())
}
