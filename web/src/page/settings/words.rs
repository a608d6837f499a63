//! What people call each choice, which outputs and costs a task allows, and a hint where a choice has a catch.
//!
//! In: enums of the core. Out: words and sentences; pure. Read next: `edit.rs`.

use lnn_core::{Activation, Cost, Init, LearningRateDecay, Optimizer, Recipe};
use lnn_runlog::Task;

/// An activation, as courses write it.
pub const fn activation(activation: Activation) -> &'static str {
    match activation {
        Activation::Identity => "identity",
        Activation::Sigmoid => "sigmoid",
        Activation::Tanh => "tanh",
        Activation::Relu => "ReLU",
        Activation::LeakyRelu => "leaky ReLU",
        Activation::Softmax => "softmax",
    }
}

/// A rule for the start weights.
pub const fn init(init: Init) -> &'static str {
    match init {
        Init::Zeros => "zeros",
        Init::Constant(_) => "constant",
        Init::InverseSqrt => "1/√n",
        Init::Xavier => "Xavier",
        Init::He => "He",
    }
}

/// An optimizer.
pub const fn optimizer(optimizer: Optimizer) -> &'static str {
    match optimizer {
        Optimizer::Sgd => "gradient descent",
        Optimizer::Momentum { .. } => "momentum",
        Optimizer::RmsProp { .. } => "RMSprop",
        Optimizer::Adam { .. } => "Adam",
    }
}

/// A decay of the learning rate.
pub const fn decay(decay: LearningRateDecay) -> &'static str {
    match decay {
        LearningRateDecay::None => "none",
        LearningRateDecay::InverseTime { .. } => "inverse time",
        LearningRateDecay::Exponential { .. } => "exponential",
        LearningRateDecay::Step { .. } => "in steps",
    }
}

/// A cost.
pub const fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::BinaryCrossEntropy => "binary cross-entropy",
        Cost::CategoricalCrossEntropy => "cross-entropy",
        Cost::SquaredError => "squared error",
    }
}

/// A number as it can be typed again: the shortest text that gives the same bits.
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) { format!("{value:e}") } else { value.to_string() }
}

/// Why a task can't have an output activation; none where it can.
pub const fn output_refusal(task: Task, output: Activation) -> Option<&'static str> {
    match (task, output) {
        (Task::Classification, _) => None,
        (_, Activation::Softmax) => Some("needs more than one output"),
        _ => None,
    }
}

/// Why a task can't have a cost; none where it can.
pub const fn cost_refusal(task: Task, cost: Cost) -> Option<&'static str> {
    match (task, cost) {
        (Task::Regression, Cost::BinaryCrossEntropy | Cost::CategoricalCrossEntropy) => Some("needs classes"),
        (Task::BinaryClassification, Cost::CategoricalCrossEntropy) => Some("needs more than one output"),
        _ => None,
    }
}

/// The cost that an output goes with best.
pub fn natural_cost(task: Task, output: Activation) -> Cost {
    let best = match output {
        Activation::Sigmoid => Cost::BinaryCrossEntropy,
        Activation::Softmax => Cost::CategoricalCrossEntropy,
        _ => Cost::SquaredError,
    };
    if cost_refusal(task, best).is_none() { best } else { Cost::SquaredError }
}

/// The output that a cost needs, or goes with best.
pub const fn natural_output(task: Task, cost: Cost) -> Activation {
    match (cost, task) {
        (Cost::BinaryCrossEntropy, _) | (Cost::SquaredError, Task::BinaryClassification) => {
            Activation::Sigmoid
        }
        (Cost::CategoricalCrossEntropy, _) | (Cost::SquaredError, Task::Classification) => {
            Activation::Softmax
        }
        (Cost::SquaredError, Task::Regression) => Activation::Identity,
    }
}

/// What one should know of the start weights chosen.
pub fn init_hint(recipe: &Recipe) -> Option<&'static str> {
    match recipe.init {
        Init::Zeros if !recipe.layers.is_empty() => {
            Some("All units of a layer start alike and stay alike: watch symmetry never break.")
        }
        Init::Constant(scale) if scale >= 1.0 => Some("Large weights: units saturate, gradients vanish."),
        _ => None,
    }
}

/// What one should know of output and cost chosen.
pub fn output_hint(recipe: &Recipe, task: Task) -> Option<&'static str> {
    match (recipe.cost, recipe.output, task) {
        (Cost::SquaredError, Activation::Sigmoid, Task::Regression) => Some("A sigmoid reaches 0 to 1 only."),
        (Cost::SquaredError, Activation::Tanh, Task::Regression) => Some("tanh reaches −1 to 1 only."),
        (Cost::SquaredError, Activation::Relu, Task::Regression) => {
            Some("A ReLU reaches no negative number.")
        }
        (Cost::SquaredError, Activation::Sigmoid | Activation::Softmax, _) => {
            Some("Where the output is flat, squared error hardly learns; cross-entropy does.")
        }
        (Cost::BinaryCrossEntropy, _, Task::Classification) => {
            Some("Each class is asked for on its own: yes or no.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKS: [Task; 3] = [Task::BinaryClassification, Task::Classification, Task::Regression];

    #[test]
    fn natural_pairs_are_allowed_and_go_together() {
        for task in TASKS {
            for cost in Cost::ALL.into_iter().filter(|cost| cost_refusal(task, *cost).is_none()) {
                let output = natural_output(task, cost);
                assert!(cost.goes_with(output) && output_refusal(task, output).is_none(), "{task:?} {cost}");
            }
            for output in Activation::ALL.into_iter().filter(|output| output_refusal(task, *output).is_none())
            {
                let cost = natural_cost(task, output);
                assert!(cost.goes_with(output) && cost_refusal(task, cost).is_none(), "{task:?} {output}");
            }
        }
    }

    #[test]
    fn numbers_are_written_as_they_can_be_typed_again() {
        for (value, expected) in [(0.01, "0.01"), (1e-8, "1e-8"), (0.0, "0"), (0.9, "0.9"), (2e7, "2e7")] {
            assert_eq!(plain(value), expected);
            assert_eq!(plain(value).parse(), Ok(value));
        }
    }
}
