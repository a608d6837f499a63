//! What can be asked of neurons on AWS Lambda, or of their likes on this machine. In: words of a command line; out: the
//! commands, also in an `lnn` that was built without them.
//!
//! Read next: `lambda/mod.rs`.

#![allow(clippy::doc_markdown, reason = "these comments are the help text: no markup")]
#![cfg_attr(not(feature = "lambda"), allow(dead_code, reason = "read where the commands are built in"))]

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use crate::args::{DataArgs, LogArgs, Precision, RecipeArgs};

#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Start everything and say where it is; ends with Ctrl-C.
    Up(UpArgs),
}

#[derive(Debug, Args)]
pub struct UpArgs {
    /// The port of its address; by default any that is free.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// The folder with the programs launcher, trainer, neuron and log_api; by default lnn's own.
    #[arg(long, value_name = "DIR")]
    pub functions: Option<PathBuf>,
    /// What may see, launch and stop every run; by default a random one.
    #[arg(long, value_name = "T")]
    pub token: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum LambdaCommand {
    /// Train a network; the options are those of "lnn train".
    Train(Box<LambdaTrainArgs>),
    /// All runs, newest first.
    List(ListArgs),
    /// How far a run is.
    Status(RunArgs),
    /// The lines of a run's log.
    Logs(LogsArgs),
    /// Write a run's log, its data set and its parameters to a new folder.
    Fetch(FetchArgs),
    /// Stop a run after the step that it is at.
    Cancel(RunArgs),
}

/// Where the functions are.
#[derive(Debug, Args)]
pub struct WhereArgs {
    /// The address; by default LNN_API, or that of a running "lnn local up".
    #[arg(long, value_name = "URL", conflicts_with = "stack")]
    pub api: Option<String>,
    /// Who asks; by default LNN_TOKEN, or what "lnn local up" made.
    #[arg(long, value_name = "T")]
    pub token: Option<String>,
    /// A stack that was deployed to AWS.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
}

#[derive(Debug, Args)]
pub struct LambdaTrainArgs {
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
    #[command(flatten)]
    pub log: LogArgs,
    /// Units that one call of a neuron computes, or "layer" for all of a layer.
    #[arg(long, default_value = "1", value_name = "N|layer")]
    pub units_per_neuron: UnitsPerNeuron,
    /// Start the run and leave it.
    #[arg(long)]
    pub detach: bool,
    #[command(flatten)]
    pub place: WhereArgs,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print the answer as one line of JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: WhereArgs,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// The run's name.
    pub run: String,
    /// Print the answer as one line of JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: WhereArgs,
}

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The run's name.
    pub run: String,
    /// Wait for new lines until the run ends.
    #[arg(long, short = 'f')]
    pub follow: bool,
    #[command(flatten)]
    pub place: WhereArgs,
}

#[derive(Debug, Args)]
pub struct FetchArgs {
    /// The run's name.
    pub run: String,
    /// A new folder.
    pub to: PathBuf,
    #[command(flatten)]
    pub place: WhereArgs,
}

/// How much of a layer a neuron is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitsPerNeuron {
    /// So many units.
    Units(usize),
    /// All of them.
    Layer,
}

impl FromStr for UnitsPerNeuron {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "layer" {
            return Ok(Self::Layer);
        }
        let units = text.parse().ok().filter(|&units: &usize| units > 0);
        units.map(Self::Units).ok_or("write a number of units, 1 or more, or layer")
    }
}

impl UnitsPerNeuron {
    /// None: the whole layer.
    pub const fn units(self) -> Option<usize> {
        match self {
            Self::Units(units) => Some(units),
            Self::Layer => None,
        }
    }
}
