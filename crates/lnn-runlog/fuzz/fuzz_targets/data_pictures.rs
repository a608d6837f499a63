//! Any bytes as a picture, beside one of another class. Read next: `../src/data.rs`.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lnn_import::Format;
use lnn_import::formats::{InputFile, png};
use lnn_runlog_fuzz::data::check;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let beside = png(&[0, 50, 100, 200], 2, 2, 1).expect("four pixels");
    let file = |name: &str, bytes: Vec<u8>| InputFile { name: name.to_owned(), bytes };
    check(&[file("cats/1.png", bytes.to_vec()), file("dogs/2.png", beside)], &[Format::Picture])
});
