//! `launcher`: checks a recipe and a data set, registers the run, starts it.

#![recursion_limit = "256"]

use std::sync::Arc;

use anyhow::Result;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lnn_lambda::access::Access;
use lnn_lambda::launcher::Launcher;
use lnn_lambda::{aws, function_error};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let launcher = Arc::new(start().await.map_err(|error| format!("{error:#}"))?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let launcher = Arc::clone(&launcher);
        async move { Box::pin(launcher.handle(event.payload)).await.map_err(|error| function_error(&error)) }
    }))
    .await
}

async fn start() -> Result<Launcher<aws::Dynamo, aws::S3, aws::States>> {
    let config = aws::config().await;
    let (registry, objects) = (aws::dynamo(&config)?, aws::s3(&config)?);
    // Runs can be launched by S3 and by calls without anybody having a token.
    let access = Access::from_env().unwrap_or_default();
    Ok(Launcher::new(registry, objects, aws::states(&config)?, access))
}
