//! An event of `filter-log-events`, `get-log-events` or a subscription. In: a JSON object. Out: its members that matter.

use std::borrow::Cow;

use serde::Deserialize;

/// What the service keeps of something that was printed.
#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub message: Cow<'a, str>,
    pub timestamp: Option<i64>,
    #[serde(rename = "logStreamName")]
    pub stream: Option<String>,
}
