//! LNN in the benchmark: what `bench/page/lnn_worker.js` calls. Compiled, bound and optimised as the page's worker is.
//!
//! In: a workload's numbers and data. Out: a trained network, and calculations to be timed: the script around looks at
//! the clock, before and after, as it does for every peer. Read next: `contestant.rs`, `products.rs`, `ceiling.rs`.

#![allow(clippy::needless_pass_by_value, reason = "array views are Copy, which the lint does not see")]

mod ceiling;
mod contestant;
mod products;

use contestant::{Contestant, Settings};
use products::Products;
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

fn main() {}

/// A network of one workload.
#[wasm_bindgen]
pub struct Lnn(Contestant);

#[wasm_bindgen]
impl Lnn {
    /// `inputs` and `targets` example by example; `batch_examples` 0 for all.
    ///
    /// # Errors
    /// If the settings and the data make no run.
    #[wasm_bindgen(constructor)]
    pub fn new(
        layers: &[usize],
        words: &str,
        batch_examples: usize,
        learning_rate: f64,
        inputs: &[f32],
        targets: &[f32],
    ) -> Result<Self, JsError> {
        let settings = Settings { layers, words, batch_examples, learning_rate };
        Ok(Self(Contestant::new(&settings, inputs, targets)?))
    }

    /// Trains for so many epochs.
    ///
    /// # Errors
    /// If a number stops being finite.
    pub fn run(&mut self, n_epochs: u32, is_probed: bool) -> Result<(), JsError> {
        Ok(self.0.run(n_epochs, is_probed)?)
    }

    /// What the network says of every example it learns from, example by example.
    pub fn outputs(&self) -> Vec<f32> {
        self.0.outputs()
    }
}

/// The matrix products of one step of a workload, with its shapes.
#[wasm_bindgen]
pub struct StepProducts(Products);

#[wasm_bindgen]
impl StepProducts {
    /// Products for `layers` units, inputs first, and `batch_examples` examples.
    #[wasm_bindgen(constructor)]
    pub fn new(layers: &[usize], batch_examples: usize) -> Self {
        Self(Products::new(layers, batch_examples))
    }

    /// Multiplications and additions of one step's products.
    pub fn flops(&self) -> f64 {
        self.0.flops()
    }

    /// Computes the products of so many steps.
    pub fn run(&mut self, n_steps: u32) -> f32 {
        (0..n_steps).fold(0.0, |sum, _| sum + self.0.step())
    }
}

/// The numbers of chains that [`ceiling()`] knows.
#[wasm_bindgen]
pub fn ceiling_chains() -> Vec<usize> {
    ceiling::N_CHAINS.to_vec()
}

/// Multiplications and additions of a call of [`ceiling()`].
#[wasm_bindgen]
pub fn ceiling_flops(is_f64: bool, n_chains: usize, n_turns: u32) -> f64 {
    let lanes = if is_f64 { 2.0 } else { 4.0 };
    2.0 * lanes * n_chains as f64 * f64::from(n_turns)
}

/// Multiplies and adds in registers alone: what the machine can do at most, in this browser. 0 for another number of
/// chains than are compiled.
#[wasm_bindgen]
pub fn ceiling(is_f64: bool, n_chains: usize, n_turns: u32) -> f64 {
    ceiling::run(is_f64, n_chains, n_turns)
}
