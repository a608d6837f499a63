//! JSON as DynamoDB attributes, and back, with every bit of every number.
//!
//! DynamoDB's numbers have 38 decimal digits and end near 10¹²⁶; they know neither NaN nor infinity, and drop the sign of −0.
//! A number that would not come back as it was is kept as its bits instead. Read next: `item.rs`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Number, Value};

/// The member that holds the bits of a number.
const BITS: &str = "f64";
/// The range that DynamoDB gives for numbers.
const RANGE: std::ops::RangeInclusive<f64> = 1e-130..=9.9e125;

/// An attribute of any JSON value.
pub fn to_attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(values) => AttributeValue::L(values.iter().map(to_attribute).collect()),
        Value::Object(members) => AttributeValue::M(
            members.iter().map(|(name, value)| (name.clone(), to_attribute(value))).collect(),
        ),
        Value::Number(number) => number_attribute(number),
    }
}

fn number_attribute(number: &Number) -> AttributeValue {
    if number.is_u64() || number.is_i64() {
        return AttributeValue::N(number.to_string());
    }
    let value = number.as_f64().unwrap_or_default();
    // A whole number as a float would come back as an integer: 2.0 is not 2.
    let is_safe = RANGE.contains(&value.abs()) && value.fract() != 0.0;
    if is_safe { AttributeValue::N(plain(value)) } else { bits_attribute(value) }
}

fn bits_attribute(value: f64) -> AttributeValue {
    let bits = AttributeValue::S(format!("{:016x}", value.to_bits()));
    AttributeValue::M(HashMap::from([(BITS.to_owned(), bits)]))
}

/// The shortest digits that give the number again, in a form that DynamoDB reads.
fn plain(value: f64) -> String {
    format!("{value:e}")
}

/// The JSON value of an attribute; none for kinds that [`to_attribute`] does not make.
pub fn from_attribute(attribute: &AttributeValue) -> Option<Value> {
    Some(match attribute {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::L(values) => Value::Array(values.iter().map(from_attribute).collect::<Option<_>>()?),
        AttributeValue::N(text) => number_from(text)?,
        AttributeValue::M(members) => {
            if let (1, Some(AttributeValue::S(bits))) = (members.len(), members.get(BITS)) {
                let value = f64::from_bits(u64::from_str_radix(bits, 16).ok()?);
                return Some(Number::from_f64(value).map_or(Value::Null, Value::Number));
            }
            let member =
                |(name, value): (&String, &AttributeValue)| Some((name.clone(), from_attribute(value)?));
            Value::Object(members.iter().map(member).collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

/// DynamoDB writes numbers its own way: 1.5E+2 is 150.
fn number_from(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<u64>() {
        return Some(Value::from(whole));
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let value: f64 = text.parse().ok()?;
    let whole = value as u64;
    if value.fract() == 0.0 && whole as f64 == value && whole < 1 << 53 {
        return Some(Value::from(whole));
    }
    Number::from_f64(value).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What DynamoDB does to a number on the way: digits and exponent in its own form.
    fn stored(attribute: AttributeValue) -> AttributeValue {
        match attribute {
            AttributeValue::N(text) => {
                let value: f64 = text.parse().unwrap();
                assert!(
                    value == 0.0 || RANGE.contains(&value.abs()) || text.parse::<i64>().is_ok(),
                    "{text}"
                );
                AttributeValue::N(if text.contains('e') { format!("{value}") } else { text })
            }
            AttributeValue::L(values) => AttributeValue::L(values.into_iter().map(stored).collect()),
            AttributeValue::M(members) => {
                AttributeValue::M(members.into_iter().map(|(name, value)| (name, stored(value))).collect())
            }
            other => other,
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back_to_the_bit(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let Some(number) = Number::from_f64(value) else { return Ok(()) };
            let back = from_attribute(&stored(to_attribute(&Value::Number(number)))).unwrap();
            prop_assert_eq!(back.as_f64().unwrap().to_bits(), bits);
            prop_assert!(back.is_f64());
        }

        #[test]
        fn every_integer_comes_back(whole in any::<i64>(), natural in any::<u64>()) {
            for value in [json!(whole), json!(natural)] {
                prop_assert_eq!(from_attribute(&stored(to_attribute(&value))), Some(value));
            }
        }
    }

    #[test]
    fn nested_settings_come_back() {
        let value = json!({
            "recipe": {"layers": [20, 7, 5], "rate": 0.0075, "negative_zero": -0.0, "one": 1.0},
            "none": null, "list": [1.5, "x", true, []], "tiny": 5e-324, "large": 1e300,
        });
        assert_eq!(from_attribute(&stored(to_attribute(&value))), Some(value));
    }
}
