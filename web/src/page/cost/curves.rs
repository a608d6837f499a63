//! Curves of cost and accuracy over the run.
//!
//! In: the timeline. Out: pictures with axes, and the same in a sentence. Read next: `../chart/curve.rs`.

use std::rc::Rc;

use lnn_runlog::{Scores, Timeline};
use yew::prelude::*;

use crate::{
    frame::Frame,
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            calm::Same,
            curve::{CurveChart, Series},
            series,
        },
        number,
        theme::Palette,
    },
};

/// What a curve is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The cost.
    Cost,
    /// Accuracy, or R².
    Quality,
}

/// Properties of [`Curve`].
#[derive(Properties, Clone, PartialEq)]
pub struct CurveProps {
    /// Of what.
    pub what: What,
    /// The run so far.
    pub timeline: Same<Timeline>,
    /// The cursor's step.
    pub frame: Same<Frame>,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Colours.
    pub palette: Same<Palette>,
}

/// A picture, under its name where it is not the panel's own.
#[component]
pub fn Curve(props: &CurveProps) -> Html {
    if props.what == What::Cost {
        return figure(props, "cost-curve", chart(props, |s| Some(s.cost), true), "Cost over the run");
    }
    let (quality, name): (fn(&Scores) -> Option<f64>, _) = if props.frame.head.train.accuracy.is_some() {
        (|s| s.accuracy, "Accuracy")
    } else {
        (|s| s.r2, "R²")
    };
    html! {
        <>
            <h3 class="cost-heading">{ name }</h3>
            { figure(props, "cost-curve low", chart(props, quality, false), name) }
        </>
    }
}

fn figure(props: &CurveProps, class: &'static str, chart: CurveChart, name: &str) -> Html {
    let words = words(&chart, name);
    let palette = props.palette.clone();
    let draw: Draw = Rc::new(move |surface: &Surface| chart.draw(surface, &palette));
    html! {
        <figure>
            <Canvas {class} {draw} />
            <figcaption class="visually-hidden">{ words }</figcaption>
        </figure>
    }
}

fn chart(props: &CurveProps, value: fn(&Scores) -> Option<f64>, is_cost: bool) -> CurveChart {
    let records = props.timeline.records();
    let points = |split: fn(&lnn_runlog::StepHead) -> Option<Scores>| -> Vec<(f64, f64)> {
        let heads = records.iter().map(|record| &record.head);
        heads.filter_map(|head| Some((head.step as f64, value(&split(head)?)?))).collect()
    };
    let train = Series { points: points(|head| Some(head.train)), is_dev: false };
    let dev = Series { points: points(|head| head.dev), is_dev: true };
    let is_log = is_cost && props.has_log_axis;
    let values = train.points.iter().chain(&dev.points).map(|(_, value)| *value);
    let is_share = props.frame.head.train.accuracy.is_some();
    let y_range = if is_cost { series::cost_range(values, is_log) } else { quality_range(values, is_share) };
    let steps_per_epoch = props.frame.steps_per_epoch.max(1) as f64;
    CurveChart {
        series: vec![train, dev],
        y_range,
        is_log,
        is_share: !is_cost && is_share,
        last_step: (props.frame.newest_step as f64).max(steps_per_epoch),
        steps_per_epoch,
        cursor: head_step(props),
    }
}

fn head_step(props: &CurveProps) -> f64 {
    props.frame.head.step as f64
}

/// Up to 1; down to the worst value, in steps of a tenth; R² not below −1.
fn quality_range(values: impl Iterator<Item = f64>, is_share: bool) -> (f64, f64) {
    let (worst, _) = series::range(values).unwrap_or((0.0, 1.0));
    let floor = if is_share { 0.0 } else { -1.0 };
    let low = ((worst * 10.0 - 0.2).floor() / 10.0).clamp(floor, 0.9);
    (low, 1.0 + (1.0 - low) * 0.03)
}

fn words(chart: &CurveChart, name: &str) -> String {
    let range = |series: &Series| series::range(series.points.iter().map(|(_, value)| *value));
    let tell = |range: Option<(f64, f64)>, split: &str| match range {
        Some((low, high)) => format!(" {split} between {} and {}.", number::short(low), number::short(high)),
        None => String::new(),
    };
    let splits =
        chart.series.iter().map(|series| tell(range(series), if series.is_dev { "Dev" } else { "Training" }));
    format!("{name} up to step {}.{}", chart.last_step, splits.collect::<String>())
}
