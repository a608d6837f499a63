//! Files of NumPy, h5py, safetensors, onnx and Keras are read as the networks that they are, and nothing else is.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{bytes, distance, expected, networks, outputs};
use lnn_weights::{Format, read, write};

#[test]
fn every_file_answers_as_the_program_that_made_it() {
    let networks = networks();
    assert_eq!(networks.len(), 15);
    for (expected, network) in networks {
        let found = outputs(&network, &expected.inputs);
        // Half precision was computed in half precision.
        let tolerance = if expected.name == "half.onnx" { 2e-3 } else { 1e-6 };
        let distance = distance(&found, &expected.outputs);
        assert!(distance <= tolerance, "{}: {distance}", expected.name);
    }
}

#[test]
fn activations_are_read_where_the_file_has_them_and_not_made_up_where_it_has_not() {
    for expected in expected() {
        let (network, _) = read(&bytes(&expected.name)).unwrap();
        let found: Vec<_> = network.layers.iter().map(|layer| layer.activation).collect();
        let stated = expected.activations.iter().map(|&g| expected.is_stated.then_some(g));
        assert_eq!(found, stated.collect::<Vec<_>>(), "{}", expected.name);
    }
}

#[test]
fn the_bytes_say_what_a_file_is() {
    for expected in expected() {
        let (_, format) = read(&bytes(&expected.name)).unwrap();
        assert_eq!(Format::of_name(&expected.name), Some(format), "{}", expected.name);
    }
}

#[test]
fn every_written_format_is_read_to_the_bit() {
    for (expected, network) in networks() {
        for format in [Format::Npz, Format::Safetensors, Format::Json, Format::Onnx] {
            let written = write(&network, format, &expected.name).unwrap();
            assert_eq!(written, write(&network, format, &expected.name).unwrap(), "the same bytes each time");
            let (mut read_back, found) = read(&written).unwrap();
            assert_eq!(found, format);
            if format == Format::Npz {
                for (layer, known) in read_back.layers.iter_mut().zip(&network.layers) {
                    layer.activation = known.activation;
                }
            }
            assert_eq!(read_back, network, "{} as {}", expected.name, format.as_str());
        }
    }
}

#[track_caller]
fn refuses(bytes: &[u8], sentence: &str) {
    assert_eq!(read(bytes).unwrap_err().to_string(), sentence);
}

#[test]
fn what_is_no_network_of_dense_layers_is_named_with_its_place() {
    refuses(
        &bytes("convolution.safetensors"),
        "«conv1.weight» is [8, 3, 3, 3], which is no dense layer, expected is (n_units, n_inputs)",
    );
    refuses(
        &bytes("branch.onnx"),
        "node 3 (Add), tensor «z»: it comes from elsewhere than the layer before: only networks without branches can be read",
    );
    refuses(
        &bytes("slope.onnx"),
        "node 2 «leak» (LeakyRelu), its slope alpha: it is 0.2; only networks with 0.01 can be computed \
         here: train with that slope",
    );
    let error = read(&bytes("other.onnx")).unwrap_err().to_string();
    assert!(error.starts_with("node 2 «wave» (Sin): only Gemm, MatMul, Add, Identity"), "{error}");
    let unknown = "this is no file of weights that can be read: give an .npz, .safetensors, .onnx, .h5 or .keras.h5 file, \
                   or LNN's .json";
    refuses(b"", unknown);
    refuses(b"a,b\n1,2\n", unknown);
    refuses(
        b"{\"a\": 1}",
        "this is no whole LNN's JSON file («format» is not \"lnn-weights\"): copy it again, or make one with lnn weights convert",
    );
}

#[test]
fn json_that_makes_no_network_is_a_sentence() {
    let refuses = |layers: &str, sentence: &str| {
        let json = format!(
            "{{\"format\":\"lnn-weights\",\"version\":1,\"precision\":\"f64\",\"layers\":[{layers}]}}"
        );
        refuses(json.as_bytes(), sentence);
    };
    refuses("", "no dense layer was found: expected are weights with at least one input; the file has none");
    refuses(
        "{\"weights\":[[1,2],[3]],\"biases\":[0,0]}",
        "«layer 1's weights of unit 2» is 1 numbers, expected is 2",
    );
    refuses(
        "{\"weights\":[[1,2]],\"biases\":[0]},{\"weights\":[[1,2]],\"biases\":[0]}",
        "layer 2 takes 2 inputs where 1 arrive: the layers are of different networks, or in another order",
    );
    refuses(
        "{\"weights\":[[1,2]],\"biases\":[0,1]}",
        "layer 1 has 1 units of weights and 2 biases: save one bias for each unit",
    );
    refuses(
        "{\"weights\":[[1]],\"biases\":[0],\"activation\":\"softmax\"},{\"weights\":[[1]],\"biases\":[0]}",
        "layer 1 has softmax, which only an output layer can have",
    );
    refuses(
        "{\"weights\":[[1],[2]],\"biases\":[0,1e999]}",
        "this is no whole LNN's JSON file (number out of range at line 1 column 102): copy it again, or make one with lnn \
         weights convert",
    );
    let error = "this is no whole LNN's JSON file (layer 1: activation \"swish\" is not known";
    let json = "{\"format\":\"lnn-weights\",\"version\":1,\"layers\":[{\"weights\":[[1]],\"biases\":[0],\"activation\":\"swish\"}]}";
    assert!(read(json.as_bytes()).unwrap_err().to_string().starts_with(error));
}
