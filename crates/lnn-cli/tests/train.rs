//! `lnn train` as a user meets it.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may fail; values are exact")]

mod common;

use common::{Folder, lines, number};
use lnn_weights::{DenseLayer, DenseNetwork, Format, Precision, read, write};
use ndarray::array;
use std::fs;

const XOR: &str = "a,b,out\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";

#[test]
fn xor_is_learned() {
    let folder = Folder::new("xor").with("xor.csv", XOR);
    let epochs =
        folder.epochs("--data xor.csv --layers 8 --hidden tanh --split 1 --batch-size full --epochs 300");
    assert_eq!(epochs.len(), 301);
    assert_eq!(epochs[300]["accuracy"], 1.0);
    assert!(number(&epochs[300], "cost") < 0.1);
    let keys: Vec<&str> = epochs[0].as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["epoch", "cost", "cost_dev", "accuracy", "accuracy_dev"];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert!(epochs[0]["cost_dev"].is_null() && epochs[0]["accuracy_dev"].is_null());
}

#[test]
fn an_epoch_line_is_as_promised() {
    let folder = Folder::new("line").with("xor.csv", XOR);
    let text = folder.succeeds(
        "train --json --data xor.csv --layers none --init zeros --split 1 --epochs 0 --precision f64",
    );
    let expected = "{\"epoch\":0,\"cost\":0.6931471805599453,\"cost_dev\":null,\"accuracy\":0.5,\"accuracy_dev\":null}\n";
    assert_eq!(text, expected);
}

/// One step of logistic regression by hand, in f64: x = 1, 2; y = 0, 1; w = b = 0; α = 0.5.
/// a = ½ both; ∂C/∂w = ½(½·1 − ½·2) = −¼, ∂C/∂b = 0; w = ⅛, b = 0.
/// C = ½(ln(1 + e^⅛) + ln(1 + e^−¼)).
#[test]
fn a_step_by_hand_is_met_in_f64() {
    let folder = Folder::new("hand").with("hand.csv", "x,y\n1,0\n2,1\n");
    let epochs = folder.epochs(
        "--data hand.csv --layers none --init zeros --split first:2 --optimizer sgd --learning-rate 0.5 \
         --batch-size full --precision f64 --epochs 1",
    );
    assert_eq!(number(&epochs[0], "cost"), std::f64::consts::LN_2);
    let by_hand = f64::midpoint(f64::ln(1.0 + f64::exp(0.125)), f64::ln(1.0 + f64::exp(-0.25)));
    assert!((number(&epochs[1], "cost") - by_hand).abs() < 1e-15);
}

#[test]
fn iris_is_learned_on_both_splits() {
    let folder = Folder::new("iris");
    let epochs = folder.epochs("--data iris --normalise zscore --epochs 60");
    let last = epochs.last().unwrap();
    assert!(number(last, "accuracy") > 0.95 && number(last, "accuracy_dev") > 0.9, "{last}");
}

#[test]
fn a_number_is_regressed() {
    let folder = Folder::new("diabetes");
    let epochs = folder.epochs("--data diabetes --normalise zscore --epochs 30");
    let last = epochs.last().unwrap();
    assert!(last["accuracy"].is_null() && last["accuracy_dev"].is_null());
    assert!(number(last, "r2") > 0.4 && number(last, "rmse_dev") < 70.0, "{last}");
    assert!((number(last, "rmse").powi(2) / 2.0 / number(last, "cost") - 1.0).abs() < 1e-5);
}

#[test]
fn the_same_command_gives_the_same_bits_and_another_seed_others() {
    let folder = Folder::new("bits");
    let run =
        |more: &str| folder.succeeds(&format!("train --json --data spiral --epochs 5 --dropout 0.1 {more}"));
    assert_eq!(run(""), run(""));
    assert_ne!(run(""), run("--seed 2"));
}

#[test]
fn outputs_force_the_task() {
    let folder = Folder::new("task").with("n.csv", "x,y\n1,0\n2,1\n3,2\n4,0\n5,1\n6,2\n");
    let first = |words: &str| folder.epochs(&format!("--data n.csv --epochs 0 --split 1 {words}")).remove(0);
    assert!(first("").get("r2").is_some());
    assert!(first("--output softmax")["accuracy"].is_number());
    assert!(first("--output sigmoid")["accuracy"].is_number());
    assert!(first("--cost categorical_cross_entropy")["accuracy"].is_number());
    assert!(first("--output tanh").get("r2").is_some());
    let folder = folder.with("two.csv", "x,y\n1,0\n2,1\n3,1\n");
    let binary = folder.epochs("--data two.csv --epochs 0 --split 1 --output identity").remove(0);
    assert!(binary.get("r2").is_some());
    assert!(folder.epochs("--data two.csv --epochs 0 --split 1 --output softmax")[0]["accuracy"].is_number());
}

#[test]
fn saved_parameters_start_another_run_where_the_first_ended() {
    let folder = Folder::new("save");
    let common = "--data iris --layers 6,4 --hidden tanh,relu --precision f64 --shuffle none";
    let first = folder.epochs(&format!("{common} --optimizer sgd --epochs 3 --save m.npz"));
    let second = folder.epochs("--data iris --hidden tanh,relu --precision f64 --init m.npz --epochs 0");
    assert_eq!(first[3]["cost"], second[0]["cost"]);
    assert_eq!(first[3]["accuracy_dev"], second[0]["accuracy_dev"]);
    let (saved, _) = read(&fs::read(folder.path("m.npz")).unwrap()).unwrap();
    let shapes: Vec<_> = saved.layers.iter().map(|it| (it.weights.dim(), it.biases.len())).collect();
    assert_eq!(shapes, [((6, 4), 6), ((4, 6), 4), ((3, 4), 3)]);
    let error = folder.fails("train --data iris --init m.npz --layers 5,4");
    assert_eq!(error, "--layers asks for [5, 4], the file given to --init has [6, 4]: leave --layers away");
    let error = folder.fails("train --data diabetes --init m.npz");
    assert!(error.starts_with("weights of layer 1 are (6, 4), expected (6, 10)"), "{error}");
}

#[test]
fn numpy_reads_what_is_saved() {
    let folder = Folder::new("numpy");
    folder.succeeds("train --data iris --layers 6 --epochs 1 --save m.npz");
    let script =
        "import numpy; p = numpy.load('m.npz'); print([(k, p[k].shape, p[k].dtype.name) for k in p.files])";
    let python =
        std::process::Command::new("python3").args(["-c", script]).current_dir(folder.path("")).output();
    match python {
        Ok(output) if output.status.success() => {
            let expected = "[('W1', (6, 4), 'float32'), ('b1', (6, 1), 'float32'), ('W2', (3, 6), 'float32'), \
                            ('b2', (3, 1), 'float32')]\n";
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
        }
        _ => eprintln!("skipped: no python3 with NumPy here"),
    }
}

#[test]
fn given_start_weights_are_used_as_they_are() {
    let folder = Folder::new("init").with("x.csv", "x,y\n1,2\n3,4\n");
    let layer = DenseLayer { weights: array![[2.0]], biases: array![1.0], activation: None };
    let network = DenseNetwork::new(vec![layer], Precision::F64).unwrap();
    fs::write(folder.path("w.npz"), write(&network, Format::Npz, "w").unwrap()).unwrap();
    let words = "--data x.csv --init w.npz --split 1 --output identity --epochs 0 --precision f64";
    // a = 3, 7; y = 2, 4; C = (½·1 + ½·9)/2.
    assert_eq!(number(&folder.epochs(words)[0], "cost"), 2.5);
}

#[test]
fn the_first_rows_train_in_order() {
    let folder = Folder::new("first").with("x.csv", "x,y\n0,0.5\n0,0.5\n0,3.5\n");
    let words = "--data x.csv --layers none --init zeros --output identity --epochs 0 --precision f64";
    let line = folder.epochs(&format!("{words} --split first:2")).remove(0);
    assert_eq!((number(&line, "cost"), number(&line, "cost_dev")), (0.125, 6.125));
    assert!(folder.epochs(&format!("{words} --split first:3"))[0]["cost_dev"].is_null());
    let error = folder.fails("train --data x.csv --split first:4");
    assert_eq!(error, "the first 4 rows can't be the training split of a file with 3 rows");
}

#[test]
fn a_number_that_is_not_finite_ends_training_with_everything_before_kept() {
    let folder = Folder::new("overflow").with("x.csv", "x,y\n1e10,1e10\n2e10,1.5e10\n3e10,-1e10\n");
    let words = "train --json --data x.csv --layers 4 --output identity --optimizer sgd --learning-rate 1e9 --split 1 \
                 --epochs 50 --save m.npz";
    let output = folder.lnn(words);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    assert!(error.contains("step ") && error.contains("layer ") && error.contains(" unit "), "{error}");
    let printed = lines(std::str::from_utf8(&output.stdout).unwrap());
    assert!(!printed.is_empty() && printed.len() < 51);
    // What is not finite is not read.
    read(&fs::read(folder.path("m.npz")).unwrap()).unwrap();
}

#[test]
fn without_json_there_is_a_summary() {
    let folder = Folder::new("words");
    let text = folder.succeeds("train --data iris --epochs 2");
    let [first, last] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    let expected = "150 rows, 5 columns, separated by comma; classification of «species»; 120 rows train, 30 dev; \
                    network 4-20-7-5-3, 305 parameters";
    assert_eq!(first, expected);
    assert!(last.starts_with("after 2 epochs: cost "), "{last}");
}
