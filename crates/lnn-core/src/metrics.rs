//! Metrics: how good a network is on a whole set of examples.
//!
//! What enters: a network and a data set. What leaves: the mean loss (dropout off, penalty left out) and what suits
//! the task: accuracy, confusion matrix, precision and recall, or R² and RMSE. Examples are taken in chunks, sums run
//! over the examples in ascending order in `f64`, so chunks change no bit.

use crate::activation::Activation;
use crate::cost::Cost;
use crate::data::DataSet;
use crate::network::Network;
use crate::real::Real;
use ndarray::{Array2, ArrayView1, ArrayView2, s};

/// Examples computed together.
const CHUNK: usize = 256;

/// How good a network is on a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Mean loss over the set; terms in the network's precision, summed in `f64`.
    pub cost: f64,
    /// What suits the task.
    pub kind: MetricsKind,
}

/// What suits the task: softmax outputs, and sigmoid outputs whose targets are all 0 or 1 (or whose cost is
/// cross-entropy), are a classification, everything else a regression.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricsKind {
    /// Classes: the largest softmax output (the first of equals); or a sigmoid output at 0.5 and above, two classes,
    /// several outputs counted one by one.
    Classification {
        /// Share of right answers.
        accuracy: f64,
        /// Examples by class, (actual, predicted).
        confusion: Array2<u64>,
        /// Of those predicted as each class, the share that is; 0 where none was predicted.
        precision: Vec<f64>,
        /// Of those that are of each class, the share predicted so; 0 where there is none.
        recall: Vec<f64>,
    },
    /// Numbers.
    Regression {
        /// 1 − Σ(a−y)²/Σ(y−ȳ)², the mean over the outputs; for a constant target 1 if met exactly, else 0.
        r2: f64,
        /// √ of the mean of (a−y)² over examples and outputs.
        rmse: f64,
    },
}

impl Metrics {
    /// The share of right answers, for a classification.
    pub fn accuracy(&self) -> Option<f64> {
        match self.kind {
            MetricsKind::Classification { accuracy, .. } => Some(accuracy),
            MetricsKind::Regression { .. } => None,
        }
    }
}

/// Measure `network` on `data`; their sizes must fit ([`Network::check_inputs`]).
pub fn evaluate<T: Real>(network: &Network<T>, data: &DataSet<T>, cost: Cost) -> Metrics {
    let output = network.layers.last().map_or(Activation::Identity, |layer| layer.activation);
    let mut tally = Tally::new(output, cost, data);
    let mut losses = 0.0;
    for start in (0..data.n_examples()).step_by(CHUNK) {
        let chunk = s![.., start..data.n_examples().min(start + CHUNK)];
        let forward = network.forward(data.inputs().slice(chunk));
        let (Some(z), Some(a)) = (forward.pre_activations.last(), forward.activations.last()) else {
            continue;
        };
        let targets = data.targets().slice(chunk);
        losses = cost.add_losses(losses, z.view(), a.view(), targets);
        tally.add(a.view(), targets);
    }
    Metrics { cost: losses / data.n_examples() as f64, kind: tally.finish(data) }
}

/// Counts over the examples seen so far.
enum Tally {
    /// The largest output is the class.
    Classes(Array2<u64>),
    /// Each output says yes or no.
    YesNo(Array2<u64>),
    /// Σ(a−y)² of each output.
    Squares(Vec<f64>),
}

impl Tally {
    fn new<T: Real>(output: Activation, cost: Cost, data: &DataSet<T>) -> Self {
        let yes_or_no = || data.targets().iter().all(|y| *y == T::ZERO || *y == T::ONE);
        match output {
            Activation::Softmax => Self::Classes(Array2::zeros((data.n_outputs(), data.n_outputs()))),
            Activation::Sigmoid if cost == Cost::BinaryCrossEntropy || yes_or_no() => {
                Self::YesNo(Array2::zeros((2, 2)))
            }
            _ => Self::Squares(vec![0.0; data.n_outputs()]),
        }
    }

    fn add<T: Real>(&mut self, activations: ArrayView2<'_, T>, targets: ArrayView2<'_, T>) {
        match self {
            Self::Classes(confusion) => {
                for (a, y) in activations.columns().into_iter().zip(targets.columns()) {
                    confusion[[largest(y), largest(a)]] += 1;
                }
            }
            Self::YesNo(confusion) => {
                let says_yes = |share: &T| usize::from(*share >= T::from_f64(0.5));
                for (a, y) in activations.iter().zip(targets) {
                    confusion[[says_yes(y), says_yes(a)]] += 1;
                }
            }
            Self::Squares(sums) => {
                for (sum, (a, y)) in sums.iter_mut().zip(activations.outer_iter().zip(targets.outer_iter())) {
                    for (a, y) in a.iter().zip(y) {
                        *sum += square(a.to_f64() - y.to_f64());
                    }
                }
            }
        }
    }

    fn finish<T: Real>(self, data: &DataSet<T>) -> MetricsKind {
        match self {
            Self::Classes(confusion) | Self::YesNo(confusion) => classification(confusion),
            Self::Squares(sums) => regression(&sums, data),
        }
    }
}

fn classification(confusion: Array2<u64>) -> MetricsKind {
    let of_class = |class: usize, line: ArrayView1<'_, u64>| ratio(confusion[[class, class]], line.sum());
    let classes = 0..confusion.nrows();
    let precision = classes.clone().map(|class| of_class(class, confusion.column(class))).collect();
    let recall = classes.map(|class| of_class(class, confusion.row(class))).collect();
    let accuracy = ratio(confusion.diag().sum(), confusion.sum());
    MetricsKind::Classification { accuracy, confusion, precision, recall }
}

fn regression<T: Real>(residuals: &[f64], data: &DataSet<T>) -> MetricsKind {
    let m = data.n_examples() as f64;
    let mut r2 = 0.0;
    for (&residual, row) in residuals.iter().zip(data.targets().outer_iter()) {
        let mean = row.iter().fold(0.0, |sum, y| sum + y.to_f64()) / m;
        let spread = row.iter().fold(0.0, |sum, y| sum + square(y.to_f64() - mean));
        r2 += match (spread > 0.0, residual > 0.0) {
            (true, _) => 1.0 - residual / spread,
            (false, met) => f64::from(u8::from(!met)),
        };
    }
    let n_outputs = residuals.len().max(1) as f64;
    let total = residuals.iter().fold(0.0, |sum, residual| sum + residual);
    MetricsKind::Regression { r2: r2 / n_outputs, rmse: (total / (m * n_outputs)).sqrt() }
}

/// The index of the largest number, the first of equals.
fn largest<T: Real>(values: ArrayView1<'_, T>) -> usize {
    let mut best = 0;
    for (idx, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = idx;
        }
    }
    best
}

fn square(value: f64) -> f64 {
    value * value
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
