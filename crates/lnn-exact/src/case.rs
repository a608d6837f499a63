//! The cases: every pair of settings meets in one of them.
//!
//! What enters: nothing. What leaves: 121 recipes with their data. Twelve settings are chosen by the columns of an
//! orthogonal array: in row (i, j), 0 ≤ i, j < 11, column k is i + k·j modulo 11, and the last column is j. As 11 is
//! prime, every two columns show every pair of values exactly once; taken modulo the number of choices, every pair of
//! choices at least once. `tests/golden.rs` counts them. Read next: `lib.rs`.

use lnn_core::random::{Stream, stream};
use lnn_core::{
    Activation, BatchSize, Cost, DataSet, Init, LearningRateDecay, Optimizer, Real, Recipe, Shuffle,
};
use ndarray::Array2;

/// Steps each case is trained: several epochs, and enough for every optimizer to show all of its parts.
pub const N_STEPS: u64 = 50;

/// Not a multiple of any mini-batch below: the last one of an epoch is short.
const N_EXAMPLES: usize = 41;
/// A prime that is at least as large as every list of choices.
const PRIME: usize = 11;
/// Layers and features of sizes that are no multiple of any vector's width, and some that are smaller than all.
const SIZES: [usize; 7] = [5, 17, 3, 33, 7, 1, 13];
/// Weight layers: 1 is a network without hidden units.
const MAX_LAYERS: usize = 6;

const OUTPUTS: [(Cost, Activation); 8] = [
    (Cost::BinaryCrossEntropy, Activation::Sigmoid),
    (Cost::CategoricalCrossEntropy, Activation::Softmax),
    (Cost::SquaredError, Activation::Identity),
    (Cost::SquaredError, Activation::Sigmoid),
    (Cost::SquaredError, Activation::Tanh),
    (Cost::SquaredError, Activation::Relu),
    (Cost::SquaredError, Activation::LeakyRelu),
    (Cost::SquaredError, Activation::Softmax),
];
/// λ and the share of dropped units: neither, each, both.
const REGULARIZERS: [(f64, f64); 4] = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.25), (0.3, 0.25)];
const DECAYS: [LearningRateDecay; 4] = [
    LearningRateDecay::None,
    LearningRateDecay::InverseTime { rate: 0.1 },
    LearningRateDecay::Exponential { rate: 0.9 },
    LearningRateDecay::Step { factor: 0.5, every_epochs: 3 },
];
const BATCHES: [(BatchSize, Shuffle); 5] = [
    (BatchSize::Of(16), Shuffle::EachEpoch),
    (BatchSize::Of(13), Shuffle::None),
    (BatchSize::Full, Shuffle::EachEpoch),
    (BatchSize::Of(6), Shuffle::EachEpoch),
    (BatchSize::Of(16), Shuffle::None),
];
const INITS: [Init; 4] = [Init::Xavier, Init::He, Init::InverseSqrt, Init::Constant(0.1)];

/// What a case computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// `f32`.
    F32,
    /// `f64`.
    F64,
}

/// A run to be repeated everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its settings in words, and its number.
    pub name: String,
    /// Every setting; its seed is the case's number.
    pub recipe: Recipe,
    /// `f32` or `f64`.
    pub precision: Precision,
    n_features: usize,
    n_outputs: usize,
}

/// Every case, in the order of the golden file.
pub fn suite() -> Vec<Case> {
    (0..PRIME * PRIME).map(case).collect()
}

fn case(idx: usize) -> Case {
    let (i, j) = (idx / PRIME, idx % PRIME);
    let column = |k: usize| (i + k * j) % PRIME;
    let n_hidden = column(0) % MAX_LAYERS;
    let (cost, output) = pick(&OUTPUTS, column(1));
    let (l2_penalty, dropout) = pick(&REGULARIZERS, column(2));
    let (batch_size, shuffle) = pick(&BATCHES, column(3));
    let precision = pick(&[Precision::F32, Precision::F64], column(4));
    let n_features = pick(&SIZES, column(5));
    // Each further layer has the next activation and the next size.
    let (activation, size) = (column(6), column(7));
    let recipe = Recipe {
        layers: (0..n_hidden).map(|layer_idx| pick(&SIZES, size + layer_idx)).collect(),
        hidden: (0..n_hidden).map(|layer_idx| pick(&Activation::HIDDEN, activation + layer_idx)).collect(),
        output,
        cost,
        init: pick(&INITS, column(8)),
        optimizer: pick(&Optimizer::ALL, column(9)),
        learning_rate: 0.02,
        decay: pick(&DECAYS, column(10)),
        batch_size,
        shuffle,
        l2_penalty,
        dropout,
        seed: idx as u64,
    };
    let n_outputs = if output == Activation::Softmax { [2, 3, 5, 9][j % 4] } else { [1, 2, 3, 5][j % 4] };
    Case {
        name: name(idx, &recipe, precision, n_features, n_outputs),
        recipe,
        precision,
        n_features,
        n_outputs,
    }
}

fn pick<C: Copy>(choices: &[C], value: usize) -> C {
    choices[value % choices.len()]
}

/// `007 f32 3-relu5-tanh17-sigmoid1 binary_cross_entropy adam …`
fn name(idx: usize, recipe: &Recipe, precision: Precision, n_features: usize, n_outputs: usize) -> String {
    let precision = if precision == Precision::F32 { "f32" } else { "f64" };
    let layers = recipe.hidden.iter().zip(&recipe.layers);
    let hidden: Vec<String> = layers.map(|(activation, units)| format!("{activation}{units}-")).collect();
    format!(
        "{idx:03} {precision} {n_features}-{}{}{n_outputs} {} {} {} l2:{} dropout:{} {} batch:{} shuffle:{}",
        hidden.concat(),
        recipe.output,
        recipe.cost,
        recipe.init,
        recipe.optimizer,
        recipe.l2_penalty,
        recipe.dropout,
        recipe.decay,
        recipe.batch_size,
        recipe.shuffle
    )
}

impl Case {
    /// Its data. They are noise: learning nothing of value takes the same arithmetic.
    pub fn data<T: Real>(&self) -> DataSet<T> {
        let mut noise = stream(self.recipe.seed, Stream::Data, 0, 0);
        let shape = (self.n_features, N_EXAMPLES);
        let inputs = Array2::from_shape_simple_fn(shape, || T::from_f64(noise.normal()));
        let mut targets = Array2::from_elem((self.n_outputs, N_EXAMPLES), T::ZERO);
        for mut example in targets.columns_mut() {
            if self.recipe.output == Activation::Softmax {
                example[noise.below(self.n_outputs as u32) as usize] = T::ONE;
            } else if self.recipe.cost == Cost::BinaryCrossEntropy {
                example.fill(T::from_usize(noise.below(2) as usize));
            } else {
                example.mapv_inplace(|_| T::from_f64(2.0 * noise.uniform() - 1.0));
            }
        }
        DataSet::new(inputs, targets)
            .unwrap_or_else(|error| unreachable!("finite and of one length: {error}"))
    }
}
