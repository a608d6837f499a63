//! The settings that are typed: their names, ranges and what a text means.
//!
//! In: a text as typed. Out: an [`Edit`], or a sentence that says what is possible. Pure. Read next: `number_field.rs`,
//! the control.

use lnn_core::{BatchSize, Init, LearningRateDecay, Optimizer, Recipe};

use super::{
    edit::{Edit, MAX_UNITS},
    words::plain,
};
use crate::page::number;

/// The largest whole number that a browser keeps exactly.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;
/// A mini-batch where the number of examples isn't known.
const MAX_BATCH: usize = 1_000_000;

/// A setting that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Units of the hidden layer with this index.
    Units(usize),
    /// Scale of constant start weights.
    InitScale,
    /// Seed.
    Seed,
    /// α.
    LearningRate,
    /// Rate of inverse-time or exponential decay.
    DecayRate,
    /// Factor of decay in steps.
    DecayFactor,
    /// Epochs between these steps.
    DecayEpochs,
    /// Examples a step.
    BatchSize,
    /// λ.
    L2Penalty,
    /// Share of hidden units dropped.
    Dropout,
    /// β of momentum and `RMSprop`.
    Beta,
    /// β₁ of Adam.
    Beta1,
    /// β₂ of Adam.
    Beta2,
    /// ε of `RMSprop` and Adam.
    Epsilon,
}

impl Field {
    /// Its name.
    pub fn label(self) -> String {
        match self {
            Self::Units(layer_idx) => return format!("Units of layer {}", layer_idx + 1),
            Self::InitScale => "Scale",
            Self::Seed => "Seed",
            Self::LearningRate => "Learning rate",
            Self::DecayRate => "Decay rate",
            Self::DecayFactor => "Decay factor",
            Self::DecayEpochs => "Epochs between steps",
            Self::BatchSize => "Mini-batch size",
            Self::L2Penalty => "L2 penalty",
            Self::Dropout => "Dropout",
            Self::Beta => "Momentum β",
            Self::Beta1 => "First moment β₁",
            Self::Beta2 => "Second moment β₂",
            Self::Epsilon => "ε",
        }
        .to_owned()
    }

    /// For the identifiers of its elements.
    pub fn slug(self) -> String {
        match self {
            Self::Units(layer_idx) => format!("units-{layer_idx}"),
            _ => format!("{self:?}").to_ascii_lowercase(),
        }
    }

    /// Whether a change acts from the next step on; else the run starts again.
    pub const fn continues(self) -> bool {
        matches!(
            self,
            Self::LearningRate
                | Self::DecayRate
                | Self::DecayFactor
                | Self::DecayEpochs
                | Self::L2Penalty
                | Self::Dropout
        )
    }

    /// Whether only whole numbers are possible.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Units(_) | Self::Seed | Self::DecayEpochs | Self::BatchSize)
    }

    /// The value in force; none where the recipe has no such setting now.
    pub fn value(self, recipe: &Recipe, n_train: usize) -> Option<f64> {
        Some(match (self, recipe.optimizer, recipe.decay) {
            (Self::Units(layer_idx), ..) => *recipe.layers.get(layer_idx)? as f64,
            (Self::InitScale, ..) => match recipe.init {
                Init::Constant(scale) => scale,
                _ => return None,
            },
            (Self::Seed, ..) => recipe.seed as f64,
            (Self::LearningRate, ..) => recipe.learning_rate,
            (Self::BatchSize, ..) => recipe.batch_size.examples(n_train.max(1)) as f64,
            (Self::L2Penalty, ..) => recipe.l2_penalty,
            (Self::Dropout, ..) => recipe.dropout,
            (
                Self::DecayRate,
                _,
                LearningRateDecay::InverseTime { rate } | LearningRateDecay::Exponential { rate },
            ) => rate,
            (Self::DecayFactor, _, LearningRateDecay::Step { factor, .. }) => factor,
            (Self::DecayEpochs, _, LearningRateDecay::Step { every_epochs, .. }) => every_epochs as f64,
            (Self::Beta, Optimizer::Momentum { beta } | Optimizer::RmsProp { beta, .. }, _) => beta,
            (Self::Beta1, Optimizer::Adam { beta1, .. }, _) => beta1,
            (Self::Beta2, Optimizer::Adam { beta2, .. }, _) => beta2,
            (Self::Epsilon, Optimizer::RmsProp { epsilon, .. } | Optimizer::Adam { epsilon, .. }, _) => {
                epsilon
            }
            _ => return None,
        })
    }

    /// The value in force, as it can be typed again.
    pub fn text(self, recipe: &Recipe) -> String {
        match (self, recipe.batch_size) {
            (Self::BatchSize, BatchSize::Full) => "full".to_owned(),
            (Self::BatchSize, BatchSize::Of(size)) => size.to_string(),
            _ => self.value(recipe, 0).map(plain).unwrap_or_default(),
        }
    }

    /// What is possible, as a sentence.
    pub fn range(self, recipe: &Recipe, n_train: usize) -> String {
        let is_exponential = matches!(recipe.decay, LearningRateDecay::Exponential { .. });
        match self {
            Self::Units(_) => return format!("A whole number from 1 to {MAX_UNITS}"),
            Self::BatchSize if n_train > 0 => {
                let all = number::count(n_train as u64);
                return format!("A whole number from 1 to {all}, or “full” for all examples at once");
            }
            Self::BatchSize => "A whole number from 1, or “full” for all examples at once",
            Self::InitScale => "0 < scale ≤ 100; 0.01 is usual",
            Self::Seed => "A whole number from 0 to 9007199254740991",
            Self::LearningRate => "0 < α ≤ 100; 0.01 is a good start",
            Self::DecayRate if is_exponential => "0 < rate ≤ 1; 0.99 loses 1 % an epoch",
            Self::DecayRate => "0 ≤ rate ≤ 1000; 0.01 halves α in 100 epochs",
            Self::DecayFactor => "0 < factor ≤ 1; 0.5 halves α at each step",
            Self::DecayEpochs => "A whole number from 1 to 1000000",
            Self::L2Penalty => "0 ≤ λ ≤ 100; 0 is no penalty",
            Self::Dropout => "0 ≤ share < 1; 0 drops no unit",
            Self::Beta | Self::Beta1 => "0 ≤ β < 1; 0.9 is usual",
            Self::Beta2 => "0 ≤ β < 1; 0.999 is usual",
            Self::Epsilon => "10⁻¹² ≤ ε ≤ 1; 1e-8 is usual",
        }
        .to_owned()
    }

    /// Whether a number is in the field's range.
    pub fn is_possible(self, value: f64, recipe: &Recipe, n_train: usize) -> bool {
        let is_exponential = matches!(recipe.decay, LearningRateDecay::Exponential { .. });
        let n_batch = if n_train > 0 { n_train } else { MAX_BATCH };
        let is_in_range = match self {
            Self::Units(_) => (1.0..=MAX_UNITS as f64).contains(&value),
            Self::BatchSize => (1.0..=n_batch as f64).contains(&value),
            Self::InitScale | Self::LearningRate => value > 0.0 && value <= 100.0,
            Self::Seed => (0.0..=MAX_SEED).contains(&value),
            Self::DecayRate if !is_exponential => (0.0..=1000.0).contains(&value),
            Self::DecayRate | Self::DecayFactor => value > 0.0 && value <= 1.0,
            Self::DecayEpochs => (1.0..=1e6).contains(&value),
            Self::L2Penalty => (0.0..=100.0).contains(&value),
            Self::Dropout | Self::Beta | Self::Beta1 | Self::Beta2 => (0.0..1.0).contains(&value),
            Self::Epsilon => (1e-12..=1.0).contains(&value),
        };
        is_in_range && (!self.is_whole() || value.fract() == 0.0)
    }

    /// What a text asks for.
    ///
    /// # Errors
    /// The sentence of [`Field::range`], where it asks for nothing possible.
    pub fn parse(self, text: &str, recipe: &Recipe, n_train: usize) -> Result<Edit, String> {
        let text = text.trim().to_ascii_lowercase().replace(',', ".").replace('−', "-");
        if self == Self::BatchSize && matches!(text.as_str(), "full" | "all") {
            return Ok(Edit::BatchSize(BatchSize::Full));
        }
        let value = text.parse::<f64>().ok().filter(|value| self.is_possible(*value, recipe, n_train));
        value.and_then(|value| self.edit(value, recipe)).ok_or_else(|| self.range(recipe, n_train))
    }

    /// The change that puts a possible value in force.
    fn edit(self, value: f64, recipe: &Recipe) -> Option<Edit> {
        Some(match self {
            Self::Units(layer_idx) => Edit::Units { layer_idx, n_units: value as usize },
            Self::InitScale => Edit::Init(Init::Constant(value)),
            Self::Seed => Edit::Seed(value as u64),
            Self::LearningRate => Edit::LearningRate(value),
            Self::BatchSize => Edit::BatchSize(BatchSize::Of(value as usize)),
            Self::L2Penalty => Edit::L2Penalty(value),
            Self::Dropout => Edit::Dropout(value),
            Self::DecayRate | Self::DecayFactor | Self::DecayEpochs => {
                let mut decay = recipe.decay;
                match (&mut decay, self) {
                    (
                        LearningRateDecay::InverseTime { rate } | LearningRateDecay::Exponential { rate },
                        _,
                    ) => {
                        *rate = value;
                    }
                    (LearningRateDecay::Step { factor, .. }, Self::DecayFactor) => *factor = value,
                    (LearningRateDecay::Step { every_epochs, .. }, _) => *every_epochs = value as u64,
                    (LearningRateDecay::None, _) => return None,
                }
                Edit::Decay(decay)
            }
            Self::Beta | Self::Beta1 | Self::Beta2 | Self::Epsilon => {
                let mut optimizer = recipe.optimizer;
                *self.constant(&mut optimizer)? = value;
                Edit::Optimizer(optimizer)
            }
        })
    }

    fn constant(self, optimizer: &mut Optimizer) -> Option<&mut f64> {
        match (self, optimizer) {
            (Self::Beta, Optimizer::Momentum { beta } | Optimizer::RmsProp { beta, .. }) => Some(beta),
            (Self::Beta1, Optimizer::Adam { beta1, .. }) => Some(beta1),
            (Self::Beta2, Optimizer::Adam { beta2, .. }) => Some(beta2),
            (Self::Epsilon, Optimizer::RmsProp { epsilon, .. } | Optimizer::Adam { epsilon, .. }) => {
                Some(epsilon)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
