//! What "auto" becomes, and the recipe that the arguments describe. In: arguments and a table; out: a plan with its
//! task, a [`Recipe`].
//!
//! Read next: `start.rs`.

use anyhow::{Result, bail};
use lnn_core::{Activation, Cost, Init, Optimizer, Recipe};
use lnn_import::{ImportPlan, Kind, Table, Task};

use crate::args::{Auto, InitArg, RecipeArgs};

/// Chooses the task that goes with the output and cost asked for, and completes both.
///
/// `auto`: texts, and whole numbers with few values, are classes (two: sigmoid, more: softmax); other numbers are
/// regressed (identity). `sigmoid` and `softmax` ask for classes, every other activation for a number.
pub fn choose_task(
    plan: &mut ImportPlan,
    table: &Table,
    output: Auto<Activation>,
    cost: Auto<Cost>,
) -> (Activation, Cost) {
    let output = match (output, cost) {
        (Auto::Given(output), _) => output,
        (_, Auto::Given(Cost::BinaryCrossEntropy)) => Activation::Sigmoid,
        (_, Auto::Given(Cost::CategoricalCrossEntropy)) => Activation::Softmax,
        _ => match plan.task {
            Task::BinaryClassification => Activation::Sigmoid,
            Task::Classification => Activation::Softmax,
            Task::Regression => Activation::Identity,
        },
    };
    match output {
        Activation::Sigmoid => plan.set_target_kind(table, Kind::Categorical),
        Activation::Softmax => {
            plan.set_target_kind(table, Kind::Categorical);
            plan.task = Task::Classification;
        }
        _ => plan.set_target_kind(table, Kind::Numeric),
    }
    let cost = match (cost, output) {
        (Auto::Given(cost), _) => cost,
        (_, Activation::Sigmoid) => Cost::BinaryCrossEntropy,
        (_, Activation::Softmax) => Cost::CategoricalCrossEntropy,
        _ => Cost::SquaredError,
    };
    (output, cost)
}

/// The recipe, for these hidden layers.
pub fn recipe(
    args: &RecipeArgs,
    layers: Vec<usize>,
    seed: u64,
    (output, cost): (Activation, Cost),
) -> Result<Recipe> {
    let recipe = Recipe {
        hidden: hidden_activations(&args.hidden, layers.len())?,
        layers,
        output,
        cost,
        init: match args.init {
            InitArg::Rule(init) => init,
            InitArg::File(_) => Init::Zeros,
        },
        optimizer: optimizer(args)?,
        learning_rate: args.learning_rate,
        decay: args.decay,
        batch_size: args.batch_size,
        shuffle: args.shuffle,
        l2_penalty: args.l2,
        dropout: args.dropout,
        seed,
    };
    recipe.check()?;
    Ok(recipe)
}

/// One activation for all hidden layers, or one for each; relu where none is given.
pub fn hidden_activations(given: &[Activation], n_layers: usize) -> Result<Vec<Activation>> {
    match *given {
        [] => Ok(vec![Activation::Relu; n_layers]),
        [one] => Ok(vec![one; n_layers]),
        _ if given.len() == n_layers => Ok(given.to_vec()),
        _ => bail!(
            "--hidden names {} activations for {n_layers} hidden layers: name one, or one for each",
            given.len()
        ),
    }
}

/// The optimizer with the numbers given; one that it does not have is a mistake worth a word.
fn optimizer(args: &RecipeArgs) -> Result<Optimizer> {
    let RecipeArgs { momentum, beta1, beta2, epsilon, .. } = *args;
    let mut optimizer = args.optimizer;
    let unused = match &mut optimizer {
        Optimizer::Sgd => {
            [("--momentum", momentum), ("--beta1", beta1), ("--beta2", beta2), ("--epsilon", epsilon)]
        }
        Optimizer::Momentum { beta } => {
            *beta = momentum.unwrap_or(*beta);
            [("", None), ("--beta1", beta1), ("--beta2", beta2), ("--epsilon", epsilon)]
        }
        Optimizer::RmsProp { beta, epsilon: e } => {
            (*beta, *e) = (momentum.unwrap_or(*beta), epsilon.unwrap_or(*e));
            [("", None), ("--beta1", beta1), ("--beta2", beta2), ("", None)]
        }
        Optimizer::Adam { beta1: b1, beta2: b2, epsilon: e } => {
            (*b1, *b2, *e) = (beta1.unwrap_or(*b1), beta2.unwrap_or(*b2), epsilon.unwrap_or(*e));
            [("--momentum", momentum), ("", None), ("", None), ("", None)]
        }
    };
    match unused.iter().find(|(_, value)| value.is_some()) {
        Some((option, _)) => {
            bail!("{} has no {option}: leave it away, or choose another optimizer", optimizer.as_str())
        }
        None => Ok(optimizer),
    }
}
