//! safetensors: LNN's own `W1 b1 …` (checkpoints too), and layers as PyTorch names them.
//!
//! In: any float type. Out: `W1 b1 …` in the precision of the network, and what else is known in the file's metadata. Read
//! next: `named.rs`.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::description::METADATA;
use crate::named::{Named, to_layers};
use crate::numbers::{Budget, NumberType, encode};
use crate::order::FileOrder;
use crate::{DenseNetwork, Description, Format, Precision, WeightsError};

pub(crate) fn read(bytes: &[u8]) -> Result<DenseNetwork, WeightsError> {
    let damaged = |error: SafeTensorError| WeightsError::damaged(Format::Safetensors, error);
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    let file = SafeTensors::deserialize(bytes).map_err(damaged)?;
    let mut budget = Budget::network();
    let mut arrays = file
        .iter()
        .filter(|(name, _)| !name.starts_with("first_moment.") && !name.starts_with("second_moment."))
        .map(|(name, tensor)| named(name, &tensor, &mut budget))
        .collect::<Result<Vec<Named>, _>>()?;
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    let (layers, precision) = to_layers(arrays, &[], FileOrder::Sorted)?;
    let mut network = DenseNetwork::new(layers.into_iter().map(|(_, layer)| layer).collect(), precision)?;
    if let Some(text) = metadata.metadata().as_ref().and_then(|metadata| metadata.get(METADATA)) {
        let description = Description::parse(text).map_err(|why| {
            WeightsError::damaged(Format::Safetensors, format!("metadata «{METADATA}»: {why}"))
        })?;
        description.complete(&mut network)?;
    }
    Ok(network)
}

fn named(name: &str, tensor: &TensorView<'_>, budget: &mut Budget) -> Result<Named, WeightsError> {
    let number_type = match tensor.dtype() {
        Dtype::F16 => NumberType::F16,
        Dtype::BF16 => NumberType::Bf16,
        Dtype::F32 => NumberType::F32,
        Dtype::F64 => NumberType::F64,
        Dtype::I64 => NumberType::Signed(8),
        Dtype::I32 => NumberType::Signed(4),
        other => return Err(WeightsError::array(name, format!("of {other:?}"), "of F32, F64, F16 or BF16")),
    };
    budget.take(name, tensor.shape())?;
    let values = number_type.decode(tensor.data(), false);
    let (name, shape) = (name.to_owned(), tensor.shape().to_vec());
    Ok(Named { name, shape, values, precision: number_type.precision() })
}

pub(crate) fn write(network: &DenseNetwork) -> Result<Vec<u8>, WeightsError> {
    let failed = |why: &dyn std::fmt::Display| WeightsError::Write {
        format: Format::Safetensors,
        why: why.to_string(),
    };
    let dtype = match network.precision {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    };
    let mut tensors = Vec::new();
    for (idx, layer) in network.layers.iter().enumerate() {
        let (n_units, n_inputs) = layer.weights.dim();
        let weights = encode(&layer.weights, network.precision);
        tensors.push((format!("W{}", idx + 1), vec![n_units, n_inputs], weights));
        tensors.push((format!("b{}", idx + 1), vec![n_units], encode(&layer.biases, network.precision)));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name.as_str(), TensorView::new(dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()
        .map_err(|error| failed(&error))?;
    let description = Description::of(network).map(|description| description.to_json()).transpose();
    let metadata = description
        .map_err(|error| failed(&error))?
        .map(|description| HashMap::from([(METADATA.to_owned(), description)]));
    safetensors::serialize(views, metadata).map_err(|error| failed(&error))
}
