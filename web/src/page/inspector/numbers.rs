//! The ten quantities of the unit, at the cursor and over the run.
//!
//! In: the frame's quantities, the timeline. Out: a table with a small drawing a row. Read next: `quantities.rs`.

use lnn_runlog::{Quantity, Timeline};
use yew::prelude::*;

use super::{
    portrait::quantity_now,
    quantities::{SPARK_HEIGHT, SPARK_WIDTH, course, spark, spark_cursor, text, words},
};
use crate::{
    frame::Frame,
    page::{chart::calm::Same, number},
    protocol::UnitId,
};

/// Properties of [`Numbers`].
#[derive(Properties, Clone, PartialEq)]
pub struct NumbersProps {
    /// Which unit.
    pub unit: UnitId,
    /// Now.
    pub frame: Same<Frame>,
    /// Over time.
    pub timeline: Same<Timeline>,
}

/// See the module's text.
#[component]
pub fn Numbers(props: &NumbersProps) -> Html {
    let last_step = (props.frame.newest_step as f64).max(1.0);
    let row = |quantity: &Quantity| {
        let (name, title) = words(*quantity);
        let value = quantity_now(&props.frame, props.unit, *quantity);
        let points = course(props.timeline.records(), props.unit, *quantity);
        html! {
            <tr>
                <th scope="row"><abbr {title}>{ name }</abbr></th>
                <td>{ drawing(&points, last_step, props.frame.head.step as f64) }</td>
                <td class="number">{ text(*quantity, value) }</td>
            </tr>
        }
    };
    html! {
        <section class="inspector-part" aria-label="Numbers">
            <h3>{ "Numbers" }<small>{ format!("over the run and at step {}", number::count(props.frame.head.step)) }</small></h3>
            <table class="quantities">
                <thead class="visually-hidden">
                    <tr>
                        <th scope="col">{ "quantity" }</th><th scope="col">{ "over the run" }</th>
                        <th scope="col">{ "now" }</th>
                    </tr>
                </thead>
                <tbody>{ for Quantity::ALL.iter().map(row) }</tbody>
            </table>
        </section>
    }
}

fn drawing(points: &[(f64, f64)], last_step: f64, cursor: f64) -> Html {
    let range = crate::page::chart::series::range(points.iter().map(|(_, value)| *value));
    let words = range.map_or("nothing yet".to_owned(), |(low, high)| {
        format!("between {} and {} so far", number::short(low), number::short(high))
    });
    html! {
        <>
            <svg class="spark" viewBox={format!("0 0 {SPARK_WIDTH} {SPARK_HEIGHT}")} preserveAspectRatio="none"
                aria-hidden="true">
                <path class="spark-cursor" d={spark_cursor(cursor, last_step)} />
                <path class="spark-line" d={spark(points, last_step)} />
            </svg>
            <span class="visually-hidden">{ words }</span>
        </>
    }
}
