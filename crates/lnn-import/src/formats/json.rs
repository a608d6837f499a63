//! Records in JSON: an array of objects, an array of arrays, an object of arrays (as pandas writes columns), or one record in
//! each line.
//!
//! In: a file's bytes. Out: a [`Table`]. Objects in a record become columns `outer.inner`. Read next: `records.rs`.

use std::collections::HashMap;

use super::node::Node;
use super::records::{Value, column};
use crate::{Format, ImportError, ImportLimits, Table};

/// Objects in objects deeper than this are refused.
const MAX_DEPTH: usize = 8;
/// Under these names an object keeps its records.
const RECORDS: [&str; 4] = ["data", "records", "rows", "items"];

/// Reads records.
///
/// # Errors
/// It is no JSON, holds no records, or too many.
pub(super) fn read(bytes: &[u8], limits: &ImportLimits) -> Result<Table, ImportError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rows =
        Records { limits, names: Vec::new(), by_name: HashMap::new(), values: Vec::new(), n_rows: 0 };
    let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Node>();
    let mut first = None;
    while let Some(document) = documents.next() {
        let document = document.map_err(|error| broken(&error))?;
        if documents.byte_offset() >= bytes.trim_ascii_end().len() && rows.n_rows == 0 && first.is_none() {
            first = Some(document);
        } else {
            rows.record(document)?;
        }
    }
    if let Some(document) = first {
        rows.whole(document)?;
    }
    rows.finish()
}

fn broken(error: &serde_json::Error) -> ImportError {
    ImportError::Broken {
        format: "JSON",
        place: format!("line {}, column {}", error.line(), error.column()),
        what: error.to_string(),
    }
}

struct Records<'a> {
    limits: &'a ImportLimits,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    values: Vec<Vec<Value>>,
    n_rows: usize,
}

impl Records<'_> {
    /// The only document of a file.
    fn whole(&mut self, document: Node) -> Result<(), ImportError> {
        match document {
            Node::List(records) => records.into_iter().try_for_each(|record| self.record(record)),
            Node::Object(mut object) => {
                let is_records =
                    |(name, node): &(String, Node)| RECORDS.contains(&name.as_str()) && node.is_list();
                // A single list may be a column that happens to have such a name.
                let records = object
                    .iter()
                    .position(is_records)
                    .filter(|_| !object.iter().all(|(_, it)| is_column(it)));
                if let Some((_, Node::List(records))) = records.map(|idx| object.swap_remove(idx)) {
                    return records.into_iter().try_for_each(|record| self.record(record));
                }
                if !object.is_empty() && object.iter().all(|(_, node)| is_column(node)) {
                    return self.columns(object);
                }
                self.record(Node::Object(object))
            }
            _ => Err(ImportError::NoRecords),
        }
    }

    /// An object of columns, each an array, or an object by the rows' numbers.
    fn columns(&mut self, object: Vec<(String, Node)>) -> Result<(), ImportError> {
        for (name, values) in object {
            let values: Vec<Node> = match values {
                Node::List(values) => values,
                Node::Object(values) => values.into_iter().map(|(_, value)| value).collect(),
                _ => Vec::new(),
            };
            self.n_rows = self.n_rows.max(values.len());
            let idx = self.column(&name)?;
            self.check_size()?;
            if let Some(column) = self.values.get_mut(idx) {
                column.extend(values.iter().map(scalar));
            }
        }
        Ok(())
    }

    fn record(&mut self, record: Node) -> Result<(), ImportError> {
        match record {
            Node::Object(fields) => self.fields("", &fields, 0)?,
            Node::List(values) => {
                for (idx, value) in values.iter().enumerate() {
                    self.put(&format!("column {}", idx + 1), value, 0)?;
                }
            }
            _ => return Err(ImportError::NoRecords),
        }
        self.n_rows += 1;
        self.check_size()
    }

    fn fields(&mut self, outer: &str, fields: &[(String, Node)], depth: usize) -> Result<(), ImportError> {
        for (name, value) in fields {
            let name = if outer.is_empty() { name.clone() } else { format!("{outer}.{name}") };
            self.put(&name, value, depth)?;
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: &Node, depth: usize) -> Result<(), ImportError> {
        match value {
            Node::Object(_) | Node::List(_) if depth >= MAX_DEPTH => {
                Err(ImportError::TooDeep { limit: MAX_DEPTH })
            }
            Node::Object(fields) => self.fields(name, fields, depth + 1),
            Node::List(values) => {
                for (idx, value) in values.iter().enumerate() {
                    self.put(&format!("{name}.{idx}"), value, depth + 1)?;
                }
                Ok(())
            }
            _ => {
                let idx = self.column(name)?;
                let n_rows = self.n_rows;
                if let Some(column) = self.values.get_mut(idx) {
                    column.resize(n_rows, Value::Missing);
                    column.push(scalar(value));
                }
                Ok(())
            }
        }
    }

    fn column(&mut self, name: &str) -> Result<usize, ImportError> {
        if let Some(idx) = self.by_name.get(name) {
            return Ok(*idx);
        }
        let idx = self.values.len();
        if idx >= self.limits.n_columns {
            return Err(ImportError::TooManyFields {
                row: self.n_rows as u64 + 1,
                limit: self.limits.n_columns,
            });
        }
        self.by_name.insert(name.to_owned(), idx);
        self.names.push(name.to_owned());
        self.values.push(Vec::new());
        Ok(idx)
    }

    fn check_size(&self) -> Result<(), ImportError> {
        let n_columns = self.values.len();
        if self.n_rows.saturating_mul(n_columns) > self.limits.n_cells {
            let limit = self.limits.n_cells;
            return Err(ImportError::TooManyCells { line: self.n_rows as u64, n_columns, limit });
        }
        Ok(())
    }

    fn finish(self) -> Result<Table, ImportError> {
        if self.n_rows == 0 || self.values.is_empty() {
            return Err(ImportError::NoRecords);
        }
        let (n_rows, limits) = (self.n_rows, self.limits);
        let columns: Result<Vec<_>, _> = self
            .names
            .into_iter()
            .zip(self.values)
            .map(|(name, mut values)| {
                values.resize(n_rows, Value::Missing);
                column(name, values, limits)
            })
            .collect();
        Ok(Table::of(Format::Json, columns?, n_rows, *limits))
    }
}

fn is_column(value: &Node) -> bool {
    match value {
        Node::List(values) => values.iter().all(Node::is_scalar),
        Node::Object(values) => {
            !values.is_empty() && values.iter().all(|(key, _)| key.parse::<u64>().is_ok())
        }
        _ => false,
    }
}

fn scalar(value: &Node) -> Value {
    match value {
        Node::Bool(is_so) => Value::Text(is_so.to_string()),
        Node::Number(number) => Value::Number(*number),
        Node::Text(text) if text.trim().is_empty() => Value::Missing,
        Node::Text(text) => match text.trim().parse::<f64>() {
            // A number in quotes is a number, as in a CSV.
            Ok(number) if number.is_finite() => Value::Number(number),
            _ => Value::Text(text.trim().to_owned()),
        },
        _ => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let table = read(text.as_bytes(), &ImportLimits::default()).unwrap();
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
        check(r"[[1, 5], [2, 6]]", &[&["column 1", "1", "2"], &["column 2", "5", "6"]]);
        check(
            r#"[{"a": {"p": 1, "q": [3, 4]}}, {"a": {"p": null}, "late": true}]"#,
            &[&["a.p", "1", ""], &["a.q.0", "3", ""], &["a.q.1", "4", ""], &["late", "", "true"]],
        );
    }

    #[test]
    fn what_is_broken_has_a_place() {
        let error = read(b"[{\"a\": 1},\n {\"a\": }]", &ImportLimits::default()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert_eq!(read(b"[1, 2]", &ImportLimits::default()), Err(ImportError::NoRecords));
    }
}
