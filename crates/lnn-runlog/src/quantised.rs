//! Values of every unit on the watched examples, a byte each.
//!
//! In: activations or errors of a layer, (`n_units`, `n_watched`). Out: [`Quantised`], and back with an error of at most half
//! a step. Read next: `record.rs`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Values of one step on the watched examples, one entry a layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WatchedValues {
    /// a of every unit.
    pub activations: Vec<Quantised>,
    /// δ of every unit.
    #[serde(default)]
    pub errors: Vec<Quantised>,
}

/// Numbers between −`scale` and `scale` as bytes: byte 128 is 0, 255 is `scale`, 1 is −`scale`; byte 0 is a number that is
/// not finite.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Quantised {
    /// The largest |value|, ≥ 0.
    pub scale: f32,
    /// Row by row: `n_units` rows of one value for each watched example.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub bytes: Vec<u8>,
}

impl Quantised {
    /// Rounds values to the nearest of 255 steps.
    pub fn new<'a>(values: impl Iterator<Item = &'a f32> + Clone) -> Self {
        let finite = values.clone().filter(|value| value.is_finite());
        let scale = finite.fold(0.0_f32, |scale, value| scale.max(value.abs()));
        let byte = |value: &f32| match value {
            value if !value.is_finite() => 0,
            _ if scale == 0.0 => 128,
            value => (128.0 + (value / scale * 127.0).round()) as u8,
        };
        Self { scale, bytes: values.map(byte).collect() }
    }

    /// A value, within half a step of what it was; none beyond the last, NaN for one that was not finite.
    pub fn get(&self, idx: usize) -> Option<f32> {
        let byte = *self.bytes.get(idx)?;
        Some(if byte == 0 { f32::NAN } else { (f32::from(byte) - 128.0) / 127.0 * self.scale })
    }
}

#[expect(clippy::ptr_arg, reason = "serde asks for it")]
fn to_base64<S: Serializer>(bytes: &Vec<u8>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&data_encoding::BASE64.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    data_encoding::BASE64.decode(text.as_bytes()).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_within_half_a_step() {
        let values: Vec<f32> = (0..1000).map(|idx| ((idx as f32) * 0.37).sin() * 3.0).collect();
        let quantised = Quantised::new(values.iter());
        for (idx, value) in values.iter().enumerate() {
            let back = quantised.get(idx).unwrap();
            assert!((back - value).abs() <= quantised.scale / 254.0 + 1e-6, "{value} came back as {back}");
        }
        let odd = Quantised::new([f32::NAN, 0.0, 2.0, -2.0].iter());
        assert_eq!(odd.bytes, [0, 128, 255, 1]);
        assert_eq!(Quantised::new([0.0].iter()).get(0), Some(0.0));
        let text = serde_json::to_string(&odd).unwrap();
        assert_eq!(text, r#"{"scale":2.0,"bytes":"AID/AQ=="}"#);
        assert_eq!(serde_json::from_str::<Quantised>(&text).unwrap(), odd);
    }
}
