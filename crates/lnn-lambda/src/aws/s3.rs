//! Objects in S3.
//!
//! In: keys and bytes. Out: objects, written on conditions where these are asked for. Read next: `services.rs`.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;

use crate::stores::{Object, Objects, Put, StoreError};

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
}

impl S3 {
    /// A bucket that is there.
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    fn put_request(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> PutObjectFluentBuilder {
        let put = self.client.put_object().bucket(&self.bucket).key(key).body(ByteStream::from(bytes));
        metadata.iter().fold(put, |put, (name, value)| put.metadata(name, value))
    }
}

fn failed<E: std::error::Error + Send + Sync + 'static>(
    action: &str,
    key: &str,
    error: &SdkError<E>,
) -> StoreError {
    StoreError::failed("S3", format!("{action} «{key}»"), DisplayErrorContext(error))
}

/// 412: the condition did not hold; 409: another conditional write was at it.
async fn conditional(put: PutObjectFluentBuilder, key: &str) -> Result<Put, StoreError> {
    match put.send().await {
        Ok(_) => Ok(Put::Written),
        Err(error)
            if error.raw_response().is_some_and(|answer| matches!(answer.status().as_u16(), 409 | 412)) =>
        {
            Ok(Put::Refused)
        }
        Err(error) => Err(failed("write", key, &error)),
    }
}

fn is_missing(error: &SdkError<GetObjectError>) -> bool {
    error.as_service_error().is_some_and(GetObjectError::is_no_such_key)
        || error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404)
}

impl Objects for S3 {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failed("read", key, &error)),
        };
        let metadata = answer.metadata.unwrap_or_default().into_iter().collect();
        let etag = answer.e_tag.unwrap_or_default();
        let bytes = answer.body.collect().await;
        let bytes = bytes.map_err(|error| StoreError::failed("S3", format!("read «{key}»"), error))?;
        Ok(Some(Object { bytes: bytes.to_vec(), metadata, etag }))
    }

    async fn get_range(&self, key: &str, start: u64, end: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if start >= end {
            return Ok(Some(Vec::new()));
        }
        let range = format!("bytes={start}-{}", end - 1);
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).range(range).send().await {
            Ok(answer) => answer,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failed("read", key, &error)),
        };
        let bytes = answer.body.collect().await;
        let bytes = bytes.map_err(|error| StoreError::failed("S3", format!("read «{key}»"), error))?;
        Ok(Some(bytes.to_vec()))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.put_request(key, bytes, &BTreeMap::new());
        put.send().await.map(drop).map_err(|error| failed("write", key, &error))
    }

    async fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Put, StoreError> {
        conditional(self.put_request(key, bytes, metadata).if_none_match("*"), key).await
    }

    async fn put_over(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
        etag: &str,
    ) -> Result<Put, StoreError> {
        conditional(self.put_request(key, bytes, metadata).if_match(etag), key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("list", prefix, &error))?;
            let object = |object: &aws_sdk_s3::types::Object| {
                Some((object.key()?.to_owned(), u64::try_from(object.size().unwrap_or_default()).ok()?))
            };
            found.extend(page.contents().iter().filter_map(object));
        }
        Ok(found)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        let removed = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        removed.map(drop).map_err(|error| failed("remove", key, &error))
    }
}
