//! A step as a line: scores of the network, and for each layer one array for each quantity, in the order of its units.
//!
//! In and out: [`LoggedStep`]. Members that this version doesn't know are passed over, quantities that a writer left out are
//! NaN. Read next: `quantised.rs`, `writer.rs`.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};

use crate::numbers::{ScoresMembers, hex64, maybe_scores};
use crate::quantised::WatchedValues;
use crate::{LayerRecord, Quantity, Scores, StepHead, StepRecord};

/// A step as a log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedStep {
    /// What every view reads.
    pub record: StepRecord,
    /// The step that the scores belong to: the same one, or an earlier one where scoring every step costs too much.
    pub scored_step: u64,
    /// Values on the watched examples, where they were asked for.
    pub watched: Option<WatchedValues>,
}

/// The members of a step's line.
#[derive(Serialize, Deserialize)]
pub(crate) struct StepMembers {
    step: u64,
    epoch: u64,
    learning_rate: f64,
    batch_cost: Option<f64>,
    #[serde(with = "ScoresMembers")]
    train: Scores,
    #[serde(default, with = "maybe_scores")]
    dev: Option<Scores>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scored_step: Option<u64>,
    #[serde(with = "hex64")]
    digest: u64,
    #[serde(default)]
    layers: Vec<LayerRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watched: Option<WatchedValues>,
}

/// The same without its arrays: what a first look through a log needs.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct StepSummary {
    /// Steps done.
    pub step: u64,
    /// Whole passes done.
    pub epoch: u64,
    /// Over the training split.
    #[serde(with = "ScoresMembers")]
    pub train: Scores,
    /// Over the dev split.
    #[serde(default, with = "maybe_scores")]
    pub dev: Option<Scores>,
    /// Digest of the parameters after the step.
    #[serde(with = "hex64")]
    pub digest: u64,
}

impl From<&LoggedStep> for StepMembers {
    fn from(step: &LoggedStep) -> Self {
        let StepHead { step: number, epoch, learning_rate, batch_cost, train, dev, digest } =
            step.record.head;
        Self {
            step: number,
            epoch,
            learning_rate,
            batch_cost,
            train,
            dev,
            scored_step: (step.scored_step != number).then_some(step.scored_step),
            digest,
            layers: step.record.layers.clone(),
            watched: step.watched.clone(),
        }
    }
}

impl StepMembers {
    pub(crate) fn into_step(self) -> LoggedStep {
        let Self { step, epoch, learning_rate, batch_cost, train, dev, scored_step, digest, layers, watched } =
            self;
        let head = StepHead { step, epoch, learning_rate, batch_cost, train, dev, digest };
        LoggedStep { record: StepRecord { head, layers }, scored_step: scored_step.unwrap_or(step), watched }
    }
}

impl From<&LoggedStep> for StepSummary {
    fn from(step: &LoggedStep) -> Self {
        let StepHead { step, epoch, train, dev, digest, .. } = step.record.head;
        Self { step, epoch, train, dev, digest }
    }
}

impl Serialize for LayerRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Quantity::ALL.len()))?;
        for quantity in Quantity::ALL {
            map.serialize_entry(&quantity, &Numbers(self.get(quantity)))?;
        }
        map.end()
    }
}

/// Numbers as JSON has them: `null` for one that is not finite.
struct Numbers<'a>(&'a [f32]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // JSON's serializer writes null for what is not finite.
        serializer.collect_seq(self.0)
    }
}

impl<'de> Deserialize<'de> for LayerRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LayerVisitor)
    }
}

struct LayerVisitor;

impl<'de> Visitor<'de> for LayerVisitor {
    type Value = LayerRecord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a layer: an array for each quantity")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LayerRecord, A::Error> {
        let mut arrays: [Option<Vec<f32>>; Quantity::ALL.len()] = Default::default();
        let mut n_units = 0;
        while let Some(name) = map.next_key::<MaybeQuantity>()? {
            let MaybeQuantity::Known(quantity) = name else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let known = arrays.iter().flatten().next().map(Vec::len);
            let array = map.next_value_seed(Array { capacity: known.unwrap_or_default() })?;
            if let Some(expected) = known.filter(|expected| *expected != array.len()) {
                let found = array.len();
                let sentence = format!("a layer has {expected} units in one array and {found} in another");
                return Err(A::Error::custom(sentence));
            }
            n_units = array.len();
            arrays[quantity as usize] = Some(array);
        }
        let mut values = Vec::with_capacity(n_units * Quantity::ALL.len());
        for array in arrays {
            match array {
                Some(array) => values.extend_from_slice(&array),
                None => values.resize(values.len() + n_units, f32::NAN),
            }
        }
        LayerRecord::from_flat(n_units, values).ok_or_else(|| A::Error::custom("a layer without quantities"))
    }
}

/// The name of a quantity, or of one that this version doesn't know.
#[derive(Deserialize)]
#[serde(untagged)]
enum MaybeQuantity {
    Known(Quantity),
    Unknown(IgnoredAny),
}

/// An array of numbers, `null` read as NaN.
struct Array {
    /// The length of the arrays before it, which were really there.
    capacity: usize,
}

impl<'de> serde::de::DeserializeSeed<'de> for Array {
    type Value = Vec<f32>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<f32>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Array {
    type Value = Vec<f32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<f32>, A::Error> {
        let mut values = Vec::with_capacity(self.capacity);
        while let Some(value) = seq.next_element::<Option<f32>>()? {
            values.push(value.unwrap_or(f32::NAN));
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> LoggedStep {
        let train = Scores { cost: 0.1 + 0.2, accuracy: Some(0.5), r2: None, rmse: None };
        let head = StepHead {
            step: 12,
            epoch: 3,
            learning_rate: 0.02,
            batch_cost: Some(f64::MIN_POSITIVE),
            train,
            dev: None,
            digest: u64::MAX,
        };
        let values =
            (0..30_u8).map(|value| 1e-38 * (f32::from(value) + 0.1).powi(i32::from(value / 2))).collect();
        let layer = LayerRecord::from_flat(3, values).unwrap();
        LoggedStep { record: StepRecord { head, layers: vec![layer] }, scored_step: 8, watched: None }
    }

    #[test]
    fn a_step_comes_back_to_the_bit() {
        let text = serde_json::to_string(&StepMembers::from(&step())).unwrap();
        assert!(text.starts_with(r#"{"step":12,"epoch":3,"learning_rate":0.02,"batch_cost":2.2250738585072014e-308,"train":{"cost":0.30000000000000004,"accuracy":0.5},"dev":null,"scored_step":8,"digest":"ffffffffffffffff","layers":[{"activation_mean":["#), "{text}");
        assert_eq!(serde_json::from_str::<StepMembers>(&text).unwrap().into_step(), step());
        let summary: StepSummary = serde_json::from_str(&text).unwrap();
        assert_eq!(summary, StepSummary::from(&step()));
    }

    #[test]
    fn every_float_of_a_sample_of_all_comes_back_to_the_bit() {
        let (mut bits, mut n_checked) = (0_u32, 0);
        while n_checked < 200_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f32::from_bits(bits);
            if value.is_finite() {
                let text = serde_json::to_string(&Numbers(&[value])).unwrap();
                let back: Vec<f32> = serde_json::from_str(&text).unwrap();
                assert_eq!(back[0].to_bits(), bits, "{text}");
                let wide = f64::from_bits(u64::from(bits) << 32 | u64::from(bits.rotate_left(7)));
                let text = serde_json::to_string(&wide).unwrap();
                let back = serde_json::from_str::<Option<f64>>(&text).unwrap();
                assert!(!wide.is_finite() || back.map(f64::to_bits) == Some(wide.to_bits()), "{text}");
                n_checked += 1;
            }
        }
    }

    #[test]
    fn what_a_writer_left_out_or_added_is_no_error() {
        let text = r#"{"new_quantity":[1],"weight_norm":[2,null],"activation_mean":[3,4]}"#;
        let layer: LayerRecord = serde_json::from_str(text).unwrap();
        assert_eq!(layer.get(Quantity::ActivationMean), [3.0, 4.0]);
        assert_eq!(layer.get(Quantity::WeightNorm)[0], 2.0);
        assert!(layer.get(Quantity::WeightNorm)[1].is_nan() && layer.get(Quantity::UpdateRatio)[0].is_nan());
        let error = serde_json::from_str::<LayerRecord>(r#"{"weight_norm":[2],"activation_mean":[3,4]}"#);
        assert!(error.unwrap_err().to_string().contains("1 units in one array and 2 in another"));
    }
}
