//! An element of the page that a worker describes: what is seldom seen is put into words and shapes where it is computed, so
//! that the page, which every visitor loads, only draws it.
//!
//! In: a tag, attributes, a text, children. Out: a message. Text is text, never markup. Read next: `calls/picture.rs`,
//! `connect.rs`, which make them.

use serde::{Deserialize, Serialize};

/// An element with what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Element {
    /// Its name in HTML or SVG.
    pub tag: String,
    /// Its attributes by name.
    pub attributes: Vec<(String, String)>,
    /// The text before its children.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// An empty one.
    pub fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned(), ..Self::default() }
    }

    /// One with a text.
    pub fn of(tag: &str, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(tag) }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// With a class.
    #[must_use]
    pub fn class(self, class: &str) -> Self {
        self.with("class", class)
    }

    /// With elements in it.
    #[must_use]
    pub fn holding(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// Everything that is written in it, for whoever reads it aloud.
    pub fn words(&self) -> String {
        let mut words = self.text.clone();
        for child in &self.children {
            let inner = child.words();
            if !words.is_empty() && !inner.is_empty() {
                words.push(' ');
            }
            words.push_str(&inner);
        }
        words
    }
}
