//! What the records of an event file hold: the parts of `TensorFlow`'s messages that curves and distributions need.
//!
//! In: a decoded [`Event`]. Out: points of a [`CurveLog`]. Field numbers are those of `tensorboard/compat/proto/*.proto`.

use std::collections::BTreeMap;

use prost::Message;

use crate::foreign::curves::{Bucket, CurveLog, CurvePoint, DistributionPoint};

#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// In seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
    #[prost(message, optional, tag = "7")]
    session_log: Option<SessionLog>,
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    /// 1 = the run begins (again) at the event's step.
    #[prost(int32, tag = "1")]
    status: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    number: Option<f32>,
    #[prost(message, optional, tag = "5")]
    histo: Option<Histogram>,
    #[prost(message, optional, tag = "8")]
    tensor: Option<Tensor>,
    #[prost(message, optional, tag = "9")]
    metadata: Option<Metadata>,
}

#[derive(Clone, PartialEq, Message)]
struct Metadata {
    #[prost(message, optional, tag = "1")]
    plugin_data: Option<PluginData>,
}

#[derive(Clone, PartialEq, Message)]
struct PluginData {
    #[prost(string, tag = "1")]
    plugin_name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(double, tag = "1")]
    min: f64,
    #[prost(double, tag = "2")]
    max: f64,
    /// The upper end of each bucket; the lower one is the end before.
    #[prost(double, repeated, tag = "6")]
    bucket_limit: Vec<f64>,
    #[prost(double, repeated, tag = "7")]
    bucket: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
struct Tensor {
    #[prost(int32, tag = "1")]
    dtype: i32,
    #[prost(bytes = "vec", tag = "4")]
    content: Vec<u8>,
    #[prost(float, repeated, tag = "5")]
    float_val: Vec<f32>,
    #[prost(double, repeated, tag = "6")]
    double_val: Vec<f64>,
    #[prost(int32, repeated, tag = "7")]
    int_val: Vec<i32>,
    #[prost(int64, repeated, tag = "10")]
    int64_val: Vec<i64>,
}

/// Summaries of other kinds, by plugin, and which plugin a name belongs to: only its first value says so.
#[derive(Debug, Default)]
pub(super) struct Others {
    plugins: BTreeMap<String, String>,
    counts: BTreeMap<String, u64>,
}

impl Others {
    pub(super) fn in_words(&self) -> Option<String> {
        let counts: Vec<String> = self.counts.iter().map(|(kind, n)| format!("{n} of «{kind}»")).collect();
        (!counts.is_empty()).then(|| {
            format!("Entries that are neither numbers nor histograms are left out: {}.", counts.join(", "))
        })
    }
}

/// Enters an event's points.
pub(super) fn enter(event: Event, log: &mut CurveLog, others: &mut Others) {
    if event.session_log.is_some_and(|session| session.status == 1) {
        log.restart_at(event.step);
    }
    let (step, time_ms) = (event.step, Some(event.wall_time * 1000.0));
    for value in event.summary.unwrap_or_default().value {
        let named = value.metadata.and_then(|metadata| metadata.plugin_data).map(|plugin| plugin.plugin_name);
        if let Some(name) = named.filter(|name| !name.is_empty() && others.plugins.len() < 100_000) {
            others.plugins.entry(value.tag.clone()).or_insert(name);
        }
        let plugin = others.plugins.get(&value.tag).cloned().unwrap_or_default();
        if let Some(number) = value.number {
            log.add_value(&value.tag, CurvePoint { step, time_ms, value: f64::from(number) });
        } else if let Some(histogram) = value.histo {
            log.add_distribution(&value.tag, from_histogram(step, time_ms, &histogram));
        } else if let Some(numbers) = value.tensor.as_ref().and_then(Tensor::numbers) {
            match (plugin.as_str(), numbers.as_slice()) {
                ("scalars" | "", [number]) => {
                    log.add_value(&value.tag, CurvePoint { step, time_ms, value: *number });
                }
                ("histograms", numbers) if numbers.len() % 3 == 0 => {
                    log.add_distribution(&value.tag, from_triples(step, time_ms, numbers));
                }
                _ => others.count(plugin),
            }
        } else {
            others.count(plugin);
        }
    }
}

impl Others {
    fn count(&mut self, plugin: String) {
        if self.counts.len() < 100 {
            let kind = if plugin.is_empty() { "other".to_owned() } else { plugin };
            *self.counts.entry(kind).or_default() += 1;
        }
    }
}

fn from_histogram(step: i64, time_ms: Option<f64>, histogram: &Histogram) -> DistributionPoint {
    let Histogram { min, max, bucket_limit, bucket } = histogram;
    let mut left = *min;
    let mut buckets: Vec<Bucket> = Vec::with_capacity(bucket.len().min(bucket_limit.len()));
    for (limit, count) in bucket_limit.iter().zip(bucket) {
        // Outermost limits reach to the end of all numbers: the numbers themselves do not.
        let right = limit.min(*max);
        if *count > 0.0 {
            buckets.push(Bucket { left: left.min(right), right, count: *count });
        }
        left = left.max(*limit);
    }
    DistributionPoint { step, time_ms, min: *min, max: *max, buckets }
}

/// Rows of left end, right end and count.
fn from_triples(step: i64, time_ms: Option<f64>, numbers: &[f64]) -> DistributionPoint {
    let buckets: Vec<Bucket> = numbers
        .chunks_exact(3)
        .filter_map(|row| match *row {
            [left, right, count] => Some(Bucket { left, right, count }),
            _ => None,
        })
        .collect();
    let filled = || buckets.iter().filter(|bucket| bucket.count > 0.0);
    let min = filled().map(|bucket| bucket.left).fold(f64::INFINITY, f64::min);
    let max = filled().map(|bucket| bucket.right).fold(f64::NEG_INFINITY, f64::max);
    DistributionPoint { step, time_ms, min, max, buckets }
}

impl Tensor {
    /// Its numbers, as far as there is a place for them; none for texts and pictures.
    fn numbers(&self) -> Option<Vec<f64>> {
        let content = &self.content;
        let wide = |n_bytes: usize, to: fn(u64) -> f64| -> Vec<f64> {
            let word =
                |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
            content.chunks_exact(n_bytes).map(|bytes| to(word(bytes))).collect()
        };
        // DataType: 1 float, 2 double, 3 int32, 9 int64.
        let (from_content, listed): (Vec<f64>, Vec<f64>) = match self.dtype {
            1 => (
                wide(4, |bits| f64::from(f32::from_bits(bits as u32))),
                self.float_val.iter().map(|value| f64::from(*value)).collect(),
            ),
            2 => (wide(8, f64::from_bits), self.double_val.clone()),
            3 => (
                wide(4, |bits| f64::from(bits as u32 as i32)),
                self.int_val.iter().map(|value| f64::from(*value)).collect(),
            ),
            9 => (
                wide(8, |bits| bits as i64 as f64),
                self.int64_val.iter().map(|value| *value as f64).collect(),
            ),
            _ => return None,
        };
        Some(if from_content.is_empty() { listed } else { from_content })
    }
}
