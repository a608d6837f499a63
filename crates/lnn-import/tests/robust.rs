//! Nothing a user drags in can bring the importer down, and no chunk boundary can change what it reads.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use common::{read, read_with, shipped};
use lnn_core::random::{Stream, stream};
use lnn_import::{CsvOptions, ImportPlan, Prepared, prepare};

const AWKWARD: &str = "\u{feff}id;Größe;\"a \"\"quoted\"\" name\";note;class\r\n\
    1;1,75;x;\"two\r\nlines\";yes\r\n2;;\"y;z\";NA;no\r\n\r\n3;1,60;x;€;yes\r\n";

#[test]
fn chunk_boundaries_change_nothing() {
    let whole = read(AWKWARD.as_bytes()).unwrap();
    assert_eq!((whole.n_rows, whole.columns.len()), (3, 5));
    for chunk_bytes in 1..AWKWARD.len() {
        let cut = read_with(AWKWARD.as_bytes(), CsvOptions::default(), chunk_bytes).unwrap();
        // As texts: a missing number equals nothing, itself included.
        assert_eq!(format!("{cut:?}"), format!("{whole:?}"));
    }
    // Beyond the first megabyte, where cells no longer wait for the guesses.
    let long =
        (0..200_000).map(|i| format!("{i},{}.5,\"k{}\"\n", i % 90, i % 7)).collect::<Vec<_>>().concat();
    let whole = read(long.as_bytes()).unwrap();
    for chunk_bytes in [4_093, 65_536, (1 << 20) - 1, 1 << 20, (1 << 20) + 1] {
        assert_eq!(read_with(long.as_bytes(), CsvOptions::default(), chunk_bytes).unwrap(), whole);
    }
}

#[test]
fn every_prefix_of_a_file_is_a_table_or_a_sentence() {
    for end in 0..AWKWARD.len() {
        go_all_the_way(&AWKWARD.as_bytes()[..end]);
    }
    let iris = shipped("iris.csv");
    for end in (0..iris.len()).step_by(7) {
        go_all_the_way(&iris[..end]);
    }
}

#[test]
fn random_bytes_are_a_table_or_a_sentence() {
    let mut random = stream(1, Stream::Data, 0, 0);
    let mut pick = |limit: usize| random.below(limit as u32) as usize;
    let alphabet = b"0123456789,,,,;\t|\n\n\r\"\".-+eE aXNA?\xe4\xff\xc3\xb6";
    for round in 0..3_000 {
        let n_bytes = pick(200);
        let bytes: Vec<u8> = (0..n_bytes)
            .map(|_| if round % 3 == 0 { pick(256) as u8 } else { alphabet[pick(alphabet.len())] })
            .collect();
        go_all_the_way(&bytes);
    }
}

#[test]
fn a_damaged_file_is_a_table_or_a_sentence() {
    let mut random = stream(2, Stream::Data, 0, 0);
    let mut pick = |limit: usize| random.below(limit as u32) as usize;
    let iris = shipped("iris.csv");
    for _ in 0..500 {
        let mut bytes = iris.clone();
        for _ in 0..3 {
            let at = pick(bytes.len());
            bytes[at] = pick(256) as u8;
        }
        go_all_the_way(&bytes);
    }
}

/// Read, plan, check, prepare: an error is fine, a panic fails the test.
fn go_all_the_way(bytes: &[u8]) {
    let Ok(table) = read(bytes) else { return };
    let plan = ImportPlan::guess(&table);
    assert_eq!(plan.columns.len(), table.columns.len());
    let problems = plan.check(&table);
    let prepared: Result<Prepared<f32>, _> = prepare(&table, &plan);
    assert!(problems.is_empty() || prepared.is_err());
    if let Ok(prepared) = prepared {
        let n_rows =
            prepared.train.n_examples() + prepared.dev.as_ref().map_or(0, lnn_core::DataSet::n_examples);
        assert_eq!(n_rows + prepared.n_rows_dropped, table.n_rows);
        assert_eq!(prepared.input_names.len(), prepared.train.n_features());
        assert_eq!(plan.n_inputs(&table), prepared.train.n_features());
        let encoded = prepared.preparation.encode::<f32>(&table).unwrap();
        assert_eq!(encoded.inputs.nrows(), prepared.train.n_features());
    }
}
