//! Any bytes as weights in one format. Read next: `../src/weights.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lnn_runlog_fuzz::weights::check;
use lnn_weights::Format;

fuzz_target!(|bytes: &[u8]| check(bytes, Format::Json));
