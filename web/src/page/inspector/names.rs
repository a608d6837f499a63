//! What people call units and inputs.
//!
//! In: the run's header and an index. Out: a name: the column's, the class's, or "layer 2 unit 5".

use lnn_runlog::{RunHeader, Task};

use crate::protocol::UnitId;

/// Whether a unit is an output.
pub fn is_output(header: &RunHeader, unit: UnitId) -> bool {
    unit.layer_idx >= header.recipe.layers.len()
}

/// A unit's whole name: `Layer 2 unit 5`, `Output`, `Output virginica`.
pub fn unit_title(header: &RunHeader, unit: UnitId) -> String {
    if !is_output(header, unit) {
        return format!("Layer {} unit {}", unit.layer_idx + 1, unit.unit_idx + 1);
    }
    match header.data.class_names.get(unit.unit_idx).filter(|_| header.data.task == Task::Classification) {
        Some(class) => format!("Output {class}"),
        None => "Output".to_owned(),
    }
}

/// The name of what a weight into a layer comes from: an input, or a unit of the layer before.
pub fn source(header: &RunHeader, layer_idx: usize, from_idx: usize) -> String {
    if layer_idx > 0 {
        return format!("unit {}", from_idx + 1);
    }
    let name = header.data.input_names.get(from_idx);
    name.cloned().unwrap_or_else(|| format!("input {}", from_idx + 1))
}

/// The name of what a weight out of a layer goes to.
pub fn destination(header: &RunHeader, layer_idx: usize, to_idx: usize) -> String {
    let next = UnitId { layer_idx: layer_idx + 1, unit_idx: to_idx };
    if is_output(header, next) {
        super::lower_first(&unit_title(header, next))
    } else {
        format!("unit {}", to_idx + 1)
    }
}

/// What the layer that feeds a layer is called.
pub fn layer_before(layer_idx: usize) -> String {
    if layer_idx == 0 { "inputs".to_owned() } else { format!("units of layer {layer_idx}") }
}

/// An activation's name as people write it.
pub fn activation(name: &str) -> &str {
    match name {
        "relu" => "ReLU",
        "leaky_relu" => "leaky ReLU",
        other => other,
    }
}

/// An input's value in the user's own unit, where the number that the network sees is another one.
pub fn shown_input(header: &RunHeader, input_idx: usize, scaled: f64) -> Option<f64> {
    let scale = header.data.input_scales.get(input_idx).copied()?;
    (scale != lnn_runlog::InputScale::NONE).then(|| scale.to_shown(scaled))
}

/// What an example should be answered with: its class, or its target in the user's own unit.
pub fn target(header: &RunHeader, target: f64) -> String {
    let data = &header.data;
    match data.class_names.get(target.max(0.0) as usize) {
        Some(class) => format!("class {class}"),
        None => {
            format!("{} {}", data.target_name, crate::page::number::short(data.target_scale.to_shown(target)))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use lnn_core::Recipe;
    use lnn_runlog::{DataInfo, InputScale, RecipeRecord};

    use super::*;

    pub fn header(task: Task, class_names: &[&str]) -> RunHeader {
        let data = DataInfo {
            name: "flowers".to_owned(),
            task,
            input_names: vec!["length".to_owned(), "width".to_owned()],
            input_scales: vec![InputScale { shift: 5.0, scale: 2.0 }, InputScale::NONE],
            target_name: "kind".to_owned(),
            class_names: class_names.iter().map(|&name| name.to_owned()).collect(),
            target_scale: InputScale::NONE,
            picture: None,
            picture_channels: 1,
            n_train: 10,
            n_dev: 0,
        };
        let recipe =
            Recipe { layers: vec![3, 2], hidden: vec![lnn_core::Activation::Tanh; 2], ..Recipe::default() };
        RunHeader { format: 1, run: "r".to_owned(), recipe: RecipeRecord::from(&recipe), data }
    }

    fn unit(layer_idx: usize, unit_idx: usize) -> UnitId {
        UnitId { layer_idx, unit_idx }
    }

    #[test]
    fn units_are_counted_from_one_and_outputs_named_by_their_class() {
        let many = header(Task::Classification, &["setosa", "virginica"]);
        assert_eq!(unit_title(&many, unit(1, 4)), "Layer 2 unit 5");
        assert_eq!(unit_title(&many, unit(2, 1)), "Output virginica");
        assert_eq!(unit_title(&header(Task::BinaryClassification, &["no", "yes"]), unit(2, 0)), "Output");
    }

    #[test]
    fn both_ends_of_a_weight_are_named() {
        let header = header(Task::Classification, &["setosa", "virginica"]);
        assert_eq!(
            [source(&header, 0, 1), source(&header, 0, 7), source(&header, 1, 1)],
            ["width", "input 8", "unit 2"]
        );
        assert_eq!([destination(&header, 0, 1), destination(&header, 1, 1)], ["unit 2", "output virginica"]);
    }

    #[test]
    fn scaled_inputs_are_shown_in_their_own_unit() {
        let header = header(Task::Regression, &[]);
        assert_eq!(shown_input(&header, 0, 1.0), Some(7.0));
        assert_eq!(shown_input(&header, 1, 1.0), None);
        assert_eq!(target(&header, 1.5), "kind 1.500");
    }
}
