//! Named arrays to layers: `W1 b1 …` as in the course, `fc1.weight fc1.bias …` as PyTorch names them, `kernel bias` as
//! Keras does.
//!
//! In: [`Named`] arrays in the order of the file. Out: layers in the order of the network. Read next: `order.rs`.

use std::collections::HashMap;

use ndarray::{Array1, Array2};

use crate::error::{listed, shortened};
use crate::order::{FileOrder, in_order};
use crate::{DenseLayer, Precision, WeightsError};

const EXPECTED: &str = "arrays W1 b1 W2 b2 …, or fc1.weight fc1.bias …, or dense/kernel dense/bias …";
/// Arrays of an optimizer in LNN's checkpoints.
const MOMENTS: [&str; 2] = ["first_moment.", "second_moment."];

/// An array of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    pub name: String,
    pub shape: Vec<usize>,
    /// Row by row.
    pub values: Vec<f64>,
    pub precision: Precision,
}

impl Named {
    /// As `(n_units, n_inputs)`.
    fn matrix(self) -> Result<Array2<f64>, WeightsError> {
        let wrong = WeightsError::array(&self.name, format!("{:?}", self.shape), "(n_units, n_inputs)");
        let [n_rows, n_columns] = *self.shape else { return Err(wrong) };
        Array2::from_shape_vec((n_rows, n_columns), self.values).map_err(|_| wrong)
    }

    /// As `(n_units)`; a column and a row are taken as such too.
    fn vector(self) -> Result<Array1<f64>, WeightsError> {
        match *self.shape {
            [_] | [_, 1] | [1, _] => Ok(Array1::from_vec(self.values)),
            _ => Err(WeightsError::array(&self.name, format!("{:?}", self.shape), "(n_units, 1)")),
        }
    }
}

/// The layers that these arrays are, without activations, and their precision.
///
/// `stated` names layers in the order of the network, where the file says it.
///
/// # Errors
/// Arrays are missing, of another shape, or belong to something else than dense layers.
pub(crate) fn to_layers(
    mut arrays: Vec<Named>,
    stated: &[String],
    file_order: FileOrder,
) -> Result<(Vec<(String, DenseLayer)>, Precision), WeightsError> {
    arrays.retain(|array| !MOMENTS.iter().any(|moment| array.name.starts_with(moment)));
    let precision = arrays.iter().map(|array| array.precision).max().unwrap_or_default();
    let found = listed(arrays.iter().map(|array| array.name.as_str()));
    let layers = if arrays.iter().any(|array| array.name == "W1") {
        numbered(arrays)?
    } else {
        in_order(suffixed(arrays)?, stated, file_order)?
    };
    if layers.is_empty() {
        return Err(WeightsError::NoLayers { expected: EXPECTED, found });
    }
    Ok((layers, precision))
}

/// `W1 b1 W2 b2 …`; other arrays are left alone.
fn numbered(arrays: Vec<Named>) -> Result<Vec<(String, DenseLayer)>, WeightsError> {
    let mut arrays: HashMap<String, Named> =
        arrays.into_iter().map(|array| (array.name.clone(), array)).collect();
    let mut layers = Vec::new();
    for layer in 1_usize.. {
        let Some(weights) = arrays.remove(&format!("W{layer}")) else { break };
        let missing = format!("b{layer}");
        let Some(biases) = arrays.remove(&missing) else {
            return Err(WeightsError::Missing { present: weights.name, missing });
        };
        let dense = DenseLayer { weights: weights.matrix()?, biases: biases.vector()?, activation: None };
        layers.push((format!("layer {layer}"), dense));
    }
    Ok(layers)
}

/// What the last part of a name says of an array.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// (`n_units`, `n_inputs`), PyTorch.
    Weight,
    /// (`n_inputs`, `n_units`), Keras and Flax.
    Kernel,
    Bias,
}

/// The layer's name, and what of it the array is. `:0` is TensorFlow's number of an output; `vars/0` Keras 3's name.
fn split(name: &str) -> Option<(&str, Part)> {
    let name = name.strip_suffix(":0").unwrap_or(name);
    if let Some(layer) = name.strip_suffix("/vars/0") {
        return Some((layer, Part::Kernel));
    }
    if let Some(layer) = name.strip_suffix("/vars/1") {
        return Some((layer, Part::Bias));
    }
    let (layer, part) = name.rsplit_once(['.', '/']).unwrap_or(("", name));
    match part {
        "weight" => Some((layer, Part::Weight)),
        "kernel" => Some((layer, Part::Kernel)),
        "bias" => Some((layer, Part::Bias)),
        _ => None,
    }
}

/// What a file has of one layer.
struct Pieces {
    layer: String,
    weights: Option<(Named, Part)>,
    biases: Option<Named>,
}

/// Layers by the last part of names, in the order in which the file has them first. A layer without biases has zeros.
fn suffixed(arrays: Vec<Named>) -> Result<Vec<(String, DenseLayer)>, WeightsError> {
    if !arrays.iter().any(|array| split(&array.name).is_some()) {
        return Ok(Vec::new());
    }
    let mut found: Vec<Pieces> = Vec::new();
    for array in arrays {
        let Some((layer, part)) = split(&array.name) else {
            return Err(WeightsError::NotDense { name: shortened(&array.name) });
        };
        let idx = found.iter().position(|pieces| pieces.layer == layer).unwrap_or_else(|| {
            found.push(Pieces { layer: layer.to_owned(), weights: None, biases: None });
            found.len() - 1
        });
        match part {
            Part::Bias => found[idx].biases = Some(array),
            part => found[idx].weights = Some((array, part)),
        }
    }
    found.into_iter().map(suffixed_layer).collect()
}

fn suffixed_layer(pieces: Pieces) -> Result<(String, DenseLayer), WeightsError> {
    let Pieces { layer: name, weights, biases } = pieces;
    let Some((array, part)) = weights else {
        let present = shortened(&biases.map(|biases| biases.name).unwrap_or_default());
        return Err(WeightsError::Missing { present, missing: format!("{}.weight", shortened(&name)) });
    };
    if array.shape.len() != 2 {
        let found = format!("{:?}, which is no dense layer", array.shape);
        return Err(WeightsError::array(&array.name, found, "(n_units, n_inputs)"));
    }
    let matrix = array.matrix()?;
    let weights =
        if part == Part::Kernel { matrix.reversed_axes().as_standard_layout().into_owned() } else { matrix };
    let biases = match biases {
        Some(biases) => biases.vector()?,
        None => Array1::zeros(weights.nrows()),
    };
    Ok((name, DenseLayer { weights, biases, activation: None }))
}
