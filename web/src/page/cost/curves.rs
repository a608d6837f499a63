//! Curves of cost and accuracy over the run.
//!
//! In: the timeline. Out: pictures with axes, and the same in a sentence. Read next: `../chart/curve.rs`.

use std::rc::Rc;

use lnn_runlog::{Scores, Timeline};
use yew::prelude::*;

use super::overlay::Overlay;
use crate::{
    frame::Frame,
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            calm::Same,
            curve::{CurveChart, Series},
            series,
        },
        compare::letter,
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
    /// Runs beside.
    pub overlay: Overlay,
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
    let steps_per_epoch = props.frame.steps_per_epoch.max(1);
    let mut series = vec![
        Series { points: points(|head| Some(head.train)), is_dev: false, run: 0 },
        Series { points: points(|head| head.dev), is_dev: true, run: 0 },
    ];
    let own_last = props.frame.newest_step.max(steps_per_epoch) as f64;
    for (idx, beside) in props.overlay.beside.iter().enumerate() {
        let of = |split: fn(&lnn_runlog::StepHead) -> Option<Scores>| {
            props.overlay.points(beside, steps_per_epoch, |head| value(&split(head)?))
        };
        series.push(Series { points: of(|head| Some(head.train)), is_dev: false, run: idx + 1 });
        series.push(Series { points: of(|head| head.dev), is_dev: true, run: idx + 1 });
    }
    let last_step = series
        .iter()
        .filter_map(|series| series.points.last())
        .fold(own_last, |last, (step, _)| last.max(*step));
    let is_log = is_cost && props.has_log_axis;
    let values = series.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
    let is_share = props.frame.head.train.accuracy.is_some();
    let y_range = if is_cost { series::cost_range(values, is_log) } else { quality_range(values, is_share) };
    CurveChart {
        y_range,
        is_log,
        is_share: !is_cost && is_share,
        last_step,
        steps_per_epoch: steps_per_epoch as f64,
        cursor: head_step(props),
        series,
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
    let splits = chart.series.iter().map(|series| {
        let split = if series.is_dev { "Dev" } else { "Training" };
        let run = if series.run == 0 { String::new() } else { format!("Run {}: ", letter(series.run)) };
        tell(range(series), &format!("{run}{split}"))
    });
    format!("{name} up to step {}.{}", chart.last_step, splits.collect::<String>())
}
