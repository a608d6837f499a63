//! Any bytes as an array, alone or beside labels. Read next: `../src/data.rs`.
//!
//! In: how many labels, and bytes.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use lnn_import::Format;
use lnn_import::formats::InputFile;
use lnn_runlog_fuzz::data::check;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((&n_labels, bytes)) = bytes.split_first() else { return Corpus::Reject };
    let file = |name: &str, bytes: Vec<u8>| InputFile { name: name.to_owned(), bytes };
    let mut files = vec![file("x_train.npy", bytes.to_vec())];
    if n_labels > 0 {
        files.push(file("y_train.npy", labels(n_labels)));
    }
    check(&files, &[Format::Npy])
});

/// 0, 1, 2, 0, 1 …
fn labels(n: u8) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({n},), }}\n");
    let length = [header.len() as u8, 0];
    let labels: Vec<u8> = (0..n).map(|idx| idx % 3).collect();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &labels].concat()
}
