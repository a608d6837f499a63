//! Records in JSON: an array of objects, an array of arrays, an object of arrays (as pandas writes columns), or one record in
//! each line.
//!
//! In: a file's bytes. Out: a [`Table`]. Objects in a record become columns `outer.inner`. Records of an array, and those of lines, are
//! read one after the other, and only one is held; an object of columns is held whole. Read next: `records.rs`.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::node::{Budget, Node, NodeSeed, Problem};
use super::records::Records;
use crate::csv::Value;
use crate::{Every, Format, ImportError, ImportLimits, Table};

/// Objects in objects deeper than this are refused.
const MAX_DEPTH: usize = 8;
/// What may stand around a record: an object with a list of them.
const N_AROUND: usize = 3;
/// A value held takes so many bytes.
const NODE_BYTES: u64 = 8;
/// Under these names an object keeps its records.
const RECORDS: [&str; 4] = ["data", "records", "rows", "items"];

/// Reads records.
///
/// # Errors
/// It is no JSON, holds no records, or too many.
pub(super) fn read(bytes: &[u8], every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let max_nodes = usize::try_from(limits.n_bytes / NODE_BYTES).unwrap_or(usize::MAX);
    let budget = Budget::new(max_nodes, MAX_DEPTH + N_AROUND);
    let mut reader = Reader {
        records: Records::new(limits, every),
        budget: &budget,
        has_begun: false,
        names: Vec::new(),
        pending: Vec::new(),
        problem: None,
    };
    let mut source = serde_json::Deserializer::from_slice(bytes);
    // Whether it is the only one, the next one tells.
    let (mut first, mut n_documents) = (None, 0_usize);
    loop {
        budget.renew();
        reader.has_begun = false;
        let document = DocumentSeed { reader: &mut reader }.deserialize(&mut source);
        let document = match document {
            Ok(document) => document,
            // Asking after each record whether it was the last would count all lines before it.
            Err(error) if n_documents > 0 && !reader.has_begun && error.is_eof() && ends_whole(bytes) => {
                break;
            }
            Err(error) => return Err(reader.said(&error, max_nodes)),
        };
        if let Some(first) = first.take() {
            reader.record(first)?;
        }
        match document {
            Document::Records => {}
            Document::Single(node) if n_documents == 0 => first = Some(node),
            Document::Single(node) => reader.record(node)?,
        }
        n_documents += 1;
    }
    if let Some(only) = first {
        reader.whole(only)?;
    }
    reader.records.finish(Format::Json)
}

/// Whether the last thing in a file can be the end of an array or an object.
fn ends_whole(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_end().last(), Some(b'}' | b']'))
}

/// Rows on their way into columns.
struct Reader<'a, 'b> {
    records: Records<'a>,
    budget: &'b Budget,
    /// An array or an object was met.
    has_begun: bool,
    /// What the values of a list are called, as far as it is known.
    names: Vec<String>,
    /// Values of the row that is read, by columns.
    pending: Vec<Option<Node>>,
    /// What serde can't say for us.
    problem: Option<ImportError>,
}

/// One of the values that a file consists of.
enum Document {
    /// An array of records, all of which were taken.
    Records,
    /// Anything else.
    Single(Node),
}

struct DocumentSeed<'r, 'a, 'b> {
    reader: &'r mut Reader<'a, 'b>,
}

impl DocumentSeed<'_, '_, '_> {
    const fn node(&self, depth: usize) -> NodeSeed<'_> {
        NodeSeed { budget: self.reader.budget, depth }
    }
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_, '_> {
    type Value = Document;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_, '_> {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        self.reader.has_begun = true;
        let Some(first) = items.next_element_seed(self.node(1))? else {
            return Ok(Document::Single(Node::List(Vec::new())));
        };
        if first.is_scalar() {
            let mut list = vec![first];
            while let Some(item) = items.next_element_seed(self.node(1))? {
                list.push(item);
            }
            return Ok(Document::Single(Node::List(list)));
        }
        let mut next = Some(first);
        while let Some(record) = next {
            if let Err(problem) = self.reader.record(record) {
                self.reader.problem = Some(problem);
                return Err(A::Error::custom("a record can't be taken"));
            }
            self.reader.budget.renew();
            while !self.reader.records.keeps_next() && items.next_element::<IgnoredAny>()?.is_some() {
                self.reader.records.skip_row();
            }
            next = items.next_element_seed(self.node(1))?;
        }
        Ok(Document::Records)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Document, A::Error> {
        self.reader.has_begun = true;
        self.node(0).visit_map(members).map(Document::Single)
    }
}

impl Reader<'_, '_> {
    /// What went wrong, in our words where we have some.
    fn said(&mut self, error: &serde_json::Error, max_nodes: usize) -> ImportError {
        match (self.problem.take(), self.budget.problem()) {
            (Some(problem), _) => problem,
            (None, Some(Problem::TooDeep)) => ImportError::TooDeep { limit: MAX_DEPTH },
            (None, Some(Problem::TooMany)) => ImportError::TooManyValues { limit: max_nodes },
            (None, None) => ImportError::Broken {
                format: "JSON",
                place: format!("line {}, column {}", error.line(), error.column()),
                what: error.to_string(),
            },
        }
    }

    /// The only document of a file.
    fn whole(&mut self, document: Node) -> Result<(), ImportError> {
        let Node::Object(mut object) = document else { return Err(ImportError::NoRecords) };
        let is_records = |(name, node): &(String, Node)| RECORDS.contains(&name.as_str()) && node.is_list();
        // A single list may be a column that happens to have such a name.
        let records =
            object.iter().position(is_records).filter(|_| !object.iter().all(|(_, it)| is_column(it)));
        if let Some((_, Node::List(records))) = records.map(|idx| object.swap_remove(idx)) {
            self.names = column_names(&object);
            return records.into_iter().try_for_each(|record| self.record(record));
        }
        if !object.is_empty() && object.iter().all(|(_, node)| is_column(node)) {
            return self.columns(object);
        }
        if are_rows(&object) {
            return object.into_iter().try_for_each(|(_, record)| self.record(record));
        }
        self.record(Node::Object(object))
    }

    /// An object of columns, each an array, or an object by the rows' numbers.
    fn columns(&mut self, object: Vec<(String, Node)>) -> Result<(), ImportError> {
        for (name, values) in object {
            let values: Vec<Node> = match values {
                Node::List(values) => values,
                Node::Object(values) => values.into_iter().map(|(_, value)| value).collect(),
                _ => Vec::new(),
            };
            self.records.push_column(&name, values.iter().map(scalar))?;
        }
        Ok(())
    }

    fn record(&mut self, record: Node) -> Result<(), ImportError> {
        if !self.records.keeps_next() {
            self.records.skip_row();
            return Ok(());
        }
        match record {
            Node::Object(fields) => self.fields("", fields, 0)?,
            Node::List(values) => {
                for (idx, value) in values.into_iter().enumerate() {
                    let name = self.names.get(idx).cloned();
                    self.put(&name.unwrap_or_else(|| format!("column {}", idx + 1)), value, 0)?;
                }
            }
            _ => return Err(ImportError::NoRecords),
        }
        let Self { pending, records, .. } = self;
        records.push_row(|idx| pending.get(idx).and_then(Option::as_ref).map_or(Value::Missing, scalar));
        pending.fill(None);
        Ok(())
    }

    fn fields(&mut self, outer: &str, fields: Vec<(String, Node)>, depth: usize) -> Result<(), ImportError> {
        for (name, value) in fields {
            let name = if outer.is_empty() { name } else { format!("{outer}.{name}") };
            self.put(&name, value, depth)?;
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: Node, depth: usize) -> Result<(), ImportError> {
        match value {
            Node::Object(_) | Node::List(_) if depth >= MAX_DEPTH => {
                Err(ImportError::TooDeep { limit: MAX_DEPTH })
            }
            Node::Object(fields) => self.fields(name, fields, depth + 1),
            Node::List(values) => {
                for (idx, value) in values.into_iter().enumerate() {
                    self.put(&format!("{name}.{idx}"), value, depth + 1)?;
                }
                Ok(())
            }
            _ => {
                let idx = self.records.column(name)?;
                if self.pending.len() <= idx {
                    self.pending.resize(idx + 1, None);
                }
                if let Some(place) = self.pending.get_mut(idx) {
                    *place = Some(value);
                }
                Ok(())
            }
        }
    }
}

/// What the values of a list are called, where an object with records says so, as pandas does with `orient="split"`.
fn column_names(around: &[(String, Node)]) -> Vec<String> {
    let names = around.iter().find_map(|(name, node)| match node {
        Node::List(names) if name == "columns" => Some(names),
        _ => None,
    });
    let text = |node: &Node| match node {
        Node::Text(text) if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    };
    let names: Vec<String> = names.into_iter().flatten().map_while(text).collect();
    let is_unique = names.iter().collect::<BTreeSet<_>>().len() == names.len();
    if is_unique { names } else { Vec::new() }
}

fn is_column(value: &Node) -> bool {
    match value {
        Node::List(values) => values.iter().all(Node::is_scalar),
        Node::Object(values) => {
            !values.is_empty()
                && values.iter().all(|(key, value)| key.parse::<u64>().is_ok() && value.is_scalar())
        }
        _ => false,
    }
}

/// Objects with the same members, each under the name of its row, as pandas does with `orient="index"`.
fn are_rows(object: &[(String, Node)]) -> bool {
    let Some((_, Node::Object(first))) = object.first() else { return false };
    let names = |members: &[(String, Node)]| {
        members.iter().map(|(name, _)| name).eq(first.iter().map(|(name, _)| name))
    };
    object.len() > 1 && object.iter().all(|(_, node)| matches!(node, Node::Object(members) if names(members)))
}

fn scalar(value: &Node) -> Value<'_> {
    match value {
        Node::Bool(true) => Value::Text(b"true"),
        Node::Bool(false) => Value::Text(b"false"),
        Node::Number(number) => Value::Number(*number),
        Node::Text(text) if text.trim().is_empty() => Value::Missing,
        Node::Text(text) => match text.trim().parse::<f64>() {
            // A number in quotes is a number, as in a CSV.
            Ok(number) if number.is_finite() => Value::Number(number),
            _ => Value::Text(text.trim().as_bytes()),
        },
        _ => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let table = read(text.as_bytes(), Every::ALL, &ImportLimits::default()).unwrap();
        let found: Vec<Vec<String>> = table
            .columns
            .iter()
            .map(|column| {
                std::iter::once(column.name.clone())
                    .chain((0..table.n_rows).map(|row| column.cell_text(row)))
                    .collect()
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn records_of_every_shape_are_read() {
        let expected: &[&[&str]] = &[&["a", "1", "2"], &["b", "x", "y"]];
        check(r#"[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]"#, expected);
        check("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"y\"}\n", expected);
        check(r#"{"data": [{"a": 1, "b": "x"}, {"a": "2", "b": "y"}]}"#, expected);
        check(r#"{"a": [1, 2], "b": ["x", "y"]}"#, expected);
        check(r#"{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}"#, expected);
        check(r#"{"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}"#, expected);
        check(r#"{"r": {"a": 1, "b": "x"}, "s": {"a": 2, "b": "y"}}"#, expected);
        check(r"[[1, 5], [2, 6]]", &[&["column 1", "1", "2"], &["column 2", "5", "6"]]);
        check(
            r#"[{"a": {"p": 1, "q": [3, 4]}}, {"a": {"p": null}, "late": true}]"#,
            &[&["a.p", "1", ""], &["a.q.0", "3", ""], &["a.q.1", "4", ""], &["late", "", "true"]],
        );
    }

    #[test]
    fn what_is_broken_has_a_place() {
        let error =
            read(b"[{\"a\": 1},\n {\"a\": }]", Every::ALL, &ImportLimits::default()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert_eq!(read(b"[1, 2]", Every::ALL, &ImportLimits::default()), Err(ImportError::NoRecords));
        for rest in ["nul", "7", "{\"a\"", "x", "]", "\""] {
            let text = format!("{{\"a\": 1}}\n{{\"a\": 2}}\n{rest}");
            let error = read(text.as_bytes(), Every::ALL, &ImportLimits::default()).unwrap_err().to_string();
            assert!(error.contains("line 3"), "{rest}: {error}");
        }
    }
}
