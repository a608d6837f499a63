//! `launcher`: checks a recipe and a data set, registers the run, starts the state machine under its name.
//!
//! In: an S3 event, a call, or an HTTP request. Out: a run that is registered and started once, however often the event comes and
//! wherever this is cut off: every part finds what an earlier try left. Read next: `prepare.rs`, `http.rs`.

mod http;
mod prepare;
mod request;
mod upload;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::access::Access;
use crate::http::HttpRequest;
use crate::job::Job;
use crate::messages::{LaunchData, LaunchRequest, Launched};
use crate::names;
use crate::stores::{Continue, Object, Objects, Registry};

/// Why a run was not launched.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Settings or data that can't be trained with.
    #[error("{0}")]
    Refused(String),
    /// Another run has that name.
    #[error("{0}")]
    Taken(String),
    /// What an event tells of is not there any more: its place was taken, which another event tells.
    #[error("{0}")]
    Superseded(String),
    /// A service failed; the same request may succeed later.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<crate::stores::StoreError> for LaunchError {
    fn from(error: crate::stores::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The function.
pub struct Launcher<R, O, C> {
    registry: R,
    objects: O,
    machine: C,
    access: Access,
}

impl<R: Registry, O: Objects, C: Continue> Launcher<R, O, C> {
    /// A new process.
    pub fn new(registry: R, objects: O, machine: C, access: Access) -> Self {
        Self { registry, objects, machine, access }
    }

    /// Answers an event of any of the three shapes.
    ///
    /// # Errors
    /// A service failed, or a direct call asks for what can't be trained.
    pub async fn handle(&self, event: Value) -> Result<Value> {
        if event.pointer("/requestContext/http").is_some() {
            let request: HttpRequest = serde_json::from_value(event).context("an HTTP request")?;
            return Ok(serde_json::to_value(self.answer(&request).await)?);
        }
        if let Some(records) = event.get("Records").and_then(Value::as_array) {
            let mut launched = Vec::new();
            for record in records {
                launched.extend(self.uploaded(record).await?);
            }
            return Ok(serde_json::to_value(launched)?);
        }
        let request: LaunchRequest =
            serde_json::from_value(event).context("the call is no launch request")?;
        Ok(serde_json::to_value(self.launch(request).await?)?)
    }

    /// An object that came into `training_input/`: what became of it, where it is a data set that can be trained with.
    async fn uploaded(&self, record: &Value) -> Result<Option<Value>> {
        let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
        let key = text("/s3/object/key").context("the S3 event names no object")?;
        let key = request::unescaped(key);
        let is_data = key.starts_with(names::TRAINING_INPUT)
            && key.rsplit('.').next() != Some("json")
            && !key.ends_with('/');
        if !is_data {
            return Ok(None);
        }
        let name = key.rsplit('/').next().unwrap_or(&key).to_owned();
        match self.launch_upload(&key, &name, text("/s3/object/eTag")).await {
            Ok(launched) => Ok(Some(serde_json::to_value(launched)?)),
            Err(LaunchError::Superseded(sentence)) => Ok(Some(json!({ "key": key, "superseded": sentence }))),
            // Nobody waits for an answer: what is wrong stands where results would.
            Err(LaunchError::Refused(sentence) | LaunchError::Taken(sentence)) => {
                let text = json!({ "error": sentence, "key": key }).to_string();
                self.objects.put(&names::result(&name, "error.json"), text.into_bytes()).await?;
                Ok(None)
            }
            Err(LaunchError::Failed(error)) => Err(error),
        }
    }

    /// Launches the version of an object that an event tells of.
    async fn launch_upload(
        &self,
        key: &str,
        name: &str,
        told: Option<&str>,
    ) -> Result<Launched, LaunchError> {
        let object = self.data_object(key).await?;
        // S3 quotes the mark of a version where it hands the object out, and not in events.
        let version = object.etag.trim_matches('"');
        if told.is_some_and(|told| told.trim_matches('"') != version) {
            let sentence = format!("«{key}» was written again: the newer event launches what is there now");
            return Err(LaunchError::Superseded(sentence));
        }
        let stem = key.rsplit_once('.').map_or(key, |(stem, _)| stem);
        let settings = match self.objects.get(&format!("{stem}.json")).await? {
            Some(object) => serde_json::from_slice(&object.bytes)
                .map_err(|error| LaunchError::Refused(format!("«{stem}.json» are no settings: {error}")))?,
            None => json!({}),
        };
        let mut request = request::with_data(settings, name, key)?;
        // The same version of the same object is the same run, however often it is told of.
        request.run.get_or_insert_with(|| request::derived_name(name, &format!("{key} {version}")));
        self.launch_bytes(Self::checked_name(&request)?, request, &object.bytes).await
    }

    /// Launches a run, or finds it launched.
    ///
    /// # Errors
    /// It can't be trained, its name is taken, or a service failed.
    pub async fn launch(&self, request: LaunchRequest) -> Result<Launched, LaunchError> {
        let run = Self::checked_name(&request)?;
        let bytes = self.data_bytes(&request.data).await?;
        self.launch_bytes(run, request, &bytes).await
    }

    async fn launch_bytes(
        &self,
        run: String,
        mut request: LaunchRequest,
        bytes: &[u8],
    ) -> Result<Launched, LaunchError> {
        request.run = None;
        if let (None, Some(key)) = (&request.start, request.start_key.take()) {
            request.start = Some(data_encoding::BASE64.encode(&self.upload(&key).await?));
        }
        let prepared = prepare::prepare(&run, &request, bytes)?;
        let job = self.agree(&prepared.job).await?;
        for (key, bytes) in &prepared.objects {
            self.objects.put_new(key, bytes.clone(), &std::collections::BTreeMap::new()).await?;
        }
        let is_new = self.registry.register(&request::item(&job)).await?;
        self.machine.start(&run).await?;
        Ok(Launched { run, is_new })
    }

    /// The job that an earlier try left, if it is the same; else this one.
    async fn agree(&self, job: &Job) -> Result<Job, LaunchError> {
        let key = names::job(&job.run);
        let text = serde_json::to_vec(job).context("the run's job")?;
        for _ in 0..3 {
            if let Some(object) = self.objects.get(&key).await? {
                let there: Job = serde_json::from_slice(&object.bytes).with_context(|| format!("«{key}»"))?;
                // When it was asked for, and by which version it was launched, makes no other run of it.
                let mut same = job.clone();
                (same.created_ms, same.neuron.created_ms) = (there.created_ms, there.created_ms);
                same.header.program.clone_from(&there.header.program);
                if same == there {
                    return Ok(there);
                }
                let taken = format!("there is a run «{}» with other settings: give another name", job.run);
                return Err(LaunchError::Taken(taken));
            }
            let metadata = std::collections::BTreeMap::new();
            if self.objects.put_new(&key, text.clone(), &metadata).await? == crate::stores::Put::Written {
                return Ok(job.clone());
            }
        }
        Err(anyhow::anyhow!("«{key}» is there and is not there").into())
    }

    /// The name that a request gets where it gives none.
    pub(crate) fn name_of(request: &LaunchRequest) -> String {
        let text = serde_json::to_string(request).unwrap_or_default();
        request.run.clone().unwrap_or_else(|| request::derived_name(&request.data.name, &text))
    }

    fn checked_name(request: &LaunchRequest) -> Result<String, LaunchError> {
        let run = Self::name_of(request);
        request::check_name(&run)?;
        Ok(run)
    }

    async fn data_bytes(&self, data: &LaunchData) -> Result<Vec<u8>, LaunchError> {
        if let Some(text) = &data.base64 {
            let bytes = data_encoding::BASE64.decode(text.as_bytes());
            return bytes.map_err(|_| LaunchError::Refused("the data set is no base64".to_owned()));
        }
        let key = data.key.as_deref();
        let key =
            key.ok_or_else(|| LaunchError::Refused("the request has neither data nor a key".to_owned()))?;
        if key.starts_with(names::UPLOADS) {
            return self.upload(key).await;
        }
        // Other objects of the bucket are nobody's data set: a run's data can be read by whoever sees the run.
        if !key.starts_with(names::TRAINING_INPUT) {
            let sentence = format!("«{key}» is no data set: upload it to {}", names::TRAINING_INPUT);
            return Err(LaunchError::Refused(sentence));
        }
        Ok(self.data_object(key).await?.bytes)
    }

    async fn data_object(&self, key: &str) -> Result<Object, LaunchError> {
        self.objects.get(key).await?.ok_or_else(|| {
            LaunchError::Refused(format!("there is no object «{key}» in the bucket: upload it first"))
        })
    }
}

/// The first digits of a text's digest.
pub(crate) fn short_digest(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())).chars().take(8).collect()
}
