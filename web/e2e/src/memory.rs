//! Memory that is still used after the garbage has been collected.

use anyhow::Result;
use serde_json::json;

use crate::Page;

/// Bytes in use.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// JavaScript objects of the page.
    pub page_heap: u64,
    /// JavaScript objects of all its workers.
    pub worker_heap: u64,
    /// Page, workers and their WebAssembly memories, by the browser's own count; none on a page that is not isolated.
    pub all: Option<u64>,
}

impl Page {
    /// Collects the garbage of the page and its workers, then counts.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn memory(&self) -> Result<Memory> {
        let page_heap = self.heap(&self.session)?;
        let mut worker_heap = 0;
        for worker in &self.worker_sessions() {
            worker_heap += self.heap(worker)?;
        }
        let measure = "self.crossOriginIsolated && performance.measureUserAgentSpecificMemory
            ? performance.measureUserAgentSpecificMemory().then((all) => all.bytes) : null";
        Ok(Memory { page_heap, worker_heap, all: self.evaluate(measure)?.as_u64() })
    }

    fn heap(&self, session: &str) -> Result<u64> {
        // Twice: finalisers of the first round free more.
        for _ in 0..2 {
            self.call_in(session, "HeapProfiler.collectGarbage", json!({}))?;
        }
        let usage = self.call_in(session, "Runtime.getHeapUsage", json!({}))?;
        Ok(usage["usedSize"].as_f64().unwrap_or(0.0) as u64)
    }
}
