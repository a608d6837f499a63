//! What can go wrong in training, with the numbers.
//!
//! What enters: wrong shapes, settings or data, and numbers that stop being finite. What leaves: one [`TrainError`].
//! Read next: [`crate::trainer`].

use crate::data::DataError;
use crate::recipe::RecipeError;
use crate::snapshot::SnapshotError;

/// A matrix of another size than its place needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} are {found:?}, expected {expected:?}")]
pub struct ShapeError {
    /// `"weights of layer 2"`, `"inputs"` …; layers count from 1.
    pub what: String,
    /// Rows and columns needed.
    pub expected: (usize, usize),
    /// Rows and columns given.
    pub found: (usize, usize),
}

/// Why a trainer cannot be made or a step cannot be done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// The first number of a step, in the order of computation, that is infinite or not a number.
    #[error("{}", describe_non_finite(quantity, *layer_idx, *unit_idx, *step, *value))]
    NonFinite {
        /// `"pre_activation"`, `"activation"`, `"cost"`, `"gradient"`, `"parameter"` or `"optimizer_state"`.
        quantity: &'static str,
        /// The layer, 0 for the first hidden one; for the cost the output layer, with its largest unit.
        layer_idx: usize,
        /// The unit, from 0.
        unit_idx: usize,
        /// The update that failed: 1 for the first. All before it are kept.
        step: u64,
        /// Infinity or NaN.
        value: f64,
    },
    /// A setting out of range.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// Given parameters or data of another size.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Matrices that are no data set.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A target the cost is not defined for; output and example count from 1 in the message.
    #[error(
        "target of output {}, example {} is {value}; {cost} needs {needs}",
        output_idx + 1,
        example_idx + 1
    )]
    Target {
        /// Row of the targets, from 0.
        output_idx: usize,
        /// Column of the targets, from 0.
        example_idx: usize,
        /// What stands there (or the sum of its column).
        value: f64,
        /// The cost's name.
        cost: &'static str,
        /// What the cost needs.
        needs: &'static str,
    },
    /// A snapshot of another network or recipe.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A step outside the history.
    #[error("step {step} is not in the history, which holds steps 0 to {last_step}")]
    NotInHistory {
        /// The step asked for.
        step: u64,
        /// The newest step recorded.
        last_step: u64,
    },
}

fn describe_non_finite(quantity: &str, layer_idx: usize, unit_idx: usize, step: u64, value: f64) -> String {
    let name = match quantity {
        "pre_activation" => "pre-activation",
        "optimizer_state" => "optimizer state",
        other => other,
    };
    // The cost is one number; the output unit named with it has the largest pre-activation.
    let joint = if quantity == "cost" { "at" } else { "of" };
    let place = format!("{name} {joint} layer {} unit {}", layer_idx + 1, unit_idx + 1);
    format!("step {step}: {place} is not finite ({value}); lower the learning rate or scale the inputs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_finite_is_named_with_step_layer_and_unit() {
        let error = TrainError::NonFinite {
            quantity: "activation",
            layer_idx: 1,
            unit_idx: 6,
            step: 12,
            value: f64::INFINITY,
        };
        assert_eq!(
            error.to_string(),
            "step 12: activation of layer 2 unit 7 is not finite (inf); \
             lower the learning rate or scale the inputs"
        );
    }

    #[test]
    fn a_wrong_shape_is_reported_with_both_shapes() {
        let error = ShapeError { what: "weights of layer 2".into(), expected: (5, 7), found: (5, 20) };
        assert_eq!(error.to_string(), "weights of layer 2 are (5, 20), expected (5, 7)");
    }
}
