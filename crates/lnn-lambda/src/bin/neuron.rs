//! `neuron`: forward and backward of a slice of units.

#![recursion_limit = "256"]

use std::env;
use std::sync::Arc;

use anyhow::Result;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lnn_lambda::messages::NeuronRequest;
use lnn_lambda::neuron::{Neuron, Process};
use lnn_lambda::settings::{Limits, number};
use lnn_lambda::{aws, function_error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let neuron = Arc::new(start().await.map_err(|error| format!("{error:#}"))?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<NeuronRequest>| {
        let neuron = Arc::clone(&neuron);
        async move {
            let answer = Box::pin(neuron.handle(&event.payload, &event.context.request_id)).await;
            answer.map_err(|error| function_error(&error))
        }
    }))
    .await
}

async fn start() -> Result<Neuron<lnn_lambda::live::RedisLive, aws::S3>> {
    let limits = Limits::from_env()?;
    let config = aws::config().await;
    let process = Process {
        name: env::var("AWS_LAMBDA_LOG_STREAM_NAME").unwrap_or_default(),
        memory_mb: number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 0)? as u32,
    };
    Ok(Neuron::new(aws::redis(&limits).await?, aws::s3(&config)?, limits, process))
}
