//! No damage to a file brings a reader down: a cut one is a sentence, a changed one is a network or a sentence.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::io::Write;

use common::{bytes, expected, networks};
use lnn_core::random::{Stream, stream};
use lnn_weights::{DenseLayer, DenseNetwork, Format, Precision, read, write};
use ndarray::array;

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

#[test]
fn what_a_file_only_claims_to_hold_is_refused_before_a_place_is_made_for_it() {
    let claims = read(&bytes("claims.h5")).unwrap_err().to_string();
    assert!(claims.starts_with("«W1», with all before it, has 49000000 numbers, the limit is "), "{claims}");
    assert!(claims.ends_with(": the file is too small to hold as many, so it is damaged"), "{claims}");
    let error = read(&bytes("claims.onnx")).unwrap_err().to_string();
    assert!(error.contains("the file is too small to hold as many"), "{error}");
    // A few kilobytes of zeros.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("W1.npy", zip::write::SimpleFileOptions::default()).unwrap();
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (8001, 8000), }";
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let zeros = vec![0; 8_001 * 8_000];
    for part in [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &zeros] {
        zip.write_all(part).unwrap();
    }
    let packed = zip.finish().unwrap().into_inner();
    assert!(packed.len() < 100_000, "{}", packed.len());
    assert_eq!(
        read(&packed).unwrap_err().to_string(),
        "«W1», with all before it, has 64008000 numbers, the limit is 64000000: this is larger than any network that can be \
         trained here"
    );
}

#[test]
fn a_number_beyond_the_precision_is_named() {
    let layer = DenseLayer { weights: array![[1.0], [1e39]], biases: array![0.0, 0.0], activation: None };
    assert!(DenseNetwork::new(vec![layer.clone()], Precision::F64).is_ok());
    let sentence =
        "layer 1, unit 2 holds a number that is not finite: train again with a smaller learning rate";
    assert_eq!(DenseNetwork::new(vec![layer], Precision::F32).unwrap_err().to_string(), sentence);
}
