//! AWS on this machine, of a test's own, gone with it.

use std::env;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use lnn_lambda::aws::{Dynamo, Lambda, S3, Sns, States, config_at};

pub const BUCKET: &str = "lnn-test";
pub const TABLE: &str = "runs";

/// A running server.
pub struct MiniStack {
    child: Child,
    port: u16,
}

impl MiniStack {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = env::var("LNN_MINISTACK").unwrap_or_else(|_| "ministack".to_owned());
        let child = Command::new(program)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("LAMBDA_EXECUTOR", "local")
            .env("SFN_WAIT_SCALE", "0.05")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "ministack is missing: pip install ministack==1.5.33, or name its program in LNN_MINISTACK",
            );
        let stack = Self { child, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return stack;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("ministack does not answer on port {port}");
    }

    pub async fn config(&self) -> SdkConfig {
        config_at(&format!("http://127.0.0.1:{}", self.port), "us-east-1").await
    }

    /// With a bucket and a table.
    pub async fn aws(&self) -> Aws {
        let config = self.config().await;
        let aws = Aws::new(&config, None, None);
        let settings = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        aws_sdk_s3::Client::from_conf(settings).create_bucket().bucket(BUCKET).send().await.unwrap();
        create_table(&config).await;
        aws
    }
}

/// All clients.
pub struct Aws {
    pub registry: Dynamo,
    pub objects: S3,
    pub invoke: Lambda,
    pub notify: Sns,
    pub continuation: States,
}

impl Aws {
    pub fn new(config: &SdkConfig, topic: Option<String>, machine: Option<String>) -> Self {
        let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
        Self {
            registry: Dynamo::new(aws_sdk_dynamodb::Client::new(config), TABLE.to_owned()),
            objects: S3::new(aws_sdk_s3::Client::from_conf(settings), BUCKET.to_owned()),
            invoke: Lambda::new(aws_sdk_lambda::Client::new(config)),
            notify: Sns::new(aws_sdk_sns::Client::new(config), topic),
            continuation: States::new(aws_sdk_sfn::Client::new(config), machine.unwrap_or_default()),
        }
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn create_table(config: &SdkConfig) {
    let key =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let attribute = |name: &str, kind| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let by_item = GlobalSecondaryIndex::builder()
        .index_name("by_item")
        .key_schema(key("item", KeyType::Hash))
        .key_schema(key("created_ms", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    aws_sdk_dynamodb::Client::new(config)
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(attribute("run", ScalarAttributeType::S))
        .attribute_definitions(attribute("item", ScalarAttributeType::S))
        .attribute_definitions(attribute("created_ms", ScalarAttributeType::N))
        .key_schema(key("run", KeyType::Hash))
        .key_schema(key("item", KeyType::Range))
        .global_secondary_indexes(by_item)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}
