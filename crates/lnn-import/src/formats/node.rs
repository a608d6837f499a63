//! JSON as it stands in a file: members keep their order, which a map of the crate `serde_json` need not.
//!
//! In: whatever serde reads, no deeper and no more than a [`Budget`] allows. Out: a [`Node`]. Read next: `json.rs`.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    pub const fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// Neither a list nor an object.
    pub const fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }
}

/// What is left for values that are held at once.
pub(super) struct Budget {
    n_nodes: Cell<usize>,
    max_nodes: usize,
    max_depth: usize,
    problem: Cell<Option<Problem>>,
}

/// What a budget does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    TooDeep,
    TooMany,
}

impl Budget {
    pub const fn new(max_nodes: usize, max_depth: usize) -> Self {
        Self { n_nodes: Cell::new(max_nodes), max_nodes, max_depth, problem: Cell::new(None) }
    }

    /// What was read is held no longer.
    pub fn renew(&self) {
        self.n_nodes.set(self.max_nodes);
    }

    /// What kept the last value from being read, if it was this.
    pub const fn problem(&self) -> Option<Problem> {
        self.problem.get()
    }

    fn take<E: Error>(&self, depth: usize) -> Result<(), E> {
        let problem = match self.n_nodes.get().checked_sub(1) {
            _ if depth > self.max_depth => Problem::TooDeep,
            None => Problem::TooMany,
            Some(left) => {
                self.n_nodes.set(left);
                return Ok(());
            }
        };
        self.problem.set(Some(problem));
        Err(E::custom("it is beyond the limits"))
    }
}

/// Reads a value that lies so deep in others.
#[derive(Clone, Copy)]
pub(super) struct NodeSeed<'b> {
    pub budget: &'b Budget,
    pub depth: usize,
}

impl NodeSeed<'_> {
    const fn inner(self) -> Self {
        Self { budget: self.budget, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.budget.take(self.depth)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, is_so: bool) -> Result<Node, E> {
        Ok(Node::Bool(is_so))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }
    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner())? {
            list.push(item);
        }
        Ok(Node::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = members.next_key()? {
            object.push((name, members.next_value_seed(self.inner())?));
        }
        Ok(Node::Object(object))
    }
}
