//! Bad files and bad command lines: one sentence, the right exit code.

mod common;

use common::Folder;

#[track_caller]
fn file_fails(name: &str, content: impl AsRef<[u8]>, sentence: &str) {
    let folder = Folder::new(&format!("bad-{name}")).with("f.csv", content);
    assert_eq!(folder.fails("train --data f.csv --epochs 1"), sentence);
}

#[test]
fn bad_files_are_refused_with_a_sentence() {
    let empty = "«f.csv»: the file is empty: choose a CSV with a header line and at least two rows";
    file_fails("empty", "", empty);
    let one = "«f.csv»: the file has one column only («a»): a data set needs at least one input and a target, separated \
               by comma, semicolon, tab or bar";
    file_fails("one", "a\n1\n2\n", one);
    let ragged = "«f.csv»: line 3 has 1 cell where the first line has 2: give every line the same number, and put texts \
                  that contain the separator in quotes";
    file_fails("ragged", "a,b\n1,2\n3\n", ragged);
    let infinite = "«f.csv»: line 2, column «b» holds an infinite number: write a finite one, or leave the cell empty if \
                    it is unknown";
    file_fails("infinite", "a,b\n1,inf\n3,4\n", infinite);
    file_fails(
        "binary",
        b"a,b\n\0\0",
        "«f.csv»: this is not a text file (byte 4): open a CSV or TSV text file",
    );
    let texts: Vec<String> = (0..10_000).map(|i| format!("{i},k{i}\n")).collect();
    let many = "column «id» has 10,000 different texts, a target can have 200 classes: choose another target or leave it \
                out";
    file_fails("many", format!("a,id\n{}", texts.concat()), many);
}

#[test]
fn latin1_and_missing_values_are_read() {
    let folder = Folder::new("latin1").with("f.csv", b"a,city\n1,Z\xfcrich\nNaN,Bern\n3,Bern\n");
    let output = folder.lnn("train --json --data f.csv --epochs 1 --split 1");
    assert!(output.status.success());
    let note = "note: line 2 is not UTF-8: texts like it were read as Latin-1 (Windows-1252)\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), note);
}

#[test]
fn columns_left_out_are_named() {
    let folder = Folder::new("ids").with("f.csv", "id,a,y\n7,1,0\n8,2,1\n9,3,1\n");
    let output = folder.lnn("train --json --data f.csv --epochs 1 --split 1");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "note: «id» left out, as names or numbers of rows\n");
    // A folder is the files in it; of none there is nothing to read.
    std::fs::create_dir(folder.path("empty")).unwrap();
    let sentence = "«empty» is a folder without files: give one with a folder of pictures for each class";
    assert_eq!(folder.fails("train --data empty"), sentence);
}

#[test]
fn what_is_not_there_is_named() {
    let folder = Folder::new("absent").with("xor.csv", "a,b,y\n0,0,0\n0,1,1\n1,0,1\n");
    let error = folder.fails("train --data none.csv");
    assert!(
        error.starts_with("there is no file «none.csv»: check the path, or take one of circle, xor, "),
        "{error}"
    );
    let error = folder.fails("train --data xor.csv --target z");
    assert_eq!(error, "there is no column «z»: the columns are «a», «b», «y»");
    let error = folder.fails("train --data xor.csv --init none.npz");
    assert!(error.starts_with("«none.npz» can't be opened, check the path: "), "{error}");
    let error = folder.fails("train --data xor.csv --init xor.npz.npz");
    assert!(error.starts_with("«xor.npz.npz» can't be opened"), "{error}");
    let error = folder.fails("train --data xor.csv --save none/m.npz");
    assert_eq!(error, "«none/m.npz» can't be written: give --save a file in a folder that exists");
    let folder = folder.with("bad.npz", "hello");
    let error = folder.fails("predict --data xor.csv --params bad.npz");
    assert!(error.starts_with("«bad.npz»: this is no file of weights that can be read"), "{error}");
}

#[test]
fn settings_that_do_not_go_together_are_named() {
    let folder = Folder::new("settings").with("xor.csv", "a,b,y\n0,0,0\n0,1,1\n1,0,1\n");
    let error = folder.fails("train --data xor.csv --hidden relu,tanh");
    assert_eq!(error, "--hidden names 2 activations for 3 hidden layers: name one, or one for each");
    let error = folder.fails("train --data xor.csv --optimizer sgd --beta1 0.5");
    assert_eq!(error, "sgd has no --beta1: leave it away, or choose another optimizer");
    let error = folder.fails("train --data xor.csv --learning-rate 0");
    assert_eq!(error, "learning rate is 0, possible is more than 0");
    let error = folder.fails("train --data xor.csv --cost binary_cross_entropy --output softmax");
    assert_eq!(error, "binary_cross_entropy does not go with softmax outputs; it needs sigmoid");
}

#[test]
fn a_command_line_that_makes_no_sense_is_usage() {
    let folder = Folder::new("usage");
    for words in [
        "",
        "train",
        "fly",
        "train --data iris --hidden swish",
        "train --data iris --split 2",
        "train --data iris --split first:0",
        "train --data iris --normalise 0",
        "train --data iris --layers 3,0",
        "train --data iris --batch-size 0",
        "train --data iris --init best",
    ] {
        let output = folder.lnn(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {stderr}");
    }
    let help = folder.succeeds("train --help");
    for option in ["--target", "--layers", "--normalise", "--save", "--json", "--decay"] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn what_does_not_fit_ends_with_the_option_that_helps() {
    let fixture = format!("{}/../lnn-import/tests/fixtures/pictures.zip", env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new("offers");
    for command in ["data show", "train --epochs 1 --data", "gradcheck --sample 5 --layers none --data"] {
        let error = folder.fails(&format!("{command} {fixture} --side 200"));
        let end = "choose 81 pixels a side, grey instead of colour, or fewer pictures (--side 81)";
        assert!(error.ends_with(end), "{command}: {error}");
    }
    folder.succeeds(&format!("data show {fixture} --side 81"));
    // A claim is enough; nothing of it is read.
    let mut array = b"\x93NUMPY\x01\x00\x46\x00".to_vec();
    array.extend(
        format!("{:69}\n", "{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000, 3), }").bytes(),
    );
    let folder = folder.with("x.npy", array).with("huge.csv", "a,b\n1,2\n3,4\n");
    let error = folder.fails("data show x.npy");
    let sentence = "an array of x (4,000,000,000, 3) is more than the limit of 500,000,000 numbers: keep every 32nd row, or \
                    fewer numbers a row (--every 32)";
    assert_eq!(error, sentence);
    let error = folder.fails("data show x.npy --every 32");
    assert!(
        error.contains("the numbers need 12,000,000,000 bytes, 0 are there: the file is cut off"),
        "{error}"
    );
    let file = std::fs::OpenOptions::new().write(true).open(folder.path("huge.csv")).unwrap();
    file.set_len(20 << 30).unwrap();
    let error = folder.fails("train --data huge.csv");
    let sentence = "«huge.csv»: the file has 20 GB, the limit is 8 GB: keep every 3rd row, or leave columns out (--every 3)";
    assert_eq!(error, sentence);
    // What has no offer ends as ever.
    let error = folder.fails("data show none.csv");
    assert!(!error.contains("(--"), "{error}");
}

#[test]
fn every_kth_row_trains_predicts_and_is_verified() {
    let rows: Vec<String> = (0..90).map(|i| format!("{},{},{}\n", i % 9, i % 5, i % 2)).collect();
    let folder = Folder::new("every-row").with("a.csv", format!("a,b,y\n{}", rows.concat()));
    let thinned: Vec<String> = rows.iter().step_by(3).cloned().collect();
    let folder = folder.with("b.csv", format!("a,b,y\n{}", thinned.concat()));
    let of = |data: &str| folder.succeeds(&format!("train --json --epochs 3 --layers 4 {data}"));
    let line = |text: String| text.lines().last().unwrap().to_owned();
    assert_eq!(line(of("--data a.csv --every 3 --log run.ndjson --save m.npz")), line(of("--data b.csv")));
    let predicted = folder.succeeds("predict --params m.npz --data a.csv --every 3");
    assert_eq!(predicted, folder.succeeds("predict --params m.npz --data b.csv"));
    assert_eq!(predicted.lines().count(), 31);
    folder.succeeds("gradcheck --data a.csv --every 3 --layers 2 --hidden tanh");
    // The log knows that it is of every third row.
    folder.succeeds("log verify run.ndjson --data a.csv");
    let error = folder.fails("log verify run.ndjson --data a.csv --every 1");
    assert!(error.contains("is not the data set of the run"), "{error}");
    of("--data iris --every 3 --log iris.ndjson");
    folder.succeeds("log verify iris.ndjson");
    assert_eq!(folder.lnn("train --data iris --every 0").status.code(), Some(2));
}
