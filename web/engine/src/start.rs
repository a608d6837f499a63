//! A run set up from a recipe and a data set.
//!
//! In: [`RecipeRecord`], [`TrainingData`]. Out: checked parts of a [`Run`](crate::Run), or a sentence.

use std::sync::Arc;

use lnn_core::{Activation, DataSet, Layer, Network, Recipe};
use lnn_runlog::{DataInfo, RecipeRecord};
use lnn_weights::DenseNetwork;
use ndarray::{Array1, Array2};

use crate::{
    bulk::{Bulk, F32s},
    protocol::{DataArrays, DataPlace, StartWeights, SyntheticData, TrainingData},
};

/// Examples that a synthetic data set may have.
const MAX_SYNTHETIC: usize = 20_000;

/// A run that can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is unknown or out of range.
    #[error("the settings can't be used: {0}")]
    Recipe(#[from] lnn_runlog::RecipeRecordError),
    /// The numbers don't have the shape that the data set claims.
    #[error("the data set can't be used: {0}")]
    Data(#[from] lnn_core::DataError),
    /// An array has another length than its shape.
    #[error("the data set can't be used: {found} numbers came where {n_rows} × {n_examples} were announced")]
    Shape {
        /// Numbers that came.
        found: usize,
        /// Rows announced.
        n_rows: usize,
        /// Examples announced.
        n_examples: usize,
    },
    /// Too many synthetic examples, or too few.
    #[error("{found} examples were asked for; between 10 and {MAX_SYNTHETIC} can be made")]
    ExampleCount {
        /// Examples asked for.
        found: usize,
    },
    /// The network doesn't fit the data, or a keyframe doesn't fit the network.
    #[error("the network can't be set up: {0}")]
    Train(#[from] lnn_core::TrainError),
    /// Weights of a file don't have the shape that they claim.
    #[error("the weights of «{name}» can't be used: {found} numbers came where {sizes:?} were announced")]
    Weights {
        /// The file's name.
        name: String,
        /// Numbers that came.
        found: usize,
        /// Inputs, then units of each layer.
        sizes: Vec<usize>,
    },
    /// A keyframe is damaged.
    #[error("the saved state can't be read: {0}")]
    Keyframe(#[from] lnn_core::SnapshotError),
}

/// Both splits and what is known of them.
pub struct Splits {
    /// To train on.
    pub train: Arc<DataSet<f32>>,
    /// Held out.
    pub dev: Option<DataSet<f32>>,
    /// What is known of them.
    pub info: DataInfo,
}

impl DataArrays {
    /// Both splits as a message.
    pub fn of(
        info: DataInfo,
        train: &DataSet<f32>,
        dev: Option<&DataSet<f32>>,
        place: Option<DataPlace>,
        preparation: String,
    ) -> Self {
        let flat = |numbers: &Array2<f32>| -> F32s { Bulk(numbers.iter().copied().collect()) };
        Self {
            info,
            train_inputs: flat(train.inputs()),
            train_targets: flat(train.targets()),
            dev_inputs: dev.map(|dev| flat(dev.inputs())).unwrap_or_default(),
            dev_targets: dev.map(|dev| flat(dev.targets())).unwrap_or_default(),
            place,
            preparation,
        }
    }
}

/// The recipe of a record, checked.
pub fn recipe(record: &RecipeRecord) -> Result<Recipe, StartError> {
    Ok(Recipe::try_from(record)?)
}

/// Both splits of the data set.
pub fn splits(data: &TrainingData) -> Result<Splits, StartError> {
    match data {
        TrainingData::Synthetic(synthetic) => from_synthetic(synthetic),
        TrainingData::Arrays(arrays) => from_arrays(arrays),
    }
}

impl StartWeights {
    /// A network of a file as a message, rounded to the page's f32.
    pub fn of(name: &str, network: &DenseNetwork) -> Self {
        let units = network.layers.iter().map(|layer| layer.weights.nrows());
        let hidden = network.layers.split_last().map(|(_, hidden)| hidden).unwrap_or_default();
        let numbers = network.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases));
        Self {
            name: name.to_owned(),
            sizes: [network.n_inputs()].into_iter().chain(units).collect(),
            hidden: hidden.iter().map(|layer| layer.activation.map(|it| it.as_str().to_owned())).collect(),
            numbers: Bulk(numbers.map(|number| *number as f32).collect()),
        }
    }
}

/// The network of a file's weights; whether it is the recipe's, the trainer checks.
pub(crate) fn network(recipe: &Recipe, weights: &StartWeights) -> Result<Network<f32>, StartError> {
    let StartWeights { name, sizes, numbers, .. } = weights;
    let error = || StartError::Weights { name: name.clone(), found: numbers.len(), sizes: sizes.clone() };
    let mut numbers = numbers.iter().copied();
    let mut next = |n: usize| -> Vec<f32> { numbers.by_ref().take(n).collect() };
    let mut layers = Vec::new();
    for (idx, pair) in sizes.windows(2).enumerate() {
        let (n_inputs, n_units) = (pair[0], pair[1]);
        let weights = Array2::from_shape_vec((n_units, n_inputs), next(n_units.saturating_mul(n_inputs)));
        let biases = Array1::from_vec(next(n_units));
        if biases.len() != n_units {
            return Err(error());
        }
        let activation: Activation = recipe.hidden.get(idx).copied().unwrap_or(recipe.output);
        layers.push(Layer { weights: weights.map_err(|_| error())?, biases, activation });
    }
    Ok(Network { layers })
}

fn from_synthetic(synthetic: &SyntheticData) -> Result<Splits, StartError> {
    let SyntheticData { kind, n_examples, noise, seed, train_share } = *synthetic;
    if !(10..=MAX_SYNTHETIC).contains(&n_examples) {
        return Err(StartError::ExampleCount { found: n_examples });
    }
    let all: DataSet<f32> = kind.generate(n_examples, noise, seed);
    let (train_rows, dev_rows) = all.split_fraction(train_share, seed);
    let dev = (!dev_rows.is_empty()).then(|| all.select(&dev_rows));
    let info = DataInfo::made_up(kind, train_rows.len(), dev_rows.len());
    Ok(Splits { train: Arc::new(all.select(&train_rows)), dev, info })
}

fn from_arrays(arrays: &DataArrays) -> Result<Splits, StartError> {
    let info = &arrays.info;
    let matrix = |values: &F32s, n_rows: usize, n_examples: usize| {
        let error = StartError::Shape { found: values.len(), n_rows, n_examples };
        Array2::from_shape_vec((n_rows, n_examples), values.to_vec()).map_err(|_| error)
    };
    let data_set = |inputs: &F32s, targets: &F32s, n_examples: usize| -> Result<_, StartError> {
        let inputs = matrix(inputs, info.n_inputs(), n_examples)?;
        Ok(DataSet::new(inputs, matrix(targets, info.n_outputs(), n_examples)?)?)
    };
    let train = Arc::new(data_set(&arrays.train_inputs, &arrays.train_targets, info.n_train)?);
    let dev = match info.n_dev {
        0 => None,
        n_dev => Some(data_set(&arrays.dev_inputs, &arrays.dev_targets, n_dev)?),
    };
    Ok(Splits { train, dev, info: info.clone() })
}
