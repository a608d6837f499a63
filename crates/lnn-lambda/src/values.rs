//! Values: what is computed once and never changes, under names that say exactly which.
//!
//! In: arrays of the engine. Out: their little-endian bytes under a [`ValueName`], and back. Read next: `live/mod.rs`, which
//! keeps them.

use lnn_core::{Optimizer, Parameters, Real, Snapshot, UnitProbe, UnitSlice};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// W, b and the optimizer's moments of a slice after `step` updates.
    Parameters,
    /// z of a slice for the mini-batch that is seen after `step` updates, `(n_units, n_examples)`.
    Z,
    /// δ of a slice for the same mini-batch, `(n_units, n_examples)`.
    Errors,
}

/// The name of a value within its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ValueName {
    /// Updates done.
    pub step: u64,
    /// What it is.
    pub kind: ValueKind,
    /// The layer, from 0.
    pub layer_idx: usize,
    /// The slice of its units, from 0.
    pub slice: usize,
}

impl ValueKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Parameters, Self::Z, Self::Errors];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Z => "z",
            Self::Errors => "errors",
        }
    }
}

impl ValueName {
    /// Its key in Redis. The braces keep a run's keys on one node of a cluster, so that one script may touch them all.
    pub fn key(&self, run: &str) -> String {
        let Self { step, kind, layer_idx, slice } = self;
        format!("lnn:{{{run}}}:v:{step}:{}:{layer_idx}:{slice}", kind.as_str())
    }
}

/// Bytes that are none of the value expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a value has {found} bytes, {expected} were expected: it was written by another version")]
pub struct ValueError {
    /// Bytes needed.
    pub expected: usize,
    /// Bytes there are.
    pub found: usize,
}

/// Numbers as little-endian bytes.
pub fn to_bytes<'a, T: Real>(numbers: impl IntoIterator<Item = &'a T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in numbers {
        bytes.extend_from_slice(&number.to_bits64().to_le_bytes()[..T::BYTES]);
    }
    bytes
}

/// Numbers from little-endian bytes.
///
/// # Errors
/// There are not `n` of them.
pub fn from_bytes<T: Real>(bytes: &[u8], n: usize) -> Result<Vec<T>, ValueError> {
    let expected = n * T::BYTES;
    if bytes.len() != expected {
        return Err(ValueError { expected, found: bytes.len() });
    }
    Ok(bytes.chunks_exact(T::BYTES).map(|word| T::from_bits64(word_of(word))).collect())
}

fn word_of(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// A matrix `(rows, cols)` from little-endian bytes, row by row.
///
/// # Errors
/// It has another size.
pub fn matrix<T: Real>(bytes: &[u8], rows: usize, cols: usize) -> Result<Array2<T>, ValueError> {
    let wrong = ValueError { expected: rows * cols * T::BYTES, found: bytes.len() };
    Array2::from_shape_vec((rows, cols), from_bytes(bytes, rows * cols)?).map_err(|_| wrong)
}

/// A slice's parameters and moments: W, b, then those of each moment.
pub fn slice_bytes<T: Real>(slice: &UnitSlice<T>) -> Vec<u8> {
    let parts = [Some(&slice.parameters), slice.first_moment.as_ref(), slice.second_moment.as_ref()];
    let mut bytes = Vec::with_capacity(3 * slice.parameters.0.len() * T::BYTES);
    for (weights, biases) in parts.into_iter().flatten() {
        bytes.extend(to_bytes(weights));
        bytes.extend(to_bytes(biases));
    }
    bytes
}

/// Where a slice belongs and how large it is.
#[derive(Debug, Clone)]
pub struct SlicePlace {
    /// The layer, from 0.
    pub layer_idx: usize,
    /// Its units.
    pub units: Range<usize>,
    /// Inputs of the layer.
    pub n_inputs: usize,
    /// Updates done.
    pub step: u64,
}

/// How many bytes a slice has.
pub fn n_slice_bytes<T: Real>(place: &SlicePlace, optimizer: Optimizer) -> usize {
    let n_parts = 1 + usize::from(optimizer.has_first_moment()) + usize::from(optimizer.has_second_moment());
    n_parts * place.units.len() * (place.n_inputs + 1) * T::BYTES
}

/// A slice from its bytes.
///
/// # Errors
/// They are of another size.
pub fn slice_from_bytes<T: Real>(
    bytes: &[u8],
    place: SlicePlace,
    optimizer: Optimizer,
) -> Result<UnitSlice<T>, ValueError> {
    let (n_units, n_inputs) = (place.units.len(), place.n_inputs);
    let n_numbers = n_units * (n_inputs + 1);
    let n_parts = 1 + usize::from(optimizer.has_first_moment()) + usize::from(optimizer.has_second_moment());
    let numbers: Vec<T> = from_bytes(bytes, n_parts * n_numbers)?;
    let wrong = ValueError { expected: n_parts * n_numbers * T::BYTES, found: bytes.len() };
    let mut parts = numbers.chunks_exact(n_numbers).map(|part| {
        let (weights, biases) = part.split_at(n_units * n_inputs);
        let weights = Array2::from_shape_vec((n_units, n_inputs), weights.to_vec());
        weights.map(|weights| (weights, Array1::from(biases.to_vec()))).map_err(|_| wrong.clone())
    });
    let mut part = || parts.next().unwrap_or_else(|| Err(wrong.clone()));
    Ok(UnitSlice {
        parameters: part()?,
        first_moment: if optimizer.has_first_moment() { Some(part()?) } else { None },
        second_moment: if optimizer.has_second_moment() { Some(part()?) } else { None },
        layer_idx: place.layer_idx,
        units: place.units,
        step: place.step,
    })
}

/// Writes a slice into the snapshot that it is a part of; what does not fit is left alone.
pub fn write_slice<T: Real>(snapshot: &mut Snapshot<T>, slice: &UnitSlice<T>) {
    let write = |all: &mut Parameters<T>, (weights, biases): &(Array2<T>, Array1<T>)| {
        let (layer_idx, units) = (slice.layer_idx, slice.units.clone());
        all.weights[layer_idx].slice_mut(ndarray::s![units.clone(), ..]).assign(weights);
        all.biases[layer_idx].slice_mut(ndarray::s![units]).assign(biases);
    };
    write(&mut snapshot.parameters, &slice.parameters);
    for (moment, part) in [
        (&mut snapshot.first_moment, &slice.first_moment),
        (&mut snapshot.second_moment, &slice.second_moment),
    ] {
        if let (Some(moment), Some(part)) = (moment, part) {
            write(moment, part);
        }
    }
}

/// Numbers of a unit's probe.
const PROBE_NUMBERS: usize = 14;

/// Probes as bytes, 14 numbers a unit.
pub fn probe_bytes<T: Real>(units: &[UnitProbe<T>]) -> Vec<u8> {
    let numbers = units.iter().flat_map(|unit| {
        [
            unit.activation_mean,
            unit.activation_std,
            unit.activation_min,
            unit.activation_max,
            unit.inactive_share,
            unit.saturated_share,
            unit.z_mean,
            unit.z_std,
            unit.error_mean_abs,
            unit.gradient_norm,
            unit.bias_gradient,
            unit.weight_norm,
            unit.bias,
            unit.update_ratio,
        ]
    });
    to_bytes(&numbers.collect::<Vec<T>>())
}

/// Probes from bytes.
///
/// # Errors
/// They are not of `n_units` units.
pub fn probes_from_bytes<T: Real>(bytes: &[u8], n_units: usize) -> Result<Vec<UnitProbe<T>>, ValueError> {
    let numbers: Vec<T> = from_bytes(bytes, n_units * PROBE_NUMBERS)?;
    let (units, _) = numbers.as_chunks::<PROBE_NUMBERS>();
    let unit = |n: &[T; PROBE_NUMBERS]| UnitProbe {
        activation_mean: n[0],
        activation_std: n[1],
        activation_min: n[2],
        activation_max: n[3],
        inactive_share: n[4],
        saturated_share: n[5],
        z_mean: n[6],
        z_std: n[7],
        error_mean_abs: n[8],
        gradient_norm: n[9],
        bias_gradient: n[10],
        weight_norm: n[11],
        bias: n[12],
        update_ratio: n[13],
    };
    Ok(units.iter().map(unit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lnn_core::{LayerProbe, Recipe, SyntheticKind, Trainer};
    use std::sync::Arc;

    fn check<T: Real>(optimizer: Optimizer) {
        let data = Arc::new(SyntheticKind::Circle.generate::<T>(50, 0.05, 1));
        let mut trainer = Trainer::new(Recipe { optimizer, ..Recipe::default() }, data).unwrap();
        let mut probes: Vec<LayerProbe<T>> = Vec::new();
        trainer.step(Some(&mut probes)).unwrap();
        let snapshot = trainer.snapshot();
        let slice = UnitSlice::of(&snapshot, 1, 3..6).unwrap();
        let place = SlicePlace { layer_idx: 1, units: 3..6, n_inputs: 8, step: 1 };
        let bytes = slice_bytes(&slice);
        assert_eq!(n_slice_bytes::<T>(&place, optimizer), bytes.len());
        assert_eq!(slice_from_bytes(&bytes, place.clone(), optimizer), Ok(slice.clone()));
        assert!(slice_from_bytes::<T>(&bytes[1..], place, optimizer).is_err());

        let mut other = snapshot.clone();
        let zeros = snapshot.parameters.zeros_like();
        other.parameters.weights[1].slice_mut(ndarray::s![3..6, ..]).fill(T::ZERO);
        assert_ne!(other.parameters, snapshot.parameters);
        write_slice(&mut other, &slice);
        assert_eq!(other.parameters, snapshot.parameters);
        assert_eq!(zeros.len(), snapshot.parameters.len());

        let units = &probes[1].units;
        assert_eq!(probes_from_bytes(&probe_bytes(units), units.len()).as_ref(), Ok(units));
    }

    #[test]
    fn values_come_back_to_the_bit() {
        for optimizer in Optimizer::ALL {
            check::<f32>(optimizer);
            check::<f64>(optimizer);
        }
    }

    #[test]
    fn a_name_says_exactly_which_value_it_is() {
        let name = ValueName { step: 41, kind: ValueKind::Errors, layer_idx: 2, slice: 7 };
        assert_eq!(name.key("cat-1"), "lnn:{cat-1}:v:41:errors:2:7");
    }
}
