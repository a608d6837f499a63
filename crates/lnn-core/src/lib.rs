//! The mathematics of LNN: networks, training steps and probes, with exact arithmetic.
//!
//! What enters: a [`DataSet`] and a [`Recipe`]. What leaves: a [`StepReport`] and, on request, a [`UnitProbe`] of
//! every unit for each call of [`Trainer::step`]. There is no IO, clock, thread or global randomness in here: the
//! same recipe, data and seed give the same bits on every machine.
//!
//! Course notation, columns are examples: `inputs` `(n_features, n_examples)`, `weights` `(n_units, n_inputs)`,
//! `biases` `(n_units)`, `pre_activations` z and `activations` a `(n_units, n_examples)`, `errors` δ = ∂L/∂z.
//!
//! Read in the order of the theory: [`activation`], [`cost`], [`mod@unit`] (what one unit computes), [`network`],
//! [`backward`], [`optimizer`], [`trainer`] (the one training step), [`probe`], [`history`]; [`mod@slice`] for steps in pieces. Below them lie
//! [`real`] (numbers), [`product`] (matrix products), [`random`] (seeded streams) and [`data`].
//!
//! ```
//! use std::sync::Arc;
//! use lnn_core::{Recipe, SyntheticKind, Trainer};
//!
//! let data = Arc::new(SyntheticKind::Circle.generate::<f32>(200, 0.05, 1));
//! let mut trainer = Trainer::new(Recipe::default(), data)?;
//! let mut probes = Vec::new();
//! let report = trainer.step(Some(&mut probes))?;
//! assert_eq!(report.step, 1);
//! assert_eq!(probes[0].units.len(), 8); // the first hidden layer's units
//! # Ok::<(), lnn_core::TrainError>(())
//! ```

#![allow(clippy::needless_pass_by_value, reason = "array views are Copy, which the lint does not see")]

pub mod activation;
pub mod backward;
pub mod batch;
pub mod cadence;
pub mod cost;
pub mod data;
pub mod decay;
pub mod dropout;
mod elementary;
pub mod error;
pub mod gradient_check;
pub mod history;
pub mod init;
mod kernel;
pub mod metrics;
pub mod name;
pub mod network;
pub mod optimizer;
pub mod parameters;
pub mod probe;
pub mod product;
pub mod random;
pub mod real;
pub mod recipe;
pub mod slice;
pub mod snapshot;
pub mod snapshot_bytes;
pub mod synthetic;
pub mod trainer;
pub mod unit;
mod update;
mod workspace;

pub use activation::Activation;
pub use backward::Backward;
pub use batch::{BatchSize, MiniBatch, MiniBatches, Shuffle};
pub use cadence::Cadence;
pub use cost::Cost;
pub use data::{DataError, DataSet};
pub use decay::LearningRateDecay;
pub use error::{ShapeError, TrainError};
pub use gradient_check::{GradientCheck, GradientCheckEntry, ParameterId, gradient_check};
pub use history::{History, Replay};
pub use init::Init;
pub use metrics::{Metrics, MetricsKind, evaluate};
pub use name::UnknownName;
pub use network::{Forward, Layer, Network};
pub use optimizer::{Optimizer, UpdateRule, UpdateSlice};
pub use parameters::{Gradients, Parameters, digest};
pub use probe::{LayerProbe, UnitProbe};
pub use real::Real;
pub use recipe::{Recipe, RecipeChange, RecipeError};
pub use slice::{NonFinite, Part, UnitSlice};
pub use snapshot::{Snapshot, SnapshotError};
pub use synthetic::SyntheticKind;
pub use trainer::{Ahead, StepReport, Trainer};
