//! Main-thread milliseconds per animation frame.
//!
//! A frame lasts from one frame of the page's main thread to the next; its time is the sum of that thread's tasks in
//! between: on the wall, and of the processor. The latter is what the page asks for; the former also counts the time for
//! which other programs held the processor.

use anyhow::{Result, bail};
use serde_json::Value;

use super::{Moment, Trace};

/// Milliseconds of the main thread, one number a frame.
#[derive(Clone, Debug)]
pub struct FrameTimes {
    /// On the wall, in order of time.
    pub busy_ms: Vec<f64>,
    /// Of the processor, in the same order.
    pub cpu_ms: Vec<f64>,
    /// Messages of workers that the page heard.
    pub n_messages: usize,
    /// How long was watched.
    pub duration_ms: f64,
}

impl FrameTimes {
    /// Reads them from a trace.
    ///
    /// # Errors
    /// When the page drew no frame.
    pub fn of(trace: &Trace) -> Result<Self> {
        let starts = trace.frame_starts();
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
            bail!("the page drew no frame")
        };
        let run = trace.of_main_thread().filter(|event| event["name"] == "RunTask");
        let tasks: Vec<Task> = run.filter_map(Task::of).collect();
        let per_frame = |clock: fn(&Moment) -> f64, stretch: fn(&Task) -> (f64, f64)| -> Vec<f64> {
            let between = |bounds: &[Moment]| {
                let (begin, end) = (clock(&bounds[0]), clock(&bounds[1]));
                tasks.iter().map(|task| overlap(stretch(task), begin, end)).sum::<f64>() / 1000.0
            };
            starts.windows(2).map(between).collect()
        };
        Ok(Self {
            busy_ms: per_frame(|moment| moment.wall_us, |task| (task.begin.wall_us, task.wall_us)),
            cpu_ms: per_frame(|moment| moment.cpu_us, |task| (task.begin.cpu_us, task.cpu_us)),
            n_messages: trace.of_main_thread().filter(|event| event["name"] == "HandlePostMessage").count(),
            duration_ms: (last.wall_us - first.wall_us) / 1000.0,
        })
    }

    /// Animation frames in each second.
    pub fn frames_per_second(&self) -> f64 {
        self.busy_ms.len() as f64 / (self.duration_ms / 1000.0)
    }

    /// Messages of workers in each second.
    pub fn messages_per_second(&self) -> f64 {
        self.n_messages as f64 / (self.duration_ms / 1000.0)
    }
}

/// The value that `percent` of the values don't exceed.
pub fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let idx = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(idx.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// A stretch of work of the thread.
struct Task {
    begin: Moment,
    wall_us: f64,
    cpu_us: f64,
}

impl Task {
    fn of(event: &Value) -> Option<Self> {
        let cpu_us = event["tdur"].as_f64().unwrap_or(0.0);
        Some(Self { begin: Moment::of(event)?, wall_us: event["dur"].as_f64()?, cpu_us })
    }
}

fn overlap((from, duration): (f64, f64), begin: f64, end: f64) -> f64 {
    (from + duration).min(end).max(begin) - from.max(begin).min(end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_counts_for_each_frame_it_reaches_into() {
        let main = json!({ "name": "thread_name", "pid": 1, "tid": 2, "args": { "name": "CrRendererMain" } });
        let frame = |ts: u32, tts: u32| json!({ "name": "BeginMainThreadFrame", "pid": 1, "tid": 2, "ts": ts, "tts": tts });
        let task = |ts: u32, dur: u32, tts: u32, tdur: u32| json!({ "name": "RunTask", "pid": 1, "tid": 2, "ts": ts, "dur": dur, "tts": tts, "tdur": tdur });
        let other = json!({ "name": "RunTask", "pid": 1, "tid": 3, "ts": 0, "dur": 90_000, "tts": 0, "tdur": 80_000 });
        let events = vec![
            main,
            frame(10_000, 4_000),
            frame(20_000, 8_000),
            frame(40_000, 9_000),
            task(5_000, 7_000, 1_000, 5_000),
            task(18_000, 5_000, 6_000, 3_000),
            other,
        ];
        let times = FrameTimes::of(&Trace::new(events).unwrap()).unwrap();
        assert_eq!(times.busy_ms, [4.0, 3.0]);
        assert_eq!(times.cpu_ms, [4.0, 1.0]);
        assert_eq!([50.0, 95.0].map(|percent| percentile(&times.busy_ms, percent)), [3.0, 4.0]);
    }
}
