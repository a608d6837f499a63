//! What the page's main thread does from frame to frame, from Chromium's own trace.
//!
//! In: a page and a time to watch it. Out: [`Trace`], the raw events, and from it [`FrameTimes`], milliseconds a frame;
//! [`Breakdown`], the same by what the browser does; [`Profile`], the same by function. Read next: `frames.rs`.

mod breakdown;
mod frames;
mod profile;
mod table;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

pub use breakdown::Breakdown;
pub use frames::{FrameTimes, percentile};
pub use profile::Profile;

use crate::Page;

const CATEGORIES: &str = "toplevel,devtools.timeline,disabled-by-default-devtools.timeline,\
                          disabled-by-default-devtools.timeline.frame,__metadata";

/// How closely a page is watched; the closer, the more of its time the watching takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// How long frames take.
    Frames,
    /// Also what the browser does in them.
    Parts,
    /// Also which functions run.
    Functions,
}

impl Watch {
    fn categories(self) -> impl Iterator<Item = &'static str> {
        let more = match self {
            Self::Frames => "",
            Self::Parts => "v8,blink,cc",
            Self::Functions => "v8,disabled-by-default-v8.cpu_profiler",
        };
        CATEGORIES.split(',').chain(more.split(',').filter(|category| !category.is_empty()))
    }
}
/// A trace of some seconds is some megabytes.
const COLLECT_TIMEOUT: Duration = Duration::from_mins(1);

/// The events of a trace, and which thread is the page's main thread.
pub struct Trace {
    /// As Chromium sends them.
    pub events: Vec<Value>,
    process: Value,
    thread: Value,
}

impl Trace {
    /// Looks for the page among the traced threads.
    ///
    /// # Errors
    /// When the trace has no main thread of a page.
    pub fn new(events: Vec<Value>) -> Result<Self> {
        let (process, thread) =
            busiest_main_thread(&events).context("the trace has no main thread of a page")?;
        Ok(Self { events, process, thread })
    }

    /// Events of the page's main thread.
    fn of_main_thread(&self) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(|event| event["pid"] == self.process && event["tid"] == self.thread)
    }

    /// When frames of the main thread begin, in order.
    fn frame_starts(&self) -> Vec<Moment> {
        let begins = self.of_main_thread().filter(|event| event["name"] == "BeginMainThreadFrame");
        let mut starts: Vec<Moment> = begins.filter_map(Moment::of).collect();
        starts.sort_by(|a, b| a.wall_us.total_cmp(&b.wall_us));
        starts
    }
}

impl Page {
    /// Watches the page for `duration`.
    ///
    /// # Errors
    /// When the trace can't be had.
    pub fn trace(&self, duration: Duration, watch: Watch) -> Result<Trace> {
        {
            let mut log = self.log.borrow_mut();
            log.trace.clear();
            log.is_trace_complete = false;
        }
        let categories: Vec<&str> = watch.categories().collect();
        let config = json!({ "includedCategories": categories, "excludedCategories": ["*"] });
        self.call("Tracing.start", json!({ "transferMode": "ReportEvents", "traceConfig": config }))?;
        self.rest(duration)?;
        self.call("Tracing.end", json!({}))?;
        let begun = Instant::now();
        while !self.log.borrow().is_trace_complete {
            if begun.elapsed() > COLLECT_TIMEOUT {
                bail!("the trace did not arrive");
            }
            self.rest(Duration::from_millis(10))?;
        }
        Trace::new(std::mem::take(&mut self.log.borrow_mut().trace))
    }
}

/// A point in time: on the wall, and on the main thread's own clock, which stands still while the thread does.
#[derive(Debug, Clone, Copy)]
struct Moment {
    wall_us: f64,
    cpu_us: f64,
}

impl Moment {
    fn of(event: &Value) -> Option<Self> {
        Some(Self { wall_us: event["ts"].as_f64()?, cpu_us: event["tts"].as_f64().unwrap_or(0.0) })
    }
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
