//! The arithmetic of a call, all of it `lnn_core`'s.
//!
//! In: [`Gathered`] arrays. Out: values under their names. Read next: `lnn_core::slice`.

use anyhow::{Context, Result};
use lnn_core::slice::{self, SliceStep};
use lnn_core::{MiniBatches, NonFinite, Part, Real, UnitSlice};
use ndarray::{Array2, CowArray, Ix2, s};

use super::gather::{Gathered, own_name};
use crate::job::NeuronJob;
use crate::messages::{FoundNumber, NeuronRequest, Pass};
use crate::values::{ValueKind, ValueName, probe_bytes, slice_bytes, to_bytes};

/// What a call computed.
#[derive(Debug, Default)]
pub(crate) struct Computed {
    pub values: Vec<(ValueName, Vec<u8>)>,
    pub probes: Option<Vec<u8>>,
    pub found: Vec<FoundNumber>,
    next: Option<ValueName>,
}

impl Computed {
    /// Whether a value is needed beyond its step.
    pub(crate) fn lasts(&self, name: &ValueName) -> bool {
        self.next.as_ref() == Some(name)
    }

    /// The name of the next parameters; that of nothing in a forward call.
    pub(crate) fn name_of_next(&self) -> ValueName {
        self.next.unwrap_or(ValueName { step: 0, kind: ValueKind::Parameters, layer_idx: 0, slice: 0 })
    }
}

impl<T: Real> Gathered<T> {
    /// Computes the call; with a backward one comes the slice after the step.
    pub(crate) fn compute(
        &self,
        job: &NeuronJob,
        request: &NeuronRequest,
    ) -> Result<(Computed, Option<UnitSlice<T>>)> {
        let mut batches = MiniBatches::new(&self.recipe, job.n_train);
        let received = self.received(&mut batches, request)?;
        match request.pass {
            Pass::Forward => Ok((self.forward(&received, request), None)),
            Pass::Backward => self.backward(&received, &mut batches, request),
        }
    }

    /// What the layer received: the step's mini-batch, or a of the layer before after dropout.
    fn received(&self, batches: &mut MiniBatches, request: &NeuronRequest) -> Result<CowArray<'_, T, Ix2>> {
        match (&self.inputs, &self.z_before, request.layer_idx.checked_sub(1)) {
            (Some(inputs), ..) => Ok(batches.columns(request.step, inputs)),
            (None, Some(z), Some(before)) => {
                Ok(slice::received(&self.recipe, request.step, before, z).into())
            }
            _ => anyhow::bail!("neither inputs nor the layer before were gathered"),
        }
    }

    fn forward(&self, received: &CowArray<'_, T, Ix2>, request: &NeuronRequest) -> Computed {
        match self.own.forward(received.view()) {
            Ok(z) => {
                let name = ValueName { kind: ValueKind::Z, ..own_name(request) };
                Computed { values: vec![(name, to_bytes(&z))], ..Computed::default() }
            }
            Err(found) => Computed { found: vec![described(&found)], ..Computed::default() },
        }
    }

    fn backward(
        &self,
        received: &CowArray<'_, T, Ix2>,
        batches: &mut MiniBatches,
        request: &NeuronRequest,
    ) -> Result<(Computed, Option<UnitSlice<T>>)> {
        let (z, a, errors) = self.errors(batches, request)?;
        let epoch = batches.at(request.step).epoch;
        let learning_rate = self.recipe.decay.learning_rate(self.recipe.learning_rate, epoch);
        let seen = SliceStep { z: z.view(), a: a.view(), errors: errors.view(), received: received.view() };
        let update = self.own.update(&self.recipe, learning_rate, &seen);
        let found = update.found.iter().map(described).collect();
        let own = own_name(request);
        let next = ValueName { step: request.step + 1, ..own };
        let mut values = vec![(next, slice_bytes(&update.next))];
        // Nobody stands before the first layer.
        if request.layer_idx > 0 {
            values.push((ValueName { kind: ValueKind::Errors, ..own }, to_bytes(&errors)));
        }
        let probes = request.probes.then(|| probe_bytes(&update.probe.units));
        Ok((Computed { values, probes, found, next: Some(next) }, Some(update.next)))
    }

    /// z, a and δ of the slice, `(n_units, n_examples)`.
    fn errors(
        &self,
        batches: &mut MiniBatches,
        request: &NeuronRequest,
    ) -> Result<(Array2<T>, Array2<T>, Array2<T>)> {
        let z = self.z.as_ref().context("z was not gathered")?;
        let (layer_idx, units) = (request.layer_idx, self.own.units.clone());
        if let Some((weights, errors)) = &self.after {
            let columns = weights.slice(s![.., units.clone()]);
            let place = (layer_idx, units);
            let own = slice::errors_of_hidden(&self.recipe, request.step, place, (columns, errors.view()), z);
            return Ok((z.clone(), slice::activations(&self.recipe, layer_idx, z), own));
        }
        let targets = self.targets.as_ref().context("targets were not gathered")?;
        let targets = batches.columns(request.step, targets);
        let errors = slice::errors_of_outputs(&self.recipe, z, targets.view());
        let a = slice::activations(&self.recipe, layer_idx, z);
        let rows = |matrix: &Array2<T>| matrix.slice(s![units.clone(), ..]).to_owned();
        Ok((rows(z), rows(&a), rows(&errors)))
    }
}

fn described(found: &NonFinite) -> FoundNumber {
    let part = Part::ALL.iter().position(|part| *part == found.part).unwrap_or_default();
    FoundNumber { part, unit_idx: found.unit_idx, value: found.value.to_string() }
}

/// A number that a call found not to be finite, in the engine's words.
pub fn found_number(found: &FoundNumber, layer_idx: usize) -> Option<NonFinite> {
    let (part, value) = (*Part::ALL.get(found.part)?, found.value.parse().ok()?);
    Some(NonFinite { part, layer_idx, unit_idx: found.unit_idx, value })
}
