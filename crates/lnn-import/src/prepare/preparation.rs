//! The way from a row of the file to the numbers a network sees, learned from the training rows and kept, so that any
//! later file is prepared alike.
//!
//! Made by `fit.rs`, carried out by `encode.rs`, saved beside the parameters by the command line. Read next:
//! `encode.rs`.

use super::picture::Picture;
use crate::Task;

/// What every row goes through.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Preparation {
    /// Columns of the file that become inputs, in order.
    pub inputs: Vec<InputColumn>,
    /// The column that is learned.
    pub target: TargetColumn,
    /// What is learned of it.
    pub task: Task,
}

/// A column of the file that becomes one input or several.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InputColumn {
    /// As in the file.
    pub name: String,
    /// What becomes of its values.
    pub encoding: Encoding,
}

/// How a column becomes inputs.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Encoding {
    /// One input; with `flags_missing` a second, 1 where the value is missing.
    Numeric {
        /// Brings the value to the network's units.
        scaling: Scaling,
        /// Stands for a missing value, in the file's units; without one the row can't be used.
        fill: Option<f64>,
        /// Adds the second input.
        flags_missing: bool,
    },
    /// One 0/1 input for each category; with `has_missing_category` one more, last.
    OneHot {
        /// Sorted; numbers as numbers, texts as texts.
        categories: Vec<String>,
        /// The category that stands for a missing value; without one, and without the extra input, the row can't be
        /// used. A category that is not listed makes all inputs 0.
        fill: Option<usize>,
        /// Adds the extra input.
        has_missing_category: bool,
    },
}

/// The column that is learned.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TargetColumn {
    /// As in the file.
    pub name: String,
    /// Sorted, numbers as numbers; empty for regression.
    pub class_names: Vec<String>,
    /// Regression: brings the value to the network's units.
    pub scaling: Scaling,
}

/// normalised = (x − shift) / scale.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scaling {
    /// In the file's units.
    pub shift: f64,
    /// In the file's units; never 0.
    pub scale: f64,
}

impl Scaling {
    /// Leaves numbers as they are.
    pub const IDENTITY: Self = Self { shift: 0.0, scale: 1.0 };

    /// From the file's units to the network's.
    pub fn apply(self, value: f64) -> f64 {
        (value - self.shift) / self.scale
    }

    /// From the network's units to the file's.
    pub fn undo(self, normalised: f64) -> f64 {
        normalised * self.scale + self.shift
    }
}

impl Encoding {
    /// Inputs the column becomes.
    pub fn n_inputs(&self) -> usize {
        match self {
            Self::Numeric { flags_missing, .. } => 1 + usize::from(*flags_missing),
            Self::OneHot { categories, has_missing_category, .. } => {
                categories.len() + usize::from(*has_missing_category)
            }
        }
    }
}

impl Preparation {
    /// Inputs of the network.
    pub fn n_inputs(&self) -> usize {
        self.inputs.iter().map(|input| input.encoding.n_inputs()).sum()
    }

    /// Outputs of the network: one for each class, but one for two classes or a number.
    pub fn n_outputs(&self) -> usize {
        if self.task == Task::Classification { self.target.class_names.len() } else { 1 }
    }

    /// `height`, `origin=usa`, `age missing`; (`n_inputs`).
    pub fn input_names(&self) -> Vec<String> {
        let mut names = Vec::with_capacity(self.n_inputs());
        for InputColumn { name, encoding } in &self.inputs {
            let adds_missing = match encoding {
                Encoding::Numeric { flags_missing, .. } => {
                    names.push(name.clone());
                    *flags_missing
                }
                Encoding::OneHot { categories, has_missing_category, .. } => {
                    names.extend(categories.iter().map(|category| format!("{name}={category}")));
                    *has_missing_category
                }
            };
            if adds_missing {
                names.push(format!("{name} missing"));
            }
        }
        names
    }

    /// How each input is scaled, so that real units can be shown; (`n_inputs`).
    pub fn input_scalings(&self) -> Vec<Scaling> {
        let mut scalings = Vec::with_capacity(self.n_inputs());
        for input in &self.inputs {
            let first = match &input.encoding {
                Encoding::Numeric { scaling, .. } => *scaling,
                Encoding::OneHot { .. } => Scaling::IDENTITY,
            };
            scalings.extend(
                (0..input.encoding.n_inputs()).map(|i| if i == 0 { first } else { Scaling::IDENTITY }),
            );
        }
        scalings
    }

    /// The picture that the inputs are, if their names say so.
    pub(super) fn picture(&self) -> Option<Picture> {
        let is_number =
            |input: &InputColumn| matches!(input.encoding, Encoding::Numeric { flags_missing: false, .. });
        if self.inputs.iter().all(is_number) { Picture::guess(&self.input_names()) } else { None }
    }
}
