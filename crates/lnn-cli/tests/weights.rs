//! Weights of other programs come in, ours go out, and nothing of a network is lost on the way.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::path::Path;

use common::{Folder, lines, number};
use serde_json::Value;

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lnn-weights/tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_trained_network_predicts_the_same_from_every_format() {
    let folder = Folder::new("weights-formats");
    folder.succeeds(
        "train --data iris --normalise zscore --layers 6,4 --hidden tanh,relu --epochs 5 --save m.npz",
    );
    let expected = folder.succeeds("predict --json --data iris --params m.npz");
    assert_eq!(lines(&expected).len(), 150);
    for ending in ["safetensors", "json", "onnx"] {
        let said = folder.succeeds(&format!("weights convert m.npz m.{ending}"));
        assert!(said.starts_with(".npz, network 4-6-4-3, 73 parameters, f32; written to «m."), "{said}");
        let found = folder.succeeds(&format!("predict --json --data iris --params m.{ending}"));
        assert_eq!(found, expected, "{ending}");
        // And back, with the file beside it.
        folder.succeeds(&format!("weights convert m.{ending} back.npz"));
        for name in ["npz", "npz.json"] {
            let read = |stem: &str| std::fs::read(folder.path(&format!("{stem}.{name}"))).unwrap();
            assert_eq!(read("back"), read("m"), "{ending} to {name}");
        }
    }
}

#[test]
fn training_saves_each_format_as_convert_would_write_it() {
    let folder = Folder::new("weights-save");
    let words = "train --data iris --layers 5 --epochs 2 --precision f64";
    folder.succeeds(&format!("{words} --save m.npz"));
    for ending in ["safetensors", "json", "onnx", "py"] {
        folder.succeeds(&format!("{words} --save saved.{ending}"));
        folder.succeeds(&format!("weights convert m.npz saved-2.{ending}"));
        let read = |stem: &str| {
            let text = std::fs::read(folder.path(&format!("{stem}.{ending}"))).unwrap();
            // The program has the file's name.
            String::from_utf8_lossy(&text).replace("saved-2", "saved")
        };
        if ending == "onnx" {
            let about = |stem: &str| folder.succeeds(&format!("weights show --json {stem}.onnx"));
            assert_eq!(about("saved"), about("saved-2"));
        } else {
            assert_eq!(read("saved"), read("saved-2"), "{ending}");
        }
    }
    let error = folder.fails(&format!("{words} --save m.h5"));
    assert_eq!(
        error,
        "«m.h5»: HDF5 files are only read here, not written: choose npz, safetensors, json, onnx or py"
    );
}

#[test]
fn a_run_starts_from_weights_of_every_format_where_the_first_ended() {
    let folder = Folder::new("weights-start");
    let common = "--data iris --normalise zscore --precision f64";
    let first =
        folder.epochs(&format!("{common} --layers 6,4 --hidden tanh,leaky_relu --epochs 3 --save m.npz"));
    for ending in ["npz", "safetensors", "json", "onnx"] {
        if ending != "npz" {
            folder.succeeds(&format!("weights convert m.npz m.{ending}"));
        }
        // Activations come with the file.
        let second = folder.epochs(&format!("{common} --init m.{ending} --epochs 0"));
        assert_eq!(second[0]["cost"], first[3]["cost"], "{ending}");
        let other = folder.epochs(&format!("{common} --start m.{ending} --hidden relu --epochs 0"));
        assert_ne!(other[0]["cost"], first[3]["cost"], "{ending}: those asked for go first");
    }
}

#[test]
fn keras_and_torch_networks_start_a_training() {
    let folder = Folder::new("weights-foreign")
        .with("x.csv", "a,b,c,d\n1,2,3,u\n2,-1,0,v\n0,1,1,u\n-1,1,2,v\n")
        .with("keras.h5", fixture("keras3.h5"))
        .with("torch.safetensors", fixture("fc.safetensors"));
    for file in ["keras.h5", "torch.safetensors"] {
        let words = format!("--data x.csv --output softmax --split 1 --init {file} --epochs 2");
        let epochs = folder.epochs(&words);
        assert!(number(&epochs[2], "cost") < number(&epochs[0], "cost"), "{file}: {epochs:?}");
        let error = folder.fails(&format!("train --data iris --init {file}"));
        assert_eq!(error, "weights of layer 1 are (5, 3), expected (5, 4)");
    }
}

#[test]
fn a_file_is_shown_in_words_and_as_json() {
    let folder =
        Folder::new("weights-show").with("k.h5", fixture("keras3.h5")).with("t.npz", fixture("course.npz"));
    let text = folder.succeeds("weights show k.h5");
    let first: Vec<&str> = text.lines().collect();
    assert_eq!(first[0], "HDF5, network 3-5-4-2, 54 parameters, f32");
    assert!(first[1].starts_with("layer 1: 5 units of 3 inputs, relu; weights -"), "{text}");
    assert!(folder.succeeds("weights show t.npz").contains("activation not known"));
    let about = json(&folder.succeeds("weights show --json k.h5"));
    assert_eq!((&about["format"], &about["precision"]), (&"h5".into(), &"f32".into()));
    let layers = about["layers"].as_array().unwrap();
    let activations: Vec<_> = layers.iter().map(|layer| layer["activation"].as_str()).collect();
    assert_eq!(activations, [Some("relu"), Some("tanh"), Some("softmax")]);
    assert_eq!((number(&layers[0], "n_units"), number(&layers[0], "n_inputs")), (5.0, 3.0));
    assert!(number(&layers[0]["weights"], "min") < number(&layers[0]["weights"], "max"));
    let known = folder.succeeds("train --data iris --layers 2 --epochs 1 --save i.json");
    assert!(known.contains("after 1 epochs"));
    let shown = folder.succeeds("weights show i.json");
    assert!(shown.ends_with("classification of «species»: setosa, versicolor, virginica\n"), "{shown}");
}

#[test]
fn activations_that_no_file_knows_are_asked_for() {
    let folder = Folder::new("weights-activations").with("t.npz", fixture("course.npz"));
    let error = folder.fails("weights convert t.npz t.onnx");
    assert_eq!(
        error,
        "«t.onnx»: the activation of layer 1 is not known, and ONNX needs it: name it with --hidden and --output"
    );
    folder.succeeds("weights convert t.npz t.onnx --hidden relu,tanh --output sigmoid");
    let error = folder.fails("weights convert t.onnx u.onnx --hidden relu");
    assert_eq!(error, "layer 2 has tanh, as «t.onnx» says, --hidden asks for relu: leave --hidden away");
    let error = folder.fails("weights convert t.npz u.onnx --hidden relu,tanh,relu");
    assert!(error.starts_with("--hidden names 3 activations for 2 hidden layers"), "{error}");
    // An npz without activations gets no file beside it, and none that is of another network.
    folder.succeeds("weights convert t.npz u.npz");
    assert!(!folder.path("u.npz.json").exists());
    folder.succeeds("weights convert t.onnx v.npz");
    assert!(folder.path("v.npz.json").exists());
    let error = folder.fails("weights convert t.npz v.npz");
    assert!(error.contains("«v.npz.json» would be taken for what is known of «v.npz»"), "{error}");
    let with_text = folder.with("w.npz", fixture("mixed.npz")).with("w.npz.json", "{");
    let error = with_text.fails("weights show w.npz");
    assert!(error.starts_with("«w.npz.json» is not what lnn train --save writes"), "{error}");
}

#[test]
fn files_that_can_not_be_used_are_named() {
    let folder = Folder::new("weights-errors").with("a.txt", "hello").with("c.onnx", fixture("branch.onnx"));
    let unknown = "«a.txt»: this is no file of weights that can be read: give an .npz, .safetensors, .onnx, .h5 or \
                   .keras.h5 file, or LNN's .json";
    assert_eq!(folder.fails("weights show a.txt"), unknown);
    assert!(folder.fails("weights show none.npz").starts_with("«none.npz» can't be opened, check the path"));
    assert!(folder.fails("weights show c.onnx").starts_with("«c.onnx»: node 3 (Add), tensor «z»"));
    let error = folder.fails("weights convert c.onnx out");
    assert_eq!(error, "the ending of «out» says no format: give --to npz, safetensors, json, onnx or py");
    let output = folder.lnn("weights convert c.onnx out --to pickle");
    assert_eq!(output.status.code(), Some(2));
    assert!(folder.fails("weights convert c.onnx none/out.npz").starts_with("«c.onnx»: node 3"));
}

/// `LNN_WEIGHTS_PYTHON`, or any Python with NumPy.
#[test]
fn the_numpy_program_prints_what_lnn_predicts() {
    let python = std::env::var("LNN_WEIGHTS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run = |folder: &Folder, words: &[&str]| {
        std::process::Command::new(&python).args(words).current_dir(folder.path("")).output()
    };
    let rows: Vec<String> = (0..50).map(|i| format!("{},{i},{}\n", i * i, 1_000 + 20 * i)).collect();
    let folder = Folder::new("weights-program")
        .with("line.csv", format!("x,y,price\n{}", rows.concat()))
        .with("rows.csv", (0..50).map(|i| format!("{},{i}\n", i * i)).collect::<Vec<_>>().concat());
    if !run(&folder, &["-c", "import numpy"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no Python with NumPy here");
        return;
    }
    let words =
        "train --data line.csv --normalise zscore --normalise-target --layers 5 --epochs 30 --split 1";
    folder.succeeds(&format!("{words} --save m.npz"));
    folder.succeeds("weights convert m.npz m.py");
    let expected = folder.succeeds("predict --data line.csv --params m.npz");
    let output = run(&folder, &["m.py", "rows.csv"]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let numbers = |text: &str| text.lines().filter_map(|line| line.parse::<f64>().ok()).collect::<Vec<_>>();
    let (found, expected) = (numbers(&String::from_utf8_lossy(&output.stdout)), numbers(&expected));
    assert_eq!((found.len(), expected.len()), (50, 50));
    let distance =
        found.iter().zip(&expected).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max);
    assert!(distance < 1e-6, "{distance}");
    let refused = run(&folder, &["m.py", "line.csv"]).unwrap();
    assert!(!refused.status.success());
}
