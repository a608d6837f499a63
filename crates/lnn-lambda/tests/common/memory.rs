//! Registry, bucket, calls and news in memory, with the promises of the real ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lnn_lambda::live::RedisLive;
use lnn_lambda::messages::NeuronRequest;
use lnn_lambda::neuron::Neuron;
use lnn_lambda::stores::{
    CallError, Flushed, Invoke, Notify, Object, Objects, Put, Registry, RunChange, RunItem, SegmentItem,
    Status, StoreError,
};

#[derive(Default, Clone)]
pub struct Memory {
    pub runs: Runs,
    pub bucket: Bucket,
    pub news: News,
}

#[derive(Default, Clone)]
pub struct Runs {
    pub items: Arc<Mutex<BTreeMap<String, RunItem>>>,
    pub segments: Arc<Mutex<BTreeMap<(String, u64), SegmentItem>>>,
}

impl Registry for Runs {
    async fn register(&self, item: &RunItem) -> Result<bool, StoreError> {
        let mut items = self.items.lock().unwrap();
        if items.contains_key(&item.run) {
            return Ok(false);
        }
        items.insert(item.run.clone(), item.clone());
        Ok(true)
    }
    async fn get(&self, run: &str) -> Result<Option<RunItem>, StoreError> {
        Ok(self.items.lock().unwrap().get(run).cloned())
    }
    async fn list(&self) -> Result<Vec<RunItem>, StoreError> {
        Ok(self.items.lock().unwrap().values().cloned().collect())
    }
    async fn acquire(&self, run: &str) -> Result<Option<RunItem>, StoreError> {
        let mut items = self.items.lock().unwrap();
        let Some(item) = items.get_mut(run).filter(|item| !item.is_closed) else { return Ok(None) };
        item.token += 1;
        if item.status == Status::Launched {
            item.status = Status::Running;
        }
        Ok(Some(item.clone()))
    }
    async fn change(&self, run: &str, token: u64, change: &RunChange) -> Result<RunItem, StoreError> {
        let mut items = self.items.lock().unwrap();
        let item = items.get_mut(run).filter(|item| item.token == token);
        let item = item.ok_or_else(|| StoreError::Fenced { run: run.to_owned() })?;
        item.status = change.status.unwrap_or(item.status);
        item.step = change.step.unwrap_or(item.step);
        item.checkpoint = change.checkpoint.unwrap_or(item.checkpoint);
        item.durable = item.durable.max(change.durable);
        item.generation += u64::from(change.is_new_generation);
        item.ending = item.ending.clone().or_else(|| change.ending.clone());
        item.result = change.result.clone().or_else(|| item.result.clone());
        item.is_notified |= change.is_notified;
        item.is_closed |= change.is_closed;
        Ok(item.clone())
    }
    async fn add_segment(
        &self,
        run: &str,
        token: u64,
        segment: &SegmentItem,
        flushed: &Flushed,
    ) -> Result<(), StoreError> {
        let mut items = self.items.lock().unwrap();
        let is_next = |item: &&mut RunItem| item.token == token && item.n_segments == segment.idx;
        let item = items.get_mut(run).filter(is_next);
        let item = item.ok_or_else(|| StoreError::Fenced { run: run.to_owned() })?;
        item.durable = Some(flushed.durable);
        (item.n_segments, item.log_bytes, item.step) = (flushed.n_segments, flushed.log_bytes, flushed.step);
        self.segments.lock().unwrap().insert((run.to_owned(), segment.idx), segment.clone());
        Ok(())
    }
    async fn segments(&self, run: &str) -> Result<Vec<SegmentItem>, StoreError> {
        let segments = self.segments.lock().unwrap();
        Ok(segments.iter().filter(|((name, _), _)| name == run).map(|(_, item)| item.clone()).collect())
    }
    async fn cancel(&self, run: &str) -> Result<bool, StoreError> {
        let mut items = self.items.lock().unwrap();
        let item = items.get_mut(run).filter(|item| !item.status.is_over());
        Ok(item.map(|item| item.is_cancelled = true).is_some())
    }
}

#[derive(Default, Clone)]
pub struct Bucket {
    pub objects: Arc<Mutex<BTreeMap<String, Object>>>,
}

impl Bucket {
    fn write(&self, key: &str, bytes: Vec<u8>, metadata: &BTreeMap<String, String>) {
        let mut objects = self.objects.lock().unwrap();
        let etag = format!("{}", objects.get(key).map_or(1, |old| old.etag.parse::<u64>().unwrap() + 1));
        objects.insert(key.to_owned(), Object { bytes, metadata: metadata.clone(), etag });
    }
}

impl Objects for Bucket {
    async fn get(&self, key: &str) -> Result<Option<Object>, StoreError> {
        Ok(self.objects.lock().unwrap().get(key).cloned())
    }
    async fn get_range(&self, key: &str, start: u64, end: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(key).map(|object| object.bytes[start as usize..end as usize].to_vec()))
    }
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.write(key, bytes, &BTreeMap::new());
        Ok(())
    }
    async fn put_new(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Put, StoreError> {
        if self.objects.lock().unwrap().contains_key(key) {
            return Ok(Put::Refused);
        }
        self.write(key, bytes, metadata);
        Ok(Put::Written)
    }
    async fn put_over(
        &self,
        key: &str,
        bytes: Vec<u8>,
        metadata: &BTreeMap<String, String>,
        etag: &str,
    ) -> Result<Put, StoreError> {
        if self.objects.lock().unwrap().get(key).is_none_or(|object| object.etag != etag) {
            return Ok(Put::Refused);
        }
        self.write(key, bytes, metadata);
        Ok(Put::Written)
    }
    async fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let objects = self.objects.lock().unwrap();
        let found = objects.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(found.map(|(key, object)| (key.clone(), object.bytes.len() as u64)).collect())
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.objects.lock().unwrap().remove(key);
        Ok(())
    }
}

#[derive(Default, Clone)]
pub struct News {
    pub told: Arc<Mutex<Vec<String>>>,
}

impl Notify for News {
    async fn notify(&self, id: &str, _: &str, _: &str) -> Result<(), StoreError> {
        self.told.lock().unwrap().push(id.to_owned());
        Ok(())
    }
}

/// Calls that reach a neuron in this process, some of them twice.
pub struct Calls {
    neuron: Arc<Neuron<RedisLive, Bucket>>,
}

impl Calls {
    pub fn new(neuron: Arc<Neuron<RedisLive, Bucket>>) -> Self {
        Self { neuron }
    }
}

impl Invoke for Calls {
    async fn call(&self, _: &str, payload: Vec<u8>, _: Duration) -> Result<Vec<u8>, CallError> {
        let request: NeuronRequest = serde_json::from_slice(&payload).unwrap();
        // Every other call is made twice.
        if request.slice.is_multiple_of(2) {
            self.neuron.handle(&request, "twice").await.unwrap();
        }
        let answer = self.neuron.handle(&request, "once").await;
        serde_json::to_vec(&answer.map_err(|error| CallError::Failed(format!("{error:#}")))?)
            .map_err(|error| CallError::Failed(error.to_string()))
    }
}
