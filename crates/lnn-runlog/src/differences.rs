//! How the recipes of several runs differ.
//!
//! In: the headers of runs. Out: each setting that is not the same in all of them, with its value in each.

use crate::recipe::OptimizerRecord;
use crate::{DataInfo, DecayRecord, RecipeRecord, RunHeader};

/// A setting that runs have different values of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is called.
    pub setting: &'static str,
    /// Its value in each run, in the order of the runs.
    pub values: Vec<String>,
}

/// The settings that are not the same in all runs, the data set first.
pub fn differences(headers: &[&RunHeader]) -> Vec<Difference> {
    let all: Vec<Vec<(&'static str, String)>> = headers.iter().map(|header| settings(header)).collect();
    let Some(first) = all.first() else { return Vec::new() };
    let mut found = Vec::new();
    for (idx, (setting, value)) in first.iter().enumerate() {
        let values: Vec<String> =
            all.iter().filter_map(|settings| settings.get(idx)).map(|(_, value)| value.clone()).collect();
        if values.iter().any(|other| other != value) {
            found.push(Difference { setting, values });
        }
    }
    found
}

/// Every setting in words; the same ones in the same order for every run.
fn settings(header: &RunHeader) -> Vec<(&'static str, String)> {
    let DataInfo { name, n_train, n_dev, target_name, .. } = &header.data;
    let RecipeRecord {
        layers,
        hidden,
        output,
        cost,
        init,
        optimizer,
        learning_rate,
        decay,
        batch_size,
        shuffle,
        l2_penalty,
        dropout,
        seed,
    } = &header.recipe;
    let network: Vec<String> = std::iter::once(header.data.n_inputs())
        .chain(layers.iter().copied())
        .chain([header.data.n_outputs()])
        .map(|n_units| n_units.to_string())
        .collect();
    vec![
        ("data set", name.clone()),
        ("target", target_name.clone()),
        ("examples", format!("{n_train} + {n_dev} dev")),
        ("network", network.join("-")),
        ("hidden activations", in_short(hidden)),
        ("output activation", plain(output)),
        ("cost", plain(cost)),
        ("start weights", plain(init)),
        ("optimizer", optimizer_words(*optimizer)),
        ("learning rate", learning_rate.to_string()),
        ("decay", decay_words(*decay)),
        ("batch size", batch_size.map_or_else(|| "full".to_owned(), |size| size.to_string())),
        ("shuffled", if *shuffle { "yes" } else { "no" }.to_owned()),
        ("L2 penalty λ", l2_penalty.to_string()),
        ("dropout", dropout.to_string()),
        ("seed", seed.to_string()),
    ]
}

fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// One name where all layers have the same.
fn in_short(names: &[String]) -> String {
    match names {
        [] => "–".to_owned(),
        [first, rest @ ..] if rest.iter().all(|name| name == first) => plain(first),
        _ => names.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", "),
    }
}

fn optimizer_words(optimizer: OptimizerRecord) -> String {
    match optimizer {
        OptimizerRecord::Sgd => "gradient descent".to_owned(),
        OptimizerRecord::Momentum { beta } => format!("momentum, β {beta}"),
        OptimizerRecord::Rmsprop { beta, epsilon } => format!("RMSprop, β {beta}, ε {epsilon}"),
        OptimizerRecord::Adam { beta1, beta2, epsilon } => {
            format!("Adam, β₁ {beta1}, β₂ {beta2}, ε {epsilon}")
        }
    }
}

fn decay_words(decay: DecayRecord) -> String {
    match decay {
        DecayRecord::None => "none".to_owned(),
        DecayRecord::InverseTime { rate } => format!("inverse time, {rate}"),
        DecayRecord::Exponential { rate } => format!("exponential, {rate}"),
        DecayRecord::Step { factor, every_epochs } => format!("× {factor} every {every_epochs} epochs"),
    }
}

#[cfg(test)]
mod tests {
    use lnn_core::{LearningRateDecay, Optimizer, Recipe, SyntheticKind};

    use super::*;

    fn header(recipe: &Recipe) -> RunHeader {
        let data = DataInfo::made_up(SyntheticKind::Moons, 160, 40);
        RunHeader { format: 1, run: "r".to_owned(), recipe: RecipeRecord::from(recipe), data }
    }

    #[test]
    fn equal_recipes_have_no_differences() {
        let recipe = Recipe::default();
        assert!(differences(&[&header(&recipe), &header(&recipe)]).is_empty());
        assert!(differences(&[]).is_empty());
    }

    #[test]
    fn each_setting_that_differs_is_named_with_both_values() {
        let one = header(&Recipe::default());
        let rate = LearningRateDecay::Step { factor: 0.5, every_epochs: 10 };
        let optimizer = Optimizer::Momentum { beta: 0.9 };
        let recipe = Recipe { seed: 7, dropout: 0.25, decay: rate, optimizer, ..Recipe::default() };
        let mut other = header(&recipe);
        other.recipe.layers = vec![3, 4];
        other.data.n_dev = 0;
        let found = differences(&[&one, &other]);
        let of =
            |setting: &str| found.iter().find(|found| found.setting == setting).unwrap().values[1].clone();
        assert_eq!(of("network"), "2-3-4-1");
        assert_eq!(of("examples"), "160 + 0 dev");
        assert_eq!(of("optimizer"), "momentum, β 0.9");
        assert_eq!(of("decay"), "× 0.5 every 10 epochs");
        assert_eq!((of("seed"), of("dropout")), ("7".to_owned(), "0.25".to_owned()));
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
