//! One chart: its name, its picture, and each line's name and values at the cursor.
//!
//! In: the chart's lines, axes, the cursor. Out: a figure. Read next: `picture.rs`, `words.rs`.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::{
    Choice, Scene, nearest,
    picture::{self, LineStyle, Picture},
    stops, words,
};
use crate::{
    page::canvas::{Canvas, Draw, Surface},
    protocol::TagLine,
};

/// See the module's text.
pub(super) fn chart(scene: &Scene, chart_idx: usize) -> Html {
    let (curves, palette) = (&scene.props.curves, scene.props.palette.clone());
    let (axes, cursor) = (scene.choice.axes, scene.cursor);
    let picture = Picture { curves: curves.clone(), chart_idx, axes, cursor };
    let draw: Draw = Rc::new(move |surface: &Surface| picture.draw(surface, &palette));
    let lines = curves.lines_of(chart_idx);
    // Tensors of several runs have a chart each, which says whose it is.
    let owner = lines.first().filter(|line| line.is_tensor() && curves.runs.len() > 1);
    html! {
        <figure key={chart_idx}>
            <h3>{ curves.tags.get(chart_idx) }{ owner.map(|line| format!(" · {}", words::run(curves, line))) }</h3>
            <div onpointermove={follow(scene, "touch")} onpointerdown={follow(scene, "")}>
                <Canvas class="curves-canvas" {draw} />
            </div>
            <ul>{ for lines.iter().map(|line| legend(scene, line)) }</ul>
            <figcaption class="visually-hidden">{ scene.words.get(chart_idx) }</figcaption>
        </figure>
    }
}

/// The cursor goes to the pointer, if it is not of the type that is passed over: a mouse takes it along, a finger puts it
/// down.
fn follow(scene: &Scene, passed_over: &'static str) -> Callback<PointerEvent> {
    let curves = scene.props.curves.clone();
    scene.choose(move |event: &PointerEvent, choice: &mut Choice| {
        if event.pointer_type() != passed_over {
            let bounds = event.target_unchecked_into::<Element>().get_bounding_client_rect();
            let share = picture::share_at(f64::from(event.client_x()) - bounds.left(), bounds.width());
            choice.stop = Some(nearest(stops(&curves, choice.axes), share));
        }
    })
}

/// A line's look, its run, and its values at the cursor.
fn legend(scene: &Scene, line: &TagLine) -> Html {
    let curves = &scene.props.curves;
    let values = words::values(line, words::point_at(line, scene.choice.axes, scene.cursor));
    let style = LineStyle::of(line.run_idx);
    html! {
        <li>
            if !line.is_tensor() && curves.runs.len() > 1 {
                <svg class={format!("line-sample run-{}", style.colour_idx)} width="26" height="8" aria-hidden="true">
                    <path d="M1 4h24" stroke-dasharray={style.dashes} />
                </svg>
                <span>{ words::run(curves, line) }</span>
            }
            { for values.into_iter().map(|(class, what, value)| html! {
                <span {class}>{ what }<b class="number">{ value }</b></span>
            }) }
            if line.n_not_finite > 0 {
                <span>{ line.n_not_finite }{ " not finite, not drawn" }</span>
            }
        </li>
    }
}
