//! The cost of a step's mini-batch, from the outputs' z.
//!
//! In: values in hand or in Redis, which are read while the output layer's neurons go on. Out: the cost, or that it is not finite.
//! Read next: `network.rs`.

use anyhow::Context;
use lnn_core::slice::cost_of_outputs;
use lnn_core::{MiniBatches, Real, Snapshot, TrainError};
use ndarray::{Array2, Axis, concatenate};

use super::Stop;
use super::run::Run;
use crate::values::{self, ValueKind, ValueName};
use crate::world::World;

/// What a step's cost is computed from.
pub(crate) struct Outputs<T> {
    /// z of the output layer, `(n_outputs, n_examples)`.
    z: Array2<T>,
    /// The network, where weights are penalised and the engine holds that of another step.
    network: Option<Snapshot<T>>,
}

impl<T: Real, W: World> Run<'_, T, W> {
    /// Gets everything that the cost needs, by one request at most.
    pub(crate) async fn outputs(&self, step: u64) -> Result<Outputs<T>, Stop> {
        let layer_idx = self.shape.n_layers() - 1;
        let name = |slice| ValueName { step, kind: ValueKind::Z, layer_idx, slice };
        let mut names: Vec<ValueName> = (0..self.shape.n_slices(layer_idx)).map(name).collect();
        let n_slices = names.len();
        let needs_network = self.recipe.l2_penalty > 0.0 && self.engine_step != Some(step);
        if needs_network {
            names.extend(self.parameter_names(step));
        }
        let bytes = self.fetch(&names).await?;
        let z = self.z_of_outputs(&names[..n_slices], &bytes[..n_slices])?;
        let network = needs_network.then(|| self.put_together(step, &names[n_slices..], &bytes[n_slices..]));
        Ok(Outputs { z, network: network.transpose()? })
    }

    fn z_of_outputs(&self, names: &[ValueName], bytes: &[Vec<u8>]) -> Result<Array2<T>, Stop> {
        let mut parts = Vec::new();
        for (name, bytes) in names.iter().zip(bytes) {
            let n_units = self.shape.slice(name.layer_idx, name.slice).len();
            let batches = MiniBatches::new(&self.recipe, self.job.neuron.n_train);
            let n_examples = batches.at(name.step).n_examples;
            parts.push(values::matrix::<T>(bytes, n_units, n_examples).context("z of the outputs")?);
        }
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        let joined = concatenate(Axis(0), &views).context("z of the outputs")?;
        Ok(joined.as_standard_layout().into_owned())
    }

    /// The cost; the error is that it is not finite.
    pub(crate) fn cost(&mut self, step: u64, outputs: &Outputs<T>) -> Result<Result<T, TrainError>, Stop> {
        if let Some(network) = &outputs.network {
            self.engine.restore(network).context("the network of a step")?;
            self.engine_step = Some(step);
        }
        let mut batches = MiniBatches::new(&self.recipe, self.job.neuron.n_train);
        let targets = batches.columns(step, self.splits.train.targets());
        let network = (self.recipe.l2_penalty > 0.0).then(|| self.engine.network());
        Ok(cost_of_outputs(&self.recipe, network, &outputs.z, targets.view(), step + 1))
    }
}
