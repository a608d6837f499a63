//! What is trained in a schedule: a recipe and a little data set, in every variety that the functions must know.
//!
//! In: dice. Out: a [`Task`]. Read next: `local.rs`, which trains it in this process.

use std::fmt::Write;

use anyhow::Result;
use lnn_core::{Activation, BatchSize, Cost, Init, LearningRateDecay, Optimizer, Recipe, Shuffle};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Kind, Normalise, Split, Table, TargetChoice};
use lnn_lambda::messages::{LaunchData, LaunchRequest};
use lnn_runlog::RecipeRecord;

use crate::dice::Dice;

/// What is trained, and how it is cut and logged.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Every setting of the training.
    pub recipe: Recipe,
    /// `f32` or `f64`.
    pub precision: &'static str,
    /// The data set, as it is uploaded.
    pub csv: String,
    /// Rows that train; the others are the dev split.
    pub n_train: usize,
    /// Passes over them.
    pub epochs: u64,
    /// Units that a call computes.
    pub units_per_neuron: Option<usize>,
    /// Every how manyth step is logged.
    pub every_steps: u64,
    /// Whether steps are watched on some examples.
    pub watched: bool,
    /// What is done to inputs; what the importer proposes where none is given.
    pub normalise: Option<Normalise>,
}

impl Task {
    /// One with 3 to 12 steps.
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 1);
        let output = dice.pick(&[
            Activation::Sigmoid,
            Activation::Sigmoid,
            Activation::Softmax,
            Activation::Softmax,
            Activation::Identity,
        ]);
        let n_hidden = dice.pick(&[0, 0, 2, 2, 3]);
        let layers: Vec<usize> = (0..n_hidden).map(|_| dice.range(1..=4) as usize).collect();
        let hidden = layers.iter().map(|_| dice.pick(&Activation::HIDDEN)).collect();
        let n_train = dice.range(7..=18) as usize;
        let n_batches = dice.range(1..=4) as usize;
        let batch_size =
            if n_batches == 1 { BatchSize::Full } else { BatchSize::Of(n_train.div_ceil(n_batches)) };
        let steps_per_epoch = n_train.div_ceil(batch_size.examples(n_train)) as u32;
        let epochs = u64::from(dice.range(3_u32.div_ceil(steps_per_epoch)..=12 / steps_per_epoch));
        let recipe = Recipe {
            dropout: if n_hidden > 0 { dice.pick(&[0.0, 0.0, 0.25, 0.5]) } else { 0.0 },
            layers,
            hidden,
            output,
            cost: cost_of(output),
            init: dice.pick(&[Init::Xavier, Init::He, Init::InverseSqrt, Init::Constant(0.5), Init::Zeros]),
            optimizer: dice.pick(&Optimizer::ALL),
            // Some runs don't stay finite, and end where and as they do on one machine.
            learning_rate: if dice.chance(0.1) { 1e30 } else { dice.pick(&[0.3, 0.07, 0.01, 1.0 / 3.0]) },
            decay: dice.pick(&[
                LearningRateDecay::None,
                LearningRateDecay::InverseTime { rate: 0.3 },
                LearningRateDecay::Exponential { rate: 0.9 },
            ]),
            batch_size,
            shuffle: dice.pick(&[Shuffle::None, Shuffle::EachEpoch]),
            l2_penalty: dice.pick(&[0.0, 0.0, 0.1, 0.7]),
            seed: u64::from(dice.range(1..=1_000_000)),
        };
        let n_dev = dice.pick(&[0, 0, 3, 5]);
        let n_features = dice.range(1..=4) as usize;
        Self {
            csv: rows(&mut dice, n_train + n_dev, n_features, output),
            precision: dice.pick(&["f32", "f64"]),
            n_train,
            epochs,
            units_per_neuron: dice.pick(&[Some(1), Some(1), Some(2), None]),
            every_steps: dice.pick(&[1, 1, 1, 2]),
            watched: dice.chance(0.3),
            normalise: None,
            recipe,
        }
    }

    /// Steps of the whole run.
    pub fn last_step(&self) -> u64 {
        let batch = self.recipe.batch_size.examples(self.n_train);
        self.epochs * self.n_train.div_ceil(batch) as u64
    }

    /// Slices of the whole network: calls of neurons in one pass.
    pub fn n_slices(&self) -> usize {
        let size = self.units_per_neuron.unwrap_or(usize::MAX);
        // Of outputs there are few: one, or one for each of three classes.
        let n_outputs = if self.recipe.output == Activation::Softmax { 3 } else { 1 };
        self.recipe.layers.iter().chain([&n_outputs]).map(|n_units| n_units.div_ceil(size)).sum()
    }

    /// The data set, read.
    ///
    /// # Errors
    /// It is no table.
    pub fn table(&self) -> Result<Table> {
        let mut importer = CsvImporter::new(ImportLimits::default());
        importer.push(self.csv.as_bytes())?;
        Ok(importer.finish()?)
    }

    /// What its columns are.
    ///
    /// # Errors
    /// The table has no such columns.
    pub fn plan(&self) -> Result<ImportPlan> {
        let table = self.table()?;
        let mut plan = ImportPlan::guess_with(&table, &TargetChoice::Name("label".to_owned()))?;
        let is_number = self.recipe.output == Activation::Identity;
        plan.set_target_kind(&table, if is_number { Kind::Numeric } else { Kind::Categorical });
        if self.recipe.output == Activation::Softmax {
            plan.task = lnn_import::Task::Classification;
        }
        plan.normalise = self.normalise.unwrap_or(plan.normalise);
        plan.split = Split::First(self.n_train);
        Ok(plan)
    }

    /// What the launcher is asked for.
    ///
    /// # Errors
    /// The data set is none.
    pub fn launch_request(&self, run: &str) -> Result<LaunchRequest> {
        Ok(LaunchRequest {
            run: Some(run.to_owned()),
            data: LaunchData {
                name: "little.csv".to_owned(),
                base64: Some(data_encoding::BASE64.encode(self.csv.as_bytes())),
                key: None,
                is_builtin: false,
                made: None,
            },
            plan: Some(self.plan()?),
            recipe: Some(RecipeRecord::from(&self.recipe)),
            precision: self.precision.to_owned(),
            epochs: self.epochs,
            units_per_neuron: self.units_per_neuron,
            every_steps: self.every_steps,
            checkpoint_epochs: None,
            watched: self.watched,
            start: None,
            start_key: None,
        })
    }
}

/// The cost that goes with an output.
pub const fn cost_of(output: Activation) -> Cost {
    match output {
        Activation::Sigmoid => Cost::BinaryCrossEntropy,
        Activation::Softmax => Cost::CategoricalCrossEntropy,
        _ => Cost::SquaredError,
    }
}

/// A table of `n_features` numbers and a label that they have something to do with.
pub fn rows(dice: &mut Dice, n_rows: usize, n_features: usize, output: Activation) -> String {
    let names: Vec<String> = (0..n_features).map(|idx| format!("x{idx}")).collect();
    let mut csv = names.join(",") + ",label\n";
    for row in 0..n_rows {
        let numbers: Vec<f64> = (0..n_features).map(|_| dice.normal()).collect();
        let sum: f64 = numbers.iter().sum();
        let cells: Vec<String> = numbers.iter().map(f64::to_string).collect();
        // The first rows hold every class, whatever the split.
        let label = match output {
            Activation::Sigmoid if row < 2 => ["no", "yes"][row].to_owned(),
            Activation::Sigmoid => if sum > 0.0 { "yes" } else { "no" }.to_owned(),
            Activation::Softmax if row < 3 => ["a", "b", "c"][row].to_owned(),
            Activation::Softmax => ["a", "b", "c"][((sum + 6.0) as usize).min(8) % 3].to_owned(),
            _ => format!("{}", sum * 2.5 + 0.1 * dice.normal()),
        };
        // Writing to a text can't fail.
        let _ = writeln!(csv, "{},{label}", cells.join(","));
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_is_one_that_can_be_trained() {
        for seed in 0..300 {
            let task = Task::draw(seed);
            task.recipe.check().unwrap();
            assert!((3..=12).contains(&task.last_step()), "{seed}: {} steps", task.last_step());
            assert!(task.plan().unwrap().check(&task.table().unwrap()).is_empty(), "{seed}");
            assert_eq!(task, Task::draw(seed));
        }
    }
}
