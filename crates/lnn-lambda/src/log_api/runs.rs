//! Runs, as lists and pages show them.
//!
//! In: items of the registry. Out: JSON. Read next: `mod.rs`.

use anyhow::Context;
use serde_json::{Value, json};

use super::LogApi;
use crate::access::Grant;
use crate::http::{HttpAnswer, HttpRequest};
use crate::job::Job;
use crate::live::Live;
use crate::names;
use crate::stores::{Objects, Registry, RunItem, StoreError};

impl<L: Live, R: Registry, O: Objects> LogApi<L, R, O> {
    /// Every run that the token sees, newest first.
    pub(super) async fn runs(&self, grant: &Grant) -> Result<HttpAnswer, StoreError> {
        let items = self.registry.list().await?;
        let seen: Vec<Value> = items.iter().filter(|item| grant.sees(&item.run)).map(summary).collect();
        Ok(HttpAnswer::json(200, &json!({ "runs": seen })))
    }

    pub(super) async fn run(&self, item: &RunItem) -> Result<HttpAnswer, StoreError> {
        let mut value = summary(item);
        let job = self.job(item).await?;
        let steps: Vec<u64> = self.checkpoint_sizes(item).await?.into_iter().map(|(step, _)| step).collect();
        value["header"] = serde_json::to_value(job.header).unwrap_or_default();
        value["checkpoints"] = json!(steps);
        value["result"] = json!(item.result);
        Ok(HttpAnswer::json(200, &value))
    }

    pub(super) async fn header(&self, item: &RunItem) -> Result<HttpAnswer, StoreError> {
        let job = self.job(item).await?;
        Ok(HttpAnswer::json(200, &serde_json::to_value(job.header).unwrap_or_default()))
    }

    pub(super) async fn checkpoints(&self, item: &RunItem) -> Result<HttpAnswer, StoreError> {
        let sizes = self.checkpoint_sizes(item).await?;
        let list: Vec<Value> =
            sizes.into_iter().map(|(step, bytes)| json!({ "step": step, "bytes": bytes })).collect();
        Ok(HttpAnswer::json(200, &json!({ "checkpoints": list })))
    }

    pub(super) async fn data(&self, item: &RunItem, request: &HttpRequest) -> Result<HttpAnswer, StoreError> {
        let job = self.job(item).await?;
        let name = job.header.data.name.clone();
        self.object(&job.data_key, request, "text/csv; charset=utf-8", Some(&name)).await
    }

    async fn job(&self, item: &RunItem) -> Result<Job, StoreError> {
        let key = names::job(&item.run);
        let foreign = |message: String| StoreError::Foreign { place: format!("«{key}»"), message };
        let object = self.objects.get(&key).await?;
        let object = object.context("it is missing").map_err(|error| foreign(error.to_string()))?;
        serde_json::from_slice(&object.bytes).map_err(|error| foreign(error.to_string()))
    }

    /// Steps and sizes of the checkpoints, ascending.
    async fn checkpoint_sizes(&self, item: &RunItem) -> Result<Vec<(u64, u64)>, StoreError> {
        let folder = names::in_folder(&item.run, "checkpoints/");
        let step = |key: &str| key.rsplit('/').next()?.strip_suffix(".safetensors")?.parse().ok();
        let found = self.objects.list(&folder).await?;
        let mut sizes: Vec<(u64, u64)> =
            found.iter().filter_map(|(key, bytes)| Some((step(key)?, *bytes))).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }
}

/// A run in a list.
fn summary(item: &RunItem) -> Value {
    let setting = |name: &str| item.settings.get(name).cloned().unwrap_or_default();
    let message = item.ending.as_ref().and_then(|ending| ending.message.clone());
    let mut value = json!({
        "run": item.run,
        "status": item.status,
        "step": item.step,
        "last_step": item.last_step,
        "created_ms": item.created_ms,
        "updated_ms": item.updated_ms,
        "data": setting("data"),
        "layers": setting("layers"),
        "units_per_neuron": setting("units_per_neuron"),
        "log_bytes": item.log_bytes,
    });
    if let Some(message) = message {
        value["message"] = json!(message);
    }
    value
}
