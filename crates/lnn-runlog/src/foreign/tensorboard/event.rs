//! The messages of an event file, as far as curves need them.
//!
//! In: the data of a record. Out: an [`Event`], then its [`Value`]s one at a time. Field numbers are those of `TensorFlow`'s
//! event.proto, summary.proto and tensor.proto. Read next: `tensor.rs`, then `../tensorboard.rs`.

use prost::bytes::{Buf, Bytes};
use prost::{DecodeError, Message};

/// A longer value is a picture, a graph or an embedding: only its tag and plugin are looked at.
const MAX_VALUE_BYTES: usize = 1 << 20;
/// The key of `Summary.value`: field 1, with a length.
const VALUE_KEY: usize = 0x0a;

/// [`SessionLog::status`] of a session that begins.
pub(super) const SESSION_START: i32 = 1;

#[derive(Clone, PartialEq, Message)]
pub(super) struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    #[prost(int64, tag = "2")]
    pub step: i64,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub graph: Option<Bytes>,
    /// A `Summary`, not taken apart: a list of all its values could be many times as long as the record.
    #[prost(bytes = "bytes", optional, tag = "5")]
    pub summary: Option<Bytes>,
    #[prost(message, optional, tag = "7")]
    pub session_log: Option<SessionLog>,
    #[prost(bytes = "bytes", optional, tag = "8")]
    pub run_metadata: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "9")]
    pub meta_graph: Option<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SessionLog {
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// `Summary.Value`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(string, tag = "1")]
    pub tag: String,
    /// `simple_value`.
    #[prost(float, optional, tag = "2")]
    pub number: Option<f32>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub image: Option<Bytes>,
    #[prost(message, optional, tag = "5")]
    pub histogram: Option<Histogram>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub audio: Option<Bytes>,
    /// What stands for the tag in old files.
    #[prost(string, tag = "7")]
    pub node_name: String,
    #[prost(message, optional, tag = "8")]
    pub tensor: Option<Tensor>,
    #[prost(message, optional, tag = "9")]
    pub metadata: Option<Metadata>,
}

/// A value that is too long for a number or a histogram.
#[derive(Clone, PartialEq, Message)]
struct LongValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(bytes = "bytes", optional, tag = "4")]
    image: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    audio: Option<Bytes>,
    #[prost(string, tag = "7")]
    node_name: String,
    #[prost(message, optional, tag = "9")]
    metadata: Option<Metadata>,
}

/// `SummaryMetadata`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Metadata {
    #[prost(message, optional, tag = "1")]
    pub plugin_data: Option<PluginData>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PluginData {
    #[prost(string, tag = "1")]
    pub plugin_name: String,
}

/// `HistogramProto`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Histogram {
    #[prost(double, tag = "1")]
    pub min: f64,
    #[prost(double, tag = "2")]
    pub max: f64,
    #[prost(double, tag = "3")]
    pub count: f64,
    #[prost(double, tag = "4")]
    pub sum: f64,
    #[prost(double, tag = "5")]
    pub sum_squares: f64,
    /// Right edges.
    #[prost(double, repeated, tag = "6")]
    pub bucket_limit: Vec<f64>,
    #[prost(double, repeated, tag = "7")]
    pub bucket: Vec<f64>,
}

/// `TensorProto`: numbers either as `content`, or in the list of their type.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Tensor {
    #[prost(int32, tag = "1")]
    pub dtype: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
    #[prost(bytes = "bytes", tag = "4")]
    pub content: Bytes,
    #[prost(float, repeated, tag = "5")]
    pub float_val: Vec<f32>,
    #[prost(double, repeated, tag = "6")]
    pub double_val: Vec<f64>,
    /// Also for smaller integers.
    #[prost(int32, repeated, tag = "7")]
    pub int_val: Vec<i32>,
    #[prost(int64, repeated, tag = "10")]
    pub int64_val: Vec<i64>,
    #[prost(bool, repeated, tag = "11")]
    pub bool_val: Vec<bool>,
    #[prost(uint32, repeated, tag = "16")]
    pub uint32_val: Vec<u32>,
    #[prost(uint64, repeated, tag = "17")]
    pub uint64_val: Vec<u64>,
}

/// `TensorShapeProto`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Shape {
    #[prost(message, repeated, tag = "2")]
    pub dims: Vec<Dim>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Dim {
    #[prost(int64, tag = "1")]
    pub size: i64,
}

impl Event {
    /// Milliseconds since 1970; none where the writer had no clock.
    pub fn time_ms(&self) -> Option<f64> {
        Some(self.wall_time * 1e3).filter(|time_ms| time_ms.is_finite() && *time_ms > 0.0)
    }
}

impl Value {
    /// The plugin that shows it, where that is said: writers say it once for each tag.
    pub fn plugin(&self) -> Option<&str> {
        let plugin = self.metadata.as_ref()?.plugin_data.as_ref()?.plugin_name.as_str();
        Some(plugin).filter(|plugin| !plugin.is_empty())
    }
}

/// The next value of a summary, or why it can't be read; none at the summary's end.
///
/// After a value that is none the next one is read; where the length of one can't be right, the summary ends.
pub(super) fn next_value(summary: &mut Bytes) -> Option<Result<Value, DecodeError>> {
    if summary.is_empty() {
        return None;
    }
    let value = split_value(summary);
    if value.is_err() {
        summary.clear();
    }
    Some(value.and_then(decode_value))
}

/// The bytes of the next value.
fn split_value(summary: &mut Bytes) -> Result<Bytes, DecodeError> {
    // Both a key and a length are varints. A summary has but one field, so that another key means damage: the decoder is
    // given a key that can't be, for an error of its own is all it tells.
    let key = prost::decode_length_delimiter(&mut *summary)?;
    let n_bytes = prost::decode_length_delimiter(&mut *summary)?;
    if key != VALUE_KEY || n_bytes > summary.remaining() {
        return Value::decode(&[0_u8][..]).map(|_| Bytes::new());
    }
    Ok(summary.split_to(n_bytes))
}

fn decode_value(value: Bytes) -> Result<Value, DecodeError> {
    if value.len() <= MAX_VALUE_BYTES {
        return Value::decode(value);
    }
    let LongValue { tag, image, audio, node_name, metadata } = LongValue::decode(value)?;
    Ok(Value { tag, image, audio, node_name, metadata, ..Value::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tags of the values, and none for each that can't be read.
    fn check(summary: &[u8], expected: &[Option<&str>]) {
        let mut summary = Bytes::copy_from_slice(summary);
        let values = std::iter::from_fn(|| next_value(&mut summary));
        let tags: Vec<Option<String>> = values.map(|value| value.ok().map(|value| value.tag)).collect();
        assert_eq!(tags, expected.iter().map(|tag| tag.map(str::to_owned)).collect::<Vec<_>>());
    }

    #[test]
    fn after_a_value_that_is_none_the_next_one_is_read() {
        check(b"\x0a\x03\x0a\x01a\x0a\x03\x0a\x01b", &[Some("a"), Some("b")]);
        // A tag that is no UTF-8, and one that claims more bytes than its value has.
        check(b"\x0a\x03\x0a\x01\xff\x0a\x03\x0a\x01b", &[None, Some("b")]);
        check(b"\x0a\x03\x0a\x07a\x0a\x03\x0a\x01b", &[None, Some("b")]);
    }

    #[test]
    fn where_a_length_cannot_be_right_the_summary_ends() {
        check(b"\x0a\x03\x0a\x01a\x0a\x63\x0a\x01b", &[Some("a"), None]);
        check(b"\x12\x03\x0a\x01a\x0a\x03\x0a\x01b", &[None]);
        check(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", &[None]);
        check(b"", &[]);
    }
}
