//! A recipe in the words of the log: names instead of enums, so that a reader in any language understands it.
//!
//! In: [`lnn_core::Recipe`]. Out: [`RecipeRecord`], and back. Read next: `step.rs`.

use lnn_core::{
    Activation, BatchSize, Cost, Init, LearningRateDecay, Optimizer, Recipe, RecipeError, Shuffle,
};
use serde::{Deserialize, Serialize};

/// A recipe whose words this version doesn't know, or whose numbers it can't use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecipeRecordError {
    /// A name that no enum of the core has.
    #[error("the recipe's {field} is \"{found}\", which this version does not know")]
    UnknownName {
        /// The field of the record.
        field: &'static str,
        /// What it says.
        found: String,
    },
    /// A known recipe that the core refuses.
    #[error(transparent)]
    Unusable(#[from] RecipeError),
}

/// [`lnn_core::Recipe`] as it stands in a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecipeRecord {
    /// Units of each hidden layer.
    pub layers: Vec<usize>,
    /// Activation of each hidden layer, e.g. `tanh`.
    pub hidden: Vec<String>,
    /// Activation of the output layer, e.g. `sigmoid`.
    pub output: String,
    /// e.g. `binary_cross_entropy`.
    pub cost: String,
    /// e.g. `xavier`, `constant:0.01`.
    pub init: String,
    /// The optimizer and its constants.
    pub optimizer: OptimizerRecord,
    /// α, > 0.
    pub learning_rate: f64,
    /// How α falls from epoch to epoch.
    pub decay: DecayRecord,
    /// Examples a mini-batch; none = full batch.
    pub batch_size: Option<usize>,
    /// Whether examples are shuffled before each epoch.
    pub shuffle: bool,
    /// λ, ≥ 0.
    pub l2_penalty: f64,
    /// Share of hidden units dropped at a step, 0 ≤ p < 1.
    pub dropout: f64,
    /// Seed of start weights, shuffles and dropout masks.
    pub seed: u64,
}

/// [`lnn_core::Optimizer`] as it stands in a log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "OptimizerFields", into = "OptimizerFields")]
#[allow(missing_docs, reason = "the fields are those of lnn_core::Optimizer")]
pub enum OptimizerRecord {
    /// Plain gradient descent.
    Sgd,
    /// The course's momentum.
    Momentum { beta: f64 },
    /// `RMSprop`.
    Rmsprop { beta: f64, epsilon: f64 },
    /// Adam.
    Adam { beta1: f64, beta2: f64, epsilon: f64 },
}

/// [`lnn_core::LearningRateDecay`] as it stands in a log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DecayFields", into = "DecayFields")]
#[allow(missing_docs, reason = "the fields are those of lnn_core::LearningRateDecay")]
pub enum DecayRecord {
    /// α stays.
    None,
    /// α₀/(1 + rate·epoch).
    InverseTime { rate: f64 },
    /// α₀·rate^epoch.
    Exponential { rate: f64 },
    /// α₀·factor^⌊epoch/`every_epochs`⌋.
    Step { factor: f64, every_epochs: u64 },
}

/// [`OptimizerRecord`] as it is written: a name and the constants that go with it. (serde reads a tagged enum through a copy
/// of everything, and all that code would be in the page.)
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct OptimizerFields {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    beta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beta1: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beta2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
}

impl From<OptimizerRecord> for OptimizerFields {
    fn from(record: OptimizerRecord) -> Self {
        let named = |name: &str| Self { name: name.to_owned(), ..Self::default() };
        match record {
            OptimizerRecord::Sgd => named("sgd"),
            OptimizerRecord::Momentum { beta } => Self { beta: Some(beta), ..named("momentum") },
            OptimizerRecord::Rmsprop { beta, epsilon } => {
                Self { beta: Some(beta), epsilon: Some(epsilon), ..named("rmsprop") }
            }
            OptimizerRecord::Adam { beta1, beta2, epsilon } => {
                Self { beta1: Some(beta1), beta2: Some(beta2), epsilon: Some(epsilon), ..named("adam") }
            }
        }
    }
}

impl TryFrom<OptimizerFields> for OptimizerRecord {
    type Error = String;

    fn try_from(fields: OptimizerFields) -> Result<Self, String> {
        let constant = |field, value| need("optimizer", &fields.name, field, value);
        match fields.name.as_str() {
            "sgd" => Ok(Self::Sgd),
            "momentum" => Ok(Self::Momentum { beta: constant("beta", fields.beta)? }),
            "rmsprop" => Ok(Self::Rmsprop {
                beta: constant("beta", fields.beta)?,
                epsilon: constant("epsilon", fields.epsilon)?,
            }),
            "adam" => Ok(Self::Adam {
                beta1: constant("beta1", fields.beta1)?,
                beta2: constant("beta2", fields.beta2)?,
                epsilon: constant("epsilon", fields.epsilon)?,
            }),
            other => Err(unknown("optimizer", other)),
        }
    }
}

/// [`DecayRecord`] as it is written.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct DecayFields {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every_epochs: Option<u64>,
}

impl From<DecayRecord> for DecayFields {
    fn from(record: DecayRecord) -> Self {
        let named = |name: &str| Self { name: name.to_owned(), ..Self::default() };
        match record {
            DecayRecord::None => named("none"),
            DecayRecord::InverseTime { rate } => Self { rate: Some(rate), ..named("inverse_time") },
            DecayRecord::Exponential { rate } => Self { rate: Some(rate), ..named("exponential") },
            DecayRecord::Step { factor, every_epochs } => {
                Self { factor: Some(factor), every_epochs: Some(every_epochs), ..named("step") }
            }
        }
    }
}

impl TryFrom<DecayFields> for DecayRecord {
    type Error = String;

    fn try_from(fields: DecayFields) -> Result<Self, String> {
        let need_rate = || need("decay", &fields.name, "rate", fields.rate);
        match fields.name.as_str() {
            "none" => Ok(Self::None),
            "inverse_time" => Ok(Self::InverseTime { rate: need_rate()? }),
            "exponential" => Ok(Self::Exponential { rate: need_rate()? }),
            "step" => Ok(Self::Step {
                factor: need("decay", &fields.name, "factor", fields.factor)?,
                every_epochs: need("decay", &fields.name, "every_epochs", fields.every_epochs)?,
            }),
            other => Err(unknown("decay", other)),
        }
    }
}

/// A constant that goes with a name.
fn need<T>(what: &str, name: &str, field: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("the {what} \"{name}\" has no {field}"))
}

fn unknown(what: &str, name: &str) -> String {
    format!("the {what} \"{name}\" is not known to this version")
}

impl From<&Recipe> for RecipeRecord {
    fn from(recipe: &Recipe) -> Self {
        Self {
            layers: recipe.layers.clone(),
            hidden: recipe.hidden.iter().map(|a| a.as_str().to_owned()).collect(),
            output: recipe.output.as_str().to_owned(),
            cost: recipe.cost.as_str().to_owned(),
            init: match recipe.init {
                Init::Constant(scale) => format!("constant:{scale}"),
                init => init.as_str().to_owned(),
            },
            optimizer: recipe.optimizer.into(),
            learning_rate: recipe.learning_rate,
            decay: recipe.decay.into(),
            batch_size: match recipe.batch_size {
                BatchSize::Full => None,
                BatchSize::Of(n_examples) => Some(n_examples),
            },
            shuffle: recipe.shuffle == Shuffle::EachEpoch,
            l2_penalty: recipe.l2_penalty,
            dropout: recipe.dropout,
            seed: recipe.seed,
        }
    }
}

impl TryFrom<&RecipeRecord> for Recipe {
    type Error = RecipeRecordError;

    fn try_from(record: &RecipeRecord) -> Result<Self, RecipeRecordError> {
        let recipe = Self {
            layers: record.layers.clone(),
            hidden: record.hidden.iter().map(|name| parse("hidden", name)).collect::<Result<_, _>>()?,
            output: parse::<Activation>("output", &record.output)?,
            cost: parse::<Cost>("cost", &record.cost)?,
            init: parse::<Init>("init", &record.init)?,
            optimizer: record.optimizer.into(),
            learning_rate: record.learning_rate,
            decay: record.decay.into(),
            batch_size: record.batch_size.map_or(BatchSize::Full, BatchSize::Of),
            shuffle: if record.shuffle { Shuffle::EachEpoch } else { Shuffle::None },
            l2_penalty: record.l2_penalty,
            dropout: record.dropout,
            seed: record.seed,
        };
        recipe.check()?;
        Ok(recipe)
    }
}

fn parse<T: std::str::FromStr>(field: &'static str, name: &str) -> Result<T, RecipeRecordError> {
    name.parse().map_err(|_| RecipeRecordError::UnknownName { field, found: name.to_owned() })
}

impl From<Optimizer> for OptimizerRecord {
    fn from(optimizer: Optimizer) -> Self {
        match optimizer {
            Optimizer::Sgd => Self::Sgd,
            Optimizer::Momentum { beta } => Self::Momentum { beta },
            Optimizer::RmsProp { beta, epsilon } => Self::Rmsprop { beta, epsilon },
            Optimizer::Adam { beta1, beta2, epsilon } => Self::Adam { beta1, beta2, epsilon },
        }
    }
}

impl From<OptimizerRecord> for Optimizer {
    fn from(record: OptimizerRecord) -> Self {
        match record {
            OptimizerRecord::Sgd => Self::Sgd,
            OptimizerRecord::Momentum { beta } => Self::Momentum { beta },
            OptimizerRecord::Rmsprop { beta, epsilon } => Self::RmsProp { beta, epsilon },
            OptimizerRecord::Adam { beta1, beta2, epsilon } => Self::Adam { beta1, beta2, epsilon },
        }
    }
}

impl From<LearningRateDecay> for DecayRecord {
    fn from(decay: LearningRateDecay) -> Self {
        match decay {
            LearningRateDecay::None => Self::None,
            LearningRateDecay::InverseTime { rate } => Self::InverseTime { rate },
            LearningRateDecay::Exponential { rate } => Self::Exponential { rate },
            LearningRateDecay::Step { factor, every_epochs } => Self::Step { factor, every_epochs },
        }
    }
}

impl From<DecayRecord> for LearningRateDecay {
    fn from(record: DecayRecord) -> Self {
        match record {
            DecayRecord::None => Self::None,
            DecayRecord::InverseTime { rate } => Self::InverseTime { rate },
            DecayRecord::Exponential { rate } => Self::Exponential { rate },
            DecayRecord::Step { factor, every_epochs } => Self::Step { factor, every_epochs },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_survives_the_way_through_the_log() {
        for optimizer in ["sgd", "momentum", "rmsprop", "adam"] {
            for init in ["zeros", "constant:0.25", "inverse_sqrt", "xavier", "he"] {
                let recipe = Recipe {
                    optimizer: optimizer.parse().unwrap(),
                    init: init.parse().unwrap(),
                    decay: LearningRateDecay::Step { factor: 0.5, every_epochs: 3 },
                    batch_size: BatchSize::Full,
                    ..Recipe::default()
                };
                assert_eq!(Recipe::try_from(&RecipeRecord::from(&recipe)), Ok(recipe));
            }
        }
    }

    #[test]
    fn optimizer_and_decay_are_written_with_their_name_and_constants() {
        let adam = OptimizerRecord::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let step = DecayRecord::Step { factor: 0.5, every_epochs: 3 };
        let text = r#"[{"name":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8},{"name":"step","factor":0.5,"every_epochs":3}]"#;
        assert_eq!(serde_json::to_string(&(adam, step)).unwrap(), text);
        assert_eq!(serde_json::from_str::<(OptimizerRecord, DecayRecord)>(text).unwrap(), (adam, step));
        for (text, expected) in [
            (r#"{"name":"adam","beta1":0.9}"#, "the optimizer \"adam\" has no beta2"),
            (r#"{"name":"lion"}"#, "the optimizer \"lion\" is not known to this version"),
            ("{}", "the optimizer \"\" is not known to this version"),
        ] {
            assert_eq!(serde_json::from_str::<OptimizerRecord>(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn an_unknown_word_is_named() {
        let record = RecipeRecord { cost: "hinge".to_owned(), ..RecipeRecord::from(&Recipe::default()) };
        let error = Recipe::try_from(&record).unwrap_err();
        assert_eq!(error.to_string(), "the recipe's cost is \"hinge\", which this version does not know");
    }
}
