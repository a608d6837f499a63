//! `lnn data show --json` of every fixture: the keys there always are, the facts that `make.py` knows, a sentence for the rest.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::Folder;
use serde_json::{Value, json};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../lnn-import/tests/fixtures");
const KEYS: [&str; 8] =
    ["classes", "columns", "format", "n_examples", "n_features", "splits", "target", "warnings"];
/// What does not open, or does and can't be learned from, and a part of its sentence.
const REFUSED: [(&str, &str); 9] = [
    ("bool.npy", "column «x2» is «1» in every row"),
    ("facts.json", "there is nothing to learn, choose another target"),
    ("make.py", "the file has one column only"),
    ("records.npz", "«a.npy»: the type of the numbers is a record of several fields"),
    ("requirements.txt", "the file has one column only"),
    ("t10k-labels-idx1-ubyte.gz", "which array holds the inputs is not clear"),
    ("texts.npy", "which array holds the inputs is not clear"),
    ("train-labels-idx1-ubyte", "which array holds the inputs is not clear"),
    ("zstd.parquet", "compressed by Zstandard"),
];

fn facts() -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(format!("{FIXTURES}/facts.json")).unwrap();
    let facts: Value = serde_json::from_str(&text).unwrap();
    facts["files"].as_object().unwrap().iter().map(|(name, facts)| (name.clone(), facts.clone())).collect()
}

fn show(folder: &Folder, names: &str, more: &str) -> std::process::Output {
    let paths: Vec<String> = names.split(' ').map(|name| format!("{FIXTURES}/{name}")).collect();
    folder.lnn(&format!("data show {} --json {more}", paths.join(" ")))
}

/// The keys, the types of what they hold, and that the parts agree.
#[track_caller]
fn conforms(shown: &Value, names: &str) {
    let keys: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS, "{names}");
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{names}: {value} is no count"));
    let columns = shown["columns"].as_array().unwrap();
    assert!(!columns.is_empty() && shown["format"].is_string(), "{names}");
    for column in columns {
        let roles = ["input", "target", "ignore"];
        assert!(column["name"].is_string() && roles.contains(&column["role"].as_str().unwrap()), "{names}");
        number(&column["missing"]);
        number(&column["distinct"]);
    }
    let targets: Vec<&Value> = columns.iter().filter(|column| column["role"] == "target").collect();
    assert_eq!(
        targets.iter().map(|column| &column["name"]).collect::<Vec<_>>(),
        [&shown["target"]],
        "{names}"
    );
    let splits = &shown["splits"];
    assert_eq!(splits.as_object().unwrap().len(), 2, "{names}");
    let n_used = number(&splits["train"]) + number(&splits["test"]);
    assert!(n_used <= number(&shown["n_examples"]), "{names}");
    if let Some(classes) = shown["classes"].as_array() {
        assert_eq!(classes.iter().map(|class| number(&class["n_examples"])).sum::<u64>(), n_used, "{names}");
    }
    assert!(shown["warnings"].as_array().unwrap().iter().all(Value::is_string), "{names}");
    number(&shown["n_features"]);
}

#[track_caller]
fn agrees(shown: &Value, facts: &Value, names: &str) {
    for key in ["format", "n_examples", "n_features"] {
        assert_eq!(shown[key], facts[key], "{key} of {names}");
    }
    let inputs = || shown["columns"].as_array().unwrap().iter().filter(|column| column["role"] == "input");
    for key in ["min", "max", "mean"] {
        let Some(expected) = facts[key].as_array() else { continue };
        let found: Vec<f64> = inputs().map(|column| column[key].as_f64().unwrap()).collect();
        assert_eq!(found.len(), expected.len(), "{key} of {names}");
        for (found, expected) in found.iter().zip(expected) {
            let expected = expected.as_f64().unwrap();
            assert!(
                (found - expected).abs() <= 1e-12 * expected.abs(),
                "{key} of {names}: {found}, {expected}"
            );
        }
    }
    let classes = shown["classes"].as_array().map(|classes| {
        let pair = |class: &Value| (class["name"].as_str().unwrap().to_owned(), class["n_examples"].clone());
        Value::Object(classes.iter().map(pair).collect())
    });
    assert_eq!(classes.unwrap_or(Value::Null), facts["classes"], "classes of {names}");
    if facts["splits"].is_object() {
        assert_eq!(shown["splits"], facts["splits"], "{names}");
    }
}

#[test]
fn every_fixture_is_shown_with_its_facts_or_refused_with_a_sentence() {
    let folder = Folder::new("shown");
    let facts = facts();
    let names =
        std::fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let all: BTreeSet<String> = names.chain(facts.keys().cloned()).collect();
    let mut n_shown = 0;
    for names in &all {
        let output = show(&folder, names, "");
        let (stdout, stderr) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        let refused = REFUSED.iter().find(|(name, _)| name == names);
        match (facts.get(names), refused) {
            (Some(facts), None) => {
                assert_eq!(output.status.code(), Some(0), "{names}: {stderr}");
                assert_eq!(String::from_utf8_lossy(stdout).lines().count(), 1, "{names}");
                let shown: Value = serde_json::from_slice(stdout).unwrap();
                let notes: Vec<&str> =
                    stderr.lines().filter_map(|line| line.strip_prefix("note: ")).collect();
                assert_eq!(
                    (json!(notes), notes.len()),
                    (shown["warnings"].clone(), stderr.lines().count()),
                    "{names}"
                );
                conforms(&shown, names);
                agrees(&shown, facts, names);
                n_shown += 1;
            }
            (None, Some((_, words))) => {
                assert_eq!(output.status.code(), Some(1), "{names}: {stderr}");
                assert!(stderr.starts_with("error: ") && stderr.contains(words), "{names}: {stderr}");
                assert_eq!(stderr.lines().count(), 1, "{names}: {stderr}");
                // What opens is shown even where nothing can be learned from it.
                if !stdout.is_empty() {
                    conforms(&serde_json::from_slice(stdout).unwrap(), names);
                }
            }
            _ => panic!("{names}: neither its facts nor its sentence is known"),
        }
    }
    assert_eq!(n_shown, facts.len());
}

#[test]
fn a_file_cut_in_its_middle_is_refused_with_a_sentence() {
    let folder = Folder::new("halves");
    let mut n_refused = 0;
    for name in facts().keys().filter(|name| !name.contains(' ')) {
        let bytes = std::fs::read(format!("{FIXTURES}/{name}")).unwrap();
        std::fs::write(folder.path(name), &bytes[..bytes.len() / 2]).unwrap();
        let output = folder.lnn(&format!("data show {name} --json"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => assert!([".csv", ".ndjson"].iter().any(|text| name.ends_with(text)), "{name} opens"),
            Some(1) => {
                assert!(
                    stderr.starts_with("error: ") && stderr.contains('«') && stderr.lines().count() == 1,
                    "{name}: {stderr}"
                );
                n_refused += 1;
            }
            code => panic!("{name}: {code:?}, {stderr}"),
        }
    }
    assert!(n_refused > 20, "{n_refused}");
}

#[test]
fn every_kth_row_is_shown_and_converted_of_every_format() {
    let folder = Folder::new("every");
    for (names, facts) in &facts() {
        let shown: Value = match show(&folder, names, "--every 2") {
            output if output.status.success() => serde_json::from_slice(&output.stdout).unwrap(),
            // Of few rows one class may be all that is left.
            output => {
                let stderr = String::from_utf8_lossy(&output.stderr);
                assert!(stderr.contains("in every row") || stderr.contains("rows"), "{names}: {stderr}");
                serde_json::from_slice(&output.stdout).unwrap()
            }
        };
        let kept = |n: &Value| n.as_u64().unwrap().div_ceil(2);
        let splits = &facts["splits"];
        let expected = if splits.is_object() {
            kept(&splits["train"]) + kept(&splits["test"])
        } else {
            kept(&facts["n_examples"])
        };
        assert_eq!(shown["n_examples"], json!(expected), "{names}");
    }
    folder.succeeds(&format!("data convert {FIXTURES}/split.npz as.csv --every 2"));
    let csv = std::fs::read_to_string(folder.path("as.csv")).unwrap();
    assert_eq!(csv, "x0,x1,x2,label\n0,1,2,0\n6,7,8,0\n12,13,14,1\n");
}

#[test]
fn pictures_are_shown_as_small_and_as_grey_as_was_asked() {
    let folder = Folder::new("small");
    let shown = |more: &str| -> Value {
        serde_json::from_slice(&show(&folder, "pictures.zip", more).stdout).unwrap()
    };
    assert_eq!(shown("--side 7")["n_features"], json!(7 * 7 * 3));
    assert_eq!(shown("--side 7 --grey")["n_features"], json!(7 * 7));
    folder.succeeds(&format!("data convert {FIXTURES}/pictures.zip grey.csv --side 6 --grey --every 5"));
    let csv = std::fs::read_to_string(folder.path("grey.csv")).unwrap();
    assert_eq!((csv.lines().count(), csv.lines().next().unwrap().split(',').count()), (3, 37));
}

#[test]
fn arrays_are_what_was_said_when_shown_converted_and_trained() {
    let folder = Folder::new("arrays");
    let odd = "--inputs first --targets kind --test-inputs held --test-targets held_kind";
    let output = show(&folder, "odd.npz", odd);
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&shown["n_examples"], &shown["n_features"]), (&json!(8), &json!(3)));
    assert_eq!(shown["splits"], json!({ "train": 6, "test": 2 }));
    assert_eq!(shown["warnings"].as_array().unwrap().len(), 1, "one array is left out: {shown}");
    // Of what is not said, the rest is guessed; "none" is said too.
    let shown: Value = serde_json::from_slice(&show(&folder, "odd.npz", "--inputs first").stdout).unwrap();
    assert_eq!((&shown["n_examples"], &shown["target"]), (&json!(6), &json!("label")));
    let shown: Value =
        serde_json::from_slice(&show(&folder, "odd.npz", "--inputs first --targets none").stdout).unwrap();
    assert_eq!((&shown["n_features"], &shown["target"]), (&json!(2), &json!("x2")));
    folder.succeeds(&format!("data convert {FIXTURES}/odd.npz odd.csv {odd}"));
    let csv = std::fs::read_to_string(folder.path("odd.csv")).unwrap();
    assert!(csv.starts_with("x0,x1,x2,label\n0,1,2,0\n") && csv.ends_with("\n1,2,3,0\n4,5,6,1\n"), "{csv}");
    // The log keeps what was said, and is checked against the same file without it.
    folder.succeeds(&format!(
        "train --data {FIXTURES}/odd.npz {odd} --target label --epochs 2 --layers 2 --log run"
    ));
    let checked = folder.succeeds(&format!("log verify run --data {FIXTURES}/odd.npz"));
    assert!(checked.contains("to the bit"), "{checked}");
    for (what, words) in [
        (format!("{FIXTURES}/odd.npz --inputs frist"), "no array is named «frist»"),
        (
            format!("{FIXTURES}/table.csv --inputs size"),
            "there are no arrays to choose the inputs from, it is csv",
        ),
        (
            format!("{FIXTURES}/records.json --targets size"),
            "no arrays to choose the targets from, it is json",
        ),
        ("iris --inputs size".to_owned(), "no arrays to choose the inputs from"),
    ] {
        let output = folder.lnn(&format!("data show {what}"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{what}: {stderr}");
        assert!(stderr.contains(words) && stderr.lines().count() == 1, "{what}: {stderr}");
    }
}
