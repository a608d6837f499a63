//! `lnn predict` and `lnn gradcheck` as a user meets them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Folder, lines, number};

/// Ten rows of two clouds, a category and gaps.
fn mixed(folder: Folder) -> Folder {
    let row = |i: usize| {
        let big = i % 2 == 1;
        let size = if i == 4 { String::new() } else { format!("{}", 100 + i + if big { 500 } else { 0 }) };
        format!(
            "{size},{},{}\n",
            if i == 5 { "" } else { ["red", "blue"][i % 2] },
            if big { "large" } else { "small" }
        )
    };
    folder.with("mixed.csv", format!("size,colour,class\n{}", (0..10).map(row).collect::<Vec<_>>().concat()))
}

#[test]
fn a_new_file_is_prepared_as_the_training_rows_were() {
    let folder = mixed(Folder::new("predict"));
    folder
        .succeeds("train --data mixed.csv --normalise zscore --layers 4 --epochs 200 --split 1 --save m.npz");
    let text = folder.succeeds("predict --data mixed.csv --params m.npz");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!((rows.len(), rows[0]), (11, "class,probability of large,probability of small"));
    assert!(rows[1].starts_with("small,") && rows[2].starts_with("large,"), "{text}");

    // One row alone, columns in another order, no target, a category never seen: the scale is still the training's.
    let folder = folder.with("one.csv", "colour,weight,size\nred,9,102\ngreen,9,605\n,9,\n");
    let output = folder.lnn("predict --json --data one.csv --params m.npz");
    let alone = lines(std::str::from_utf8(&output.stdout).unwrap());
    let unknown = "note: 1 values are categories that the training did not have\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), unknown);
    let third = rows[3].split(',').nth(1).unwrap().parse::<f64>().unwrap();
    assert_eq!(alone[0]["probabilities"]["large"].as_f64().map(f64::to_bits), Some(third.to_bits()));
    assert_eq!((&alone[1]["prediction"], &alone[2]["row"]), (&"large".into(), &3.into()));
}

#[test]
fn predictions_agree_with_the_training_s_own_measure() {
    let folder = Folder::new("agree");
    let train = "--data breast_cancer --normalise zscore --epochs 5 --split 1 --save m.npz";
    let epochs = folder.epochs(train);
    let output = folder.lnn("predict --data breast_cancer --params m.npz");
    let expected = format!("accuracy {} on 569 rows\n", number(&epochs[5], "accuracy"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    // Without the file beside the parameters, the options of the training say the same.
    std::fs::remove_file(folder.path("m.npz.json")).unwrap();
    let output = folder.lnn("predict --data breast_cancer --params m.npz --normalise zscore --split 1");
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
}

#[test]
fn numbers_come_back_in_the_units_of_the_file() {
    let rows: Vec<String> = (0..50).map(|i| format!("{i},{}\n", 1_000 + 20 * i)).collect();
    let folder = Folder::new("units").with("line.csv", format!("x,price\n{}", rows.concat()));
    folder.succeeds(
        "train --data line.csv --normalise zscore --normalise-target --layers none --epochs 400 --split 1 --save m.npz",
    );
    let text = folder.succeeds("predict --data line.csv --params m.npz");
    let eleventh: f64 = text.lines().nth(11).unwrap().parse().unwrap();
    assert!((eleventh - 1_200.0).abs() < 1.0, "{eleventh}");
}

#[test]
fn rows_that_can_not_be_used_have_no_prediction() {
    let folder = Folder::new("gap");
    folder.succeeds("train --data iris --epochs 1 --save m.npz");
    let folder = folder.with("other.csv", "a,b\n1,2\n");
    let error = folder.fails("predict --data other.csv --params m.npz");
    let expected = "column «sepal length (cm)» of the training data is missing: this file has «a», «b»";
    assert_eq!(error, expected);
    let folder = folder.with("m.npz.json", "{}");
    let error = folder.fails("predict --data iris --params m.npz");
    assert!(
        error.starts_with("«m.npz.json» is not what lnn train --save writes; save again, or remove it"),
        "{error}"
    );
}

#[test]
fn gradients_are_right() {
    let folder = Folder::new("gradcheck");
    for words in [
        "--data iris",
        "--data spiral --layers 6,5 --hidden tanh --l2 0.3",
        "--data diabetes --normalise zscore --layers 8 --dropout 0.3 --normalise-target",
        "--data digits --layers 12 --hidden sigmoid --sample 200 --batch-size full --normalise 1/16",
    ] {
        let result = &lines(&folder.succeeds(&format!("gradcheck --json {words}")))[0];
        assert!(number(result, "relative_difference") < 1e-7, "{words}: {result}");
    }
    let text = folder.succeeds("gradcheck --data iris");
    assert!(text.contains(" over 305 of 305 parameters"), "{text}");
    let output = folder.lnn("gradcheck --data iris --tolerance 1e-30");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: the gradients differ: "));
}
