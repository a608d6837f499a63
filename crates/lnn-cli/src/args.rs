//! What can be asked for, with every default. In: words of a command line; out: [`Cli`], or usage and exit code 2.
//!
//! Read next: `settings.rs` for what "auto" becomes, `train.rs` for what is done.

#![allow(clippy::doc_markdown, reason = "these comments are the help text: no markup")]

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lnn_core::{Activation, BatchSize, Cost, LearningRateDecay, Optimizer, Shuffle};

use crate::data_args::{DataArgs, DataCommand, ReadArgs};
use crate::lambda_args::{LambdaCommand, LocalCommand};
pub use crate::weights_args::InitArg;
use crate::weights_args::WeightsCommand;

/// See inside every unit of a neural network: the engine of LNN in a terminal.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network on a data set: CSV, NumPy, HDF5, IDX, pictures, JSON, Parquet or ARFF.
    Train(TrainArgs),
    /// Compare backpropagation with central differences, in f64; exit code 1 if they differ.
    Gradcheck(GradcheckArgs),
    /// Print what a trained network makes of each row of a data set.
    ///
    /// `lnn train --save F.npz` also writes F.npz.json: how columns become inputs, and the activations. If it is there,
    /// it decides, and new files are prepared exactly as the training rows were. Without it (parameters from NumPy)
    /// give the options of the training, and a file with the target column.
    Predict(PredictArgs),
    /// Look into the log of a run: LNN's own (a folder, .ndjson, .ndjson.gz, .zip), also among what CloudWatch Logs handed
    /// out; the curves of a results.json or of TensorBoard's event files.
    #[command(subcommand)]
    Log(LogCommand),
    /// Look into a data set of any format, or write it in another.
    #[command(subcommand)]
    Data(DataCommand),
    /// The functions of AWS Lambda on this machine.
    #[command(subcommand)]
    Local(LocalCommand),
    /// Runs whose units are computed by functions: on AWS Lambda, or on this machine.
    #[command(subcommand)]
    Lambda(LambdaCommand),
    /// Networks in the files of other programs: npz, safetensors, ONNX, HDF5 (Keras too), JSON, a NumPy program.
    #[command(subcommand)]
    Weights(WeightsCommand),
}

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// What the log holds: recipe, data set, scores, what is missing.
    Show(ShowArgs),
    /// What is wrong with the log; exit code 1 if anything is.
    Check(CheckArgs),
    /// Write what is good of a log, in order and without doubles, to a new one.
    Repair(RepairArgs),
    /// Write a log as tables for pandas and others.
    Export(ExportArgs),
    /// Compute the run again and compare it with its log to the bit; exit code 1 where they part.
    Verify(VerifyArgs),
}

impl LogCommand {
    /// The log that it is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Show(args) => &args.log,
            Self::Check(args) => &args.log,
            Self::Repair(args) => &args.log,
            Self::Export(args) => &args.log,
            Self::Verify(args) => &args.log,
        }
    }
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A folder or a file.
    pub log: PathBuf,
    /// The run, where the log has several.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
    /// Show every unit at this step.
    #[arg(long, value_name = "N")]
    pub step: Option<u64>,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A folder or a file.
    pub log: PathBuf,
    /// Print the account as one line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RepairArgs {
    /// A folder or a file.
    pub log: PathBuf,
    /// The new log: a new folder, or a file F.ndjson or F.ndjson.gz.
    #[arg(long, short = 'o', value_name = "DIR|FILE")]
    pub to: PathBuf,
    /// The run, where the log has several.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// A folder or a file.
    pub log: PathBuf,
    /// The folder for the tables.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// How tables are written.
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    /// Only this run.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Texts, an empty cell where a number is not known.
    Csv,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A folder or a file.
    pub log: PathBuf,
    /// The data set of the run: its file; needs not be given for a set that comes with lnn.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub data: Vec<String>,
    #[command(flatten)]
    pub read: ReadArgs,
    /// The run, where the log has several.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
    /// The first step to compare; computed from the nearest checkpoint before it.
    #[arg(long, value_name = "STEP")]
    pub from: Option<u64>,
    /// The last step to compare.
    #[arg(long, value_name = "STEP")]
    pub to: Option<u64>,
    /// Print the outcome as one line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Passes over the training split.
    #[arg(long, default_value_t = 100)]
    pub epochs: u64,
    /// Numbers to compute with.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
    /// Write the parameters (W1 b1 W2 b2 …) to this .npz, and to F.npz.json what `lnn predict` needs besides; or all of it
    /// to a .safetensors, .onnx or .json, or as a NumPy program, .py.
    #[arg(long, value_name = "F.npz")]
    pub save: Option<PathBuf>,
    #[command(flatten)]
    pub log: LogArgs,
    /// Print one line of JSON for each epoch, 0 (the start) included, instead of a progress bar.
    #[arg(long)]
    pub json: bool,
}

/// The log that a training writes.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Write a log that the page replays: a new folder, or a file F.ndjson or F.ndjson.gz.
    #[arg(long = "log", value_name = "DIR|FILE")]
    pub to: Option<PathBuf>,
    /// Log every Nth step; the first and the last always.
    #[arg(long = "log-every", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,
    /// Log every unit's activation and error on up to 64 training examples, too.
    #[arg(long = "log-watched")]
    pub watched: bool,
    /// Epochs between two checkpoints; by default a tenth of all. The last step always has one.
    #[arg(long = "log-checkpoint", value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(1..))]
    pub checkpoint: Option<u64>,
    /// The run's name; by default made of the data set's.
    #[arg(long = "run", value_name = "NAME")]
    pub run: Option<String>,
}

#[derive(Debug, Args)]
pub struct GradcheckArgs {
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Check this many parameters, chosen by the seed, instead of all.
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// Relative difference, over all parameters checked, that is too large.
    #[arg(long, default_value_t = 1e-7)]
    pub tolerance: f64,
    /// Half the distance of the two points of a central difference.
    #[arg(long, default_value_t = lnn_core::gradient_check::DEFAULT_EPSILON)]
    pub difference: f64,
    /// Print the result as one line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct PredictArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// Parameters that `lnn train --save` or another program wrote: .npz (W1 b1 W2 b2 …), .safetensors, .onnx, .h5, .json.
    #[arg(long, value_name = "F.npz")]
    pub params: PathBuf,
    /// Activation of the hidden layers, as in `lnn train`, where the file does not say it.
    #[arg(long, value_delimiter = ',')]
    pub hidden: Vec<Activation>,
    /// Activation of the output, as in `lnn train`.
    #[arg(long, default_value = "auto")]
    pub output: Auto<Activation>,
    /// Print one line of JSON for each row instead of CSV.
    #[arg(long)]
    pub json: bool,
}

/// The network and how it learns.
#[derive(Debug, Args)]
pub struct RecipeArgs {
    /// Units of each hidden layer, or "none"; by default 20,7,5, or those of the file given to --init.
    #[arg(long, value_parser = parse_layers)]
    pub layers: Option<Layers>,
    /// Activation of the hidden layers: identity, sigmoid, tanh, relu, leaky_relu; one, or one for each. By default what
    /// the file given to --init says, else relu.
    #[arg(long, value_delimiter = ',')]
    pub hidden: Vec<Activation>,
    /// Activation of the output: auto, identity (a number), sigmoid, softmax (classes), …
    #[arg(long, default_value = "auto")]
    pub output: Auto<Activation>,
    /// auto, binary_cross_entropy, categorical_cross_entropy, squared_error.
    #[arg(long, default_value = "auto")]
    pub cost: Auto<Cost>,
    /// sgd, momentum, rmsprop, adam.
    #[arg(long, default_value = "adam")]
    pub optimizer: Optimizer,
    /// α.
    #[arg(long, default_value_t = 0.01)]
    pub learning_rate: f64,
    /// β of momentum and RMSprop; 0.9.
    #[arg(long, alias = "beta", value_name = "BETA")]
    pub momentum: Option<f64>,
    /// β₁ of Adam; 0.9.
    #[arg(long)]
    pub beta1: Option<f64>,
    /// β₂ of Adam; 0.999.
    #[arg(long)]
    pub beta2: Option<f64>,
    /// ε of RMSprop and Adam; 1e-8.
    #[arg(long)]
    pub epsilon: Option<f64>,
    /// How α falls: none, inverse_time:RATE, exponential:RATE, step:FACTOR:EPOCHS.
    #[arg(long, default_value = "none")]
    pub decay: LearningRateDecay,
    /// Examples in a mini-batch, or "full".
    #[arg(long, default_value = "64")]
    pub batch_size: BatchSize,
    /// λ of the penalty λ/(2m)·Σ‖W‖².
    #[arg(long, default_value_t = 0.0)]
    pub l2: f64,
    /// Share of hidden units dropped in training.
    #[arg(long, default_value_t = 0.0)]
    pub dropout: f64,
    /// Start weights: he, xavier, inverse_sqrt, constant or constant:SCALE, zeros, or those of a file: .npz (W1 b1 W2 b2 …),
    /// .safetensors, .onnx, .h5 or .json.
    #[arg(long, visible_alias = "start", default_value = "he", value_name = "he|xavier|…|FILE")]
    pub init: InitArg,
    /// Order of the examples: epoch (a new one each) or none (as in the file).
    #[arg(long, default_value = "epoch", value_name = "epoch|none")]
    pub shuffle: Shuffle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

/// Units of each hidden layer; a type of its own, so that clap takes the list as one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers(pub Vec<usize>);

/// A choice, or the one that suits the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auto<T> {
    Auto,
    Given(T),
}

impl<T: FromStr> FromStr for Auto<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Given) }
    }
}

fn parse_layers(text: &str) -> Result<Layers, String> {
    if text == "none" {
        return Ok(Layers(Vec::new()));
    }
    let units = |part: &str| {
        let number = part.trim().parse().ok().filter(|&units: &usize| units > 0);
        number.ok_or_else(|| format!("{part:?} is no number of units; write 20,7,5, or none"))
    };
    text.split(',').map(units).collect::<Result<_, _>>().map(Layers)
}
