//! What a run is made of on the page's side: where its data comes from and which settings fit it.
//!
//! In: a gallery's choice or a loaded data set. Out: a [`DataSource`] and a [`Recipe`] that can be started.

use std::rc::Rc;

use lnn_core::{Activation, BatchSize, Cost, Init, Recipe, synthetic::SyntheticKind};
use lnn_runlog::{RunHeader, Task};

use crate::protocol::{DataArrays, SyntheticData, TrainingData, UnitId};

/// Where a run's data comes from.
#[derive(Debug, Clone)]
pub enum DataSource {
    /// Made by the trainer.
    Synthetic(SyntheticData),
    /// Read by the loader, held for a trainer that must start again.
    Arrays(Rc<DataArrays>),
}

/// Two loaded data sets are the same only if they are one: comparing millions of numbers would stop the page.
impl PartialEq for DataSource {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Synthetic(a), Self::Synthetic(b)) => a == b,
            (Self::Arrays(a), Self::Arrays(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Default for DataSource {
    fn default() -> Self {
        let kind = SyntheticKind::Spiral;
        Self::Synthetic(SyntheticData { kind, n_examples: 400, noise: 0.04, seed: 1, train_share: 0.8 })
    }
}

impl DataSource {
    /// What its output is asked for.
    pub fn task(&self) -> Option<Task> {
        match self {
            Self::Synthetic(_) => Some(Task::BinaryClassification),
            Self::Arrays(arrays) => Some(arrays.info.task),
        }
    }

    /// What a network for it gets and gives.
    pub fn n_inputs_and_outputs(&self) -> (usize, usize) {
        match self {
            Self::Synthetic(_) => (2, 1),
            Self::Arrays(arrays) => (arrays.info.n_inputs(), arrays.info.n_outputs()),
        }
    }

    /// For the trainer.
    pub fn to_message(&self) -> TrainingData {
        match self {
            Self::Synthetic(synthetic) => TrainingData::Synthetic(*synthetic),
            Self::Arrays(arrays) => TrainingData::Arrays(arrays.clone()),
        }
    }
}

/// A data set that is shipped with the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shipped {
    /// 150 flowers, 4 lengths, 3 species.
    Iris,
    /// 569 tumours, 30 measures, 2 diagnoses.
    BreastCancer,
    /// 1,797 pictures of 8 × 8 pixels, 10 digits.
    Digits,
    /// 442 patients, 10 measures, a number a year later.
    Diabetes,
}

impl Shipped {
    /// All, in the gallery's order.
    pub const ALL: [Self; 4] = [Self::Iris, Self::BreastCancer, Self::Digits, Self::Diabetes];

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Iris => "Iris",
            Self::BreastCancer => "Breast cancer",
            Self::Digits => "Digits",
            Self::Diabetes => "Diabetes",
        }
    }

    /// What is in it, in a few words.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Iris => "150 flowers, 4 lengths, 3 species",
            Self::BreastCancer => "569 tumours, 30 measures, 2 diagnoses",
            Self::Digits => "1797 pictures of 8 × 8 pixels, 10 digits",
            Self::Diabetes => "442 patients, 10 measures, progression after a year",
        }
    }

    /// Where it comes from, for the gallery.
    pub fn source(self) -> &'static str {
        match self {
            Self::Iris => "Fisher 1936, UCI, CC BY 4.0",
            Self::BreastCancer => "Wolberg, Mangasarian, Street & Street 1993, UCI, CC BY 4.0",
            Self::Digits => "Alpaydin & Kaynak 1998, UCI, CC BY 4.0",
            Self::Diabetes => "Efron, Hastie, Johnstone & Tibshirani 2004, scikit-learn, BSD-3-Clause",
        }
    }

    /// Relative to the page.
    pub fn url(self) -> &'static str {
        match self {
            Self::Iris => "data/iris.csv",
            Self::BreastCancer => "data/breast_cancer.csv",
            Self::Digits => "data/digits.csv",
            Self::Diabetes => "data/diabetes.csv",
        }
    }
}

/// A small network that learns the spiral while one looks on.
pub fn default_recipe() -> Recipe {
    Recipe {
        layers: vec![8, 8, 6],
        hidden: vec![Activation::Tanh; 3],
        output: Activation::Sigmoid,
        cost: Cost::BinaryCrossEntropy,
        // With Xavier's smaller start weights tanh lingers on a plateau of the spiral for hundreds of epochs.
        init: Init::He,
        learning_rate: 0.02,
        batch_size: BatchSize::Of(32),
        seed: 23,
        ..Recipe::default()
    }
}

/// The same settings with the output and the cost that a task asks for.
pub fn fit_recipe(recipe: &Recipe, task: Task) -> Recipe {
    let (output, cost) = match task {
        Task::BinaryClassification => (Activation::Sigmoid, Cost::BinaryCrossEntropy),
        Task::Classification => (Activation::Softmax, Cost::CategoricalCrossEntropy),
        Task::Regression => (Activation::Identity, Cost::SquaredError),
    };
    Recipe { output, cost, ..recipe.clone() }
}

/// Whether a run's network has the unit.
pub(super) fn has_unit(header: &RunHeader, unit: UnitId) -> bool {
    let layers = &header.recipe.layers;
    let n_units = layers.get(unit.layer_idx).copied().unwrap_or(header.data.n_outputs());
    unit.layer_idx <= layers.len() && unit.unit_idx < n_units
}
