//! Snapshots: a run at one step, to come back to.
//!
//! What enters: a trainer. What leaves: its parameters, moments and changeable settings. No generator is kept: all
//! random numbers are functions of the seed and the step. Read next: [`crate::snapshot_bytes`], [`crate::history`].

use crate::decay::LearningRateDecay;
use crate::parameters::{Parameters, digest};
use crate::real::Real;
use crate::recipe::Recipe;

/// A run after `step` updates.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot<T> {
    /// Updates done.
    pub step: u64,
    /// The recipe's seed: the state of every generator together with the step.
    pub seed: u64,
    /// α₀ at this step.
    pub learning_rate: f64,
    /// The decay at this step.
    pub decay: LearningRateDecay,
    /// λ at this step.
    pub l2_penalty: f64,
    /// The share of dropped units at this step.
    pub dropout: f64,
    /// W and b of each layer.
    pub parameters: Parameters<T>,
    /// The optimizer's running mean of ∇, if it keeps one.
    pub first_moment: Option<Parameters<T>>,
    /// The optimizer's running mean of ∇², if it keeps one.
    pub second_moment: Option<Parameters<T>>,
}

/// Why a snapshot cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Bytes that end too early.
    #[error("the snapshot ends after {found} bytes, {expected} are needed")]
    Cut {
        /// Bytes needed at least.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Bytes left over.
    #[error("the snapshot has {found} bytes, {expected} were expected")]
    TooLong {
        /// Bytes described.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Not a snapshot at all, or one of another version.
    #[error("these bytes are not a snapshot of this version")]
    Magic,
    /// `f32` where `f64` is expected, or the other way round.
    #[error("the snapshot has numbers of {found} bytes, expected are {expected}")]
    Precision {
        /// Bytes of a number expected.
        expected: usize,
        /// Bytes of a number in the snapshot.
        found: usize,
    },
    /// A code or flag that means nothing.
    #[error("{what} of the snapshot is {found}, which means nothing")]
    Code {
        /// Which.
        what: &'static str,
        /// The number there.
        found: u64,
    },
    /// The snapshot is of another network.
    #[error("{what} of the snapshot has shapes {found:?}, the network {expected:?}")]
    Shapes {
        /// `"parameters"`, `"first moment"` or `"second moment"`.
        what: &'static str,
        /// `(n_units, n_inputs)` of each layer of the network.
        expected: Vec<(usize, usize)>,
        /// Those of the snapshot; none where it has no such moment.
        found: Vec<(usize, usize)>,
    },
    /// The snapshot is of a run with another seed.
    #[error("the snapshot is of a run with seed {found}, this one has {expected}")]
    Seed {
        /// The recipe's.
        expected: u64,
        /// The snapshot's.
        found: u64,
    },
}

impl<T: Real> Snapshot<T> {
    /// Bytes its numbers take in memory.
    pub fn size_bytes(&self) -> usize {
        let arrays = [Some(&self.parameters), self.first_moment.as_ref(), self.second_moment.as_ref()];
        let numbers: usize = arrays.into_iter().flatten().map(Parameters::len).sum();
        size_of::<Self>() + numbers * T::BYTES
    }

    /// The same as [`crate::Network::digest`] of the network at this step.
    pub fn digest(&self) -> u64 {
        digest(self.parameters.iter())
    }

    /// # Errors
    /// It is of another seed, network or optimizer.
    pub(crate) fn check_fits(&self, recipe: &Recipe, shapes: &[(usize, usize)]) -> Result<(), SnapshotError> {
        if self.seed != recipe.seed {
            return Err(SnapshotError::Seed { expected: recipe.seed, found: self.seed });
        }
        let (first, second) = (recipe.optimizer.has_first_moment(), recipe.optimizer.has_second_moment());
        check_shapes("parameters", Some(&self.parameters), Some(shapes))?;
        check_shapes("first moment", self.first_moment.as_ref(), first.then_some(shapes))?;
        check_shapes("second moment", self.second_moment.as_ref(), second.then_some(shapes))
    }
}

fn check_shapes<T: Real>(
    what: &'static str,
    found: Option<&Parameters<T>>,
    expected: Option<&[(usize, usize)]>,
) -> Result<(), SnapshotError> {
    let shapes = found.map(Parameters::shapes).unwrap_or_default();
    let expected = expected.unwrap_or_default();
    let biases_fit = found.is_none_or(|all| {
        all.biases.len() == all.weights.len()
            && all.biases.iter().zip(&shapes).all(|(biases, shape)| biases.len() == shape.0)
    });
    if shapes == expected && biases_fit {
        return Ok(());
    }
    Err(SnapshotError::Shapes { what, expected: expected.to_vec(), found: shapes })
}
