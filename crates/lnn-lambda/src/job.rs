//! A run as the functions know it.
//!
//! In: what the launcher checked. Out: a [`Job`], kept as `runs/RUN/job.json`, and its part that goes to every neuron. Read
//! next: `trainer/mod.rs`.

use std::ops::Range;

use lnn_core::Recipe;
use lnn_runlog::{HeaderRecord, RecipeRecord, RecipeRecordError};
use serde::{Deserialize, Serialize};

use crate::values::{ValueKind, ValueName};

/// Everything the functions need to know of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The run's name.
    pub run: String,
    /// When it was registered, milliseconds since 1970.
    pub created_ms: u64,
    /// What neurons need.
    pub neuron: NeuronJob,
    /// Examples held out.
    pub n_dev: usize,
    /// Steps of the whole run.
    pub last_step: u64,
    /// A step in an epoch's end is followed by an epoch record; so many steps make an epoch.
    pub steps_per_epoch: u64,
    /// Every how manyth step is logged.
    pub every_steps: u64,
    /// A checkpoint in the log after so many epochs.
    pub checkpoint_epochs: u64,
    /// Training rows that every logged step is watched on; none = not watched.
    pub watched_rows: Option<Vec<u32>>,
    /// The log's first record.
    pub header: HeaderRecord,
    /// Digest of the start parameters, 16 hexadecimal digits.
    pub start_digest: String,
    /// The data set's key in the bucket, as it was uploaded.
    pub data_key: String,
}

/// What every call of a neuron is told of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeuronJob {
    /// The run's name.
    pub run: String,
    /// When it was registered: with the name, unique for ever.
    pub created_ms: u64,
    /// Every setting of the training.
    pub recipe: RecipeRecord,
    /// `f32` or `f64`.
    pub precision: String,
    /// Inputs of the network.
    pub n_features: usize,
    /// Its outputs.
    pub n_outputs: usize,
    /// Examples trained on.
    pub n_train: usize,
    /// Digest of the prepared data set, 16 hexadecimal digits: the folder under `prepared/`.
    pub data_digest: String,
    /// Units of a slice; none = a whole layer.
    pub units_per_neuron: Option<usize>,
}

impl NeuronJob {
    /// The recipe, for the engine.
    ///
    /// # Errors
    /// It has words or numbers that this version does not know.
    pub fn recipe(&self) -> Result<Recipe, RecipeRecordError> {
        Recipe::try_from(&self.recipe)
    }

    /// The shape of the network.
    pub fn shape(&self) -> NetworkShape {
        NetworkShape {
            n_features: self.n_features,
            units: self.recipe.layers.iter().copied().chain([self.n_outputs]).collect(),
            slice_units: self.units_per_neuron.unwrap_or(usize::MAX).max(1),
        }
    }
}

/// Layers and how they are cut into slices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkShape {
    /// Inputs of the first layer.
    pub n_features: usize,
    /// Units of each layer.
    pub units: Vec<usize>,
    /// Units of a slice; the last of a layer may be smaller.
    pub slice_units: usize,
}

impl NetworkShape {
    /// Hidden layers and the output layer.
    pub fn n_layers(&self) -> usize {
        self.units.len()
    }

    /// Inputs of a layer.
    pub fn n_inputs(&self, layer_idx: usize) -> usize {
        layer_idx.checked_sub(1).map_or(self.n_features, |before| self.units[before])
    }

    /// Slices of a layer.
    pub fn n_slices(&self, layer_idx: usize) -> usize {
        self.units[layer_idx].div_ceil(self.slice_units)
    }

    /// The units of a slice.
    pub fn slice(&self, layer_idx: usize, slice: usize) -> Range<usize> {
        let n_units = self.units[layer_idx];
        let start = slice.saturating_mul(self.slice_units).min(n_units);
        start..start.saturating_add(self.slice_units).min(n_units)
    }

    /// Layer and number of every slice of the network.
    pub fn slices(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.n_layers())
            .flat_map(|layer_idx| (0..self.n_slices(layer_idx)).map(move |slice| (layer_idx, slice)))
    }

    /// The names of all values that belong to a step: its parameters, and z and δ for the mini-batch after it.
    pub fn values_of(&self, step: u64) -> Vec<ValueName> {
        let of =
            |kind| self.slices().map(move |(layer_idx, slice)| ValueName { step, kind, layer_idx, slice });
        ValueKind::ALL.into_iter().flat_map(of).collect()
    }

    /// Whether the layer is the last one.
    pub fn is_output(&self, layer_idx: usize) -> bool {
        layer_idx + 1 == self.n_layers()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(slice_units: usize, expected: &[(usize, usize, Range<usize>)]) {
        let shape = NetworkShape { n_features: 9, units: vec![5, 1], slice_units };
        let found: Vec<_> =
            shape.slices().map(|(layer, slice)| (layer, slice, shape.slice(layer, slice))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn layers_are_cut_into_slices_whose_last_may_be_smaller() {
        check(2, &[(0, 0, 0..2), (0, 1, 2..4), (0, 2, 4..5), (1, 0, 0..1)]);
        check(usize::MAX, &[(0, 0, 0..5), (1, 0, 0..1)]);
    }
}
