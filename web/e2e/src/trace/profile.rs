//! Milliseconds a frame by function, from the profiler's samples.
//!
//! A sample stands for the time up to the next one, so these are times on the wall; read them as shares. Functions of a
//! WebAssembly module have names in builds that keep them (`cargo xtask build --names`).

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use super::{Trace, table::ByName};

/// Time by function: of each by itself, and with all that it calls.
#[derive(Debug, Clone)]
pub struct Profile {
    own: ByName,
    whole: ByName,
}

/// A place in the tree of calls.
struct Node {
    name: String,
    parent: Option<u64>,
}

const NOT_WORK: [&str; 3] = ["(idle)", "(root)", "(program)"];

impl Profile {
    /// Reads it from a trace that was told to see functions.
    pub fn of(trace: &Trace) -> Self {
        let starts = trace.frame_starts();
        let n_frames = starts.len().saturating_sub(1);
        let (mut own, mut whole) = (ByName::new(n_frames), ByName::new(n_frames));
        let Some((id, begin_us)) = main_profile(trace) else { return Self { own, whole } };
        let mut nodes: HashMap<u64, Node> = HashMap::new();
        let mut at_us = begin_us;
        let mut last: Option<u64> = None;
        for chunk in chunks(trace, &id) {
            let profile = &chunk["args"]["data"]["cpuProfile"];
            nodes.extend(profile["nodes"].as_array().into_iter().flatten().filter_map(node));
            let deltas = chunk["args"]["data"]["timeDeltas"].as_array().into_iter().flatten();
            let samples = profile["samples"].as_array().into_iter().flatten();
            for (sample, delta) in samples.zip(deltas) {
                let delta_us = delta.as_f64().unwrap_or(0.0);
                let frame = starts.partition_point(|start| start.wall_us <= at_us).checked_sub(1);
                if let (Some(frame_idx), Some(node)) = (frame, last) {
                    count(&nodes, node, frame_idx, delta_us / 1000.0, (&mut own, &mut whole));
                }
                at_us += delta_us;
                last = sample.as_u64();
            }
        }
        Self { own, whole }
    }
}

fn count(
    nodes: &HashMap<u64, Node>,
    node: u64,
    frame_idx: usize,
    ms: f64,
    (own, whole): (&mut ByName, &mut ByName),
) {
    let Some(top) = nodes.get(&node).filter(|top| !NOT_WORK.contains(&top.name.as_str())) else { return };
    own.add(&top.name, frame_idx, ms);
    let mut seen: Vec<&str> = Vec::new();
    let mut next = Some(top);
    while let Some(node) = next {
        if !seen.contains(&node.name.as_str()) && node.name != "(root)" {
            whole.add(&node.name, frame_idx, ms);
            seen.push(&node.name);
        }
        next = node.parent.and_then(|parent| nodes.get(&parent));
    }
}

/// The main thread's profile and when it began.
fn main_profile(trace: &Trace) -> Option<(Value, f64)> {
    let profile = trace.of_main_thread().find(|event| event["name"] == "Profile")?;
    Some((profile["id"].clone(), profile["args"]["data"]["startTime"].as_f64()?))
}

/// The profile's chunks in order; they come from a thread of their own.
fn chunks<'a>(trace: &'a Trace, id: &Value) -> Vec<&'a Value> {
    let is_chunk = |event: &&Value| {
        event["name"] == "ProfileChunk" && event["id"] == *id && event["pid"] == trace.process
    };
    let mut chunks: Vec<&Value> = trace.events.iter().filter(is_chunk).collect();
    chunks.sort_by(|a, b| a["ts"].as_f64().unwrap_or(0.0).total_cmp(&b["ts"].as_f64().unwrap_or(0.0)));
    chunks
}

fn node(node: &Value) -> Option<(u64, Node)> {
    let frame = &node["callFrame"];
    let name = frame["functionName"].as_str().unwrap_or_default();
    let name = if name.is_empty() { "(anonymous)" } else { name };
    Some((node["id"].as_u64()?, Node { name: readable(name), parent: node["parent"].as_u64() }))
}

/// A Rust name without its hash and the paths in it: `scene::Scene::draw`.
fn readable(name: &str) -> String {
    let (without_hash, _) =
        name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).unwrap_or((name, ""));
    without_hash.replace("lnn_web::page::", "").replace("lnn_web::", "")
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, by_name) in [("own", &self.own), ("with what they call", &self.whole)] {
            let title = format!("functions, sampled ms a frame, {title}");
            writeln!(formatter, "    {title:<60} {:>8} {:>8} {:>8}", "mean", "p95", "in slow")?;
            formatter.write_str(&by_name.rows(40))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sample_counts_for_its_function_and_for_those_that_called_it() {
        let main = json!({ "name": "thread_name", "pid": 1, "tid": 2, "args": { "name": "CrRendererMain" } });
        let frame = |ts: u32| json!({ "name": "BeginMainThreadFrame", "pid": 1, "tid": 2, "ts": ts });
        let begin = json!({ "name": "Profile", "ph": "P", "id": "0x1", "pid": 1, "tid": 2, "ts": 0,
            "args": { "data": { "startTime": 0 } } });
        let call = |id: u32, parent: u32, name: &str| json!({ "id": id, "parent": parent, "callFrame": { "functionName": name } });
        let chunk = json!({ "name": "ProfileChunk", "id": "0x1", "pid": 1, "tid": 9, "ts": 5, "args": { "data": {
            "cpuProfile": { "nodes": [call(1, 0, "outer"), call(2, 1, "lnn_web::page::inner::h0123456789abcdef")],
                "samples": [2, 1, 2] }, "timeDeltas": [1000, 2000, 3000] } } });
        let trace = Trace::new(vec![main, frame(0), begin, chunk, frame(20_000)]).unwrap();
        let profile = Profile::of(&trace);
        assert!(profile.own.to_string().contains("inner"), "{}", profile.own);
        let mean = |by_name: &ByName, name: &str| {
            let text = by_name.to_string();
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        assert_eq!(
            (mean(&profile.own, "outer"), mean(&profile.own, "inner")),
            ("3.00".into(), "2.00".into())
        );
        assert_eq!(mean(&profile.whole, "outer"), "5.00");
    }
}
