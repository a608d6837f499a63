//! The network as a Python program, written as in the course: sigmoid, relu, forward, and the parameters below.
//!
//! In: a network whose activations are known. Out: one .py file that needs NumPy alone; examples are columns, as in the
//! course. Read next: `program.py`, the part that is the same for every network.

use std::fmt::Write;

use data_encoding::BASE64;
use lnn_core::Activation;
use lnn_import::Scaling;

use crate::numbers::encode;
use crate::{DenseNetwork, Format, Precision, WeightsError};

/// Characters of a line of Base64.
const LINE: usize = 112;
const USE: &str = include_str!("program.py");

/// What each activation is in NumPy.
fn definition(activation: Activation) -> &'static str {
    match activation {
        Activation::Identity => "def identity(z):\n    return z\n",
        Activation::Sigmoid => {
            "def sigmoid(z):\n    e = np.exp(-np.abs(z))  # never overflows\n    return np.where(z < 0, e, 1) / (1 + e)\n"
        }
        Activation::Tanh => "def tanh(z):\n    return np.tanh(z)\n",
        Activation::Relu => "def relu(z):\n    return np.maximum(0, z)\n",
        Activation::LeakyRelu => "def leaky_relu(z):\n    return np.where(z > 0, z, 0.01 * z)\n",
        Activation::Softmax => {
            "def softmax(z):\n    e = np.exp(z - z.max(axis=0, keepdims=True))\n    return e / e.sum(axis=0, keepdims=True)\n"
        }
    }
}

pub(crate) fn write(network: &DenseNetwork, name: &str) -> Result<Vec<u8>, WeightsError> {
    let activations = network.activations(Format::Program)?;
    program(network, &activations, name)
        .map(String::into_bytes)
        .map_err(|error| WeightsError::Write { format: Format::Program, why: error.to_string() })
}

fn program(
    network: &DenseNetwork,
    activations: &[Activation],
    name: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    let title = one_line(if name.is_empty() { "network" } else { name });
    writeln!(text, "\"\"\"{title}: a network of {} units, as trained by LNN.\n", network.sizes())?;
    writeln!(
        text,
        "Needs NumPy alone. As a module:\n\n    forward(X, PARAMETERS)[0]    # X: (n_inputs, n_examples)\n"
    )?;
    writeln!(text, "As a program, on an .npy or .csv file with a row for each example:\n")?;
    writeln!(
        text,
        "    python FILE.py X.npy         # prints the outputs, one row for each example\n\"\"\"\n"
    )?;
    writeln!(text, "import base64\nimport sys\n\nimport numpy as np\n\n")?;
    for known in Activation::ALL.into_iter().filter(|known| activations.contains(known)) {
        writeln!(text, "{}\n", definition(known))?;
    }
    let names = activations.iter().map(|activation| activation.as_str()).collect::<Vec<_>>().join(", ");
    let comma = if activations.len() == 1 { "," } else { "" };
    writeln!(text, "# One for each layer.\nACTIVATIONS = ({names}{comma})")?;
    about_inputs(&mut text, network)?;
    writeln!(text, "\n\n{}\n\n", USE.trim_end())?;
    parameters(&mut text, network)?;
    writeln!(
        text,
        "\nPARAMETERS = decoded(ENCODED)\n\nif __name__ == \"__main__\":\n    main(sys.argv[1:])"
    )?;
    Ok(text)
}

/// Names, and how each input was scaled before the network saw it.
fn about_inputs(text: &mut String, network: &DenseNetwork) -> Result<(), Box<dyn std::error::Error>> {
    writeln!(text, "\n# The inputs, in order; empty where their names are not known.")?;
    writeln!(text, "INPUTS = {}", serde_json::to_string(&network.input_names)?)?;
    let classes = network.preparation.as_ref().map(|preparation| &preparation.target.class_names);
    writeln!(
        text,
        "# What the outputs stand for; empty for a number. Of two classes, the output is for the second."
    )?;
    writeln!(text, "CLASSES = {}", serde_json::to_string(&classes.cloned().unwrap_or_default())?)?;
    let scalings = match &network.preparation {
        Some(preparation) => preparation.input_scalings(),
        None => vec![Scaling::IDENTITY; network.n_inputs()],
    };
    let target =
        network.preparation.as_ref().map_or(Scaling::IDENTITY, |preparation| preparation.target.scaling);
    writeln!(text, "# The network sees (input - SHIFT) / SCALE; a category is an input that is 0 or 1.")?;
    writeln!(text, "SHIFT = {}", column(scalings.iter().map(|scaling| scaling.shift), 0.0)?)?;
    writeln!(text, "SCALE = {}", column(scalings.iter().map(|scaling| scaling.scale), 1.0)?)?;
    writeln!(text, "# A number that is predicted is output * TARGET_SCALE + TARGET_SHIFT.")?;
    writeln!(text, "TARGET_SHIFT, TARGET_SCALE = {:?}, {:?}", target.shift, target.scale)?;
    Ok(())
}

/// One number for each input, or one for all where all are `plain`.
fn column(numbers: impl Iterator<Item = f64>, plain: f64) -> Result<String, serde_json::Error> {
    let numbers: Vec<f64> = numbers.collect();
    if numbers.iter().all(|&number| number == plain) {
        return Ok(format!("{plain:?}"));
    }
    serde_json::to_string(&numbers).map(|list| format!("np.array({list}).reshape(-1, 1)"))
}

/// Shapes and bytes: `("W1", (20, 2), "…")`.
fn parameters(text: &mut String, network: &DenseNetwork) -> Result<(), Box<dyn std::error::Error>> {
    let dtype = match network.precision {
        Precision::F32 => "<f4",
        Precision::F64 => "<f8",
    };
    writeln!(text, "# Little-endian numbers, row by row, in Base64.\nDTYPE = \"{dtype}\"\nENCODED = [")?;
    for (idx, layer) in network.layers.iter().enumerate() {
        let (n_units, n_inputs) = layer.weights.dim();
        let number = idx + 1;
        encoded(
            text,
            &format!("W{number}"),
            (n_units, n_inputs),
            &encode(&layer.weights, network.precision),
        )?;
        encoded(text, &format!("b{number}"), (n_units, 1), &encode(&layer.biases, network.precision))?;
    }
    writeln!(text, "]")?;
    Ok(())
}

fn encoded(text: &mut String, name: &str, shape: (usize, usize), bytes: &[u8]) -> std::fmt::Result {
    writeln!(text, "    (\"{name}\", ({}, {}), \"\"\"", shape.0, shape.1)?;
    // Three bytes are four characters: whole lines of them can be joined again.
    for line in bytes.chunks(LINE / 4 * 3) {
        writeln!(text, "{}", BASE64.encode(line))?;
    }
    writeln!(text, "\"\"\"),")
}

/// A name as a piece of Python's comment: on one line, without what ends it.
fn one_line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).take(80).collect()
}
