//! What can be asked of data sets. In: words of a command line; out: [`DataCommand`].
//!
//! Read next: `data_set.rs`.

#![allow(clippy::doc_markdown, reason = "these comments are the help text: no markup")]

use clap::{Args, Subcommand};
use lnn_import::Normalise;

use crate::args::parse_normalise;

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// What the files hold, as the page's preview shows it.
    Show(DataShowArgs),
    /// Write the data set anew: OUT.csv as it was read, OUT.npz as a network sees it (x_train, y_train, x_test, y_test).
    Convert(DataConvertArgs),
}

#[derive(Debug, Args)]
pub struct DataShowArgs {
    /// Files that belong together, a folder of pictures, or a set that comes with lnn.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// The column to learn: its name, or "last".
    #[arg(long, value_name = "NAME|last")]
    pub target: Option<String>,
    /// Print one line of JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DataConvertArgs {
    /// Files that belong together, then the new one.
    #[arg(required = true, num_args = 2.., value_name = "IN… OUT")]
    pub files: Vec<String>,
    /// The column to learn: its name, or "last".
    #[arg(long, value_name = "NAME|last")]
    pub target: Option<String>,
    /// What is done to numeric inputs of OUT.npz: none, zscore, minmax, or a factor such as 0.1 or 1/255.
    #[arg(long, default_value = "none", value_parser = parse_normalise, value_name = "none|zscore|minmax|FACTOR")]
    pub normalise: Normalise,
}
