//! One neuron learns to tell two clouds of points apart, and we watch the three numbers it has.
//!
//! Run it with `cargo run -p lnn-core --example 01_one_neuron`. Read next: `02_backprop_by_hand.rs`.

use lnn_core::{BatchSize, Recipe, SyntheticKind, TrainError, Trainer, evaluate};
use std::sync::Arc;

/// # Errors
/// None here: the recipe is good and the numbers stay finite.
pub fn main() -> Result<(), TrainError> {
    // 200 points in the plane: a cloud around (0.5, 0.5) with target 1, one around (−0.5, −0.5) with target 0.
    let points = Arc::new(SyntheticKind::Gaussians.generate::<f64>(200, 0.1, 1));

    // No hidden layer: one sigmoid unit that sees both coordinates. This is logistic regression.
    let recipe = Recipe {
        layers: vec![],
        hidden: vec![],
        learning_rate: 0.1,
        batch_size: BatchSize::Full,
        ..Recipe::default()
    };
    let mut trainer = Trainer::new(recipe, Arc::clone(&points))?;

    println!("step      w1      w2       b    cost  accuracy");
    for step in 0..=100 {
        if step % 20 == 0 {
            let neuron = &trainer.network().layers[0];
            let metrics = evaluate(trainer.network(), &points, trainer.recipe().cost);
            println!(
                "{step:4} {:7.3} {:7.3} {:7.3} {:7.4} {:9.3}",
                neuron.weights[[0, 0]],
                neuron.weights[[0, 1]],
                neuron.biases[0],
                metrics.cost,
                metrics.accuracy().unwrap_or_default(),
            );
        }
        trainer.step(None)?;
    }
    println!("The line w1·x + w2·y + b = 0 now lies between the clouds.");
    Ok(())
}
