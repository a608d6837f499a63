//! Names of settings as text: what a command line, a run log and the page call them.
//!
//! What enters: a text such as `"leaky_relu"`. What leaves: the setting, or an [`UnknownName`] that lists the known
//! ones. Read next: [`crate::recipe`].

use std::str::FromStr;

/// A text that names no setting of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {found:?} is not known; known are {known}")]
pub struct UnknownName {
    /// What was to be named: `"activation"`, `"optimizer"` …
    pub kind: &'static str,
    /// The text that was given.
    pub found: String,
    /// The names that exist, with commas.
    pub known: &'static str,
}

impl UnknownName {
    /// The error for `found`.
    pub fn new(kind: &'static str, found: &str, known: &'static str) -> Self {
        Self { kind, found: found.to_owned(), known }
    }
}

/// The numbers after a name: `"step:0.5:10"` gives `("step", ["0.5", "10"])`.
pub(crate) fn split_name(text: &str) -> (&str, Vec<&str>) {
    let mut parts = text.split(':');
    (parts.next().unwrap_or_default(), parts.collect())
}

/// One number out of the text after a name.
pub(crate) fn number<N: FromStr>(
    parts: &[&str],
    idx: usize,
    unknown: impl Fn() -> UnknownName,
) -> Result<N, UnknownName> {
    parts.get(idx).and_then(|text| text.parse().ok()).ok_or_else(unknown)
}
