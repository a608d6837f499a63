//! What can be asked of data sets. In: words of a command line; out: [`DataArgs`], [`DataCommand`].
//!
//! Read next: `data_set.rs`.

#![allow(clippy::doc_markdown, reason = "these comments are the help text: no markup")]

use std::num::NonZeroUsize;

use clap::{Args, Subcommand};
use lnn_import::{ArrayPart, Every, Normalise, Offer, OpenOptions, PictureOptions, Split};

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
    #[command(flatten)]
    pub read: ReadArgs,
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
    #[command(flatten)]
    pub read: ReadArgs,
    /// What is done to numeric inputs of OUT.npz: none, zscore, minmax, or a factor such as 0.1 or 1/255.
    #[arg(long, default_value = "none", value_parser = parse_normalise, value_name = "none|zscore|minmax|FACTOR")]
    pub normalise: Normalise,
}

/// Which rows and columns, and what is done to them.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// A file (CSV, JSON, Parquet, ARFF, NumPy, HDF5, IDX, pictures in a zip), several that belong together (images and labels,
    /// training and test), a folder of pictures, or a set that comes with lnn: circle, xor, gaussians, moons, spiral, iris,
    /// breast_cancer, digits, diabetes.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub data: Vec<String>,
    /// The column to learn: its name, or "last".
    #[arg(long, default_value = "last", value_name = "NAME|last")]
    pub target: String,
    /// Rows to train on: a share chosen by the seed (1 for all), or first:N; the others are the dev split. By default the split
    /// that the files have themselves, else 0.8.
    #[arg(long, value_parser = parse_split, value_name = "0.8|first:1500")]
    pub split: Option<Split>,
    /// What is done to numeric inputs: none, zscore, minmax, or a factor such as 0.1 or 1/255.
    #[arg(long, default_value = "none", value_parser = parse_normalise, value_name = "none|zscore|minmax|FACTOR")]
    pub normalise: Normalise,
    /// Regression: bring the target to mean 0 and standard deviation 1; costs are then in those units.
    #[arg(long)]
    pub normalise_target: bool,
    /// Seed of everything random: split, start weights, order, dropout.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Made-up data sets: rows.
    #[arg(long, default_value_t = 500, value_name = "N")]
    pub examples: usize,
    /// Made-up data sets: standard deviation of the noise; each has its own default.
    #[arg(long)]
    pub noise: Option<f64>,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl DataArgs {
    /// A data set with every setting as it is where nothing is said.
    pub fn of(data: Vec<String>) -> Self {
        Self {
            data,
            target: "last".to_owned(),
            split: None,
            normalise: Normalise::None,
            normalise_target: false,
            seed: 1,
            examples: 500,
            noise: None,
            read: ReadArgs::default(),
        }
    }

    /// The first file, or the name of a set that comes with lnn.
    pub fn first(&self) -> &str {
        self.data.first().map_or("", String::as_str)
    }
}

/// What is made of files as they are opened.
#[derive(Clone, Debug, Default, Args)]
pub struct ReadArgs {
    /// Keep every Nth row of each split, or every Nth picture: where all are too many.
    #[arg(id = "every_row", long = "every", value_name = "N")]
    pub every: Option<NonZeroUsize>,
    /// Pictures: pixels of the square's side; by default their own where all are small squares of one size, else 64.
    #[arg(long, value_name = "N")]
    pub side: Option<usize>,
    /// Pictures: as grey ones.
    #[arg(long)]
    pub grey: bool,
    /// Arrays (npy, npz, HDF5, IDX): the name of that which is the inputs; by default names and shapes tell. The others are then
    /// guessed to fit it.
    #[arg(long, value_name = "ARRAY")]
    pub inputs: Option<String>,
    /// Arrays: that which is the targets, or "none".
    #[arg(long, value_name = "ARRAY|none")]
    pub targets: Option<String>,
    /// Arrays: inputs of the examples that are held out, or "none".
    #[arg(long, value_name = "ARRAY|none")]
    pub test_inputs: Option<String>,
    /// Arrays: targets of the examples that are held out, or "none".
    #[arg(long, value_name = "ARRAY|none")]
    pub test_targets: Option<String>,
}

impl ReadArgs {
    /// Rows are left out.
    #[cfg(feature = "lambda")]
    pub fn is_thinned(&self) -> bool {
        self.every.is_some_and(|every| every.get() > 1)
    }

    /// What was said, and for the rest what was chosen before.
    pub fn over(&self, before: OpenOptions) -> OpenOptions {
        let pictures = PictureOptions {
            side: self.side.or(before.pictures.side),
            has_colours: self.grey.then_some(false).or(before.pictures.has_colours),
        };
        let mut arrays = before.arrays;
        for (part, said) in [
            (ArrayPart::Inputs, &self.inputs),
            (ArrayPart::Targets, &self.targets),
            (ArrayPart::TestInputs, &self.test_inputs),
            (ArrayPart::TestTargets, &self.test_targets),
        ] {
            if let Some(name) = said {
                let may_be_absent = part != ArrayPart::Inputs;
                arrays.say(part, Some(name.as_str()).filter(|name| !(may_be_absent && *name == "none")));
            }
        }
        OpenOptions { pictures, arrays, every: self.every.map_or(before.every, Every::from), ..before }
    }
}

/// The option that takes an offer.
pub fn option(offer: Offer) -> String {
    match offer {
        Offer::EveryRow { n } => format!("--every {n}"),
        Offer::PixelSide { side } => format!("--side {side}"),
    }
}

fn parse_split(text: &str) -> Result<Split, String> {
    let split = match text.strip_prefix("first:") {
        Some(n) => n.parse().ok().filter(|&n: &usize| n > 0).map(Split::First),
        None => text.parse().ok().filter(|&share: &f64| share > 0.0 && share <= 1.0).map(Split::Fraction),
    };
    split.ok_or_else(|| "write a share above 0 and at most 1, such as 0.8, or first:1500".into())
}

fn parse_normalise(text: &str) -> Result<Normalise, String> {
    match text {
        "none" => return Ok(Normalise::None),
        "zscore" => return Ok(Normalise::ZScore),
        "minmax" => return Ok(Normalise::MinMax),
        _ => {}
    }
    let factor = match text.split_once('/') {
        Some((above, below)) => above.parse::<f64>().ok().zip(below.parse::<f64>().ok()).map(|(a, b)| a / b),
        None => text.parse().ok(),
    };
    let usable = |factor: &f64| factor.is_finite() && *factor != 0.0;
    factor
        .filter(usable)
        .map(Normalise::Factor)
        .ok_or_else(|| "write none, zscore, minmax, or a factor such as 1/255".into())
}
