//! The head of a run: its recipe and what is known of its data set. With it any run can be run again.
//!
//! In: what an importer or a gallery found out. Out: one [`RunHeader`]. Read next: `recipe.rs`.

use lnn_core::SyntheticKind;
use serde::{Deserialize, Serialize};

use crate::RecipeRecord;

/// What the output is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One output, two classes.
    BinaryClassification,
    /// One output per class.
    Classification,
    /// One output, a number.
    Regression,
}

impl Task {
    /// Whether accuracy and a confusion matrix mean anything here.
    pub fn is_classification(self) -> bool {
        self != Self::Regression
    }
}

/// How a column was scaled: `shown = scaled * scale + shift`, so that views can show the user's own units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InputScale {
    /// What became 0, in the column's unit.
    pub shift: f64,
    /// What became 1 above that, in the column's unit; never 0.
    pub scale: f64,
}

impl InputScale {
    /// A column taken as it is.
    pub const NONE: Self = Self { shift: 0.0, scale: 1.0 };

    /// The user's own number behind a scaled one.
    pub fn to_shown(self, scaled: f64) -> f64 {
        scaled * self.scale + self.shift
    }
}

/// What is known of a data set without holding its examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataInfo {
    /// What people call it: a gallery's title or a file's name.
    pub name: String,
    /// What the output is asked for.
    pub task: Task,
    /// One name per input, in the order of the network's inputs; one-hot inputs are named `column=category`.
    pub input_names: Vec<String>,
    /// How each input was scaled.
    pub input_scales: Vec<InputScale>,
    /// The target column's name.
    pub target_name: String,
    /// Class names in the order of the outputs; for two classes `[0, 1]`; empty for regression.
    pub class_names: Vec<String>,
    /// How the target was scaled (regression).
    pub target_scale: InputScale,
    /// Height and width, where the inputs are the pixels of a picture in row order.
    pub picture: Option<(u32, u32)>,
    /// Inputs a pixel, side by side: 1 = grey, 3 = red, green and blue. Older logs know grey pictures only.
    #[serde(default = "grey")]
    pub picture_channels: u32,
    /// Examples trained on.
    pub n_train: usize,
    /// Examples held out (the dev split).
    pub n_dev: usize,
}

const fn grey() -> u32 {
    1
}

impl DataInfo {
    /// Of a made-up data set: two coordinates, two classes.
    pub fn made_up(kind: SyntheticKind, n_train: usize, n_dev: usize) -> Self {
        Self {
            name: kind.as_str().to_owned(),
            task: Task::BinaryClassification,
            input_names: vec!["x₁".to_owned(), "x₂".to_owned()],
            input_scales: vec![InputScale::NONE; 2],
            target_name: "class".to_owned(),
            class_names: vec!["0".to_owned(), "1".to_owned()],
            target_scale: InputScale::NONE,
            picture: None,
            picture_channels: 1,
            n_train,
            n_dev,
        }
    }

    /// Number of inputs of a network for this data.
    pub fn n_inputs(&self) -> usize {
        self.input_names.len()
    }

    /// Number of outputs of a network for this data.
    pub fn n_outputs(&self) -> usize {
        match self.task {
            Task::Classification => self.class_names.len(),
            Task::BinaryClassification | Task::Regression => 1,
        }
    }
}

/// The whole recipe of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// The log format's version, [`crate::FORMAT`].
    pub format: u32,
    /// The run's name.
    pub run: String,
    /// Every setting of the training.
    pub recipe: RecipeRecord,
    /// The data set it runs on.
    pub data: DataInfo,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_from_before_colours_has_grey_pictures() {
        let data = DataInfo {
            name: "digits".to_owned(),
            task: Task::Classification,
            input_names: vec!["pixel".to_owned(); 64],
            input_scales: vec![InputScale::NONE; 64],
            target_name: "digit".to_owned(),
            class_names: vec!["0".to_owned(), "1".to_owned()],
            target_scale: InputScale::NONE,
            picture: Some((8, 8)),
            picture_channels: 1,
            n_train: 10,
            n_dev: 0,
        };
        let mut old = serde_json::to_value(&data).unwrap();
        old.as_object_mut().unwrap().remove("picture_channels");
        assert_eq!(serde_json::from_value::<DataInfo>(old).unwrap(), data);
    }
}
