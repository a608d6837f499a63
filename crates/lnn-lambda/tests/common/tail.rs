//! The log that is not yet in a segment, as a test says it is.

use std::sync::{Arc, Mutex};

use lnn_lambda::live::{Change, Claim, Commit, Cursor, Entry, Live, Row, Seed, Tail, Written};
use lnn_lambda::stores::StoreError;
use lnn_lambda::values::ValueName;

type After = Box<dyn FnMut() + Send>;

/// A Redis that knows tails only, and nothing of a run that is over.
#[derive(Default, Clone)]
pub struct Tails {
    pub tail: Arc<Mutex<Option<Tail>>>,
    /// Done after each look at the tail: what may happen before the registry is asked.
    pub after: Arc<Mutex<Option<After>>>,
}

impl Live for Tails {
    async fn claim(&self, _: &str, _: u64, _: &Row) -> Result<Claim, StoreError> {
        unreachable!()
    }
    async fn seed(&self, _: &str, _: &Seed<'_>) -> Result<Change, StoreError> {
        unreachable!()
    }
    async fn open(&self, _: &str, _: u64, _: &[ValueName], _: Option<&Entry>) -> Result<Change, StoreError> {
        unreachable!()
    }
    async fn write(
        &self,
        _: &str,
        _: u64,
        _: u64,
        _: &[(ValueName, Vec<u8>)],
    ) -> Result<Written, StoreError> {
        unreachable!()
    }
    async fn read(&self, _: &str, _: &[ValueName]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        unreachable!()
    }
    async fn commit(&self, _: &str, _: &Commit<'_>) -> Result<Change, StoreError> {
        unreachable!()
    }
    async fn end(&self, _: &str, _: u64, _: &Entry) -> Result<Change, StoreError> {
        unreachable!()
    }
    async fn tail(&self, _: &str) -> Result<Option<Tail>, StoreError> {
        let tail = self.tail.lock().unwrap().clone();
        if let Some(after) = self.after.lock().unwrap().as_mut() {
            after();
        }
        Ok(tail)
    }
    async fn flushed(&self, _: &str, _: u64, _: &Cursor) -> Result<Change, StoreError> {
        unreachable!()
    }
    async fn clear(&self, _: &str, _: u64, _: &[ValueName]) -> Result<Change, StoreError> {
        Ok(Change::Made)
    }
}
