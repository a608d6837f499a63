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
    /// Page and workers by the browser's own count; none on a page that is not isolated.
    pub all: Option<u64>,
}

/// Memory of the largest process that shows pages, WebAssembly memories and pictures included.
#[derive(Clone, Copy, Debug)]
pub struct ProcessMemory {
    /// Bytes of its own now: what is shared with other processes, such as the browser's program, is left out.
    pub own: u64,
    /// Bytes of everything at its fullest.
    pub peak: u64,
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

    /// Memory of the page's process, as Linux counts it; none on other systems.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn process_memory(&self) -> Result<Option<ProcessMemory>> {
        let processes = self.call_in("", "SystemInfo.getProcessInfo", json!({}))?;
        let renderers = processes["processInfo"].as_array().into_iter().flatten();
        let ids = renderers.filter(|it| it["type"] == "renderer").filter_map(|it| it["id"].as_u64());
        Ok(ids.filter_map(of_process).max_by_key(|memory| memory.own))
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

fn of_process(id: u64) -> Option<ProcessMemory> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_end_matches("kB").trim().parse::<u64>().ok()? << 10)
    };
    Some(ProcessMemory { own: bytes("RssAnon:")?, peak: bytes("VmHWM:")? })
}
