//! Frames and colours for this folder's tests, without an engine or a browser.

use std::rc::Rc;

use lnn_runlog::{Quantity, Scores, StepHead};

use crate::{
    bulk::Bulk,
    frame::{EdgeSheet, Frame, Outcome, TileContent, TileSheet},
    page::theme::{Palette, Rgb},
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
        digests: Bulk(Vec::new()),
    }
}

fn hex(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2])
}

/// A palette that needs no style sheet.
pub fn palette() -> Palette {
    let ramp = |low: Rgb| Rc::new(std::array::from_fn(|idx| low.map(|c| c.max(idx as u8))));
    Palette {
        is_dark: false,
        background: hex([255, 255, 255]),
        panel: hex([255, 255, 255]),
        ink: hex([0, 0, 0]),
        soft: hex([51, 51, 51]),
        faint: hex([85, 85, 85]),
        line: hex([238, 238, 238]),
        accent: hex([0, 0, 255]),
        negative: [0, 0, 200],
        zero: [240, 240, 240],
        positive: [200, 100, 0],
        gradient: [200, 0, 150],
        classes: vec![[0, 0, 200], [200, 100, 0]],
        signed: ramp([0, 0, 0]),
        magnitude: ramp([100, 0, 100]),
    }
}
