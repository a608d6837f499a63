//! A run and its segments as DynamoDB items.
//!
//! In and out: [`RunItem`] and [`SegmentItem`]. Members that conditions look at are attributes of their own; all are. Read
//! next: `dynamo.rs`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::attributes::{from_attribute, to_attribute};
use crate::stores::StoreError;

/// An item's attributes.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The item of a run.
pub(super) const RUN: &str = "run";

/// The item of a segment.
pub(super) fn segment_key(idx: u64) -> String {
    format!("segment#{idx:06}")
}

/// Run and item: the table's key.
pub(super) fn key(run: &str, item: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([("run".to_owned(), text(run)), ("item".to_owned(), text(item))])
}

/// A serialisable value's members as attributes; what is null is left out.
pub(super) fn attributes<T: Serialize>(value: &T) -> Result<Item, StoreError> {
    let value = serde_json::to_value(value)
        .map_err(|error| StoreError::failed("DynamoDB", "write an item", error))?;
    let Value::Object(members) = value else {
        return Err(StoreError::failed("DynamoDB", "write an item", "it is no object"));
    };
    Ok(members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), to_attribute(value)))
        .collect())
}

/// A value of an item's attributes.
pub(super) fn read<T: DeserializeOwned>(item: &Item) -> Result<T, StoreError> {
    let place = || match item.get("run") {
        Some(AttributeValue::S(run)) => format!("the registry's item of «{run}»"),
        _ => "an item of the registry".to_owned(),
    };
    let member = |(name, value): (&String, &AttributeValue)| Some((name.clone(), from_attribute(value)?));
    let members: Option<Map<String, Value>> = item.iter().map(member).collect();
    let members = members.ok_or_else(|| StoreError::Foreign {
        place: place(),
        message: "an attribute of another kind".to_owned(),
    })?;
    serde_json::from_value(Value::Object(members))
        .map_err(|error| StoreError::Foreign { place: place(), message: error.to_string() })
}
