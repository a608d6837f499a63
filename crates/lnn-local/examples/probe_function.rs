//! A function for the tests of the service: it does what its event says, and tells which process it is.
//!
//! In: `{"do": "echo" | "sleep" | "fail" | "exit", "ms"?}`, or a function URL's request. Out: the event, with the process and
//! the request id.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    println!("{} {event}", context.request_id);
    match event["do"].as_str() {
        Some("sleep") => tokio::time::sleep(Duration::from_millis(event["ms"].as_u64().unwrap_or(0))).await,
        Some("fail") => return Err("it was told to fail".into()),
        Some("exit") => std::process::exit(3),
        Some(_) => {}
        // Without anything to do it is a request of a page.
        None => return Ok(page(&event)),
    }
    let process = context.env_config.log_stream.clone();
    let extra = std::env::var("PROBE_EXTRA").ok();
    Ok(json!({ "event": event, "process": process, "request_id": context.request_id, "extra": extra }))
}

fn page(event: &Value) -> Value {
    if event["rawPath"] == "/plain" {
        return json!({ "plain": true });
    }
    json!({
        "statusCode": 201,
        "headers": { "x-path": event["rawPath"], "x-query": event["rawQueryString"] },
        "body": data_encoding::BASE64.encode(event["body"].as_str().unwrap_or_default().as_bytes()),
        "isBase64Encoded": true,
    })
}
