//! ARFF, Weka's text format: `@relation`, `@attribute NAME TYPE`, `@data` and rows as in a CSV.
//!
//! In: a file's bytes. Out: a [`Table`]. The rows are read as a CSV whose header the attributes make. Sparse rows are refused.
//! Source: <https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/>. Read next: `../csv/importer.rs`.

use crate::text::shortened;
use crate::{CsvImporter, CsvOptions, Every, Format, ImportError, ImportLimits, Separator, Table};

/// Reads a relation.
///
/// # Errors
/// A declaration is broken, rows are sparse or have too few cells.
pub(super) fn read(bytes: &[u8], every: Every, limits: &ImportLimits) -> Result<Table, ImportError> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = bytes;
    let mut line_number = 0;
    while !rest.is_empty() {
        let n_line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(n_line);
        (rest, line_number) = (after, line_number + 1);
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        let lower = line.to_ascii_lowercase();
        if lower.starts_with("@attribute") {
            let name = line.get(10..).and_then(attribute);
            names.push(name.ok_or_else(|| broken(line_number, "an attribute needs a name and a type"))?);
        } else if lower.starts_with("@data") {
            return rows(&names, rest, line_number, every, limits);
        } else if !(line.is_empty() || line.starts_with('%') || lower.starts_with("@relation")) {
            return Err(broken(line_number, &format!("«{}» is no declaration", shortened(line))));
        }
    }
    Err(broken(line_number, "it ends before @data"))
}

fn broken(line: u64, what: &str) -> ImportError {
    ImportError::Broken { format: "ARFF", place: format!("line {line}"), what: what.to_owned() }
}

/// The name in ` 'a name' numeric`.
fn attribute(rest: &str) -> Option<String> {
    let rest = rest.trim_start();
    let (name, kind) = match rest.chars().next()? {
        quote @ ('\'' | '"') => rest.get(1..)?.split_once(quote)?,
        _ => rest.split_once(char::is_whitespace)?,
    };
    (!name.is_empty() && !kind.trim().is_empty()).then(|| name.to_owned())
}

fn rows(
    names: &[String],
    data: &[u8],
    first_line: u64,
    every: Every,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    let options = CsvOptions {
        separator: Some(Separator::Comma),
        has_header: Some(true),
        every,
        ..CsvOptions::default()
    };
    let mut importer = CsvImporter::with_options(*limits, options);
    let header: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let header = header.join(",");
    importer.expect_bytes((header.len() + data.len()) as u64);
    importer.push(header.as_bytes())?;
    for (idx, line) in data.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.first() == Some(&b'{') {
            return Err(broken(
                first_line + 1 + idx as u64,
                "sparse rows are not read: save it as dense ARFF or CSV",
            ));
        }
        if line.is_empty() || line.first() == Some(&b'%') {
            continue;
        }
        importer.push(b"\n")?;
        importer.push(&quoted(line))?;
    }
    importer.push(b"\n")?;
    let mut table = importer.finish()?;
    table.format = Format::Arff;
    Ok(table)
}

/// Texts in single quotes get a CSV's double ones.
fn quoted(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let (mut is_inside, mut is_escaped) = (false, false);
    for &byte in line {
        match byte {
            _ if is_escaped => {
                is_escaped = false;
                out.push(byte);
            }
            b'\\' if is_inside => is_escaped = true,
            b'\'' => {
                is_inside = !is_inside;
                out.push(b'"');
            }
            b'"' if is_inside => out.extend(b"\"\""),
            // Spaces around cells are layout.
            b' ' | b'\t' if !is_inside && matches!(out.last(), None | Some(b',')) => {}
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_is_read() {
        let text = "% iris\n@RELATION iris\n\n@ATTRIBUTE 'sepal length' NUMERIC\n@attribute class {a, 'b c'}\n\
                    @DATA\n5.1, a\n% a comment\n?, 'b c'\n";
        let table = read(text.as_bytes(), Every::ALL, &ImportLimits::default()).unwrap();
        assert_eq!(table.column_names(), ["sepal length", "class"]);
        assert_eq!(table.n_rows, 2);
        assert_eq!((table.columns[0].n_missing, table.columns[1].cell_text(1)), (1, "b c".to_owned()));
    }

    #[test]
    fn what_is_broken_has_a_line() {
        for (text, place) in [
            ("@relation a\n@attribute x\n@data\n1\n", "line 2"),
            ("@relation a\n@attribute x numeric\n@attribute y numeric\n@data\n{0 1}\n", "line 5"),
            ("@relation a\nnonsense\n", "line 2"),
            ("@relation a\n@attribute x numeric\n", "before @data"),
        ] {
            let error = read(text.as_bytes(), Every::ALL, &ImportLimits::default()).unwrap_err().to_string();
            assert!(error.contains(place), "{error}");
        }
    }
}
