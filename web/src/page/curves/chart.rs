//! One chart: its name, its picture, and each line's name and values at the cursor.
//!
//! In: a [`TagChart`], axes, the cursor. Out: a figure. Read next: `picture.rs`, `words.rs`.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::{
    Axes,
    picture::{self, LineStyle, Picture},
    words,
};
use crate::{
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::calm::Same,
        number,
        theme::Palette,
    },
    protocol::{Curves, TagChart, TagLine},
};

/// Properties of [`Chart`].
#[derive(Properties, Clone, PartialEq)]
pub struct ChartProps {
    /// The log.
    pub curves: Same<Curves>,
    /// Which of its charts.
    pub chart_idx: usize,
    /// How it is drawn.
    pub axes: Axes,
    /// Where the cursor stands on the x axis.
    pub cursor: f64,
    /// Colours.
    pub palette: Same<Palette>,
    /// Moves the cursor to a share of the x axis.
    pub on_cursor: Callback<f64>,
}

/// See the module's text.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let ChartProps { curves, chart_idx, axes, cursor, palette, .. } = props;
    let Some(chart) = curves.charts.get(*chart_idx) else { return html! {} };
    let picture = Picture { curves: curves.clone(), chart_idx: *chart_idx, axes: *axes, cursor: *cursor };
    let palette = palette.clone();
    let draw: Draw = Rc::new(move |surface: &Surface| picture.draw(surface, &palette));
    let words = chart.lines.iter().map(|line| words::line_in_words(curves, line, run(curves, line)));
    html! {
        <figure>
            <h3>{ &chart.tag }{ of_run(curves, chart) }</h3>
            <div class="curves-plot" onpointermove={follow(props, false)} onpointerdown={follow(props, true)}>
                <Canvas class="curves-canvas" {draw} />
            </div>
            <ul class="curves-legend">{ for chart.lines.iter().map(|line| legend(props, chart, line)) }</ul>
            <figcaption class="visually-hidden">{ words.collect::<Vec<String>>().join(" ") }</figcaption>
        </figure>
    }
}

fn run<'a>(curves: &'a Curves, line: &TagLine) -> &'a str {
    curves.runs.get(line.run_idx).map_or("", String::as_str)
}

/// A tensor's chart is of one run; of several, it says which.
fn of_run(curves: &Curves, chart: &TagChart) -> String {
    let line = chart.lines.first().filter(|line| line.levels.len() > 1 && curves.runs.len() > 1);
    line.map(|line| format!(" · {}", run(curves, line))).unwrap_or_default()
}

/// A mouse takes the cursor along; a finger puts it down.
fn follow(props: &ChartProps, is_touch_heard: bool) -> Callback<PointerEvent> {
    let on_cursor = props.on_cursor.clone();
    Callback::from(move |event: PointerEvent| {
        if event.pointer_type() == "touch" && !is_touch_heard {
            return;
        }
        let bounds = event.target_unchecked_into::<Element>().get_bounding_client_rect();
        let px = f64::from(event.client_x()) - bounds.left();
        on_cursor.emit(picture::share_at(px, bounds.width()));
    })
}

/// A line's look, its run, and its values at the cursor.
fn legend(props: &ChartProps, chart: &TagChart, line: &TagLine) -> Html {
    let ChartProps { curves, axes, cursor, .. } = props;
    let is_curve = line.levels.len() == 1;
    let values = words::values(line, words::point_at(line, *axes, *cursor));
    let style = LineStyle::of(line.run_idx);
    html! {
        <li>
            if is_curve && curves.runs.len() > 1 {
                <svg class={format!("line-sample run-{}", style.colour_idx)} width="26" height="8" aria-hidden="true">
                    <path d="M1 4h24" stroke-dasharray={style.dasharray()} />
                </svg>
                <span class="curves-run" title={run(curves, line).to_owned()}>{ run(curves, line) }</span>
            }
            { for values.into_iter().enumerate().map(|(idx, (what, value))| html! {
                <span class={if is_curve { "" } else { ["median", "half", "most"][idx.min(2)] }}>
                    { what }{ " " }<b class="number">{ value }</b>
                </span>
            }) }
            if line.n_not_finite > 0 {
                <span>{ not_finite(chart, line.n_not_finite) }</span>
            }
        </li>
    }
}

fn not_finite(chart: &TagChart, n: u64) -> String {
    let is_tensor = chart.lines.first().is_some_and(|line| line.levels.len() > 1);
    let what = if is_tensor { "empty or not finite" } else { "not finite" };
    format!("{} {what}, not drawn", number::count(n))
}
