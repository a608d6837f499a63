//! Any bytes as a data set in one format. Read next: `../src/data.rs`.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lnn_import::Format;
use lnn_import::formats::InputFile;
use lnn_runlog_fuzz::data::check;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    check(&[InputFile { name: "images-idx3-ubyte".to_owned(), bytes: bytes.to_vec() }], &[Format::Idx])
});
