//! Four points no single neuron can tell apart, and what each hidden unit does while a small network learns them.
//!
//! Run it with `cargo run -p lnn-core --example 03_learn_xor`. Read next: `04_read_a_run_log.rs`.

use lnn_core::{Activation, BatchSize, DataSet, LayerProbe, Recipe, TrainError, Trainer};
use ndarray::array;
use std::sync::Arc;

/// # Errors
/// None here: the recipe is good and the numbers stay finite.
pub fn main() -> Result<(), TrainError> {
    // Columns are examples: (0,0) (0,1) (1,0) (1,1); the target says whether exactly one coordinate is 1.
    let inputs = array![[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]];
    let data = Arc::new(DataSet::<f64>::new(inputs, array![[0.0, 1.0, 1.0, 0.0]])?);
    let recipe = Recipe {
        layers: vec![4],
        hidden: vec![Activation::Tanh],
        learning_rate: 0.05,
        batch_size: BatchSize::Full,
        ..Recipe::default()
    };
    let mut trainer = Trainer::new(recipe, data)?;

    let mut probes = Vec::new();
    for _ in 0..=400 {
        let report = trainer.step(Some(&mut probes))?;
        if report.step % 100 == 1 {
            println!("step {:3}  cost {:.4}", report.step, report.cost);
            show(&probes[0]);
        }
    }
    let answers = trainer.network().predict(trainer.train_set().inputs().view());
    println!("answers to (0,0) (0,1) (1,0) (1,1): {answers:.3}");
    Ok(())
}

/// A line for each hidden unit: what it does, and how strongly it is asked to change.
fn show(layer: &LayerProbe<f64>) {
    for (unit_idx, unit) in layer.units.iter().enumerate() {
        println!(
            "    unit {}: a {:6.3} ± {:.3}   ‖∂C/∂w‖ {:.4}   ‖Δw‖/‖w‖ {:.4}",
            unit_idx + 1,
            unit.activation_mean,
            unit.activation_std,
            unit.gradient_norm,
            unit.update_ratio,
        );
    }
}
