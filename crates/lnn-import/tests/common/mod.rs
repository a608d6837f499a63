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

#[cfg(feature = "formats")]
#[allow(unused_imports, reason = "each test file uses some of them")]
pub use files::{archive, fixture, npy};

#[cfg(feature = "formats")]
mod files {
    use std::io::Write as _;

    use lnn_import::formats::InputFile;

    pub fn fixture(name: &str) -> InputFile {
        let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
        InputFile { name: name.to_owned(), bytes: std::fs::read(path).unwrap() }
    }

    /// What `numpy.save` writes.
    pub fn npy(descr: &str, shape: &[u64], numbers: &[u8]) -> Vec<u8> {
        let extents = shape.iter().map(|extent| format!("{extent}, ")).collect::<Vec<_>>().concat();
        let header = format!("{{'descr': '|{descr}', 'fortran_order': False, 'shape': ({extents}), }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(numbers);
        bytes
    }

    /// A zip of files.
    pub fn archive(files: &[(&str, &[u8])]) -> InputFile {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        InputFile { name: "all.zip".to_owned(), bytes }
    }
}
