//! Gradient check of a unit: backpropagation against central differences, in f64.
//!
//! In: a network at a step, the training split. Out: [`GradientReport`].

use lnn_core::{Cost, DataSet, Layer, Network, ParameterId, gradient_check};

use crate::protocol::{GradientLine, GradientReport, UnitId};

/// Examples that a check runs over.
const N_EXAMPLES: usize = 16;
/// Parameters that a check looks at.
const MAX_PARAMETERS: usize = 200;
/// Half the distance between the two costs of a central difference.
const EPSILON: f64 = 1e-5;

/// Checks a unit's weights and bias; a unit with many weights has every k-th of them checked.
///
/// # Errors
/// If the network has no such unit, with a sentence.
pub fn check(
    network: &Network<f32>,
    step: u64,
    train: &DataSet<f32>,
    cost: Cost,
    l2_penalty: f64,
    unit: UnitId,
) -> Result<GradientReport, String> {
    let no_such_unit =
        || format!("the network has no layer {} unit {}", unit.layer_idx + 1, unit.unit_idx + 1);
    let layer = network.layers.get(unit.layer_idx).ok_or_else(no_such_unit)?;
    let (n_units, n_inputs) = layer.weights.dim();
    if unit.unit_idx >= n_units {
        return Err(no_such_unit());
    }
    let every = (n_inputs + 1).div_ceil(MAX_PARAMETERS);
    let id = |input_idx| ParameterId { layer_idx: unit.layer_idx, unit_idx: unit.unit_idx, input_idx };
    let parameters: Vec<ParameterId> =
        (0..n_inputs).step_by(every).map(|input| id(Some(input))).chain([id(None)]).collect();
    let rows: Vec<usize> = (0..train.n_examples().min(N_EXAMPLES)).collect();
    let sample = to_f64(&train.select(&rows))?;
    let report = gradient_check(&widen(network), &sample, cost, l2_penalty, None, Some(&parameters), EPSILON)
        .map_err(|error| error.to_string())?;
    let mut lines: Vec<GradientLine> = report
        .entries
        .iter()
        .map(|entry| GradientLine {
            input_idx: entry.parameter.input_idx,
            analytic: entry.analytic,
            numeric: entry.numeric,
            relative_difference: entry.relative_difference,
        })
        .collect();
    lines.sort_by(|a, b| b.analytic.abs().total_cmp(&a.analytic.abs()));
    Ok(GradientReport {
        unit,
        step,
        n_examples: rows.len(),
        relative_difference: report.relative_difference,
        lines,
        n_parameters: n_inputs + 1,
    })
}

/// Parameters that are checked of a unit with so many inputs, and examples that they are checked on at most.
pub fn checked_parameters(n_inputs: usize) -> (usize, usize) {
    (n_inputs.min(MAX_PARAMETERS) + 1, N_EXAMPLES)
}

fn widen(network: &Network<f32>) -> Network<f64> {
    let widen = |layer: &Layer<f32>| Layer {
        weights: layer.weights.mapv(f64::from),
        biases: layer.biases.mapv(f64::from),
        activation: layer.activation,
    };
    Network { layers: network.layers.iter().map(widen).collect() }
}

fn to_f64(data: &DataSet<f32>) -> Result<DataSet<f64>, String> {
    DataSet::new(data.inputs().mapv(f64::from), data.targets().mapv(f64::from))
        .map_err(|error| error.to_string())
}
