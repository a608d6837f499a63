//! Any bytes as an .npz, or as one of its arrays: no fuzzer guesses the checksums of a zip.
//!
//! In: a choice, and bytes. Read next: `../src/weights.rs`.

#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use lnn_runlog_fuzz::weights::check;
use lnn_weights::Format;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        // A zip begins with another byte: seeds are read whole.
        Some((&n_biases @ 0..8, array)) => check(&archive(array, n_biases), Format::Npz),
        _ => check(bytes, Format::Npz),
    }
});

/// A whole .npz with these bytes as W1, and so many biases.
fn archive(array: &[u8], n_biases: u8) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({n_biases}, 1), }}");
    let length = [header.len() as u8, 0];
    let biases = vec![0; 4 * usize::from(n_biases)];
    let b1 = [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &biases].concat();
    for (name, bytes) in [("W1.npy", array), ("b1.npy", &b1)] {
        zip.start_file(name, SimpleFileOptions::default()).expect("a name");
        zip.write_all(bytes).expect("a place in memory");
    }
    zip.finish().expect("a place in memory").into_inner()
}
