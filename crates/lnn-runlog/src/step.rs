//! What is recorded of one step: scores of the whole network, and per-unit quantities as arrays by layer.
//!
//! In: [`lnn_core::StepReport`], [`lnn_core::LayerProbe`]s, [`lnn_core::Metrics`]. Out: [`StepRecord`]. Read next:
//! `timeline.rs`.

use lnn_core::{LayerProbe, Metrics, MetricsKind, Real, UnitProbe};
use serde::{Deserialize, Serialize};

/// Scores over a whole split, dropout off, penalty left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean loss over the split.
    pub cost: f64,
    /// Share of examples classified right, 0..=1; none for regression.
    pub accuracy: Option<f64>,
    /// Coefficient of determination, ≤ 1; none for classification.
    pub r2: Option<f64>,
    /// Root mean squared error in the target's scaled unit; none for classification.
    pub rmse: Option<f64>,
}

impl From<&Metrics> for Scores {
    fn from(metrics: &Metrics) -> Self {
        let (accuracy, r2, rmse) = match &metrics.kind {
            MetricsKind::Classification { accuracy, .. } => (Some(*accuracy), None, None),
            MetricsKind::Regression { r2, rmse } => (None, Some(*r2), Some(*rmse)),
        };
        Self { cost: metrics.cost, accuracy, r2, rmse }
    }
}

/// The numbers of a step that belong to no unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepHead {
    /// Parameter updates done; 0 = the start weights.
    pub step: u64,
    /// Whole passes over the data done.
    pub epoch: u64,
    /// α of this step (of the next one at step 0).
    pub learning_rate: f64,
    /// Cost of the step's mini-batch before its update, penalty included; none at step 0.
    pub batch_cost: Option<f64>,
    /// Scores over the training split after this step.
    pub train: Scores,
    /// Scores over the dev split after this step, where there is one.
    pub dev: Option<Scores>,
    /// Digest of all parameters' bits after this step.
    pub digest: u64,
}

/// A per-unit quantity of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Mean of a over the mini-batch.
    ActivationMean,
    /// Standard deviation of a.
    ActivationStd,
    /// Smallest a.
    ActivationMin,
    /// Largest a.
    ActivationMax,
    /// Share of examples at which the unit is inactive (a `ReLU` at 0), 0..=1.
    InactiveShare,
    /// Share of examples at which the unit is saturated, 0..=1.
    SaturatedShare,
    /// ‖∂C/∂w‖ of the unit's incoming weights.
    GradientNorm,
    /// Mean |δ| over the mini-batch.
    ErrorMeanAbs,
    /// ‖w‖ of the unit's incoming weights.
    WeightNorm,
    /// ‖Δw‖/‖w‖ of the step.
    UpdateRatio,
}

impl Quantity {
    /// Every quantity, in the order in which a record stores them.
    pub const ALL: [Self; 10] = [
        Self::ActivationMean,
        Self::ActivationStd,
        Self::ActivationMin,
        Self::ActivationMax,
        Self::InactiveShare,
        Self::SaturatedShare,
        Self::GradientNorm,
        Self::ErrorMeanAbs,
        Self::WeightNorm,
        Self::UpdateRatio,
    ];

    /// Its name in logs and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ActivationMean => "activation_mean",
            Self::ActivationStd => "activation_std",
            Self::ActivationMin => "activation_min",
            Self::ActivationMax => "activation_max",
            Self::InactiveShare => "inactive_share",
            Self::SaturatedShare => "saturated_share",
            Self::GradientNorm => "gradient_norm",
            Self::ErrorMeanAbs => "error_mean_abs",
            Self::WeightNorm => "weight_norm",
            Self::UpdateRatio => "update_ratio",
        }
    }

    fn of<T: Real>(self, unit: &UnitProbe<T>) -> f32 {
        let value = match self {
            Self::ActivationMean => unit.activation_mean,
            Self::ActivationStd => unit.activation_std,
            Self::ActivationMin => unit.activation_min,
            Self::ActivationMax => unit.activation_max,
            Self::InactiveShare => unit.inactive_share,
            Self::SaturatedShare => unit.saturated_share,
            Self::GradientNorm => unit.gradient_norm,
            Self::ErrorMeanAbs => unit.error_mean_abs,
            Self::WeightNorm => unit.weight_norm,
            Self::UpdateRatio => unit.update_ratio,
        };
        value.to_f64() as f32
    }
}

/// The per-unit quantities of one layer at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRecord {
    n_units: usize,
    /// `Quantity::ALL.len()` rows of `n_units` numbers each.
    values: Vec<f32>,
}

impl LayerRecord {
    /// All quantities of a probed layer.
    pub fn from_probe<T: Real>(layer: &LayerProbe<T>) -> Self {
        let values = Quantity::ALL.iter().flat_map(|q| layer.units.iter().map(|unit| q.of(unit))).collect();
        Self { n_units: layer.units.len(), values }
    }

    /// Back from [`LayerRecord::as_flat`]; none where the length doesn't fit.
    pub fn from_flat(n_units: usize, values: Vec<f32>) -> Option<Self> {
        (n_units.checked_mul(Quantity::ALL.len()) == Some(values.len())).then_some(Self { n_units, values })
    }

    /// `Quantity::ALL.len()` rows of `n_units` numbers each.
    pub fn as_flat(&self) -> &[f32] {
        &self.values
    }

    /// Number of units of the layer.
    pub fn n_units(&self) -> usize {
        self.n_units
    }

    /// One quantity of every unit, in the order of the units.
    pub fn get(&self, quantity: Quantity) -> &[f32] {
        let start = quantity as usize * self.n_units;
        &self.values[start..start + self.n_units]
    }

    /// Root of the sum of squares of ‖∂C/∂w‖ over the layer: the norm of the layer's whole weight gradient.
    pub fn gradient_norm(&self) -> f32 {
        self.get(Quantity::GradientNorm).iter().map(|norm| norm * norm).sum::<f32>().sqrt()
    }
}

/// Everything that is recorded of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The numbers of the whole network.
    pub head: StepHead,
    /// One entry a layer: hidden layers, then the output layer.
    pub layers: Vec<LayerRecord>,
}
