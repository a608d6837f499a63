//! The suite's own look at S3 and `DynamoDB`: plain requests, past every proxy and past the code that is tested.
//!
//! In: the local AWS' port. Out: objects and items as they are stored. Read next: `checks/mod.rs`.

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use lnn_lambda::stores::RunItem;
use serde_json::{Value, json};

use crate::aws_proxy::{HttpClient, http_client};

/// Bucket, table and topic of the suite.
#[derive(Clone)]
pub struct Aws {
    port: u16,
    client: HttpClient,
}

/// The bucket's name.
pub const BUCKET: &str = "lnn-chaos";
/// The table's name.
pub const TABLE: &str = "lnn-chaos";
/// The topic's name.
pub const TOPIC: &str = "lnn-chaos";

impl Aws {
    /// A look at the AWS of this port.
    pub fn new(port: u16) -> Self {
        Self { port, client: http_client() }
    }

    /// Makes bucket, table and topic; gives the topic's name for the world.
    ///
    /// # Errors
    /// One can't be made.
    pub async fn set_up(&self) -> Result<String> {
        self.send(Method::PUT, &format!("/{BUCKET}"), &[], Vec::new()).await?;
        let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let key = |hash: &str, range: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": range, "KeyType": "RANGE"}]);
        let created = json!({"AttributeName": "created_ms", "AttributeType": "N"});
        let index = json!({
            "IndexName": "by_item",
            "KeySchema": key("item", "created_ms"),
            "Projection": {"ProjectionType": "ALL"},
        });
        let table = json!({
            "TableName": TABLE,
            "AttributeDefinitions": [text("run"), text("item"), created],
            "KeySchema": key("run", "item"),
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [index],
        });
        self.dynamo("CreateTable", &table).await?;
        let form = format!("Action=CreateTopic&Version=2010-03-31&Name={TOPIC}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.send(Method::POST, "/", &headers, form.into_bytes()).await?;
        let answer = String::from_utf8_lossy(&answer.unwrap_or_default()).into_owned();
        let arn = answer.split_once("<TopicArn>").and_then(|(_, rest)| rest.split_once("</TopicArn>"));
        Ok(arn.context("no topic was made")?.0.to_owned())
    }

    /// An object's bytes; none where there is none.
    ///
    /// # Errors
    /// S3 answers something else.
    pub async fn object(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.send(Method::GET, &format!("/{BUCKET}/{key}"), &[], Vec::new()).await
    }

    /// Writes an object.
    ///
    /// # Errors
    /// S3 does not take it.
    pub async fn put_object(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.send(Method::PUT, &format!("/{BUCKET}/{key}"), &[], bytes).await.map(drop)
    }

    /// Keys with a prefix, in their order.
    ///
    /// # Errors
    /// S3 does not answer.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        let path = format!("/{BUCKET}?list-type=2&prefix={}", prefix.replace('/', "%2F"));
        let answer = self.send(Method::GET, &path, &[], Vec::new()).await?.unwrap_or_default();
        let text = String::from_utf8_lossy(&answer).into_owned();
        let mut keys: Vec<String> = text
            .split("<Key>")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("</Key>")?.0.to_owned()))
            .collect();
        keys.sort();
        Ok(keys)
    }

    /// Every item of a run, by its name.
    ///
    /// # Errors
    /// `DynamoDB` does not answer.
    pub async fn items(&self, run: &str) -> Result<Vec<Value>> {
        let query = json!({
            "TableName": TABLE,
            "ConsistentRead": true,
            "KeyConditionExpression": "run = :run",
            "ExpressionAttributeValues": {":run": {"S": run}},
        });
        let answer = self.dynamo("Query", &query).await?;
        Ok(answer["Items"].as_array().cloned().unwrap_or_default())
    }

    /// A run in the registry.
    ///
    /// # Errors
    /// There is none.
    pub async fn run_item(&self, run: &str) -> Result<RunItem> {
        let items = self.items(run).await?;
        let item = items.iter().find(|item| item["item"]["S"] == "run");
        crate::checks::read(item.context("the registry does not know it")?)
    }

    /// Asks `DynamoDB`.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub async fn dynamo(&self, action: &str, request: &Value) -> Result<Value> {
        let target = format!("DynamoDB_20120810.{action}");
        let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.0")];
        let answer = self.send(Method::POST, "/", &headers, serde_json::to_vec(request)?).await?;
        Ok(serde_json::from_slice(&answer.with_context(|| format!("{action} found nothing"))?)?)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Option<Vec<u8>>> {
        let mut request =
            Request::builder().method(method).uri(format!("http://127.0.0.1:{}{path}", self.port));
        // Signed by nobody, but said to be for a service and a region.
        let service = match headers {
            [] => "s3",
            [("x-amz-target", _), ..] => "dynamodb",
            _ => "sns",
        };
        let scope = format!("Credential=chaos/20260101/us-east-1/{service}/aws4_request");
        request = request.header("authorization", format!("AWS4-HMAC-SHA256 {scope}, Signature=0"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(Full::new(Bytes::from(body)))?).await?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await?.to_bytes().to_vec();
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(bytes)),
            status => bail!("{path}: {status}: {}", String::from_utf8_lossy(&bytes)),
        }
    }
}
