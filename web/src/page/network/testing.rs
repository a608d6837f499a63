//! Frames for this folder's tests, without an engine.

use lnn_runlog::{Quantity, Scores, StepHead};

use crate::{
    bulk::Bulk,
    frame::{EdgeSheet, Frame, Outcome, TileContent, TileSheet},
    protocol::Lens,
};

/// A frame of a healthy network: `value(layer, unit, quantity)` overrides what isn't.
pub fn frame(layers: &[usize], value: impl Fn(usize, usize, Quantity) -> Option<f32>) -> Frame {
    let healthy = |quantity: Quantity| match quantity {
        Quantity::ActivationMean | Quantity::InactiveShare => 0.0,
        Quantity::ActivationMin => -0.9,
        Quantity::ActivationMax => 0.9,
        Quantity::ActivationStd => 0.4,
        Quantity::SaturatedShare => 0.1,
        Quantity::GradientNorm | Quantity::ErrorMeanAbs => 0.01,
        Quantity::WeightNorm => 1.0,
        Quantity::UpdateRatio => 0.001,
    };
    let flat = |(layer_idx, n_units): (usize, &usize)| {
        let numbers = Quantity::ALL.iter().flat_map(|quantity| {
            let of = |unit_idx| value(layer_idx, unit_idx, *quantity).unwrap_or(healthy(*quantity));
            (0..*n_units).map(of).collect::<Vec<f32>>()
        });
        Bulk(numbers.collect())
    };
    let sheet = |n_units: &usize| TileSheet {
        content: TileContent::Plane,
        width: 8,
        height: 8,
        scale: 1.0,
        pixels: Bulk(vec![200; 64 * n_units]),
    };
    let scores = Scores { cost: 0.5, accuracy: Some(0.5), r2: None, rmse: None };
    let head = StepHead {
        step: 1,
        epoch: 0,
        learning_rate: 0.1,
        batch_cost: None,
        train: scores,
        dev: None,
        digest: 0,
    };
    Frame {
        run: 1,
        head,
        units: layers.iter().enumerate().map(flat).collect(),
        playing: false,
        newest_step: 1,
        steps_per_epoch: 1,
        steps_per_second: 0.0,
        lens: Lens::Activation,
        tiles: layers.iter().map(sheet).collect(),
        edges: vec![EdgeSheet::default(); layers.len()],
        watched_outputs: Bulk(Vec::new()),
        unit: None,
        outcome: Outcome::Confusion { n_classes: 2, train: vec![0; 4], dev: Vec::new() },
    }
}
