//! `lnn train --log` and `lnn log` as a user meets them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::{Folder, lines};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use serde_json::Value;

const TRAIN: &str = "train --data iris --normalise zscore --layers 6,4 --hidden tanh --seed 3";

fn check(folder: &Folder, log: &str) -> (Option<i32>, Value) {
    let output = folder.lnn(&format!("log check {log} --json"));
    (output.status.code(), lines(&String::from_utf8(output.stdout).unwrap()).remove(0))
}

#[test]
fn a_logged_training_is_the_same_training_and_its_log_is_whole_in_every_form() {
    let folder = Folder::new("log_forms");
    let plain = folder.succeeds(&format!("{TRAIN} --epochs 12 --json"));
    for log in ["run", "run.ndjson", "run.ndjson.gz"] {
        assert_eq!(folder.succeeds(&format!("{TRAIN} --epochs 12 --json --log {log}")), plain);
        let (code, report) = check(&folder, log);
        assert_eq!(
            (code, &report["complete"], &report["runs"][0]["steps"]),
            (Some(0), &true.into(), &25.into())
        );
        let told = folder.succeeds(&format!("log verify {log}"));
        assert!(told.contains("25 steps compared, 0 to 24"), "{told}");
        let shown = folder.succeeds(&format!("log show {log}"));
        assert!(shown.contains("network 4-6-4-3") && shown.contains("nothing is wrong"), "{shown}");
    }
    let index: Value = serde_json::from_slice(&fs::read(folder.path("run/run.json")).unwrap()).unwrap();
    assert_eq!(index["segments"][0]["file"], "log/000000.ndjson.gz");
    assert_eq!(index["header"]["format"], 1);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let folder = Folder::new("log_taken").with("taken.ndjson", "mine");
    let told = folder.fails(&format!("{TRAIN} --epochs 1 --log taken.ndjson"));
    assert!(told.contains("give --log another name"), "{told}");
    assert_eq!(fs::read(folder.path("taken.ndjson")).unwrap(), b"mine");
    folder.succeeds(&format!("{TRAIN} --epochs 1 --log run"));
    assert!(folder.fails(&format!("{TRAIN} --epochs 1 --log run")).contains("is there already"));
    assert!(
        folder.fails(&format!("{TRAIN} --epochs 1 --log run.zip")).contains("a folder can be zipped later")
    );
}

#[test]
fn a_killed_training_leaves_a_log_that_says_so() {
    let folder = Folder::new("log_killed");
    let words = format!("{TRAIN} --epochs 1000000 --json --log run");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lnn"))
        .args(words.split_whitespace())
        .current_dir(folder.path(""))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let segment = folder.path("run/log/000000.ndjson");
    while fs::metadata(&segment).map_or(0, |file| file.len()) < 300_000 {
        assert!(child.try_wait().unwrap().is_none(), "the training ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, report) = check(&folder, "run");
    assert_eq!((code, &report["complete"], &report["missing_lines"]), (Some(1), &false.into(), &0.into()));
    assert!(report["remarks"].to_string().contains("has no end"), "{report}");
    assert!(report["runs"][0]["steps"].as_u64().unwrap() > 100);
    folder.succeeds("log verify run --to 50");
}

#[test]
fn a_flipped_byte_a_lost_line_and_a_cut_are_found_and_repaired() {
    let folder = Folder::new("log_broken");
    folder.succeeds(&format!("{TRAIN} --epochs 12 --log good.ndjson"));
    let good = fs::read_to_string(folder.path("good.ndjson")).unwrap();
    let at = good.lines().take(5).map(|line| line.len() + 1).sum::<usize>();
    let mut flipped = good.clone().into_bytes();
    flipped[at + 200] ^= 4;
    fs::write(folder.path("flipped.ndjson"), flipped).unwrap();
    let (code, report) = check(&folder, "flipped.ndjson");
    assert_eq!((code, &report["missing_lines"]), (Some(1), &1.into()));
    let bad = &report["bad_lines"][0];
    assert_eq!((&bad["line"], &bad["byte"]), (&6.into(), &at.into()));
    assert!(bad["why"].as_str().unwrap().contains("CRC-32C"), "{bad}");

    let without: Vec<&str> = good.lines().filter(|line| !line.contains("\"step\":7,")).collect();
    fs::write(folder.path("lost.ndjson"), without.join("\n") + "\n").unwrap();
    let (code, report) = check(&folder, "lost.ndjson");
    assert_eq!((code, report["missing_steps"].to_string()), (Some(1), "[[7,7]]".to_owned()));

    let shuffled: Vec<&str> = good.lines().rev().chain(good.lines()).collect();
    fs::write(folder.path("shuffled.ndjson"), shuffled.join("\n") + "\ngarbage").unwrap();
    folder.succeeds("log repair shuffled.ndjson -o repaired.ndjson");
    assert_eq!(check(&folder, "repaired.ndjson").0, Some(0));
    let repaired = fs::read_to_string(folder.path("repaired.ndjson")).unwrap();
    let steps = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("{\"kind\":\"step\"")).map(str::to_owned).collect()
    };
    assert_eq!(steps(&repaired), steps(&good), "steps are copied as they stand, in order");
    folder.succeeds("log repair lost.ndjson -o repaired");
    assert_eq!(check(&folder, "repaired").1["missing_steps"].to_string(), "[[7,7]]");
}

#[test]
fn verify_names_the_first_difference() {
    let folder = Folder::new("log_verify");
    folder.succeeds(&format!("{TRAIN} --epochs 12 --log good.ndjson"));
    let good = fs::read_to_string(folder.path("good.ndjson")).unwrap();
    let forge = |name: &str, change: &dyn Fn(&str) -> String| {
        let forged: String = good.lines().map(|line| reseal(&change(line)) + "\n").collect();
        fs::write(folder.path(name), forged).unwrap();
        assert_eq!(check(&folder, name).0, Some(0), "a forged line has a right checksum");
        folder.fails(&format!("log verify {name}"))
    };
    let is_step = |line: &str, step: u64| line.contains(&format!("\"step\":{step},\"epoch\""));
    let told = forge("digest.ndjson", &|line| {
        let at = line.find("\"digest\":\"").filter(|_| is_step(line, 9)).map(|at| at + 10);
        at.map_or(line.to_owned(), |at| format!("{}0123456789abcdef{}", &line[..at], &line[at + 16..]))
    });
    assert!(told.contains("step 9 (line 17): the digest of the parameters is 0123456789abcdef"), "{told}");
    let told = forge("unit.ndjson", &|line| {
        let at = line.find("\"gradient_norm\":[").filter(|_| is_step(line, 4));
        at.map_or(line.to_owned(), |at| format!("{}\"gradient_norm\":[1{}", &line[..at], &line[at + 17..]))
    });
    assert!(told.contains("step 4") && told.contains("gradient_norm of layer 1, unit 1"), "{told}");
    let told = folder.fails("log verify good.ndjson --data breast_cancer");
    assert!(told.contains("breast_cancer"), "{told}");
    folder.succeeds("log verify good.ndjson --from 15 --to 20");
}

fn reseal(line: &str) -> String {
    let (body, _) = line.rsplit_once(",\"crc32c\":\"").unwrap();
    format!("{body},\"crc32c\":\"{:08x}\"}}", crc32c::crc32c(body.as_bytes()))
}

#[test]
fn runs_of_every_kind_are_recomputed_to_the_bit() {
    let folder = Folder::new("log_kinds").with("own.csv", "a,b,y\n1,2,3\n2,1,4\n0,5,1\n4,4,9\n3,1,5\n");
    folder.succeeds("train --data iris --layers 5 --epochs 2 --save start.npz");
    let runs = [
        ("spiral", "--data spiral --epochs 5 --log-watched --precision f64"),
        ("own", "--data own.csv --epochs 9 --batch-size 2 --l2 0.1 --dropout 0.2 --split 0.8"),
        ("from_file", "--data iris --epochs 5 --init start.npz --log-every 4"),
        ("digits", "--data digits --epochs 2 --normalise 1/16 --log-every 10 --decay exponential:0.9"),
    ];
    for (name, words) in runs {
        folder.succeeds(&format!("train {words} --log {name}"));
        assert_eq!(check(&folder, name).0, Some(0), "{name}");
        let data = if name == "own" { "--data own.csv" } else { "" };
        folder.succeeds(&format!("log verify {name} {data}"));
    }
    assert!(folder.fails("log verify own").contains("give that file to --data"));
    assert!(folder.fails("log verify own --data iris").contains("iris"));
}

/// Whatever became faster since: the same bits.
#[test]
fn the_golden_log_is_computed_again_to_the_bit() {
    let folder = Folder::new("log_golden");
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../lnn-runlog/tests/golden/format1.ndjson.gz");
    fs::copy(golden, folder.path("golden.ndjson.gz")).unwrap();
    let told = folder.succeeds("log verify golden.ndjson.gz");
    assert!(told.contains("13 steps compared, 0 to 12"), "{told}");
}

#[test]
fn a_run_that_fails_says_so_in_its_log() {
    let folder = Folder::new("log_failed");
    let told =
        folder.fails("train --data diabetes --optimizer sgd --learning-rate 10 --epochs 50 --log run.ndjson");
    assert!(told.contains("training stopped"), "{told}");
    let (code, report) = check(&folder, "run.ndjson");
    assert_eq!((code, &report["runs"][0]["end"]), (Some(0), &"failed".into()));
    assert!(report["remarks"].to_string().contains("failed after step"), "{report}");
}

#[test]
fn tables_hold_what_the_log_holds() {
    let folder = Folder::new("log_tables");
    folder.succeeds(&format!("{TRAIN} --epochs 3 --log run"));
    folder.succeeds("log export run --to csv");
    folder.succeeds("log export run --to parquet --format parquet");
    let units = fs::read_to_string(folder.path("csv/units.csv")).unwrap();
    assert_eq!(units.lines().count(), 1 + 7 * (6 + 4 + 3));
    let file = fs::File::open(folder.path("parquet/units.parquet")).unwrap();
    let rows: Vec<String> = SerializedFileReader::new(file)
        .unwrap()
        .get_row_iter(None)
        .unwrap()
        .map(|row| {
            let row = row.unwrap();
            let numbers: Vec<String> = (4..14).map(|idx| row.get_float(idx).unwrap().to_string()).collect();
            let key = [1, 2, 3].map(|idx| row.get_long(idx).unwrap().to_string()).join(",");
            format!("{},{key},{}", row.get_string(0).unwrap(), numbers.join(","))
        })
        .collect();
    assert_eq!(rows, units.lines().skip(1).collect::<Vec<_>>());
    let steps = fs::read_to_string(folder.path("csv/steps.csv")).unwrap();
    assert!(steps.starts_with("run,step,epoch,time_ms,learning_rate,batch_cost,scored_step,train_cost"));
    assert!(folder.fails("log export run --to csv").contains("remove it first"));
}

#[test]
fn curves_of_other_programs_are_shown_and_exported() {
    let results =
        r#"{"Start": "2018-03-01 10:11:12.131415", "epoch0": {"cost": 0.77}, "epoch1": {"cost": 0.5}}"#;
    let folder = Folder::new("log_curves").with("results.json", results);
    let events = concat!(env!("CARGO_MANIFEST_DIR"), "/../lnn-runlog/tests/tensorboard");
    let shown = folder.succeeds("log show results.json");
    assert!(shown.contains("cost (2 points)  0: 0.77  1: 0.5"), "{shown}");
    folder.succeeds("log export results.json --to tables");
    let table = fs::read_to_string(folder.path("tables/curves.csv")).unwrap();
    assert!(table.starts_with("tag,step,time_ms,value\ncost,0,,0.77\n"), "{table}");
    assert!(folder.fails("log verify results.json").contains("holds curves alone"));
    let shown = folder.succeeds(&format!("log show {events}"));
    assert!(shown.contains("points)") && shown.contains("distributions at"), "{shown}");
    fs::write(folder.path("torn.json"), &results[..60]).unwrap();
    assert!(folder.fails("log check torn.json").contains("not whole"));
}

#[test]
fn what_is_no_log_is_refused_with_a_sentence() {
    let folder = Folder::new("log_none").with("a.csv", "a,b\n1,2\n").with("empty.ndjson", "");
    assert!(folder.fails("log check nothing").contains("there is no «nothing»"));
    assert_eq!(check(&folder, "a.csv").0, Some(1));
    assert!(folder.fails("log show empty.ndjson").contains("is this the right file?"));
    fs::create_dir(folder.path("hollow")).unwrap();
    assert!(folder.fails("log check hollow").contains("no run log is in there"));
}
