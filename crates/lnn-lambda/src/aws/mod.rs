//! The stores and services over AWS, by its SDK.
//!
//! In: settings from the environment; endpoints, region and credentials as the SDK reads them. Out: implementations of the
//! traits in `stores.rs`. Read next: `dynamo.rs`, `s3.rs`, `services.rs`.

mod attributes;
mod dynamo;
mod item;
mod s3;
mod services;

use std::env;
use std::time::Duration;

use anyhow::Result;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{Builder, tls};

pub use attributes::{from_attribute, to_attribute};
pub use dynamo::Dynamo;
pub use s3::S3;
pub use services::{Lambda, Sns, States};

use crate::live::RedisLive;
use crate::settings::{Limits, optional, required};
use crate::world::Parts;

/// The trainer's world on AWS.
pub type AwsWorld = Parts<RedisLive, Dynamo, S3, Lambda, Sns>;

/// What all clients share: region, credentials, endpoints, connections.
pub async fn config() -> SdkConfig {
    base().load().await
}

fn base() -> aws_config::ConfigLoader {
    let http = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .pool_max_idle_per_host(256)
        .build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).retry_config(
        RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(50)),
    )
}

/// The bucket of `LNN_BUCKET`.
///
/// # Errors
/// The variable is missing.
pub fn s3(config: &SdkConfig) -> Result<S3> {
    // A local endpoint has no names for buckets.
    let is_local = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].iter().any(|name| env::var_os(name).is_some());
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(is_local).build();
    Ok(S3::new(aws_sdk_s3::Client::from_conf(settings), required("LNN_BUCKET")?))
}

/// The registry in the table of `LNN_TABLE`.
///
/// # Errors
/// The variable is missing.
pub fn dynamo(config: &SdkConfig) -> Result<Dynamo> {
    Ok(Dynamo::new(aws_sdk_dynamodb::Client::new(config), required("LNN_TABLE")?))
}

/// Redis at `LNN_REDIS_URL`.
///
/// # Errors
/// The variable is missing, or nothing answers there.
pub async fn redis(limits: &Limits) -> Result<RedisLive> {
    Ok(RedisLive::connect(&required("LNN_REDIS_URL")?, limits.value_ttl).await?)
}

/// The state machine of `LNN_STATE_MACHINE_ARN`.
///
/// # Errors
/// The variable is missing.
pub fn states(config: &SdkConfig) -> Result<States> {
    Ok(States::new(aws_sdk_sfn::Client::new(config), required("LNN_STATE_MACHINE_ARN")?))
}

/// Everything that the trainer needs.
///
/// # Errors
/// A variable is missing, or Redis does not answer.
pub async fn world(limits: &Limits) -> Result<AwsWorld> {
    let config = config().await;
    let calls = aws_sdk_lambda::config::Builder::from(&config).retry_config(RetryConfig::disabled()).build();
    Ok(Parts {
        live: redis(limits).await?,
        registry: dynamo(&config)?,
        objects: s3(&config)?,
        invoke: Lambda::new(aws_sdk_lambda::Client::from_conf(calls)),
        notify: Sns::new(aws_sdk_sns::Client::new(&config), optional("LNN_TOPIC_ARN")),
    })
}

/// What clients of another endpoint share, with credentials that nobody checks: a local one.
pub async fn config_at(endpoint: &str, region: &str) -> SdkConfig {
    let credentials = aws_sdk_s3::config::Credentials::new("local", "local", None, None, "local");
    base()
        .endpoint_url(endpoint)
        .region(aws_sdk_s3::config::Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .load()
        .await
}
