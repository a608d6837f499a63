//! Any bytes as a table of texts, read in any chunks.
//!
//! In: where chunks end, and bytes. What must hold besides `../src/data.rs`: chunks change nothing.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::{Corpus, fuzz_target};
use lnn_import::formats::InputFile;
use lnn_import::{CsvImporter, Format, ImportError, Table};
use lnn_runlog_fuzz::data::{LIMITS, check, check_sentence};
use lnn_runlog_fuzz::outcome::ChunkSizes;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    chunks: ChunkSizes,
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| -> Corpus {
    let Input { chunks, bytes } = input;
    // As texts: a missing number equals nothing, itself included.
    let [whole, cut] = [vec![bytes], chunks.of(bytes)].map(|chunks| format!("{:?}", read(&chunks)));
    assert_eq!(cut, whole, "chunks make no difference");
    check(&[InputFile { name: "table.csv".to_owned(), bytes: bytes.to_vec() }], &[Format::Text])
});

fn read(chunks: &[&[u8]]) -> Result<Table, ImportError> {
    let mut importer = CsvImporter::new(LIMITS);
    let read = chunks.iter().try_for_each(|chunk| importer.push(chunk)).and_then(|()| importer.finish());
    read.inspect_err(check_sentence)
}
