//! Data sets of every format: shown, converted, trained on.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::Folder;
use serde_json::Value;

fn fixture(name: &str) -> String {
    format!("{}/../lnn-import/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn shown(files: &str) -> Value {
    let output = Folder::new("show").lnn(&format!("data show --json {files}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_facts_of_a_data_set_are_one_line_of_json() {
    let facts = shown(&fixture("gzip_shuffle.h5"));
    assert_eq!((facts["format"].as_str(), facts["n_examples"].as_u64()), (Some("hdf5"), Some(6)));
    assert_eq!((facts["n_features"].as_u64(), facts["target"].as_str()), (Some(192), Some("label")));
    assert_eq!(facts["splits"], serde_json::json!({ "train": 4, "test": 2 }));
    assert_eq!(facts["classes"][0], serde_json::json!({ "name": "cat", "n_examples": 3 }));
    assert_eq!(facts["columns"].as_array().unwrap().len(), 193);
    let facts = shown(&[fixture("train-images-idx3-ubyte"), fixture("train-labels-idx1-ubyte")].join(" "));
    assert_eq!((facts["format"].as_str(), facts["n_features"].as_u64()), (Some("idx"), Some(49)));
}

#[test]
fn a_bad_file_ends_with_its_sentence() {
    let folder = Folder::new("bad").with("cut.npy", b"\x93NUMPY\x01\x00".as_slice());
    let error = folder.fails("data show cut.npy --json");
    assert!(error.starts_with("«cut.npy»: the npy file is broken at its header: "), "{error}");
}

#[test]
fn what_is_converted_holds_the_same_numbers() {
    let folder = Folder::new("convert");
    let from = fixture("split.npz");
    for to in ["as.csv", "as.npz"] {
        let output = folder.lnn(&format!("data convert {from} {to}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let csv = std::fs::read_to_string(folder.path("as.csv")).unwrap();
    assert_eq!(csv.lines().nth(2), Some("3,4,5,1"), "{csv}");
    let again = folder.lnn("data show --json as.npz");
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["splits"], serde_json::json!({ "train": 4, "test": 2 }));
    assert_eq!((again["n_examples"].as_u64(), again["n_features"].as_u64()), (Some(6), Some(3)));
}

#[test]
fn the_same_numbers_train_to_the_same_bits_whatever_the_format() {
    let folder = Folder::new("formats");
    let convert = folder.lnn(&format!("data convert {} same.csv", fixture("xy.npz")));
    assert!(convert.status.success());
    let last = |data: &str| {
        let output = folder.lnn(&format!("train --json --epochs 5 --target label --data {data}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap().to_owned()
    };
    assert_eq!(last("same.csv"), last(&fixture("xy.npz")));
}
