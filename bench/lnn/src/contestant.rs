//! A training run as the page's worker does it: one `Trainer::step` after the other, probed or not.
//!
//! In: the settings of a workload, its data example by example. Out: the outputs of the trained network. Read next:
//! `web/engine/src/run.rs`, which steps the same way behind the page.

use std::sync::Arc;

use lnn_core::{
    Activation, BatchSize, DataError, DataSet, Init, LayerProbe, Optimizer, Recipe, Shuffle, TrainError,
    Trainer, UnknownName,
};
use ndarray::{Array2, ShapeError};

/// A workload's numbers.
pub struct Settings<'a> {
    /// Units, the inputs first.
    pub layers: &'a [usize],
    /// The activation of the hidden layers, that of the output layer, the cost, with spaces between.
    pub words: &'a str,
    /// 0: all.
    pub batch_examples: usize,
    /// α.
    pub learning_rate: f64,
}

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not at least one layer, or not three words.
    #[error("{layers} layers and {words} words were given, needed are 2 layers and 3 words at least")]
    Missing {
        /// Layers given, the inputs counted.
        layers: usize,
        /// Words given.
        words: usize,
    },
    /// An activation or a cost that doesn't exist.
    #[error(transparent)]
    Word(#[from] UnknownName),
    /// The data are not as many numbers as the layers say.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The data are no data set.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The settings don't go together.
    #[error(transparent)]
    Recipe(#[from] TrainError),
}

/// A network in training.
pub struct Contestant {
    trainer: Trainer<f32>,
    probes: Vec<LayerProbe<f32>>,
}

impl Contestant {
    /// A run at step 0.
    ///
    /// # Errors
    /// If settings and data make no run.
    pub fn new(settings: &Settings<'_>, inputs: &[f32], targets: &[f32]) -> Result<Self, SetupError> {
        let recipe = recipe(settings)?;
        let columns = |numbers: &[f32], n_rows: Option<&usize>| {
            let n_rows = n_rows.copied().unwrap_or_default();
            let n_examples = numbers.len().checked_div(n_rows).unwrap_or_default();
            Array2::from_shape_vec((n_examples, n_rows), numbers.to_vec()).map(Array2::reversed_axes)
        };
        let inputs = columns(inputs, settings.layers.first())?;
        let targets = columns(targets, settings.layers.last())?;
        let trainer = Trainer::new(recipe, Arc::new(DataSet::new(inputs, targets)?))?;
        Ok(Self { trainer, probes: Vec::new() })
    }

    /// Trains for `n_epochs`.
    ///
    /// # Errors
    /// If a number stops being finite.
    pub fn run(&mut self, n_epochs: u32, is_probed: bool) -> Result<(), TrainError> {
        for _ in 0..u64::from(n_epochs) * self.trainer.steps_per_epoch() {
            self.trainer.step(is_probed.then_some(&mut self.probes))?;
        }
        Ok(())
    }

    /// What the network says of its examples, example by example.
    pub fn outputs(&self) -> Vec<f32> {
        let outputs = self.trainer.network().predict(self.trainer.train_set().inputs().view());
        outputs.t().iter().copied().collect()
    }
}

fn recipe(settings: &Settings<'_>) -> Result<Recipe, SetupError> {
    let words: Vec<&str> = settings.words.split(' ').collect();
    let ([_, hidden_units @ .., _], [hidden, output, cost]) = (settings.layers, &words[..]) else {
        return Err(SetupError::Missing { layers: settings.layers.len(), words: words.len() });
    };
    let hidden: Activation = hidden.parse()?;
    let init = if hidden == Activation::Relu { Init::He } else { Init::Xavier };
    Ok(Recipe {
        layers: hidden_units.to_vec(),
        hidden: vec![hidden; hidden_units.len()],
        output: output.parse()?,
        cost: cost.parse()?,
        init,
        optimizer: Optimizer::sgd(),
        learning_rate: settings.learning_rate,
        batch_size: if settings.batch_examples == 0 {
            BatchSize::Full
        } else {
            BatchSize::Of(settings.batch_examples)
        },
        // As behind the page, although the peers take the examples as they come.
        shuffle: Shuffle::EachEpoch,
        ..Recipe::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contestant(words: &str, n_numbers: usize) -> Result<Contestant, SetupError> {
        let inputs: Vec<f32> = (0..n_numbers).map(|idx| (idx % 7) as f32 / 7.0 - 0.4).collect();
        let targets: Vec<f32> = inputs.chunks(2).map(|pair| f32::from(u8::from(pair[0] > 0.0))).collect();
        let settings = Settings { layers: &[2, 4, 1], words, batch_examples: 10, learning_rate: 0.5 };
        Contestant::new(&settings, &inputs, &targets)
    }

    #[test]
    fn probed_or_not_it_learns_the_same() {
        let run = |is_probed| {
            let mut contestant = contestant("tanh sigmoid binary_cross_entropy", 70).unwrap();
            contestant.run(300, is_probed).unwrap();
            contestant.outputs()
        };
        let outputs = run(false);
        assert_eq!(outputs, run(true));
        assert_eq!(outputs.len(), 35);
        // Example 0 has −0.4, example 2 has 0.17 as its first number.
        assert!(outputs[0] < 0.3 && outputs[2] > 0.7, "{outputs:?}");
    }

    #[test]
    fn what_makes_no_run_is_said() {
        let error = |words| contestant(words, 70).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error("tanh sigmoid guess").contains("guess"));
        assert!(error("tanh softmax binary_cross_entropy").contains("sigmoid"));
        let none = Settings { layers: &[2], words: "tanh", batch_examples: 0, learning_rate: 0.1 };
        assert!(Contestant::new(&none, &[], &[]).is_err());
    }
}
