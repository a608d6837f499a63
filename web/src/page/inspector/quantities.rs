//! Words for the ten quantities of a unit, and their course over the run as small drawings.
//!
//! In: a [`Quantity`]; the timeline's records. Out: names, explanations, numbers as text, SVG paths. Read next:
//! `numbers.rs`.

use std::{fmt::Write, rc::Rc};

use lnn_runlog::{Quantity, StepRecord};

use crate::{
    page::{
        chart::{scale::Scale, series},
        number,
    },
    protocol::UnitId,
};

/// Width of a small drawing, in its own units.
pub const SPARK_WIDTH: f64 = 96.0;
/// Its height.
pub const SPARK_HEIGHT: f64 = 22.0;

/// A short name and an explanation.
pub fn words(quantity: Quantity) -> (&'static str, &'static str) {
    match quantity {
        Quantity::ActivationMean => ("mean a", "Mean of the activation a over the mini-batch"),
        Quantity::ActivationStd => {
            ("spread of a", "Standard deviation of a over the mini-batch: 0 = it tells nothing apart")
        }
        Quantity::ActivationMin => ("smallest a", "Smallest a in the mini-batch"),
        Quantity::ActivationMax => ("largest a", "Largest a in the mini-batch"),
        Quantity::InactiveShare => ("inactive", "Share of the examples at which a ReLU is at 0 (z ≤ 0)"),
        Quantity::SaturatedShare => (
            "saturated",
            "Share of the examples at the flat ends: |a| > 0.97 for tanh, a < 0.03 or a > 0.97 for sigmoid",
        ),
        Quantity::GradientNorm => ("‖∂C/∂w‖", "Length of the gradient of the unit's incoming weights"),
        Quantity::ErrorMeanAbs => ("mean |δ|", "Mean size of the error δ = ∂L/∂z over the mini-batch"),
        Quantity::WeightNorm => ("‖w‖", "Length of the vector of incoming weights"),
        Quantity::UpdateRatio => {
            ("‖Δw‖ / ‖w‖", "How far the last step moved the weights, relative to their length")
        }
    }
}

/// The number with its unit.
pub fn text(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::InactiveShare | Quantity::SaturatedShare => number::percent(value),
        Quantity::UpdateRatio if value >= 1e-3 => format!("{:.2} %", value * 100.0),
        Quantity::UpdateRatio => format!("{} %", number::short(value * 100.0)),
        _ => number::short(value),
    }
}

/// A unit's quantity at every record that has it, (step, value).
pub fn course(records: &[Rc<StepRecord>], unit: UnitId, quantity: Quantity) -> Vec<(f64, f64)> {
    let value =
        |record: &StepRecord| record.layers.get(unit.layer_idx)?.get(quantity).get(unit.unit_idx).copied();
    records.iter().filter_map(|record| Some((record.head.step as f64, f64::from(value(record)?)))).collect()
}

/// The course as an SVG path that fills the small drawing; empty where there is nothing to draw.
pub fn spark(points: &[(f64, f64)], last_step: f64) -> String {
    let thinned = series::thin(points, SPARK_WIDTH as usize / 2);
    let Some((low, high)) = series::range(thinned.iter().map(|(_, value)| *value)) else {
        return String::new();
    };
    let air = (high - low).max(high.abs() * 1e-6).max(1e-12) * 0.06;
    let x = Scale::linear((0.0, last_step), (1.0, SPARK_WIDTH - 1.0));
    let y = Scale::linear((low - air, high + air), (SPARK_HEIGHT - 1.0, 1.0));
    let mut path = String::with_capacity(thinned.len() * 12);
    for (idx, (step, value)) in thinned.iter().enumerate() {
        path.push(if idx == 0 { 'M' } else { 'L' });
        let _ = write!(path, "{:.1} {:.1}", x.to_px(*step), y.to_px(*value));
    }
    path
}

/// The cursor as an SVG path over the whole height.
pub fn spark_cursor(step: f64, last_step: f64) -> String {
    let x = Scale::linear((0.0, last_step), (1.0, SPARK_WIDTH - 1.0)).to_px(step);
    format!("M{x:.1} 0V{SPARK_HEIGHT}")
}

#[cfg(test)]
mod tests {
    use lnn_runlog::{LayerRecord, Scores, StepHead};

    use super::*;

    #[test]
    fn shares_are_percentages_and_the_rest_are_plain() {
        assert_eq!(text(Quantity::SaturatedShare, 0.113), "11.3 %");
        assert_eq!(text(Quantity::UpdateRatio, 0.003), "0.30 %");
        assert_eq!(text(Quantity::WeightNorm, 2.41), "2.410");
    }

    #[test]
    fn a_units_course_is_read_from_its_own_column() {
        let train = Scores { cost: 1.0, accuracy: None, r2: None, rmse: None };
        let head =
            StepHead { step: 4, epoch: 0, learning_rate: 0.1, batch_cost: None, train, dev: None, digest: 0 };
        let values = (0..20_u8).map(f32::from).collect();
        let layers = LayerRecord::from_flat(2, values).into_iter().collect();
        let records = [Rc::new(StepRecord { head, layers })];
        let unit = |unit_idx| UnitId { layer_idx: 0, unit_idx };
        assert_eq!(course(&records, unit(1), Quantity::WeightNorm), [(4.0, 17.0)]);
        assert!(course(&records, unit(2), Quantity::WeightNorm).is_empty());
    }

    #[test]
    fn a_spark_goes_from_end_to_end() {
        let path = spark(&[(0.0, 0.0), (10.0, 1.0)], 10.0);
        assert!(path.starts_with("M1.0 ") && path.contains("L95.0 "), "{path}");
        assert_eq!(spark(&[], 10.0), "");
        assert_eq!(spark_cursor(5.0, 10.0), "M48.0 0V22");
    }
}
