//! One step of backpropagation, worked by hand and then compared with the engine, number by number.
//!
//! Run it with `cargo run -p lnn-core --example 02_backprop_by_hand`. Read next: `03_learn_xor.rs`.

use lnn_core::gradient_check::DEFAULT_EPSILON;
use lnn_core::{Activation, Cost, DataSet, Network, Recipe, TrainError, gradient_check};
use ndarray::{Array1, Array2, array};

/// # Errors
/// None here: every shape fits.
pub fn main() -> Result<(), TrainError> {
    // Two inputs, two ReLU units, one sigmoid unit; one example x = (1, 2) with target y = 1.
    let recipe = Recipe { layers: vec![2], hidden: vec![Activation::Relu], ..Recipe::default() };
    let parameters: Vec<(Array2<f64>, Array1<f64>)> =
        vec![(array![[1.0, -0.25], [-0.5, 0.0]], array![0.0, 0.0]), (array![[2.0, -1.0]], array![-1.0])];
    let network = Network::from_parameters(parameters, &recipe, 2, 1)?;
    let (x, y) = (array![[1.0], [2.0]], array![[1.0]]);

    println!("Forward:");
    let forward = network.forward(x.view());
    println!(
        "  z of layer 1 = (1·1 − 0.25·2, −0.5·1 + 0·2) = (0.5, −0.5)   {}",
        column(&forward.pre_activations[0])
    );
    println!(
        "  a of layer 1 = max(0, z)                    = (0.5, 0)      {}",
        column(&forward.activations[0])
    );
    println!(
        "  z of layer 2 = 2·0.5 − 1·0 − 1              = 0             {}",
        column(&forward.pre_activations[1])
    );
    println!(
        "  a of layer 2 = 1/(1 + e⁰)                   = 0.5           {}",
        column(&forward.activations[1])
    );

    println!("Backward:");
    let backward = network.backward(x.view(), y.view(), &forward, Cost::BinaryCrossEntropy, 0.0);
    println!("  δ of layer 2 = a − y                        = −0.5          {}", column(&backward.errors[1]));
    println!("  δ of layer 1 = (2·−0.5·1, −1·−0.5·0)        = (−1, 0)       {}", column(&backward.errors[0]));
    println!("  ∂C/∂W of layer 2 = δ·aᵀ = (−0.25, 0)        {}", column(&backward.gradients.weights[1]));
    println!("  ∂C/∂W of layer 1 = δ·xᵀ = (−1, −2), (0, 0)  {}", column(&backward.gradients.weights[0]));

    // The same gradients without any of that reasoning: move each parameter a little and see what the cost does.
    let data = DataSet::new(x, y)?;
    let check = gradient_check(&network, &data, Cost::BinaryCrossEntropy, 0.0, None, None, DEFAULT_EPSILON)?;
    println!("Against central differences: relative difference {:.1e}", check.relative_difference);
    Ok(())
}

/// The numbers of a small matrix in reading order.
fn column(matrix: &Array2<f64>) -> String {
    let numbers: Vec<String> = matrix.iter().map(|number| format!("{number}")).collect();
    format!("engine: {}", numbers.join(", "))
}
