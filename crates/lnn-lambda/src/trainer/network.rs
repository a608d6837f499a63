//! The network of a step, put together from the slices' parameters.
//!
//! In: values in hand or in Redis. Out: a snapshot, held by the engine. Read next: `step.rs`.

use anyhow::Context;
use lnn_core::{Real, Snapshot};

use super::Stop;
use super::run::Run;
use crate::live::Live;
use crate::values::{SlicePlace, ValueKind, ValueName, slice_from_bytes, write_slice};
use crate::world::World;

impl<T: Real, W: World> Run<'_, T, W> {
    /// The names of all parameters at a step.
    pub(crate) fn parameter_names(&self, step: u64) -> Vec<ValueName> {
        let name = |(layer_idx, slice)| ValueName { step, kind: ValueKind::Parameters, layer_idx, slice };
        self.shape.slices().map(name).collect()
    }

    /// Lets the engine hold the network of a step.
    pub(crate) async fn hold(&mut self, step: u64) -> Result<(), Stop> {
        if self.engine_step == Some(step) {
            return Ok(());
        }
        let snapshot = self.assemble(step).await?;
        self.engine.restore(&snapshot).context("the network of a step")?;
        self.engine_step = Some(step);
        Ok(())
    }

    async fn assemble(&self, step: u64) -> Result<Snapshot<T>, Stop> {
        let names = self.parameter_names(step);
        let mut snapshot = Snapshot { step, ..self.template.clone() };
        for (name, bytes) in names.iter().zip(self.fetch(&names).await?) {
            let units = self.shape.slice(name.layer_idx, name.slice);
            let n_inputs = self.shape.n_inputs(name.layer_idx);
            let place = SlicePlace { layer_idx: name.layer_idx, units, n_inputs, step };
            let slice = slice_from_bytes(&bytes, place, self.recipe.optimizer).context("parameters")?;
            write_slice(&mut snapshot, &slice);
        }
        Ok(snapshot)
    }

    /// Values in hand, or in Redis by one request.
    pub(crate) async fn fetch(&self, names: &[ValueName]) -> Result<Vec<Vec<u8>>, Stop> {
        let missing: Vec<ValueName> =
            names.iter().copied().filter(|name| !self.hand.contains_key(name)).collect();
        let mut read = self.world.live().read(&self.job.run, &missing).await?.into_iter();
        let value = |name| match self.hand.get(name) {
            Some(text) => decode(text),
            None => read.next().flatten().ok_or(Stop::Missing),
        };
        names.iter().map(value).collect()
    }
}

/// Bytes of a handed value.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Stop> {
    Ok(data_encoding::BASE64.decode(text.as_bytes()).context("a handed value is no base64")?)
}
