//! Main-thread milliseconds per animation frame, from Chromium's own trace.
//!
//! A frame lasts from one frame of the page's main thread to the next; its busy time is the sum of that thread's tasks
//! in between.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::Page;

const CATEGORIES: &str = "toplevel,devtools.timeline,disabled-by-default-devtools.timeline,disabled-by-default-devtools.timeline.frame,__metadata";
/// A trace of some seconds is some megabytes.
const COLLECT_TIMEOUT: Duration = Duration::from_mins(1);

/// Busy milliseconds of the main thread, one number a frame.
#[derive(Clone, Debug)]
pub struct FrameTimes {
    /// In order of time.
    pub busy_ms: Vec<f64>,
    /// How long was watched.
    pub duration_ms: f64,
}

impl FrameTimes {
    /// The value that `percent` of the frames don't exceed.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.busy_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let idx = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(idx.saturating_sub(1)).copied().unwrap_or(0.0)
    }

    /// Frames in each second.
    pub fn frames_per_second(&self) -> f64 {
        self.busy_ms.len() as f64 / (self.duration_ms / 1000.0)
    }
}

impl Page {
    /// Watches the page for `duration`.
    ///
    /// # Errors
    /// When the page draws no frame in that time.
    pub fn trace(&self, duration: Duration) -> Result<FrameTimes> {
        frame_times(&self.trace_events(duration)?)
    }

    /// The raw events of a trace of `duration`, for a closer look.
    ///
    /// # Errors
    /// When the trace can't be had.
    pub fn trace_events(&self, duration: Duration) -> Result<Vec<Value>> {
        {
            let mut log = self.log.borrow_mut();
            log.trace.clear();
            log.is_trace_complete = false;
        }
        let begin = json!({ "transferMode": "ReportEvents", "traceConfig": { "includedCategories": CATEGORIES.split(',').collect::<Vec<_>>() } });
        self.call("Tracing.start", begin)?;
        self.rest(duration)?;
        self.call("Tracing.end", json!({}))?;
        let begun = Instant::now();
        while !self.log.borrow().is_trace_complete {
            if begun.elapsed() > COLLECT_TIMEOUT {
                bail!("the trace did not arrive");
            }
            self.rest(Duration::from_millis(10))?;
        }
        Ok(std::mem::take(&mut self.log.borrow_mut().trace))
    }
}

/// A stretch of time of one thread, in microseconds.
struct Task {
    begin: f64,
    duration: f64,
}

fn frame_times(events: &[Value]) -> Result<FrameTimes> {
    let (process, thread) = busiest_main_thread(events).context("the trace has no main thread of a page")?;
    let of_thread = || events.iter().filter(|event| event["pid"] == process && event["tid"] == thread);
    let mut tasks: Vec<Task> =
        of_thread().filter(|event| event["name"] == "RunTask").filter_map(task).collect();
    tasks.sort_by(|a, b| a.begin.total_cmp(&b.begin));
    let mut frames: Vec<f64> = of_thread()
        .filter(|event| event["name"] == "BeginMainThreadFrame")
        .filter_map(|event| event["ts"].as_f64())
        .collect();
    frames.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else { bail!("the page drew no frame") };
    let busy =
        |bounds: &[f64]| tasks.iter().map(|task| overlap(task, bounds[0], bounds[1])).sum::<f64>() / 1000.0;
    Ok(FrameTimes { busy_ms: frames.windows(2).map(busy).collect(), duration_ms: (last - first) / 1000.0 })
}

/// The page's renderer: of all main threads of renderers, the one with most frames.
fn busiest_main_thread(events: &[Value]) -> Option<(Value, Value)> {
    let is_main =
        |event: &&Value| event["name"] == "thread_name" && event["args"]["name"] == "CrRendererMain";
    let n_frames = |process: &Value| {
        events
            .iter()
            .filter(|event| event["name"] == "BeginMainThreadFrame" && event["pid"] == *process)
            .count()
    };
    let main = events.iter().filter(is_main).max_by_key(|event| n_frames(&event["pid"]))?;
    Some((main["pid"].clone(), main["tid"].clone()))
}

fn task(event: &Value) -> Option<Task> {
    Some(Task { begin: event["ts"].as_f64()?, duration: event["dur"].as_f64()? })
}

fn overlap(task: &Task, begin: f64, end: f64) -> f64 {
    (task.begin + task.duration).min(end).max(begin) - task.begin.max(begin).min(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_counts_for_each_frame_it_reaches_into() {
        let main = json!({ "name": "thread_name", "pid": 1, "tid": 2, "args": { "name": "CrRendererMain" } });
        let frame = |ts: u32| json!({ "name": "BeginMainThreadFrame", "pid": 1, "tid": 2, "ts": ts });
        let task = |ts: u32, dur: u32| json!({ "name": "RunTask", "pid": 1, "tid": 2, "ts": ts, "dur": dur });
        let other = json!({ "name": "RunTask", "pid": 1, "tid": 3, "ts": 0, "dur": 90_000 });
        let events = [
            main,
            frame(10_000),
            frame(20_000),
            frame(40_000),
            task(5_000, 7_000),
            task(18_000, 5_000),
            other,
        ];
        let times = frame_times(&events).unwrap();
        assert_eq!(times.busy_ms, [4.0, 3.0]);
        let percentiles = [50.0, 95.0].map(|percent| times.percentile(percent) as u32);
        assert_eq!(percentiles, [3, 4]);
    }
}
