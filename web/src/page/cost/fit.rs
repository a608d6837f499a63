//! Predicted against actual values of a regression, in the target's own unit.
//!
//! In: the frame's pairs of both splits. Out: a scatter picture, and the same in a sentence; the scores stand in
//! `scores.rs`.

use std::rc::Rc;

use lnn_runlog::RunHeader;
use yew::prelude::*;

use crate::{
    frame::{Frame, Outcome},
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            calm::Same,
            curve::DASHES,
            pen::{Align, Pen},
            scale::Scale,
            series, ticks,
        },
        number,
        theme::{Palette, css},
    },
};

/// Properties of [`Fit`].
#[derive(Properties, Clone, PartialEq)]
pub struct FitProps {
    /// Its pairs.
    pub frame: Same<Frame>,
    /// Name of the target.
    pub header: Same<RunHeader>,
    /// Colours.
    pub palette: Same<Palette>,
}

const LEFT: f64 = 44.0;
const BOTTOM: f64 = 20.0;
const EDGE: f64 = 8.0;

/// See the module's text.
#[component]
pub fn Fit(props: &FitProps) -> Html {
    let target = &props.header.data.target_name;
    let (frame, palette) = (props.frame.clone(), props.palette.clone());
    let draw: Draw = Rc::new(move |surface: &Surface| draw(surface, &frame, &palette));
    html! {
        <section class="fit" aria-label="Fit">
            <h3 class="cost-heading">{ format!("Predicted against actual {target}") }</h3>
            <figure>
                <Canvas class="fit-canvas" {draw} />
                <figcaption class="hint">{ words(&props.frame) }</figcaption>
            </figure>
        </section>
    }
}

fn words(frame: &Frame) -> String {
    let Outcome::Fit { actual, predicted, .. } = &frame.outcome else { return String::new() };
    let range = |values: &[f32]| series::range(values.iter().map(|value| f64::from(*value)));
    let (Some(actual), Some(predicted)) = (range(actual), range(predicted)) else {
        return "No finite prediction.".to_owned();
    };
    let tell = |(low, high): (f64, f64)| format!("{} to {}", number::short(low), number::short(high));
    format!(
        "Actual {}, predicted {}. Filled: training, hollow: dev; on the line: exact.",
        tell(actual),
        tell(predicted)
    )
}

fn draw(surface: &Surface, frame: &Frame, palette: &Palette) {
    let Outcome::Fit { actual, predicted, n_train } = &frame.outcome else { return };
    let values = || actual.iter().chain(predicted.iter()).map(|value| f64::from(*value));
    let Some((low, high)) = series::range(values()) else { return };
    let air = ((high - low) * 0.04).max(1e-9);
    let range = (low - air, high + air);
    let (right, bottom) = (surface.width - EDGE, surface.height - BOTTOM);
    let (x, y) = (Scale::linear(range, (LEFT, right)), Scale::linear(range, (bottom, EDGE)));
    let pen = Pen { context: surface.context };
    for tick in ticks::linear(range, 5) {
        pen.rule(LEFT, right, y.to_px(tick), &palette.line);
        pen.line((x.to_px(tick), EDGE), (x.to_px(tick), bottom), &palette.line, 1.0);
        pen.number(&ticks::label(tick), (LEFT - 5.0, y.to_px(tick)), Align::Right, &palette.faint);
        if x.to_px(tick) < right - 10.0 {
            pen.number(&ticks::label(tick), (x.to_px(tick), bottom + 9.0), Align::Centre, &palette.faint);
        }
    }
    pen.words("actual →", (right, bottom - 8.0), Align::Right, &palette.faint);
    pen.words("↑ predicted", (LEFT + 4.0, EDGE + 5.0), Align::Left, &palette.faint);
    let [from, to] = [low, high].map(|value| (x.to_px(value), y.to_px(value)));
    pen.dashed(from, to, &palette.faint, 1.2, DASHES);
    let (train, dev) = (css(palette.negative), css(palette.positive));
    for (idx, (actual, predicted)) in actual.iter().zip(predicted.iter()).enumerate() {
        if !(actual.is_finite() && predicted.is_finite()) {
            continue;
        }
        let at = (x.to_px(f64::from(*actual)), y.to_px(f64::from(*predicted)));
        if idx < *n_train {
            pen.disc(at, 1.9, &train);
        } else {
            pen.disc(at, 2.9, &dev);
            pen.disc(at, 1.7, &palette.panel);
        }
    }
}
