//! One change of the settings, and the recipe after it.
//!
//! In: a recipe that can be used and an [`Edit`]. Out: a recipe that can be used: what a choice makes impossible is
//! changed with it. Pure. Read next: `field.rs`, which makes edits out of typed text.

use lnn_core::{Activation, BatchSize, Cost, Init, LearningRateDecay, Optimizer, Recipe, Shuffle};
use lnn_runlog::Task;

use super::words;

/// Most hidden layers that the page offers.
pub const MAX_LAYERS: usize = 10;
/// Most units of a hidden layer that the page offers.
pub const MAX_UNITS: usize = 512;

/// One change of the settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edit {
    /// Units of a hidden layer.
    Units {
        /// Its index.
        layer_idx: usize,
        /// 1..=[`MAX_UNITS`].
        n_units: usize,
    },
    /// Another hidden layer behind the last, like it.
    AddLayer,
    /// One hidden layer less.
    RemoveLayer {
        /// Its index.
        layer_idx: usize,
    },
    /// One activation for all hidden layers.
    Hidden(Activation),
    /// The activation of one hidden layer.
    HiddenOf {
        /// Its index.
        layer_idx: usize,
        /// Any but softmax.
        activation: Activation,
    },
    /// The output's activation; the cost follows if it must.
    Output(Activation),
    /// The cost; the output follows if it must.
    Cost(Cost),
    /// Start weights.
    Init(Init),
    /// Seed of everything random.
    Seed(u64),
    /// The optimizer with its numbers.
    Optimizer(Optimizer),
    /// α.
    LearningRate(f64),
    /// How α falls.
    Decay(LearningRateDecay),
    /// Examples a step.
    BatchSize(BatchSize),
    /// The order of the examples.
    Shuffle(Shuffle),
    /// λ.
    L2Penalty(f64),
    /// Share of hidden units dropped.
    Dropout(f64),
}

impl Edit {
    /// The recipe after this change.
    pub fn apply(self, recipe: &Recipe, task: Task) -> Recipe {
        let mut next = recipe.clone();
        match self {
            Self::Units { .. }
            | Self::AddLayer
            | Self::RemoveLayer { .. }
            | Self::Hidden(_)
            | Self::HiddenOf { .. } => self.apply_to_layers(&mut next),
            Self::Output(output) => {
                next.output = output;
                if !next.cost.goes_with(output) || words::cost_refusal(task, next.cost).is_some() {
                    next.cost = words::natural_cost(task, output);
                }
            }
            Self::Cost(cost) => {
                next.cost = cost;
                if !cost.goes_with(next.output) {
                    next.output = words::natural_output(task, cost);
                }
            }
            Self::Init(init) => next.init = init,
            Self::Seed(seed) => next.seed = seed,
            Self::Optimizer(optimizer) => next.optimizer = optimizer,
            Self::LearningRate(rate) => next.learning_rate = rate,
            Self::Decay(decay) => next.decay = decay,
            Self::BatchSize(size) => next.batch_size = size,
            Self::Shuffle(shuffle) => next.shuffle = shuffle,
            Self::L2Penalty(penalty) => next.l2_penalty = penalty,
            Self::Dropout(share) => next.dropout = share,
        }
        next
    }

    fn apply_to_layers(self, recipe: &mut Recipe) {
        match self {
            Self::Units { layer_idx, n_units } => {
                if let Some(layer) = recipe.layers.get_mut(layer_idx) {
                    *layer = n_units;
                }
            }
            Self::AddLayer if recipe.layers.len() < MAX_LAYERS => {
                recipe.layers.push(recipe.layers.last().copied().unwrap_or(8));
                recipe.hidden.push(recipe.hidden.last().copied().unwrap_or(Activation::Tanh));
            }
            Self::RemoveLayer { layer_idx } if recipe.layers.len() > 1 && layer_idx < recipe.layers.len() => {
                recipe.layers.remove(layer_idx);
                recipe.hidden.remove(layer_idx);
            }
            Self::Hidden(activation) => recipe.hidden.fill(activation),
            Self::HiddenOf { layer_idx, activation } => {
                if let Some(hidden) = recipe.hidden.get_mut(layer_idx) {
                    *hidden = activation;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINARY: Task = Task::BinaryClassification;

    #[test]
    fn layers_and_their_activations_stay_together() {
        let mut recipe = Recipe::default();
        for _ in 0..20 {
            recipe = Edit::AddLayer.apply(&recipe, BINARY);
            assert_eq!(recipe.check(), Ok(()));
        }
        assert_eq!(recipe.layers.len(), MAX_LAYERS);
        for _ in 0..20 {
            recipe = Edit::RemoveLayer { layer_idx: 0 }.apply(&recipe, BINARY);
            assert_eq!(recipe.check(), Ok(()));
        }
        assert_eq!(recipe.layers.len(), 1);
    }

    #[test]
    fn an_output_takes_its_cost_along_and_a_cost_its_output() {
        let softmax = Edit::Output(Activation::Softmax).apply(&Recipe::default(), Task::Classification);
        assert_eq!((softmax.cost, softmax.check()), (Cost::CategoricalCrossEntropy, Ok(())));
        let sigmoid = Edit::Cost(Cost::BinaryCrossEntropy).apply(&softmax, Task::Classification);
        assert_eq!((sigmoid.output, sigmoid.check()), (Activation::Sigmoid, Ok(())));
        let linear = Edit::Output(Activation::Identity).apply(&sigmoid, BINARY);
        assert_eq!((linear.cost, linear.check()), (Cost::SquaredError, Ok(())));
    }

    #[test]
    fn squared_error_leaves_the_output_alone() {
        let tanh = Recipe { output: Activation::Tanh, cost: Cost::SquaredError, ..Recipe::default() };
        assert_eq!(Edit::Cost(Cost::SquaredError).apply(&tanh, BINARY), tanh);
    }
}
