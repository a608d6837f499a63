//! `trainer`: drives a run's steps until shortly before its deadline.

#![recursion_limit = "256"]

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lnn_lambda::messages::TrainerRequest;
use lnn_lambda::settings::{Limits, required};
use lnn_lambda::trainer::Trainer;
use lnn_lambda::{aws, function_error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let trainer = Arc::new(start().await.map_err(|error| format!("{error:#}"))?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<TrainerRequest>| {
        let trainer = Arc::clone(&trainer);
        async move {
            let left =
                event.context.deadline().duration_since(std::time::SystemTime::now()).unwrap_or_default();
            let answer = Box::pin(trainer.handle(&event.payload, Instant::now() + left)).await;
            answer.map_err(|error| function_error(&error))
        }
    }))
    .await
}

async fn start() -> Result<Trainer<aws::AwsWorld>> {
    let limits = Limits::from_env()?;
    Ok(Trainer::new(aws::world(&limits).await?, limits, required("LNN_NEURON_FUNCTION")?))
}
