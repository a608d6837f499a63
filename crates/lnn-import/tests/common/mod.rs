//! Short ways to a table for the tests.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses some of them; a test may fail")]

use lnn_import::{CsvImporter, CsvOptions, ImportError, ImportLimits, Table};

pub fn read(bytes: &[u8]) -> Result<Table, ImportError> {
    read_with(bytes, CsvOptions::default(), usize::MAX)
}

pub fn read_with(bytes: &[u8], options: CsvOptions, chunk_bytes: usize) -> Result<Table, ImportError> {
    let mut importer = CsvImporter::with_options(ImportLimits::default(), options);
    for chunk in bytes.chunks(chunk_bytes) {
        importer.push(chunk)?;
    }
    assert_eq!(importer.bytes_read(), bytes.len() as u64);
    importer.finish()
}

pub fn table(text: &str) -> Table {
    read(text.as_bytes()).unwrap()
}

/// The table as text again: `a b | 1 x | 2 y`, `·` for a missing value.
pub fn shown(table: &Table) -> String {
    let mut lines = vec![table.column_names()];
    for row in 0..table.n_rows {
        lines.push(table.columns.iter().map(|column| column.cell_text(row)).collect());
    }
    let line = |cells: &Vec<String>| {
        cells.iter().map(|cell| if cell.is_empty() { "·" } else { cell }).collect::<Vec<_>>().join(" ")
    };
    lines.iter().map(line).collect::<Vec<_>>().join(" | ")
}

pub fn shipped(file_name: &str) -> Vec<u8> {
    let path = format!("{}/../../web/data/{file_name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}
