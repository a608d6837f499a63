//! What a warm process keeps: slices that it computed, and the data set.
//!
//! In and out: arrays, by names that never change their meaning. Read next: `gather.rs`.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lnn_core::{Real, UnitSlice};
use ndarray::Array2;

use crate::job::NeuronJob;
use crate::values::ValueName;

/// Bytes of slices that are kept.
const MAX_SLICE_BYTES: usize = 48 << 20;
/// Data sets' parts that are kept: inputs and targets of two runs.
const MAX_PARTS: usize = 4;

type Shared = Arc<dyn Any + Send + Sync>;

/// Run, when it was registered, value.
type SliceKey = (String, u64, ValueName);

/// Newest last.
#[derive(Default)]
struct Slices {
    kept: VecDeque<(SliceKey, usize, Shared)>,
    n_bytes: usize,
}

/// The memory of a process between calls.
#[derive(Default)]
pub(crate) struct Warm {
    was_called: AtomicBool,
    slices: Mutex<Slices>,
    parts: Mutex<VecDeque<(String, Shared)>>,
}

impl Warm {
    /// Whether this is the process's first call.
    pub(crate) fn is_first_call(&self) -> bool {
        !self.was_called.swap(true, Ordering::Relaxed)
    }

    /// A slice that was computed here.
    pub(crate) fn slice<T: Real>(&self, job: &NeuronJob, name: ValueName) -> Option<Arc<UnitSlice<T>>> {
        let slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |key: &SliceKey| key.2 == name && key.0 == job.run && key.1 == job.created_ms;
        let found = slices.kept.iter().rev().find(|(key, ..)| is_it(key))?;
        Arc::clone(&found.2).downcast().ok()
    }

    /// Keeps a slice; the oldest go where there are too many.
    pub(crate) fn keep<T: Real>(&self, job: &NeuronJob, name: ValueName, slice: UnitSlice<T>) {
        let n_bytes = 3 * (slice.parameters.0.len() + slice.parameters.1.len()) * T::BYTES;
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (job.run.clone(), job.created_ms, name);
        slices.kept.push_back((key, n_bytes, Arc::new(slice)));
        slices.n_bytes += n_bytes;
        while slices.n_bytes > MAX_SLICE_BYTES && slices.kept.len() > 1 {
            if let Some((_, n_bytes, _)) = slices.kept.pop_front() {
                slices.n_bytes -= n_bytes;
            }
        }
        // A step's parameters are needed in that step alone.
        let is_old = |key: &SliceKey| key.0 == job.run && key.2.step + 1 < name.step;
        while slices.kept.front().is_some_and(|(key, ..)| is_old(key)) {
            if let Some((_, n_bytes, _)) = slices.kept.pop_front() {
                slices.n_bytes -= n_bytes;
            }
        }
    }

    /// A part of a data set.
    pub(crate) fn part<T: Real>(&self, key: &str) -> Option<Arc<Array2<T>>> {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let found = parts.iter().find(|(name, _)| name == key)?;
        Arc::clone(&found.1).downcast().ok()
    }

    /// Keeps a part of a data set.
    pub(crate) fn keep_part<T: Real>(&self, key: &str, part: &Arc<Array2<T>>) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let shared: Shared = Arc::<Array2<T>>::clone(part);
        parts.push_back((key.to_owned(), shared));
        while parts.len() > MAX_PARTS {
            parts.pop_front();
        }
    }
}
