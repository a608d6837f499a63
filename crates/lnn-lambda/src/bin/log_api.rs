//! `log_api`: runs and their logs over HTTP, read only.

#![recursion_limit = "256"]

use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Result;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lnn_lambda::access::Access;
use lnn_lambda::live::RedisLive;
use lnn_lambda::log_api::LogApi;
use lnn_lambda::settings::Limits;
use lnn_lambda::{aws, function_error};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let api = Arc::new(start().await.map_err(|error| format!("{error:#}"))?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let api = Arc::clone(&api);
        async move {
            let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
            Box::pin(api.handle(event.payload, left)).await.map_err(|error| function_error(&error))
        }
    }))
    .await
}

async fn start() -> Result<LogApi<RedisLive, aws::Dynamo, aws::S3>> {
    let config = aws::config().await;
    let live = aws::redis(&Limits::from_env()?).await?;
    Ok(LogApi::new(live, aws::dynamo(&config)?, aws::s3(&config)?, Access::from_env()?))
}
