//! Tensors of a graph that do not depend on its input: initializers, `Constant` nodes, and what is made of them.
//!
//! In: messages. Out: [`Constant`]s by name. Read next: `graph.rs`.

use std::collections::HashMap;

use ndarray::Array2;

use super::proto::{Node, Tensor, data_type};
use crate::numbers::{Budget, NumberType};
use crate::{Precision, WeightsError};

/// Numbers for each byte of the file: one at most takes a byte, and few are used twice.
const MAX_RATIO: u64 = 8;

/// Numbers with a shape, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Constant {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
    pub precision: Precision,
}

/// All constants of a graph that are known so far.
pub(super) struct Constants<'a> {
    tensors: HashMap<&'a str, &'a Tensor>,
    made: HashMap<&'a str, Constant>,
    /// A graph can name the same numbers often: what is made of them must not outgrow the file.
    budget: Budget,
}

impl<'a> Constants<'a> {
    pub fn new(initializers: &'a [Tensor], n_bytes: usize) -> Self {
        let tensors = initializers.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        Self { tensors, made: HashMap::new(), budget: Budget::of_file(n_bytes, MAX_RATIO) }
    }

    /// Whether `name` does not depend on the input.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name) || self.made.contains_key(name)
    }

    /// The numbers of `name`.
    pub fn get(&mut self, name: &str) -> Result<Constant, WeightsError> {
        match (self.made.get(name), self.tensors.get(name)) {
            (Some(constant), _) => {
                self.budget.take(name, &constant.shape)?;
                Ok(constant.clone())
            }
            (_, Some(tensor)) => decode(tensor, name, &mut self.budget),
            _ => Err(WeightsError::graph(place(name), "it is nowhere in the file: export the network again")),
        }
    }

    /// Takes a node all of whose inputs are constants; tells whether it is one of the kinds that are understood.
    pub fn take(&mut self, node: &'a Node) -> Result<bool, WeightsError> {
        let Some(output) = node.output.first() else { return Ok(false) };
        let first = node.input.first().map(String::as_str);
        match (node.op_type.as_str(), first) {
            ("Constant", None) => {
                let Some(attribute) = node.attribute.first() else { return Ok(false) };
                if let Some(tensor) = &attribute.t {
                    self.tensors.insert(output, tensor);
                } else {
                    let (shape, values) = numbers_of(attribute);
                    self.made.insert(output, Constant { shape, values, precision: Precision::F32 });
                }
            }
            ("Identity" | "Cast", Some(input)) => {
                let constant = self.get(input)?;
                self.made.insert(output, constant);
            }
            ("Transpose", Some(input)) => {
                let constant = self.get(input)?;
                let precision = constant.precision;
                let matrix = constant.matrix(input)?.reversed_axes();
                let (n_rows, n_columns) = matrix.dim();
                let values = matrix.iter().copied().collect();
                let transposed = Constant { shape: vec![n_rows, n_columns], values, precision };
                self.made.insert(output, transposed);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Constant {
    /// As a matrix.
    pub fn matrix(self, name: &str) -> Result<Array2<f64>, WeightsError> {
        let [n_rows, n_columns] = *self.shape else {
            return Err(WeightsError::array(name, format!("{:?}", self.shape), "a matrix of weights"));
        };
        Array2::from_shape_vec((n_rows, n_columns), self.values)
            .map_err(|_| WeightsError::array(name, "of another size than its shape", "a matrix of weights"))
    }

    /// One number for each of `n` units: as many as there are, or one for all.
    pub fn for_units(&self, name: &str, n: usize) -> Result<Vec<f64>, WeightsError> {
        let is_row = match *self.shape {
            [] | [_] => true,
            [n_rows, _] => n_rows == 1,
            _ => false,
        };
        match *self.values {
            _ if !is_row => {}
            [all] => return Ok(vec![all; n]),
            _ if self.values.len() == n => return Ok(self.values.clone()),
            _ => {}
        }
        Err(WeightsError::array(name, format!("{:?}", self.shape), format!("[{n}], a bias for each unit")))
    }
}

pub(super) fn place(tensor: &str) -> String {
    format!("tensor «{}»", crate::error::shortened(tensor))
}

/// A `Constant` node's number or list.
fn numbers_of(attribute: &super::proto::Attribute) -> (Vec<usize>, Vec<f64>) {
    match attribute.name.as_str() {
        "value_float" => (Vec::new(), vec![f64::from(attribute.f)]),
        "value_int" => (Vec::new(), vec![attribute.i as f64]),
        "value_floats" => {
            (vec![attribute.floats.len()], attribute.floats.iter().map(|&value| f64::from(value)).collect())
        }
        _ => (vec![attribute.ints.len()], attribute.ints.iter().map(|&value| value as f64).collect()),
    }
}

fn decode(tensor: &Tensor, name: &str, budget: &mut Budget) -> Result<Constant, WeightsError> {
    if tensor.data_location == 1 || !tensor.external_data.is_empty() {
        let why = "its numbers lie in another file: save the model with all data in one file";
        return Err(WeightsError::graph(place(name), why));
    }
    let shape: Vec<usize> =
        tensor
            .dims
            .iter()
            .map(|&size| usize::try_from(size))
            .collect::<Result<_, _>>()
            .map_err(|_| WeightsError::array(name, format!("{:?}", tensor.dims), "no negative size"))?;
    let n = budget.take(name, &shape)?;
    let values = values(tensor, name)?;
    if values.len() != n {
        let expected = format!("{n} of the shape {shape:?}");
        return Err(WeightsError::array(name, format!("{} numbers", values.len()), expected));
    }
    let is_double = tensor.data_type == data_type::DOUBLE;
    let precision = if is_double { Precision::F64 } else { Precision::F32 };
    Ok(Constant { shape, values, precision })
}

/// From the raw bytes, else from the list that goes with the type.
fn values(tensor: &Tensor, name: &str) -> Result<Vec<f64>, WeightsError> {
    let number_type = match tensor.data_type {
        data_type::FLOAT => NumberType::F32,
        data_type::DOUBLE => NumberType::F64,
        data_type::FLOAT16 => NumberType::F16,
        data_type::BFLOAT16 => NumberType::Bf16,
        data_type::INT32 => NumberType::Signed(4),
        data_type::INT64 => NumberType::Signed(8),
        other => {
            let found = format!("of ONNX's data type {other}");
            return Err(WeightsError::array(name, found, "of float, double or float16"));
        }
    };
    if !tensor.raw_data.is_empty() {
        return Ok(number_type.decode(&tensor.raw_data, false));
    }
    Ok(match number_type {
        NumberType::F32 => tensor.float_data.iter().map(|&value| f64::from(value)).collect(),
        NumberType::F64 => tensor.double_data.clone(),
        NumberType::Signed(8) => tensor.int64_data.iter().map(|&value| value as f64).collect(),
        NumberType::Signed(_) | NumberType::Unsigned(_) => {
            tensor.int32_data.iter().map(|&value| f64::from(value)).collect()
        }
        // Their bits are in the low halves.
        NumberType::F16 | NumberType::Bf16 => {
            let bytes: Vec<u8> =
                tensor.int32_data.iter().flat_map(|&bits| (bits as u16).to_le_bytes()).collect();
            number_type.decode(&bytes, false)
        }
    })
}
