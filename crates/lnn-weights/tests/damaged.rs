//! No damage to a file brings a reader down: a cut one is a sentence, a changed one is a network or a sentence.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{bytes, expected, networks};
use lnn_core::random::{Stream, stream};
use lnn_weights::{Format, read, write};

/// Every fixture, and what is written here.
fn files() -> Vec<(String, Vec<u8>)> {
    let written = networks().into_iter().step_by(4).flat_map(|(expected, network)| {
        [Format::Npz, Format::Safetensors, Format::Json, Format::Onnx].map(|format| {
            (format!("{} as {}", expected.name, format.as_str()), write(&network, format, "cut").unwrap())
        })
    });
    let made = expected().into_iter().map(|expected| (expected.name.clone(), bytes(&expected.name)));
    made.chain(written).collect()
}

#[test]
fn a_file_cut_at_any_of_200_places_is_a_sentence() {
    for (name, whole) in files() {
        for place in 0..200 {
            let n_bytes = whole.len() * place / 200;
            let result = read(&whole[..n_bytes]);
            let error =
                result.err().unwrap_or_else(|| panic!("{name} cut after {n_bytes} of {}", whole.len()));
            let sentence = error.to_string();
            assert!(
                !sentence.contains('\n') && sentence.len() < 700,
                "{name} cut after {n_bytes}: {sentence}"
            );
        }
    }
}

#[test]
fn a_changed_file_is_a_network_or_a_sentence() {
    let mut random = stream(6, Stream::Data, 0, 0);
    let mut pick = |limit: usize| random.below(limit as u32) as usize;
    for (name, whole) in files() {
        for _ in 0..400 {
            let mut changed = whole.clone();
            for _ in 0..=pick(4) {
                let at = pick(changed.len());
                changed[at] = match pick(4) {
                    0 => 0,
                    1 => 0xff,
                    2 => changed[at] ^ (1 << pick(8)),
                    _ => pick(256) as u8,
                };
            }
            if let Ok((network, _)) = read(&changed) {
                network.check().unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
}
