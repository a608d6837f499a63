//! The numbers of single units in a frame, by name.
//!
//! In: a [`Frame`]. Out: slices of one quantity, the units' names. Pure.

use lnn_runlog::{DataInfo, Quantity, Task};

use crate::{frame::Frame, protocol::UnitId};

/// One quantity of every unit of a layer; empty where the frame has no such layer.
pub fn quantity(frame: &Frame, layer_idx: usize, quantity: Quantity) -> &[f32] {
    let Some(flat) = frame.units.get(layer_idx) else { return &[] };
    let n_units = flat.len() / Quantity::ALL.len();
    let start = quantity as usize * n_units;
    flat.get(start..start + n_units).unwrap_or_default()
}

/// One quantity of one unit.
pub fn of_unit(frame: &Frame, unit: UnitId, which: Quantity) -> Option<f32> {
    quantity(frame, unit.layer_idx, which).get(unit.unit_idx).copied()
}

/// What people call an output: its class, or the target's column.
pub fn output_name(data: &DataInfo, unit_idx: usize) -> String {
    let name = match data.task {
        Task::Classification => data.class_names.get(unit_idx),
        Task::BinaryClassification | Task::Regression => Some(&data.target_name),
    };
    match name {
        Some(name) if !name.is_empty() => name.clone(),
        _ => (unit_idx + 1).to_string(),
    }
}

/// What people call a unit: `Layer 2 unit 7`, `Output setosa`. Both count from 1.
pub fn unit_name(data: &DataInfo, n_layers: usize, unit: UnitId) -> String {
    if unit.layer_idx + 1 == n_layers {
        format!("Output {}", output_name(data, unit.unit_idx))
    } else {
        format!("Layer {} unit {}", unit.layer_idx + 1, unit.unit_idx + 1)
    }
}

/// What people call a layer: `hidden 1`, `output`.
pub fn layer_name(n_layers: usize, layer_idx: usize) -> String {
    if layer_idx + 1 == n_layers { "output".to_owned() } else { format!("hidden {}", layer_idx + 1) }
}

/// An activation as people write it: `tanh`, `leaky ReLU`.
pub fn activation_name(name: &str) -> String {
    match name {
        "relu" => "ReLU".to_owned(),
        "leaky_relu" => "leaky ReLU".to_owned(),
        other => other.replace('_', " "),
    }
}
