//! What is wrong with a network at a glance, by fixed rules.
//!
//! In: the per-unit numbers of a frame. Out: [`Diagnosis`] and its sentence. Pure. The rules:
//!
//! | finding | rule |
//! |---|---|
//! | nearly dead unit | a hidden unit inactive (a ReLU at 0) at ≥ 95 % of the mini-batch; or of an a that is all but constant: its standard deviation below 0.5 % of the layer's largest \|a\| (not told for mini-batches of one) |
//! | saturated unit | a hidden unit saturated at ≥ 90 % of the mini-batch and not nearly dead |
//! | vanishing gradients | mean \|δ\| of a hidden layer below 1/1000 of the output layer's; the first such layer is named |
//! | exploding gradients | a δ that is no finite number; a hidden layer's mean \|δ\| above 1000 times the output layer's; or a layer whose units' median step is longer than their weights, ‖Δw‖ > ‖w‖ |

use lnn_runlog::Quantity;

use super::units::quantity;
use crate::frame::Frame;

/// Share of examples at which a nearly dead unit is inactive.
pub const DEAD_SHARE: f32 = 0.95;
/// Share of examples at which a saturated unit is saturated.
pub const SATURATED_SHARE: f32 = 0.9;
/// Spread of a, relative to the layer's largest |a|, below which a unit says the same of every example.
const CONSTANT_SPREAD: f32 = 0.005;
/// Factor between hidden and output δ beyond which gradients vanish or explode.
const FAR: f32 = 1000.0;

/// How a unit is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Not at all.
    #[default]
    None,
    /// Nearly dead.
    Dead,
    /// Saturated.
    Saturated,
}

impl Mark {
    /// In words, for labels; empty for none.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Dead => "nearly dead",
            Self::Saturated => "saturated",
        }
    }
}

/// How gradients fare on their way back; layers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// They arrive.
    Healthy,
    /// They get lost before this layer.
    Vanishing(usize),
    /// They, or the steps, are too large in this layer.
    Exploding(usize),
    /// There is no error left to send back.
    Zero,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diagnosis {
    /// Hidden units that are nearly dead.
    pub n_dead: usize,
    /// Hidden units that are saturated.
    pub n_saturated: usize,
    /// How gradients fare.
    pub flow: Flow,
}

impl Diagnosis {
    /// Applies the rules. `marks` are those of [`marks`] for every layer.
    pub fn of(frame: &Frame, marks: &[Vec<Mark>]) -> Self {
        let n_hidden = frame.units.len().saturating_sub(1);
        let count =
            |mark: Mark| marks.iter().take(n_hidden).flatten().filter(|found| **found == mark).count();
        Self { n_dead: count(Mark::Dead), n_saturated: count(Mark::Saturated), flow: flow(frame) }
    }

    /// What the units suffer from; none if from nothing.
    pub fn unit_words(&self) -> Option<String> {
        let units = |n: usize| if n == 1 { "unit" } else { "units" };
        match (self.n_dead, self.n_saturated) {
            (0, 0) => None,
            (dead, 0) => Some(format!("{dead} {} nearly dead", units(dead))),
            (0, saturated) => Some(format!("{saturated} {} saturated", units(saturated))),
            (dead, saturated) => Some(format!("{dead} {} nearly dead, {saturated} saturated", units(dead))),
        }
    }

    /// How gradients fare, for after "gradients".
    pub fn flow_words(&self) -> String {
        match self.flow {
            Flow::Healthy => "healthy".to_owned(),
            Flow::Vanishing(layer) => format!("vanishing in layer {layer}"),
            Flow::Exploding(layer) => format!("exploding in layer {layer}"),
            Flow::Zero => "zero".to_owned(),
        }
    }
}

/// The marks of all layers.
pub fn all_marks(frame: &Frame, batch_size: Option<usize>) -> Vec<Vec<Mark>> {
    (0..frame.units.len()).map(|layer_idx| marks(frame, layer_idx, batch_size)).collect()
}

/// The mark of each unit of a hidden layer.
pub fn marks(frame: &Frame, layer_idx: usize, batch_size: Option<usize>) -> Vec<Mark> {
    let of = |which| quantity(frame, layer_idx, which);
    let (inactive, saturated) = (of(Quantity::InactiveShare), of(Quantity::SaturatedShare));
    let (std, min, max) =
        (of(Quantity::ActivationStd), of(Quantity::ActivationMin), of(Quantity::ActivationMax));
    let largest = min.iter().chain(max).fold(0.0_f32, |largest, a| largest.max(a.abs()));
    let is_constant = |std: f32| batch_size != Some(1) && std <= CONSTANT_SPREAD * largest;
    let mark = |((inactive, saturated), std): ((&f32, &f32), &f32)| {
        if *inactive >= DEAD_SHARE || is_constant(*std) {
            Mark::Dead
        } else if *saturated >= SATURATED_SHARE {
            Mark::Saturated
        } else {
            Mark::None
        }
    };
    inactive.iter().zip(saturated).zip(std).map(mark).collect()
}

fn flow(frame: &Frame) -> Flow {
    let n_layers = frame.units.len();
    let errors: Vec<f32> =
        (0..n_layers).map(|idx| mean(quantity(frame, idx, Quantity::ErrorMeanAbs))).collect();
    let Some((output, hidden)) = errors.split_last() else { return Flow::Zero };
    let is_too_large = |idx: usize| {
        !errors[idx].is_finite()
            || (idx + 1 < n_layers && *output > 0.0 && errors[idx] > FAR * output)
            || median(quantity(frame, idx, Quantity::UpdateRatio)) > 1.0
    };
    if let Some(idx) = (0..n_layers).find(|idx| is_too_large(*idx)) {
        return Flow::Exploding(idx + 1);
    }
    if *output <= 0.0 {
        return Flow::Zero;
    }
    match hidden.iter().position(|error| *error < output / FAR) {
        Some(idx) => Flow::Vanishing(idx + 1),
        None => Flow::Healthy,
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

fn median(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    let middle = sorted.len() / 2;
    if sorted.is_empty() { 0.0 } else { *sorted.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

#[cfg(test)]
#[path = "diagnosis_tests.rs"]
mod tests;
