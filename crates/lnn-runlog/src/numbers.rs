//! How numbers stand in a line: digests as sixteen hexadecimal digits, and `null` for what is not finite.
//!
//! In and out: members of records. JSON has no NaN and no infinity, and programs that read it have no integers above 2⁵³.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Scores;

/// A `u64` as sixteen small hexadecimal digits.
pub(crate) mod hex64 {
    use super::{Deserialize, Deserializer, Serializer};
    use serde::de::Error;
    use std::borrow::Cow;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it; on 32 bits the lint is silent")]
    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:016x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let digits = Cow::<str>::deserialize(deserializer)?;
        let value = (digits.len() == 16).then(|| u64::from_str_radix(&digits, 16).ok()).flatten();
        value.ok_or_else(|| D::Error::custom(format!("a digest is 16 hexadecimal digits, not \"{digits}\"")))
    }
}

/// [`Scores`] with `null` for a cost that is not finite.
#[derive(Serialize, Deserialize)]
pub(crate) struct ScoresMembers {
    cost: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r2: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rmse: Option<f64>,
}

impl From<Scores> for ScoresMembers {
    fn from(Scores { cost, accuracy, r2, rmse }: Scores) -> Self {
        Self { cost: Some(cost), accuracy, r2, rmse }
    }
}

impl From<ScoresMembers> for Scores {
    fn from(ScoresMembers { cost, accuracy, r2, rmse }: ScoresMembers) -> Self {
        Self { cost: cost.unwrap_or(f64::NAN), accuracy, r2, rmse }
    }
}

impl ScoresMembers {
    pub fn serialize<S: Serializer>(scores: &Scores, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(&Self::from(*scores), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scores, D::Error> {
        <Self as Deserialize>::deserialize(deserializer).map(Scores::from)
    }
}

/// Scores that may be missing.
pub(crate) mod maybe_scores {
    use super::{Deserialize, Deserializer, Scores, ScoresMembers, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(scores: &Option<Scores>, serializer: S) -> Result<S::Ok, S::Error> {
        scores.map(ScoresMembers::from).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Scores>, D::Error> {
        Ok(Option::<ScoresMembers>::deserialize(deserializer)?.map(Scores::from))
    }
}
