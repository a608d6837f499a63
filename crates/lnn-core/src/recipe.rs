//! The recipe of a run: everything besides the data that decides its bits.
//!
//! What enters: settings from a page, a command line or a run log. What leaves: the same settings, checked. Read
//! next: [`crate::trainer`].

use crate::activation::Activation;
use crate::batch::{BatchSize, Shuffle};
use crate::cost::Cost;
use crate::decay::LearningRateDecay;
use crate::init::Init;
use crate::optimizer::Optimizer;

/// Everything besides the data that decides the bits of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Units of each hidden layer, 1 to 65,536; at most 64 hidden layers, none for a single-layer network.
    pub layers: Vec<usize>,
    /// Activation of each hidden layer.
    pub hidden: Vec<Activation>,
    /// Activation of the output layer.
    pub output: Activation,
    /// The cost to lower.
    pub cost: Cost,
    /// Start weights.
    pub init: Init,
    /// How gradients become updates.
    pub optimizer: Optimizer,
    /// α₀ > 0.
    pub learning_rate: f64,
    /// How α falls from epoch to epoch.
    pub decay: LearningRateDecay,
    /// Examples per mini-batch.
    pub batch_size: BatchSize,
    /// The order of the examples.
    pub shuffle: Shuffle,
    /// λ ≥ 0 of the penalty λ/(2m)·Σ‖W‖².
    pub l2_penalty: f64,
    /// Share of hidden units dropped in training, 0 ≤ p < 1.
    pub dropout: f64,
    /// Seed of start weights, order and dropout.
    pub seed: u64,
}

/// Most hidden layers of a recipe.
pub const MAX_HIDDEN_LAYERS: usize = 64;
/// Most units of one layer.
pub const MAX_UNITS: usize = 65_536;

/// Two hidden layers of 8 tanh units, one sigmoid output, Adam at 0.01, mini-batches of 64.
impl Default for Recipe {
    fn default() -> Self {
        Self {
            layers: vec![8, 8],
            hidden: vec![Activation::Tanh; 2],
            output: Activation::Sigmoid,
            cost: Cost::BinaryCrossEntropy,
            init: Init::Xavier,
            optimizer: Optimizer::adam(),
            learning_rate: 0.01,
            decay: LearningRateDecay::None,
            batch_size: BatchSize::Of(64),
            shuffle: Shuffle::EachEpoch,
            l2_penalty: 0.0,
            dropout: 0.0,
            seed: 1,
        }
    }
}

/// A setting that may change in the middle of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RecipeChange {
    /// A new α₀.
    LearningRate(f64),
    /// A new decay.
    Decay(LearningRateDecay),
    /// A new λ.
    L2Penalty(f64),
    /// A new share of dropped units.
    Dropout(f64),
}

/// A setting out of its range, or two that do not go together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// More hidden layers than [`MAX_HIDDEN_LAYERS`].
    #[error("{found} hidden layers were asked for, at most {MAX_HIDDEN_LAYERS} are possible")]
    TooManyLayers {
        /// Hidden layers asked for.
        found: usize,
    },
    /// A layer with no unit or more than [`MAX_UNITS`]; layers count from 1.
    #[error("{layer} has {found} units, possible are 1 to {MAX_UNITS}")]
    Units {
        /// `"hidden layer 2"`, `"output layer"`.
        layer: String,
        /// Units asked for.
        found: usize,
    },
    /// The data have no feature.
    #[error("the input layer has 0 features, at least 1 is needed")]
    NoFeatures,
    /// Not one activation for each hidden layer.
    #[error("{found} activations are given for {expected} hidden layers")]
    HiddenCount {
        /// Activations given.
        found: usize,
        /// Hidden layers.
        expected: usize,
    },
    /// Softmax in a hidden layer, counted from 1.
    #[error("hidden layer {layer} has softmax, which only the output layer can have")]
    SoftmaxHidden {
        /// The layer, counted from 1.
        layer: usize,
    },
    /// A cost that is not defined on the output's activation.
    #[error("{cost} does not go with {output} outputs; {advice}")]
    Pairing {
        /// The cost.
        cost: Cost,
        /// The output activation.
        output: Activation,
        /// What would go.
        advice: &'static str,
    },
    /// A number out of its range.
    #[error("{setting} is {found}, possible is {range}")]
    OutOfRange {
        /// `"learning rate"`, `"dropout"` …
        setting: &'static str,
        /// The number given.
        found: f64,
        /// The range in words.
        range: &'static str,
    },
}

impl Recipe {
    /// The same recipe with one setting changed; not checked.
    #[must_use]
    pub fn with(&self, change: RecipeChange) -> Self {
        let mut recipe = self.clone();
        match change {
            RecipeChange::LearningRate(rate) => recipe.learning_rate = rate,
            RecipeChange::Decay(decay) => recipe.decay = decay,
            RecipeChange::L2Penalty(penalty) => recipe.l2_penalty = penalty,
            RecipeChange::Dropout(share) => recipe.dropout = share,
        }
        recipe
    }

    /// # Errors
    /// The first setting out of its range or not going with another.
    pub fn check(&self) -> Result<(), RecipeError> {
        self.check_layers()?;
        self.check_pairing()?;
        self.check_optimizer()?;
        self.check_decay()?;
        if self.batch_size == BatchSize::Of(0) {
            return Err(out_of_range("batch size", 0.0, "full, or 1 and more"));
        }
        if let Init::Constant(scale) = self.init {
            in_range("scale of the start weights", scale, scale > 0.0, "more than 0")?;
        }
        in_range("learning rate", self.learning_rate, self.learning_rate > 0.0, "more than 0")?;
        in_range("L2 penalty", self.l2_penalty, self.l2_penalty >= 0.0, "0 and more")?;
        share("dropout", self.dropout)
    }

    fn check_layers(&self) -> Result<(), RecipeError> {
        let (found, expected) = (self.hidden.len(), self.layers.len());
        if expected > MAX_HIDDEN_LAYERS {
            return Err(RecipeError::TooManyLayers { found: expected });
        }
        if found != expected {
            return Err(RecipeError::HiddenCount { found, expected });
        }
        for (layer_idx, (&units, &hidden)) in self.layers.iter().zip(&self.hidden).enumerate() {
            check_units(units, || format!("hidden layer {}", layer_idx + 1))?;
            if hidden == Activation::Softmax {
                return Err(RecipeError::SoftmaxHidden { layer: layer_idx + 1 });
            }
        }
        Ok(())
    }

    fn check_pairing(&self) -> Result<(), RecipeError> {
        if self.cost.goes_with(self.output) {
            return Ok(());
        }
        let advice = match self.cost {
            Cost::BinaryCrossEntropy => "it needs sigmoid",
            Cost::CategoricalCrossEntropy => "it needs softmax",
            Cost::SquaredError => "",
        };
        Err(RecipeError::Pairing { cost: self.cost, output: self.output, advice })
    }

    fn check_optimizer(&self) -> Result<(), RecipeError> {
        let positive = |epsilon: f64| in_range("epsilon", epsilon, epsilon > 0.0, "more than 0");
        match self.optimizer {
            Optimizer::Sgd => Ok(()),
            Optimizer::Momentum { beta } => share("beta", beta),
            Optimizer::RmsProp { beta, epsilon } => share("beta", beta).and(positive(epsilon)),
            Optimizer::Adam { beta1, beta2, epsilon } => {
                share("beta1", beta1).and(share("beta2", beta2)).and(positive(epsilon))
            }
        }
    }

    fn check_decay(&self) -> Result<(), RecipeError> {
        let factor =
            |name, factor| in_range(name, factor, factor > 0.0 && factor <= 1.0, "more than 0, at most 1");
        match self.decay {
            LearningRateDecay::None => Ok(()),
            LearningRateDecay::InverseTime { rate } => {
                in_range("decay rate", rate, rate >= 0.0, "0 and more")
            }
            LearningRateDecay::Exponential { rate } => factor("decay rate", rate),
            LearningRateDecay::Step { every_epochs: 0, .. } => {
                Err(out_of_range("epochs between decay steps", 0.0, "1 and more"))
            }
            LearningRateDecay::Step { factor: share, .. } => factor("decay factor", share),
        }
    }
}

/// # Errors
/// No unit, or more than [`MAX_UNITS`].
pub(crate) fn check_units(found: usize, layer: impl Fn() -> String) -> Result<(), RecipeError> {
    if (1..=MAX_UNITS).contains(&found) { Ok(()) } else { Err(RecipeError::Units { layer: layer(), found }) }
}

fn share(setting: &'static str, found: f64) -> Result<(), RecipeError> {
    in_range(setting, found, (0.0..1.0).contains(&found), "0 and more, less than 1")
}

fn in_range(setting: &'static str, found: f64, inside: bool, range: &'static str) -> Result<(), RecipeError> {
    if found.is_finite() && inside { Ok(()) } else { Err(out_of_range(setting, found, range)) }
}

fn out_of_range(setting: &'static str, found: f64, range: &'static str) -> RecipeError {
    RecipeError::OutOfRange { setting, found, range }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl Fn(&mut Recipe), message: &str) {
        let mut recipe = Recipe::default();
        change(&mut recipe);
        let found = recipe.check().map_or_else(|error| error.to_string(), |()| String::new());
        assert_eq!(found, message);
    }

    #[test]
    fn the_default_is_a_good_recipe_and_no_hidden_layer_is_allowed() {
        check(|_| {}, "");
        check(|r| (r.layers, r.hidden) = (vec![], vec![]), "");
    }

    #[test]
    fn settings_out_of_range_are_named_with_their_number() {
        check(|r| r.layers[1] = 0, "hidden layer 2 has 0 units, possible are 1 to 65536");
        check(|r| r.layers = vec![1; 65], "65 hidden layers were asked for, at most 64 are possible");
        check(|r| r.layers = vec![3], "2 activations are given for 1 hidden layers");
        check(|r| r.learning_rate = f64::NAN, "learning rate is NaN, possible is more than 0");
        check(|r| r.learning_rate = 0.0, "learning rate is 0, possible is more than 0");
        check(|r| r.dropout = 1.0, "dropout is 1, possible is 0 and more, less than 1");
        check(|r| r.l2_penalty = -0.1, "L2 penalty is -0.1, possible is 0 and more");
        check(|r| r.batch_size = BatchSize::Of(0), "batch size is 0, possible is full, or 1 and more");
        check(
            |r| r.optimizer = Optimizer::Momentum { beta: 1.0 },
            "beta is 1, possible is 0 and more, less than 1",
        );
        check(
            |r| r.decay = LearningRateDecay::Step { factor: 0.5, every_epochs: 0 },
            "epochs between decay steps is 0, possible is 1 and more",
        );
    }

    #[test]
    fn outputs_and_costs_that_do_not_go_together_are_refused() {
        check(
            |r| r.output = Activation::Softmax,
            "binary_cross_entropy does not go with softmax outputs; it needs sigmoid",
        );
        check(
            |r| r.cost = Cost::CategoricalCrossEntropy,
            "categorical_cross_entropy does not go with sigmoid outputs; it needs softmax",
        );
        check(
            |r| r.hidden[0] = Activation::Softmax,
            "hidden layer 1 has softmax, which only the output layer can have",
        );
        for output in Activation::ALL {
            check(|r| (r.output, r.cost) = (output, Cost::SquaredError), "");
        }
    }
}
