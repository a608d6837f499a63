//! What is trained: 12288-20-7-5-1 on 209 made-up pictures, full batch, the network of the first LNN.
//!
//! In: a number of steps. Out: a request to the launcher, and the same training in this process. Read next: `run.rs`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use lnn_core::{Activation, BatchSize, Init, Optimizer, Recipe, Trainer};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Normalise, Split, Table, TargetChoice, prepare};
use lnn_lambda::messages::{LaunchData, LaunchRequest};
use lnn_runlog::RecipeRecord;

/// Numbers of a picture: 64 × 64 × 3.
pub const N_FEATURES: usize = 12_288;
/// Pictures.
pub const N_EXAMPLES: usize = 209;
/// Units of the layers.
pub const UNITS: [usize; 4] = [20, 7, 5, 1];

/// A data set and how it becomes inputs.
pub struct Workload {
    csv: String,
    table: Table,
    plan: ImportPlan,
    recipe: Recipe,
}

impl Workload {
    /// Pictures of noise with one of two faint patterns, the same each time.
    ///
    /// # Errors
    /// The importer does not take them.
    pub fn new() -> Result<Self> {
        let csv = pictures();
        let mut importer = CsvImporter::new(ImportLimits::default());
        importer.push(csv.as_bytes())?;
        let table = importer.finish()?;
        let mut plan = ImportPlan::guess_with(&table, &TargetChoice::Name("label".to_owned()))?;
        plan.normalise = Normalise::Factor(1.0 / 255.0);
        plan.split = Split::First(N_EXAMPLES);
        let recipe = Recipe {
            layers: UNITS[..3].to_vec(),
            hidden: vec![Activation::Relu; 3],
            optimizer: Optimizer::Sgd,
            learning_rate: 0.0075,
            init: Init::InverseSqrt,
            batch_size: BatchSize::Full,
            ..Recipe::default()
        };
        Ok(Self { csv, table, plan, recipe })
    }

    /// What the launcher is asked for.
    pub fn request(&self, run: &str, n_steps: u64, units_per_neuron: Option<usize>) -> LaunchRequest {
        LaunchRequest {
            run: Some(run.to_owned()),
            data: LaunchData {
                name: "pictures.csv".to_owned(),
                base64: Some(data_encoding::BASE64.encode(self.csv.as_bytes())),
                key: None,
                is_builtin: false,
                made: None,
            },
            plan: Some(self.plan.clone()),
            recipe: Some(RecipeRecord::from(&self.recipe)),
            precision: "f32".to_owned(),
            epochs: n_steps,
            units_per_neuron,
            every_steps: 1,
            checkpoint_epochs: None,
            watched: false,
            start: None,
            start_key: None,
        }
    }

    /// The same training in this process: digest of its last parameters, and how long all steps took.
    ///
    /// # Errors
    /// It can't be trained.
    pub fn train_here(&self, n_steps: u64) -> Result<(u64, Duration)> {
        let data = prepare::<f32>(&self.table, &self.plan)?;
        let mut trainer = Trainer::new(self.recipe.clone(), Arc::new(data.train))?;
        let begun = Instant::now();
        for _ in 0..n_steps {
            trainer.step(None)?;
        }
        Ok((trainer.snapshot().digest(), begun.elapsed()))
    }
}

fn pictures() -> String {
    // xorshift64*, of Vigna 2016.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40
    };
    let patterns: [Vec<u64>; 2] = [(); 2].map(|()| (0..N_FEATURES).map(|_| random() % 64).collect());
    // Writing to a text can't fail.
    let mut csv = String::new();
    for idx in 0..N_FEATURES {
        let _ = write!(csv, "p{idx},");
    }
    csv.push_str("label\n");
    for row in 0..N_EXAMPLES {
        let class = row % 2;
        for faint in &patterns[class] {
            let _ = write!(csv, "{},", random() % 192 + faint);
        }
        csv.push_str(["no\n", "yes\n"][class]);
    }
    csv
}
