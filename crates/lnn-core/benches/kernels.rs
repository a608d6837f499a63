//! `cargo bench`: what a training step is made of, natively: matrix products in the workloads' shapes, activations, updates.
//!
//! For products `elem/s` is multiplications and additions a second, for everything else numbers a second. Read next: `steps.rs`.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use lnn_core::product::{Scratch, product};
use lnn_core::{Activation, Optimizer, UpdateRule, UpdateSlice};
use ndarray::Array2;

/// A layer: name, units, inputs, examples. Those with more than 500 inputs are first layers.
const LAYERS: [(&str, usize, usize, usize); 4] = [
    ("playground-max", 8, 8, 10),
    ("cat", 20, 12_288, 209),
    ("mnist 1", 128, 784, 64),
    ("mnist 2", 64, 128, 64),
];
/// Numbers of an activation or an update: as many as a hidden layer of `mnist` has for a mini-batch.
const N_NUMBERS: usize = 128 * 64;

fn filled(n_rows: usize, n_cols: usize) -> Array2<f32> {
    Array2::from_shape_fn((n_rows, n_cols), |(row, col)| ((row * 31 + col * 17) % 101) as f32 / 101.0 - 0.5)
}

/// The three products of a layer: Z = W·X, δ·Xᵀ, Wᵀ·δ.
fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product");
    for (name, n_units, n_inputs, n_examples) in LAYERS {
        let weights = filled(n_units, n_inputs);
        // A data set's inputs lie example by example, what a layer sends to the next unit by unit.
        let is_first = n_inputs > 500;
        let inputs = if is_first {
            filled(n_examples, n_inputs).reversed_axes()
        } else {
            filled(n_inputs, n_examples)
        };
        let errors = filled(n_units, n_examples);
        let mut scratch = Scratch::default();
        group.throughput(Throughput::Elements(2 * (n_units * n_inputs * n_examples) as u64));
        let triples = [
            ("W·X", weights.view(), inputs.view()),
            ("δ·Xᵀ", errors.view(), inputs.t()),
            ("Wᵀ·δ", weights.t(), errors.view()),
        ];
        // Nothing is asked of the inputs of a first layer.
        for (formula, left, right) in triples.into_iter().take(if is_first { 2 } else { 3 }) {
            let mut out = vec![0.0; left.nrows() * right.ncols()];
            group.bench_function(format!("{name} {formula}"), |bencher| {
                bencher.iter(|| product(black_box(left), black_box(right), &mut out, &mut scratch));
            });
        }
    }
    group.finish();
}

fn activations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("activation");
    group.throughput(Throughput::Elements(N_NUMBERS as u64));
    let z: Vec<f32> = (0..N_NUMBERS).map(|idx| (idx % 1001) as f32 / 100.0 - 5.0).collect();
    let mut a = vec![0.0; N_NUMBERS];
    for activation in [Activation::Relu, Activation::Sigmoid, Activation::Tanh] {
        group.bench_function(activation.as_str(), |bencher| {
            bencher.iter(|| activation.apply(black_box(&z), &mut a));
        });
    }
    group.finish();
}

fn updates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update");
    group.throughput(Throughput::Elements(N_NUMBERS as u64));
    let (parameters, gradients) = (vec![0.5_f32; N_NUMBERS], vec![0.01_f32; N_NUMBERS]);
    for optimizer in Optimizer::ALL {
        let room = |is_kept: bool| vec![0.1_f32; if is_kept { N_NUMBERS } else { 0 }];
        let (first, second) = (room(optimizer.has_first_moment()), room(optimizer.has_second_moment()));
        let (mut next, mut next_first, mut next_second) = (parameters.clone(), first.clone(), second.clone());
        let rule = UpdateRule::new(optimizer, 0.01, 10);
        group.bench_function(optimizer.as_str(), |bencher| {
            bencher.iter(|| {
                rule.apply(UpdateSlice {
                    parameters: black_box(&parameters),
                    gradients: &gradients,
                    first_moment: &first,
                    second_moment: &second,
                    next_parameters: &mut next,
                    next_first_moment: &mut next_first,
                    next_second_moment: &mut next_second,
                });
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    products(&mut criterion);
    activations(&mut criterion);
    updates(&mut criterion);
    criterion.final_summary();
}
