//! `cargo bench`: whole training steps of the four workloads of `cargo xtask bench`, natively, probed and not.
//!
//! In: random inputs and targets of the right shapes; what is learnt doesn't matter here. Out: examples a second.

use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use lnn_core::{Activation, BatchSize, Cost, DataSet, Init, Optimizer, Recipe, TrainError, Trainer};
use ndarray::Array2;

/// A workload: its name, units from the inputs to the outputs, examples, examples of a mini-batch.
const WORKLOADS: [(&str, &[usize], usize, usize); 4] = [
    ("playground", &[2, 4, 2, 1], 250, 10),
    ("playground-max", &[7, 8, 8, 8, 8, 8, 8, 1], 250, 10),
    ("cat", &[12_288, 20, 7, 5, 1], 209, 209),
    ("mnist", &[784, 128, 64, 10], 640, 64),
];

fn trainer(units: &[usize], n_examples: usize, batch: usize) -> Result<Trainer<f32>, TrainError> {
    let (n_features, n_outputs) = (units[0], units[units.len() - 1]);
    let hidden = if n_features == 2 { Activation::Tanh } else { Activation::Relu };
    let inputs = Array2::from_shape_fn((n_features, n_examples), |(row, col)| {
        ((row * 31 + col * 17) % 101) as f32 / 101.0 - 0.5
    });
    // One output: yes or no; several: the example's class.
    let targets = Array2::from_shape_fn((n_outputs, n_examples), |(row, col)| {
        f32::from(u8::from(if n_outputs == 1 { col % 2 == 0 } else { col % n_outputs == row }))
    });
    let (output, cost) = if n_outputs == 1 {
        (Activation::Sigmoid, Cost::BinaryCrossEntropy)
    } else {
        (Activation::Softmax, Cost::CategoricalCrossEntropy)
    };
    let layers = units[1..units.len() - 1].to_vec();
    let recipe = Recipe {
        hidden: vec![hidden; layers.len()],
        layers,
        output,
        cost,
        init: Init::He,
        optimizer: Optimizer::sgd(),
        learning_rate: 0.001,
        batch_size: BatchSize::Of(batch),
        ..Recipe::default()
    };
    Trainer::new(recipe, Arc::new(DataSet::new(inputs, targets)?))
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.measurement_time(Duration::from_secs(3));
    for (name, units, n_examples, batch) in WORKLOADS {
        group.throughput(Throughput::Elements(batch as u64));
        for is_probed in [false, true] {
            let mut trainer = match trainer(units, n_examples, batch) {
                Ok(trainer) => trainer,
                Err(error) => return eprintln!("{name}: {error}"),
            };
            let mut probes = Vec::new();
            let id = if is_probed { format!("{name}, probed") } else { name.to_owned() };
            group.bench_function(id, |bencher| {
                bencher.iter(|| trainer.step(is_probed.then_some(&mut probes)).map(|report| report.cost));
            });
        }
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    steps(&mut criterion);
    criterion.final_summary();
}
