//! How a unit fares, in plain words.
//!
//! In: its activation and the shares of examples at which it is inactive or saturated. Out: a [`Verdict`].

use crate::page::number;

/// A sentence and whether it is a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Whether something may be wrong.
    pub is_warning: bool,
    /// What is the case.
    pub text: String,
}

/// Shares are over the last mini-batch, 0..=1. An output at its ends is sure, which is no fault.
pub fn verdict(activation: &str, is_output: bool, inactive_share: f64, saturated_share: f64) -> Verdict {
    let warning = |text: String| Verdict { is_warning: true, text };
    let fine = |text: String| Verdict { is_warning: false, text };
    let (inactive, saturated) = (number::percent(inactive_share), number::percent(saturated_share));
    match activation {
        "relu" | "leaky_relu" if inactive_share >= 1.0 && activation == "relu" => {
            warning("Inactive at every example: dead. No gradient reaches its weights.".to_owned())
        }
        "relu" | "leaky_relu" if inactive_share >= 0.9 => {
            warning(format!("Inactive at {inactive} of the examples: nearly dead."))
        }
        "relu" | "leaky_relu" if inactive_share <= 0.0 => {
            fine("Active at every example: a linear unit so far.".to_owned())
        }
        "relu" | "leaky_relu" => {
            fine(format!("Active at {} of the examples.", number::percent(1.0 - inactive_share)))
        }
        "sigmoid" if is_output => {
            fine(format!("Sure (a < 0.03 or a > 0.97) at {saturated} of the examples."))
        }
        "sigmoid" | "tanh" if saturated_share >= 0.9 => {
            warning(format!("Saturated at {saturated} of the examples: it hardly learns any more."))
        }
        "sigmoid" | "tanh" if saturated_share >= 0.5 => {
            warning(format!("Saturated at {saturated} of the examples: it learns slowly."))
        }
        "sigmoid" | "tanh" if saturated_share <= 0.0 => fine("Never saturated: free to learn.".to_owned()),
        "sigmoid" | "tanh" => fine(format!("Saturated at {saturated} of the examples: free to learn.")),
        "softmax" => fine("A share of 1, together with the other outputs.".to_owned()),
        _ => fine("Linear: it can neither die nor saturate.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(activation: &str, inactive: f64, saturated: f64, is_warning: bool, expected: &str) {
        let Verdict { is_warning: found, text } = verdict(activation, false, inactive, saturated);
        assert!(text.contains(expected) && found == is_warning, "{text}");
    }

    #[test]
    fn dead_and_saturated_units_are_called_so() {
        check("relu", 1.0, 0.0, true, "dead. No gradient");
        check("relu", 0.96, 0.0, true, "96.0 % of the examples: nearly dead");
        check("leaky_relu", 1.0, 0.0, true, "nearly dead");
        check("relu", 0.3, 0.0, false, "Active at 70.0 %");
        check("tanh", 0.0, 0.95, true, "hardly learns");
        check("sigmoid", 0.0, 0.6, true, "slowly");
        check("tanh", 0.0, 0.11, false, "11.0 %");
        check("identity", 0.0, 0.0, false, "Linear");
    }

    #[test]
    fn a_sure_output_is_no_warning() {
        let Verdict { is_warning, text } = verdict("sigmoid", true, 0.0, 0.95);
        assert!(!is_warning && text.starts_with("Sure"), "{text}");
    }
}
