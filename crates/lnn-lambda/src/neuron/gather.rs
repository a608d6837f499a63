//! What a call needs, wherever it is: handed along, kept warm, in Redis, or in S3.
//!
//! In: a call. Out: [`Gathered`] arrays, with at most one request to Redis. Read next: `compute.rs`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use lnn_core::{Real, Recipe, UnitSlice};
use ndarray::{Array2, Axis, concatenate};

use super::{Clock, Neuron};
use crate::job::{NetworkShape, NeuronJob};
use crate::live::Live;
use crate::messages::{NeuronRequest, Pass};
use crate::names;
use crate::stores::Objects;
use crate::values::{self, SlicePlace, ValueKind, ValueName, slice_from_bytes};

/// Everything a call computes from.
pub(crate) struct Gathered<T> {
    pub recipe: Recipe,
    /// The slice before the step.
    pub own: Arc<UnitSlice<T>>,
    /// z of the whole layer before; none for the first layer.
    pub z_before: Option<Array2<T>>,
    /// Backward: z of the slice, or of the whole output layer.
    pub z: Option<Array2<T>>,
    /// Backward, hidden layers: weights and δ of the whole layer after.
    pub after: Option<(Array2<T>, Array2<T>)>,
    /// The first layer: X, `(n_features, n_train)`, column-major.
    pub inputs: Option<Arc<Array2<T>>>,
    /// Backward of the output layer: Y, `(n_outputs, n_train)`.
    pub targets: Option<Arc<Array2<T>>>,
}

/// The names of the values that a call needs besides its own parameters.
fn needed(shape: &NetworkShape, request: &NeuronRequest) -> Vec<ValueName> {
    let NeuronRequest { step, layer_idx, slice, pass, .. } = *request;
    let all = |kind, layer_idx: usize| {
        (0..shape.n_slices(layer_idx)).map(move |slice| ValueName { step, kind, layer_idx, slice })
    };
    let mut names = Vec::new();
    if let Some(before) = layer_idx.checked_sub(1) {
        names.extend(all(ValueKind::Z, before));
    }
    if pass == Pass::Backward {
        if shape.is_output(layer_idx) {
            names.extend(all(ValueKind::Z, layer_idx));
        } else {
            names.push(ValueName { step, kind: ValueKind::Z, layer_idx, slice });
            names.extend(all(ValueKind::Errors, layer_idx + 1));
            names.extend(all(ValueKind::Parameters, layer_idx + 1));
        }
    }
    names
}

/// The names of all values that a call needs.
pub(crate) fn needed_names(shape: &NetworkShape, request: &NeuronRequest) -> Vec<ValueName> {
    let mut names = needed(shape, request);
    names.push(own_name(request));
    names
}

/// The name of a call's own parameters.
pub(crate) fn own_name(request: &NeuronRequest) -> ValueName {
    let NeuronRequest { step, layer_idx, slice, .. } = *request;
    ValueName { step, kind: ValueKind::Parameters, layer_idx, slice }
}

impl<T: Real> Gathered<T> {
    /// Gathers; none where a value is not in Redis any more.
    pub(crate) async fn gather<L: Live, O: Objects>(
        neuron: &Neuron<L, O>,
        job: &NeuronJob,
        request: &NeuronRequest,
        clock: &mut Clock,
    ) -> Result<Option<Self>> {
        let (recipe, shape) = (job.recipe()?, job.shape());
        check_place(&shape, request)?;
        let kept = neuron.warm.slice::<T>(job, own_name(request));
        let mut names = needed(&shape, request);
        if kept.is_none() {
            names.push(own_name(request));
        }
        let Some(bytes) = neuron.values(&names, job, request, clock).await? else { return Ok(None) };
        let batches = lnn_core::MiniBatches::new(&recipe, job.n_train);
        let found = Found { bytes, shape: &shape, recipe: &recipe, step: request.step };
        let n_examples = batches.at(request.step).n_examples;
        let layer_idx = request.layer_idx;
        let own = match kept {
            Some(own) => own,
            None => Arc::new(found.slice(own_name(request))?),
        };
        let is_backward = request.pass == Pass::Backward;
        let is_output = shape.is_output(layer_idx);
        let z = match (is_backward, is_output) {
            (false, _) => None,
            (true, true) => Some(found.layer(ValueKind::Z, layer_idx, n_examples)?),
            (true, false) => Some(found.rows(ValueKind::Z, layer_idx, request.slice, n_examples)?),
        };
        let after = if is_backward && !is_output {
            let errors = found.layer(ValueKind::Errors, layer_idx + 1, n_examples)?;
            Some((found.weights(layer_idx + 1)?, errors))
        } else {
            None
        };
        let z_before = match layer_idx.checked_sub(1) {
            Some(before) => Some(found.layer(ValueKind::Z, before, n_examples)?),
            None => None,
        };
        let inputs = if layer_idx == 0 { Some(neuron.inputs::<T>(job).await?) } else { None };
        let targets = if is_backward && is_output { Some(neuron.targets::<T>(job).await?) } else { None };
        Ok(Some(Self { recipe, own, z_before, z, after, inputs, targets }))
    }
}

fn check_place(shape: &NetworkShape, request: &NeuronRequest) -> Result<()> {
    let NeuronRequest { layer_idx, slice, .. } = *request;
    let is_there = layer_idx < shape.n_layers() && slice < shape.n_slices(layer_idx);
    is_there.then_some(()).with_context(|| format!("layer {layer_idx} has no slice {slice} in this network"))
}

/// Values at hand.
struct Found<'a> {
    bytes: HashMap<ValueName, Vec<u8>>,
    shape: &'a NetworkShape,
    recipe: &'a Recipe,
    step: u64,
}

impl Found<'_> {
    fn bytes(&self, name: ValueName) -> Result<&[u8]> {
        self.bytes.get(&name).map(Vec::as_slice).with_context(|| format!("{name:?} was not gathered"))
    }

    fn slice<T: Real>(&self, name: ValueName) -> Result<UnitSlice<T>> {
        let ValueName { step, layer_idx, slice, .. } = name;
        let units = self.shape.slice(layer_idx, slice);
        let place = SlicePlace { layer_idx, units, n_inputs: self.shape.n_inputs(layer_idx), step };
        Ok(slice_from_bytes(self.bytes(name)?, place, self.recipe.optimizer)?)
    }

    /// z or δ of a slice.
    fn rows<T: Real>(
        &self,
        kind: ValueKind,
        layer_idx: usize,
        slice: usize,
        n_examples: usize,
    ) -> Result<Array2<T>> {
        let name = ValueName { step: self.step, kind, layer_idx, slice };
        let n_units = self.shape.slice(layer_idx, slice).len();
        Ok(values::matrix(self.bytes(name)?, n_units, n_examples)?)
    }

    /// z or δ of a layer: slices in their own order, whenever they came.
    fn layer<T: Real>(&self, kind: ValueKind, layer_idx: usize, n_examples: usize) -> Result<Array2<T>> {
        let parts: Result<Vec<Array2<T>>> = (0..self.shape.n_slices(layer_idx))
            .map(|slice| self.rows(kind, layer_idx, slice, n_examples))
            .collect();
        join(parts?)
    }

    /// W of a layer, `(n_units, n_inputs)`.
    fn weights<T: Real>(&self, layer_idx: usize) -> Result<Array2<T>> {
        let weights = |slice| {
            let name = ValueName { step: self.step, kind: ValueKind::Parameters, layer_idx, slice };
            Ok(self.slice::<T>(name)?.parameters.0)
        };
        join((0..self.shape.n_slices(layer_idx)).map(weights).collect::<Result<_>>()?)
    }
}

fn join<T: Real>(mut parts: Vec<Array2<T>>) -> Result<Array2<T>> {
    if parts.len() == 1 {
        return parts.pop().context("one part");
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    Ok(concatenate(Axis(0), &views)?.as_standard_layout().into_owned())
}

impl<L: Live, O: Objects> Neuron<L, O> {
    /// These values: handed along, or from Redis; none where one is in neither.
    async fn values(
        &self,
        names: &[ValueName],
        job: &NeuronJob,
        request: &NeuronRequest,
        clock: &mut Clock,
    ) -> Result<Option<HashMap<ValueName, Vec<u8>>>> {
        let mut found = HashMap::new();
        for value in &request.values {
            let bytes = data_encoding::BASE64.decode(value.data.as_bytes());
            found.insert(value.name, bytes.context("a handed value is no base64")?);
        }
        let missing: Vec<ValueName> =
            names.iter().copied().filter(|name| !found.contains_key(name)).collect();
        if missing.is_empty() {
            return Ok(Some(found));
        }
        let begun = Instant::now();
        let read = self.live.read(&job.run, &missing).await?;
        clock.waited(begun);
        for (name, bytes) in missing.into_iter().zip(read) {
            let Some(bytes) = bytes else { return Ok(None) };
            found.insert(name, bytes);
        }
        Ok(Some(found))
    }

    async fn inputs<T: Real>(&self, job: &NeuronJob) -> Result<Arc<Array2<T>>> {
        let key = names::prepared(&job.data_digest, "inputs");
        let read = |bytes: &[u8]| {
            // Example by example: the transpose of what is row-major.
            values::matrix(bytes, job.n_train, job.n_features).map(Array2::reversed_axes)
        };
        self.part(&key, read).await
    }

    async fn targets<T: Real>(&self, job: &NeuronJob) -> Result<Arc<Array2<T>>> {
        let key = names::prepared(&job.data_digest, "targets");
        self.part(&key, |bytes| values::matrix(bytes, job.n_outputs, job.n_train)).await
    }

    /// A part of the data set, read once in a process.
    async fn part<T: Real>(
        &self,
        key: &str,
        read: impl FnOnce(&[u8]) -> Result<Array2<T>, values::ValueError>,
    ) -> Result<Arc<Array2<T>>> {
        if let Some(part) = self.warm.part(key) {
            return Ok(part);
        }
        let object = self.objects.get(key).await?;
        let object = object.with_context(|| format!("the data set's part «{key}» is not in the bucket"))?;
        let part = Arc::new(read(&object.bytes).with_context(|| format!("«{key}»"))?);
        self.warm.keep_part(key, &part);
        Ok(part)
    }
}
