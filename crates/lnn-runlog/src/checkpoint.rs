//! Checkpoints: everything needed to go on from a step, as a safetensors file that other programs read too.
//!
//! In: a [`Snapshot`]. Out: bytes with the tensors `W1 b1 W2 b2 …`, W (`n_units`, `n_inputs`) and b (`n_units`), those of the
//! optimizer as `first_moment.W1 …` and `second_moment.W1 …`, and the settings of the step as JSON under `lnn` in the
//! file's metadata. Read next: `record.rs`, whose checkpoints point at such files.

use std::collections::HashMap;

use lnn_core::{Parameters, Real, Snapshot};
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::DecayRecord;

/// A checkpoint that can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// No safetensors file, or a damaged one.
    #[error("the checkpoint is no whole safetensors file ({0}): copy it again, or go on without it")]
    NotSafetensors(String),
    /// The settings are missing or damaged.
    #[error("the checkpoint's metadata «lnn» can't be read ({0}): it was not written by lnn")]
    Settings(String),
    /// A tensor is missing or of another kind than expected.
    #[error("the checkpoint's tensor «{name}» is {found}, expected is {expected}")]
    Tensor {
        /// Its name.
        name: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Settings {
    step: u64,
    seed: u64,
    learning_rate: f64,
    decay: DecayRecord,
    l2_penalty: f64,
    dropout: f64,
}

const METADATA: &str = "lnn";
const MOMENTS: [&str; 2] = ["first_moment.", "second_moment."];

/// A snapshot as the bytes of a safetensors file; the same snapshot gives the same bytes.
///
/// # Errors
/// Never for a snapshot that a trainer gave.
pub fn to_safetensors<T: Real>(snapshot: &Snapshot<T>) -> Result<Vec<u8>, CheckpointError> {
    let failed = |error: &dyn std::fmt::Display| CheckpointError::NotSafetensors(error.to_string());
    let settings = Settings {
        step: snapshot.step,
        seed: snapshot.seed,
        learning_rate: snapshot.learning_rate,
        decay: snapshot.decay.into(),
        l2_penalty: snapshot.l2_penalty,
        dropout: snapshot.dropout,
    };
    let settings = serde_json::to_string(&settings).map_err(|error| failed(&error))?;
    let [first, second] = MOMENTS;
    let parts = [
        ("", Some(&snapshot.parameters)),
        (first, snapshot.first_moment.as_ref()),
        (second, snapshot.second_moment.as_ref()),
    ];
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = parts
        .into_iter()
        .flat_map(|(prefix, part)| part.into_iter().flat_map(move |part| tensors(prefix, part)))
        .collect();
    let views: Result<Vec<(&str, TensorView<'_>)>, _> = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype::<T>(), shape.clone(), bytes)?)))
        .collect::<Result<_, safetensors::SafeTensorError>>();
    let metadata = HashMap::from([(METADATA.to_owned(), settings)]);
    safetensors::serialize(views.map_err(|error| failed(&error))?, Some(metadata))
        .map_err(|error| failed(&error))
}

/// A snapshot from the bytes of a file.
///
/// # Errors
/// The file is damaged, not of LNN, or of another precision.
pub fn from_safetensors<T: Real>(bytes: &[u8]) -> Result<Snapshot<T>, CheckpointError> {
    let damaged = |error: &dyn std::fmt::Display| CheckpointError::NotSafetensors(error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(&error))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(&error))?;
    let text = metadata.metadata().as_ref().and_then(|metadata| metadata.get(METADATA));
    let text = text.ok_or_else(|| CheckpointError::Settings("it is missing".to_owned()))?;
    let settings: Settings =
        serde_json::from_str(text).map_err(|error| CheckpointError::Settings(error.to_string()))?;
    let has = |prefix: &str| file.names().iter().any(|name| name.starts_with(prefix));
    let moment = |prefix: &str| has(prefix).then(|| parameters(&file, prefix)).transpose();
    let [first, second] = MOMENTS;
    Ok(Snapshot {
        step: settings.step,
        seed: settings.seed,
        learning_rate: settings.learning_rate,
        decay: settings.decay.into(),
        l2_penalty: settings.l2_penalty,
        dropout: settings.dropout,
        parameters: parameters(&file, "")?,
        first_moment: moment(first)?,
        second_moment: moment(second)?,
    })
}

fn tensors<'a, T: Real>(
    prefix: &'a str,
    part: &'a Parameters<T>,
) -> impl Iterator<Item = (String, Vec<usize>, Vec<u8>)> + 'a {
    let bytes = |numbers: &mut dyn Iterator<Item = &T>| {
        let words = numbers.map(|number| number.to_bits64().to_le_bytes());
        words.flat_map(|word| word.into_iter().take(T::BYTES)).collect::<Vec<u8>>()
    };
    part.weights.iter().zip(&part.biases).enumerate().flat_map(move |(idx, (weights, biases))| {
        let (n_units, n_inputs) = weights.dim();
        let layer = idx + 1;
        [
            (format!("{prefix}W{layer}"), vec![n_units, n_inputs], bytes(&mut weights.iter())),
            (format!("{prefix}b{layer}"), vec![biases.len()], bytes(&mut biases.iter())),
        ]
    })
}

fn dtype<T: Real>() -> Dtype {
    if T::BYTES == 8 { Dtype::F64 } else { Dtype::F32 }
}

fn parameters<T: Real>(file: &SafeTensors<'_>, prefix: &str) -> Result<Parameters<T>, CheckpointError> {
    let mut all = Parameters { weights: Vec::new(), biases: Vec::new() };
    for layer in 1.. {
        let (w, b) = (format!("{prefix}W{layer}"), format!("{prefix}b{layer}"));
        if layer > 1 && file.tensor(&w).is_err() {
            break;
        }
        let (shape, weights) = numbers::<T>(file, &w, "(n_units, n_inputs)")?;
        let wrong = |name: &str, shape: &[usize], expected: &str| CheckpointError::Tensor {
            name: name.to_owned(),
            found: format!("{shape:?}"),
            expected: expected.to_owned(),
        };
        let [n_units, n_inputs] = *shape else { return Err(wrong(&w, &shape, "(n_units, n_inputs)")) };
        let weights = Array2::from_shape_vec((n_units, n_inputs), weights);
        all.weights.push(weights.map_err(|_| wrong(&w, &shape, "(n_units, n_inputs)"))?);
        let (shape, biases) = numbers::<T>(file, &b, "(n_units)")?;
        if shape != [n_units] {
            return Err(wrong(&b, &shape, &format!("[{n_units}]")));
        }
        all.biases.push(Array1::from_vec(biases));
    }
    Ok(all)
}

fn numbers<T: Real>(
    file: &SafeTensors<'_>,
    name: &str,
    shape: &str,
) -> Result<(Vec<usize>, Vec<T>), CheckpointError> {
    let expected = format!("{shape} of {}", T::NAME);
    let wrong =
        |found: String| CheckpointError::Tensor { name: name.to_owned(), found, expected: expected.clone() };
    let tensor = file.tensor(name).map_err(|_| wrong("missing".to_owned()))?;
    if tensor.dtype() != dtype::<T>() {
        return Err(wrong(format!("of {:?}", tensor.dtype())));
    }
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let numbers = tensor.data().chunks_exact(T::BYTES).map(|bytes| T::from_bits64(word(bytes))).collect();
    Ok((tensor.shape().to_vec(), numbers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lnn_core::{Optimizer, Recipe, SyntheticKind, Trainer};
    use std::sync::Arc;

    fn snapshot<T: Real>(optimizer: &str) -> Snapshot<T> {
        let optimizer: Optimizer = optimizer.parse().unwrap();
        let data = Arc::new(SyntheticKind::Circle.generate::<T>(50, 0.05, 1));
        let mut trainer = Trainer::new(Recipe { optimizer, ..Recipe::default() }, data).unwrap();
        for _ in 0..5 {
            trainer.step(None).unwrap();
        }
        trainer.snapshot()
    }

    #[test]
    fn a_checkpoint_comes_back_to_the_bit() {
        for optimizer in ["sgd", "momentum", "rmsprop", "adam"] {
            let (single, double) = (snapshot::<f32>(optimizer), snapshot::<f64>(optimizer));
            let bytes = to_safetensors(&single).unwrap();
            assert_eq!(bytes, to_safetensors(&single).unwrap());
            assert_eq!(from_safetensors(&bytes), Ok(single));
            assert_eq!(from_safetensors(&to_safetensors(&double).unwrap()), Ok(double));
        }
    }

    #[test]
    fn a_cut_or_changed_file_is_an_error_or_the_same_settings_never_a_panic() {
        let bytes = to_safetensors(&snapshot::<f32>("adam")).unwrap();
        for end in 0..bytes.len() {
            assert!(from_safetensors::<f32>(&bytes[..end]).is_err(), "cut after {end}");
        }
        for at in 0..800 {
            let mut bad = bytes.clone();
            bad[at] ^= 0x15;
            let _ = from_safetensors::<f32>(&bad);
        }
        let error = from_safetensors::<f64>(&bytes).unwrap_err().to_string();
        assert!(error.contains("«W1» is of F32, expected is (n_units, n_inputs) of f64"), "{error}");
    }
}
