//! A function for tests: answers what it is told, after as long as it is told, or fails.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let wait_ms = event.payload["wait_ms"].as_u64().unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        if event.payload["fails"] == true {
            return Err(Error::from("as it was told"));
        }
        Ok(json!({ "told": event.payload, "request_id": event.context.request_id }))
    }))
    .await
}
