//! What can be asked of files of weights. In: words of a command line; out: [`WeightsCommand`], [`InitArg`].
//!
//! Read next: `weights.rs`.

#![allow(clippy::doc_markdown, reason = "these comments are the help text: no markup")]

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use lnn_core::{Activation, Init};
use lnn_weights::Format;

#[derive(Debug, Subcommand)]
pub enum WeightsCommand {
    /// Print what a file holds: its layers, their sizes, activations and ranges of weights.
    Show(ShowArgs),
    /// Write the network of one file to another, whose ending says the format.
    ///
    /// Activations come from the file, or from IN.json beside it as lnn train --save writes it, else from --hidden and
    /// --output; ONNX and the NumPy program need them. Beside an .npz, OUT.npz.json is written where they are known.
    Convert(ConvertArgs),
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An .npz, .safetensors, .onnx, .h5 or .json.
    pub file: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// An .npz, .safetensors, .onnx, .h5 or .json.
    pub from: PathBuf,
    /// The new file: .npz, .safetensors, .onnx, .json, or .py for a program that needs NumPy alone.
    pub to: PathBuf,
    /// The format, where the ending does not say it: npz, safetensors, json, onnx, py.
    #[arg(long = "to", value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Activation of the hidden layers: identity, sigmoid, tanh, relu, leaky_relu; one, or one for each.
    #[arg(long, value_delimiter = ',')]
    pub hidden: Vec<Activation>,
    /// Activation of the output layer: identity, sigmoid, softmax, …
    #[arg(long)]
    pub output: Option<Activation>,
}

/// Where start weights come from.
#[derive(Clone, Debug, PartialEq)]
pub enum InitArg {
    Rule(Init),
    File(PathBuf),
}

impl FromStr for InitArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if Format::of_name(text).is_some() {
            return Ok(Self::File(text.into()));
        }
        text.parse().map(Self::Rule).map_err(|error| format!("{error}, or a file F.npz"))
    }
}
