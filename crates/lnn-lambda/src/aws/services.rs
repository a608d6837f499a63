//! Calls of functions, news, and the state machine.
//!
//! In: what the traits ask for. Out: requests of the SDK. Read next: `../stores.rs`.

use std::time::Duration;

use aws_sdk_lambda::error::{DisplayErrorContext, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::stores::{CallError, Continue, Invoke, Notify, StoreError};

/// Calls of functions, each tried once: the trainer counts its own tries.
#[derive(Debug, Clone)]
pub struct Lambda {
    client: aws_sdk_lambda::Client,
}

impl Lambda {
    /// With a client that does not retry.
    pub fn new(client: aws_sdk_lambda::Client) -> Self {
        Self { client }
    }
}

impl Invoke for Lambda {
    async fn call(&self, function: &str, payload: Vec<u8>, timeout: Duration) -> Result<Vec<u8>, CallError> {
        let call = self.client.invoke().function_name(function).payload(Blob::new(payload)).send();
        let answer = tokio::time::timeout(timeout, call).await.map_err(|_| CallError::Timeout(timeout))?;
        let answer = answer.map_err(|error| call_error(&error))?;
        let bytes = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let Some(kind) = answer.function_error else { return Ok(bytes) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Err(CallError::Failed(format!("{kind}: {}", text.chars().take(500).collect::<String>())))
    }
}

fn call_error(error: &SdkError<InvokeError>) -> CallError {
    match error {
        SdkError::ServiceError(answer) if answer.err().is_too_many_requests_exception() => {
            CallError::Throttled
        }
        SdkError::ServiceError(answer) if answer.raw().status().as_u16() == 429 => CallError::Throttled,
        _ => CallError::Failed(format!("{}", DisplayErrorContext(error))),
    }
}

/// News by SNS, where there is a topic.
#[derive(Debug, Clone)]
pub struct Sns {
    client: aws_sdk_sns::Client,
    topic: Option<String>,
}

impl Sns {
    /// A topic, or none.
    pub fn new(client: aws_sdk_sns::Client, topic: Option<String>) -> Self {
        Self { client, topic }
    }
}

impl Notify for Sns {
    async fn notify(&self, id: &str, subject: &str, message: &str) -> Result<(), StoreError> {
        let failed =
            |error: &dyn std::fmt::Display| StoreError::failed("SNS", "tell of a run", error.to_string());
        let Some(topic) = &self.topic else { return Ok(()) };
        let event = MessageAttributeValue::builder().data_type("String").string_value(id).build();
        let event = event.map_err(|error| failed(&error))?;
        // A subject has at most 100 characters.
        let subject: String = subject.chars().take(100).collect();
        let mut publish = self
            .client
            .publish()
            .topic_arn(topic)
            .subject(subject)
            .message(message)
            .message_attributes("event_id", event);
        if topic.rsplit('.').next() == Some("fifo") {
            publish = publish.message_deduplication_id(id).message_group_id("runs");
        }
        publish.send().await.map(drop).map_err(|error| failed(&DisplayErrorContext(&error)))
    }
}

/// The state machine that calls the trainer.
#[derive(Debug, Clone)]
pub struct States {
    client: aws_sdk_sfn::Client,
    machine: String,
}

impl States {
    /// A state machine, by its ARN.
    pub fn new(client: aws_sdk_sfn::Client, machine: String) -> Self {
        Self { client, machine }
    }
}

impl Continue for States {
    async fn start(&self, run: &str) -> Result<(), StoreError> {
        let input = serde_json::json!({ "run": run }).to_string();
        let start = self.client.start_execution().state_machine_arn(&self.machine).name(run).input(input);
        match start.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists) =>
            {
                Ok(())
            }
            Err(error) => {
                Err(StoreError::failed("Step Functions", "start a run", DisplayErrorContext(&error)))
            }
        }
    }
}
