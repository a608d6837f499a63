//! Milliseconds of the processor a frame by what the browser does: script, style, layout, paint, compositing.
//!
//! An event's own time is its duration without that of the events inside it.

use std::fmt;

use serde_json::Value;

use super::{Moment, Trace, table::ByName};

/// Own time of each kind of event.
#[derive(Debug, Clone)]
pub struct Breakdown(ByName);

/// An event that has begun and may hold others.
struct Open<'a> {
    name: &'a str,
    begin_us: f64,
    end_us: f64,
    own_cpu_us: f64,
}

impl Breakdown {
    /// Reads it from a trace.
    pub fn of(trace: &Trace) -> Self {
        let starts = trace.frame_starts();
        let mut events: Vec<(&Value, Moment, f64)> = trace.of_main_thread().filter_map(complete).collect();
        // What begins first comes first; of two that begin together, the longer one holds the other.
        events.sort_by(|a, b| a.1.wall_us.total_cmp(&b.1.wall_us).then(b.2.total_cmp(&a.2)));
        let mut by_name = ByName::new(starts.len().saturating_sub(1));
        let mut open: Vec<Open> = Vec::new();
        let mut close = |event: &Open| {
            let after = starts.partition_point(|start| start.wall_us <= event.begin_us);
            if let Some(frame_idx) = after.checked_sub(1) {
                by_name.add(event.name, frame_idx, event.own_cpu_us / 1000.0);
            }
        };
        for (event, begin, wall_us) in events {
            while let Some(done) = open.pop_if(|outer| outer.end_us <= begin.wall_us) {
                close(&done);
            }
            let own_cpu_us = event["tdur"].as_f64().unwrap_or(0.0);
            if let Some(outer) = open.last_mut() {
                outer.own_cpu_us -= own_cpu_us;
            }
            open.push(Open {
                name: event["name"].as_str().unwrap_or_default(),
                begin_us: begin.wall_us,
                end_us: begin.wall_us + wall_us,
                own_cpu_us,
            });
        }
        open.iter().rev().for_each(&mut close);
        Self(by_name)
    }
}

fn complete(event: &Value) -> Option<(&Value, Moment, f64)> {
    (event["ph"] == "X").then_some((event, Moment::of(event)?, event["dur"].as_f64()?))
}

impl fmt::Display for Breakdown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "    {:<60} {:>8} {:>8} {:>8}", "own CPU ms a frame", "mean", "p95", "in slow")?;
        formatter.write_str(&self.0.rows(24))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_events_own_time_leaves_out_what_is_inside_it() {
        let main = json!({ "name": "thread_name", "pid": 1, "tid": 2, "args": { "name": "CrRendererMain" } });
        let frame = |ts: u32| json!({ "name": "BeginMainThreadFrame", "pid": 1, "tid": 2, "ts": ts });
        let span = |name: &str, ts: u32, dur: u32| json!({ "name": name, "ph": "X", "pid": 1, "tid": 2, "ts": ts, "dur": dur, "tts": ts, "tdur": dur });
        let events = vec![
            main,
            frame(0),
            span("RunTask", 1_000, 9_000),
            span("FunctionCall", 2_000, 4_000),
            span("Layout", 3_000, 1_000),
            span("Paint", 7_000, 2_000),
            frame(20_000),
        ];
        let text = Breakdown::of(&Trace::new(events).unwrap()).to_string();
        let mean = |name: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        assert_eq!(
            ["RunTask", "FunctionCall", "Layout", "Paint"].map(mean),
            ["3.00", "3.00", "1.00", "2.00"]
        );
    }
}
