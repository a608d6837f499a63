//! What the functions find on AWS: bucket, table, topic, state machine, and the two functions that AWS itself calls.
//!
//! In: an endpoint. Out: resources, made by the SDK's own clients. Read next: `../../../lnn-lambda/state_machine.asl.json`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, S3KeyFilter,
};

use super::packages::{self, Package, Upload};

pub(super) const REGION: &str = "us-east-1";
pub(super) const BUCKET: &str = "lnn";
pub(super) const TABLE: &str = "lnn-runs";
const MACHINE: &str = "lnn-train";
const ACCOUNT: &str = "000000000000";
/// Any role will do where nobody asks for rights.
const ROLE: &str = "arn:aws:iam::000000000000:role/lnn";
/// Memory of launcher and trainer, which hold a data set.
const MEMORY_MB: i32 = 1024;
const LAUNCHER_TIMEOUT_S: i32 = 120;
const DEFINITION: &str = include_str!("../../../lnn-lambda/state_machine.asl.json");

/// The resources of a stack.
pub(super) struct Resources {
    config: SdkConfig,
    pub topic_arn: String,
}

impl Resources {
    /// Bucket, table and topic.
    pub(super) async fn make(endpoint: &str) -> Result<Self> {
        let config = lnn_lambda::aws::config_at(endpoint, REGION).await;
        let s3 = s3(&config);
        wait_until_ready(&s3).await?;
        table(&config).await.context("the table can't be made")?;
        let topic = aws_sdk_sns::Client::new(&config).create_topic().name("lnn-runs").send().await;
        let topic_arn = topic.context("the topic can't be made")?.topic_arn.unwrap_or_default();
        Ok(Self { config, topic_arn })
    }

    /// Launcher and trainer, called by S3's events and the state machine.
    pub(super) async fn functions(
        &self,
        folder: &Path,
        env: &[(String, String)],
        upload: Upload,
        trainer_timeout_s: i32,
    ) -> Result<Vec<Package>> {
        let pack = |name: &'static str| {
            let program = folder.join(name);
            // Compressing takes long enough to be in the way of others.
            tokio::task::spawn_blocking(move || packages::pack(name, &program, upload))
        };
        let (launcher, trainer) = tokio::join!(pack("launcher"), pack("trainer"));
        let ((launcher_package, launcher), (trainer_package, trainer)) = (launcher??, trainer??);
        let launcher = self.function("launcher", launcher, env, LAUNCHER_TIMEOUT_S).await?;
        let trainer = self.function("trainer", trainer, env, trainer_timeout_s).await?;
        let machines = aws_sdk_sfn::Client::new(&self.config);
        machines
            .create_state_machine()
            .name(MACHINE)
            .definition(DEFINITION.replace("${TrainerArn}", &trainer))
            .role_arn(ROLE)
            .send()
            .await
            .context("the state machine can't be made")?;
        let rule = FilterRule::builder()
            .name(FilterRuleName::Prefix)
            .value(lnn_lambda::names::TRAINING_INPUT)
            .build();
        let filter = NotificationConfigurationFilter::builder()
            .key(S3KeyFilter::builder().filter_rules(rule).build())
            .build();
        let call = LambdaFunctionConfiguration::builder()
            .lambda_function_arn(launcher)
            .events(Event::S3ObjectCreated)
            .filter(filter)
            .build()?;
        let notification = NotificationConfiguration::builder().lambda_function_configurations(call).build();
        let put = s3(&self.config)
            .put_bucket_notification_configuration()
            .bucket(BUCKET)
            .notification_configuration(notification);
        put.send().await.context("the bucket's events can't be set")?;
        Ok(vec![launcher_package, trainer_package])
    }

    async fn function(
        &self,
        name: &str,
        archive: Vec<u8>,
        env: &[(String, String)],
        timeout_s: i32,
    ) -> Result<String> {
        let variables =
            env.iter().fold(Environment::builder(), |all, (key, value)| all.variables(key, value));
        let code = FunctionCode::builder().zip_file(Blob::new(archive)).build();
        let made = aws_sdk_lambda::Client::new(&self.config)
            .create_function()
            .function_name(name)
            .runtime(Runtime::Providedal2023)
            .handler("bootstrap")
            .role(ROLE)
            .code(code)
            .memory_size(MEMORY_MB)
            .timeout(timeout_s)
            .environment(variables.build())
            .send()
            .await
            .with_context(|| format!("the function «{name}» can't be made"))?;
        made.function_arn.with_context(|| format!("the function «{name}» has no ARN"))
    }
}

/// The state machine, which can be named before it is made.
pub(super) fn machine_arn() -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{MACHINE}")
}

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(settings)
}

/// An open port is not yet an endpoint that answers.
async fn wait_until_ready(s3: &aws_sdk_s3::Client) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match s3.create_bucket().bucket(BUCKET).send().await {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > until => {
                return Err(error).context("the local AWS endpoint does not make a bucket");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn table(config: &SdkConfig) -> Result<()> {
    let attribute =
        |name: &str, kind| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let index = GlobalSecondaryIndex::builder()
        .index_name("by_item")
        .key_schema(key("item", KeyType::Hash)?)
        .key_schema(key("created_ms", KeyType::Range)?)
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()?;
    aws_sdk_dynamodb::Client::new(config)
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("run", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("item", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("created_ms", ScalarAttributeType::N)?)
        .key_schema(key("run", KeyType::Hash)?)
        .key_schema(key("item", KeyType::Range)?)
        .global_secondary_indexes(index)
        .send()
        .await?;
    Ok(())
}
