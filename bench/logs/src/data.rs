//! What the logged training learns: ten classes in 784 dimensions, each a Gaussian around a centre of its own.
//!
//! In: a seed. Out: both splits and their description. Read next: `make.rs`.

use lnn_core::random::{Stream, stream};
use lnn_core::{DataError, DataSet};
use lnn_runlog::{DataInfo, InputScale, Task};
use ndarray::Array2;

/// Inputs: a picture of 28 × 28 pixels.
pub const N_FEATURES: usize = SIDE * SIDE;
/// Classes, one after the other in the order of the examples.
pub const N_CLASSES: usize = 10;

const SIDE: usize = 28;
const N_TRAIN: usize = 4096;
const N_DEV: usize = 1024;
/// Standard deviation of the centres, where that of the examples around them is 1: neighbours overlap, so that there is
/// something to learn for hundreds of epochs.
const SPREAD: f64 = 0.08;

/// A made-up data set.
#[derive(Debug, Clone)]
pub struct TenClasses {
    /// What is trained on.
    pub train: DataSet<f32>,
    /// What is not.
    pub dev: DataSet<f32>,
}

impl TenClasses {
    /// The data set of a seed.
    ///
    /// # Errors
    /// None that these sizes can have.
    pub fn new(seed: u64) -> Result<Self, DataError> {
        let mut random = stream(seed, Stream::Data, 0, 0);
        // (N_FEATURES, N_CLASSES)
        let centres = Array2::from_shape_simple_fn((N_FEATURES, N_CLASSES), || SPREAD * random.normal());
        let mut split = |n_examples: usize| {
            let class = |example: usize| example % N_CLASSES;
            let inputs = Array2::from_shape_fn((N_FEATURES, n_examples), |(feature, example)| {
                (centres[[feature, class(example)]] + random.normal()) as f32
            });
            let targets = Array2::from_shape_fn((N_CLASSES, n_examples), |(unit, example)| {
                f32::from(u8::from(unit == class(example)))
            });
            DataSet::new(inputs, targets)
        };
        Ok(Self { train: split(N_TRAIN)?, dev: split(N_DEV)? })
    }

    /// What a log's header says of it.
    pub fn info(&self, name: &str) -> DataInfo {
        DataInfo {
            name: name.to_owned(),
            task: Task::Classification,
            input_names: (0..N_FEATURES).map(|idx| format!("pixel {idx}")).collect(),
            input_scales: vec![InputScale::NONE; N_FEATURES],
            target_name: "class".to_owned(),
            class_names: (0..N_CLASSES).map(|class| class.to_string()).collect(),
            target_scale: InputScale::NONE,
            picture: Some((SIDE as u32, SIDE as u32)),
            picture_channels: 1,
            n_train: self.train.n_examples(),
            n_dev: self.dev.n_examples(),
        }
    }
}
