//! Files as the real tools write them (`fixtures/make.py`) open with the numbers that went in; cut off anywhere they are refused.

#![cfg(feature = "formats")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use lnn_import::formats::{InputFile, open};
use lnn_import::{Format, ImportError, ImportLimits, ImportPlan, OpenOptions, Split, Table};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn file(name: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: std::fs::read(folder().join(name)).unwrap() }
}

fn opened(names: &[&str]) -> Result<Table, ImportError> {
    open(names.iter().map(|name| file(name)).collect(), &OpenOptions::default(), &ImportLimits::default())
}

fn table(names: &[&str]) -> Table {
    opened(names).unwrap_or_else(|error| panic!("{names:?}: {error}"))
}

fn column(table: &Table, at: usize) -> Vec<String> {
    (0..table.n_rows).map(|row| table.columns[at].cell_text(row)).collect()
}

/// X of make.py by columns, and y.
const COLUMNS: [[i64; 6]; 3] = [[0, 3, 6, 9, 12, 15], [1, 4, 7, 10, 13, 16], [2, 5, 8, 11, 14, 17]];
const Y: [&str; 6] = ["0", "1", "0", "1", "1", "0"];

#[track_caller]
fn is_x(table: &Table) {
    for (at, expected) in COLUMNS.iter().enumerate() {
        assert_eq!(column(table, at), expected.map(|number| number.to_string()), "column {at}");
    }
}

#[test]
fn numpy_arrays_of_every_type_and_order_hold_the_same_numbers() {
    for name in ["u1", "i1", "le_u2", "be_i4", "le_i8", "le_f2", "be_f4", "le_f8", "fortran"] {
        let table = table(&[&format!("{name}.npy")]);
        assert_eq!(table.columns.len(), 3, "{name}");
        is_x(&table);
    }
    let truth = table(&["bool.npy"]);
    assert_eq!(column(&truth, 0), ["0", "1", "1", "1", "1", "1"]);
    // [2, 3, 4], stored with its first index fastest: a row is the 12 numbers of an example.
    let cube = table(&["cube.npy"]);
    assert_eq!((cube.n_rows, cube.columns.len()), (2, 12));
    assert_eq!(
        (column(&cube, 1), column(&cube, 11)),
        (vec!["1".into(), "13".into()], vec!["11".into(), "23".into()])
    );
}

#[test]
fn archives_of_numpy_are_joined_by_names_or_shapes() {
    for (name, n_train) in
        [("xy.npz", None), ("split.npz", Some(4)), ("onehot.npz", None), ("unnamed.npz", None)]
    {
        let table = table(&[name]);
        is_x(&table);
        assert_eq!((column(&table, 3), table.n_train), (Y.map(str::to_owned).to_vec(), n_train), "{name}");
    }
    let split = table(&["split.npz"]);
    assert_eq!(ImportPlan::guess(&split).split, Split::First(4));
    let error = opened(&["records.npz"]).unwrap_err().to_string();
    assert!(error.contains("a record of several fields"), "{error}");
    // Files side by side.
    let table = table(&["le_f8.npy", "texts.npy"]);
    is_x(&table);
    assert_eq!(column(&table, 3), ["ant", "bee", "ant", "bee", "bee", "ant"]);
}

#[test]
fn hdf5_opens_however_it_is_stored() {
    for name in ["contiguous.h5", "chunked.h5", "gzip_shuffle.h5", "latest.h5"] {
        let table = table(&[name]);
        assert_eq!((table.n_rows, table.columns.len(), table.n_train), (6, 193, Some(4)), "{name}");
        for at in [0, 1, 77, 191] {
            let expected: Vec<String> = (0..6).map(|row| ((row * 192 + at) % 256).to_string()).collect();
            assert_eq!(column(&table, at), expected, "{name}, column {at}");
        }
        assert_eq!(column(&table, 192), Y.map(|y| if y == "1" { "cat" } else { "non-cat" }), "{name}");
    }
    let groups = table(&["groups.h5"]);
    is_x(&groups);
    assert_eq!(column(&groups, 3), ["ant", "bee", "ant", "bee", "bee", "ant"]);
}

#[test]
fn idx_files_are_joined_in_any_order() {
    let table = table(&[
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte",
        "t10k-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte",
    ]);
    assert_eq!((table.n_rows, table.columns.len(), table.n_train), (6, 50, Some(4)));
    assert_eq!(column(&table, 49), Y);
    let expected: Vec<String> = (0..6).map(|row| ((row * 49 + 30) % 256).to_string()).collect();
    assert_eq!(column(&table, 30), expected);
}

#[test]
fn parquet_columns_of_one_name_are_told_apart() {
    let twice = table(&["twice.parquet"]);
    assert_eq!(twice.column_names(), ["a", "a (2)", "b", "kind"]);
    is_x(&twice);
    assert!(twice.warnings[0].to_string().contains("two columns are named «a»"), "{:?}", twice.warnings);
}

#[test]
fn tables_of_pandas_open_in_every_format() {
    let formats = [
        ("table.csv", Format::Text),
        ("utf16.csv", Format::Text),
        ("table.parquet", Format::Parquet),
        ("plain.parquet", Format::Parquet),
        ("gzip.parquet", Format::Parquet),
        ("lz4.parquet", Format::Parquet),
        ("records.json", Format::Json),
        ("lines.ndjson", Format::Json),
        ("columns.json", Format::Json),
    ];
    for (name, format) in formats {
        let table = table(&[name]);
        assert_eq!(table.format, format, "{name}");
        assert_eq!(table.column_names(), ["size", "count", "class"], "{name}");
        assert_eq!(column(&table, 0), ["1.5", "2", "", "4.25"], "{name}");
        assert_eq!(column(&table, 1), ["1", "2", "3", "4"], "{name}");
        assert_eq!(column(&table, 2), ["ant", "bee", "ant", ""], "{name}");
        assert_eq!(
            table.columns.iter().map(|column| column.n_missing).collect::<Vec<_>>(),
            [1, 0, 1],
            "{name}"
        );
    }
}

#[test]
fn a_table_whose_compression_is_not_read_says_which_are() {
    let error = opened(&["zstd.parquet"]).unwrap_err().to_string();
    assert!(
        error.ends_with("compressed by Zstandard: save them with snappy, gzip or lz4, or not compressed"),
        "{error}"
    );
}

#[test]
fn pictures_of_every_format_come_with_their_folders_as_classes() {
    let table = table(&["pictures.zip"]);
    assert_eq!((table.n_rows, table.columns.len()), (10, 12 * 12 * 3 + 1));
    let classes = column(&table, 432);
    assert!(classes[..5].iter().all(|it| it == "dark") && classes[5..].iter().all(|it| it == "light"));
    for row in 0..10 {
        let mean =
            (0..432).map(|at| table.columns[at].cell_text(row).parse::<f64>().unwrap()).sum::<f64>() / 432.0;
        let expected = if row < 5 { 29.5 } else { 129.5 };
        assert!((mean - expected).abs() < 6.0, "row {row}: {mean}");
    }
}

/// All fixtures.
fn every_file() -> Vec<InputFile> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let files: Vec<InputFile> = names
        .filter(|name| !["make.py", "requirements.txt"].contains(&name.as_str()))
        .map(|name| file(&name))
        .collect();
    assert!(files.len() > 25, "{}", files.len());
    files
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused_or_shorter_but_never_a_panic() {
    for whole in every_file() {
        let name = &whole.name;
        let is_text = matches!(Format::of(&whole.bytes), Ok(Format::Text | Format::Json | Format::Arff));
        for cut in 0..200 {
            let n_bytes = whole.bytes.len() * cut / 200;
            let part = InputFile { name: name.clone(), bytes: whole.bytes[..n_bytes].to_vec() };
            match open(vec![part], &OpenOptions::default(), &ImportLimits::default()) {
                Err(error) => says_where(&error.to_string(), name, is_text || n_bytes == 1),
                // Lines of text and records may end anywhere.
                Ok(_) => assert!(is_text, "{name}: {n_bytes} of {} bytes open", whole.bytes.len()),
            }
        }
    }
}

/// The file, and the place in it; of texts that are no table (yet), that.
#[track_caller]
fn says_where(sentence: &str, name: &str, is_text: bool) {
    let places = [" is broken at ", "»: line ", " are there: the file is cut off", "(byte 0)"];
    let of_texts = ["the file has one column only", "but no rows: add at least two rows"];
    let is_about = |what: &[&str]| what.iter().any(|what| sentence.contains(what));
    // Labels alone are not read.
    if sentence.starts_with("which array holds the inputs is not clear") {
        return assert!(sentence.contains(name.split('.').next().unwrap()), "{name}: {sentence}");
    }
    assert!(sentence.starts_with(&format!("«{name}»: ")), "{name}: {sentence}");
    let is_place =
        is_about(&places) || sentence.contains("the file is empty") || is_text && is_about(&of_texts);
    assert!(is_place, "{name}: {sentence}");
}

#[test]
fn a_wrong_byte_anywhere_makes_a_sentence_or_another_table_but_never_a_panic() {
    let mut n_fenced = 0;
    for InputFile { name, bytes } in every_file() {
        let step = bytes.len().div_ceil(1_500);
        for (at, change) in (0..bytes.len()).step_by(step).flat_map(|at| [(at, 0x01), (at, 0xff)]) {
            let mut bytes = bytes.clone();
            bytes[at] ^= change;
            let damaged = InputFile { name: name.clone(), bytes };
            if let Err(error) = open(vec![damaged], &OpenOptions::default(), &ImportLimits::default()) {
                let sentence = error.to_string();
                assert!(!sentence.is_empty() && !sentence.contains('\n'), "{name}, byte {at}: {sentence:?}");
                n_fenced += usize::from(sentence.contains("its bytes contradict each other"));
            }
        }
    }
    // Where the crate `parquet` panics; when it does no more, the fence can go.
    assert!(n_fenced > 0);
}

#[test]
fn the_courses_pictures_open_where_they_are_at_hand() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/datasets.h5");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: no shared data");
        return;
    };
    let files = vec![InputFile { name: "datasets.h5".to_owned(), bytes }];
    let table = open(files, &OpenOptions::default(), &ImportLimits::default()).unwrap();
    println!("{}, training split {:?}", table.describe(), table.n_train);
    assert_eq!(table.columns.len(), 12_289);
    assert_eq!(table.n_train, Some(209));
}
