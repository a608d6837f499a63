//! The network of a step, put together from the slices' parameters.
//!
//! In: values in hand or in Redis. Out: a snapshot, held by the engine. Read next: `step.rs`.

use anyhow::Context;
use lnn_core::{Real, Snapshot};

use super::Stop;
use super::run::Run;
use crate::live::Live;
use crate::travels::Travels;
use crate::values::{SlicePlace, ValueKind, ValueName, n_slice_bytes, slice_from_bytes, write_slice};
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
        let bytes = self.fetch(&names).await?;
        self.put_together(step, &names, &bytes)
    }

    /// The network of a step from its slices' parameters.
    pub(crate) fn put_together(
        &self,
        step: u64,
        names: &[ValueName],
        bytes: &[Vec<u8>],
    ) -> Result<Snapshot<T>, Stop> {
        let mut snapshot = Snapshot { step, ..self.template.clone() };
        for (name, bytes) in names.iter().zip(bytes) {
            let place = self.place(name);
            let slice = slice_from_bytes(bytes, place, self.recipe.optimizer).context("parameters")?;
            write_slice(&mut snapshot, &slice);
        }
        Ok(snapshot)
    }

    /// Where the parameters of a name belong.
    fn place(&self, name: &ValueName) -> SlicePlace {
        let units = self.shape.slice(name.layer_idx, name.slice);
        let n_inputs = self.shape.n_inputs(name.layer_idx);
        SlicePlace { layer_idx: name.layer_idx, units, n_inputs, step: name.step }
    }

    /// Takes parameters of the committed step in hand that travel, by one request at most: the first step's neurons need not
    /// ask for them one by one.
    pub(crate) async fn take_in_hand(&mut self) -> Result<(), Stop> {
        let travels = self.travels();
        let n_bytes = |name: &ValueName| n_slice_bytes::<T>(&self.place(name), self.recipe.optimizer);
        let mut names = self.parameter_names(self.cursor.step);
        names.retain(|name| travels.of(name, n_bytes(name)));
        // One that is gone is missed by whoever needs it.
        for (name, bytes) in names.iter().zip(self.world.live().read(&self.job.run, &names).await?) {
            self.hand.extend(bytes.map(|bytes| (*name, encode(&bytes))));
        }
        Ok(())
    }

    /// Which values travel.
    pub(crate) fn travels(&self) -> Travels {
        Travels { shape: self.shape.clone(), limit: self.trainer.limits.hand_limit_bytes }
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

/// A value as it is handed on.
pub(crate) fn encode(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

/// Bytes of a handed value.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Stop> {
    Ok(data_encoding::BASE64.decode(text.as_bytes()).context("a handed value is no base64")?)
}
