//! The curves of another program's log: a chart for each quantity, the bands of each tensor's values.
//!
//! In: [`Curves`], thinned by the log's worker. Out: charts that share an x axis and a cursor, and sentences on what such a
//! log can't show. Nothing here belongs to a run of LNN. Read next: `chart.rs`, one of the charts; `picture.rs`.

mod chart;
mod picture;
mod tools;
mod words;

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    page::{chart::calm::Same, letters::lowercase, theme::Palette},
    protocol::Curves,
};

/// More charts aren't drawn at once.
const N_SHOWN: usize = 60;

/// How charts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Axes {
    /// Whether x is the time since the run began, not the step.
    pub is_by_time: bool,
    /// Whether y is logarithmic.
    pub is_log: bool,
}

/// What the user chose to see.
#[derive(Debug, Clone, PartialEq, Default)]
struct Choice {
    axes: Axes,
    /// Which of the cursor's places; none = the last.
    stop: Option<usize>,
    /// A part of the name.
    sought: String,
}

/// Properties of [`CurvesView`].
#[derive(Properties, Clone, PartialEq)]
pub struct CurvesViewProps {
    /// What to draw.
    pub curves: Same<Curves>,
    /// Colours.
    pub palette: Same<Palette>,
}

/// What all parts of the view need.
struct Scene<'a> {
    props: &'a CurvesViewProps,
    choice: UseStateHandle<Choice>,
    /// Where the cursor stands among its places, and on the x axis.
    stop: usize,
    cursor: f64,
    /// Each chart as a whole.
    words: Rc<Vec<AttrValue>>,
}

/// See the module's text.
#[component]
pub fn CurvesView(props: &CurvesViewProps) -> Html {
    let choice = use_state_eq(Choice::default);
    let curves = &props.curves;
    let stops = stops(curves, choice.axes);
    let stop = choice.stop.unwrap_or(usize::MAX).min(stops.len().saturating_sub(1));
    let cursor = stops.get(stop).copied().unwrap_or(0.0);
    let found = matching(&curves.tags, &choice.sought);
    let words = use_memo(curves.clone(), |curves| words::all_in_words(curves));
    let scene = Scene { props, choice, stop, cursor, words };
    let shown = found.get(..N_SHOWN).unwrap_or(&found);
    let groups = shown.chunk_by(|a, b| curves.groups.get(*a) == curves.groups.get(*b));
    html! {
        <section class="curves" aria-label="Curves">
            <ul class="hint" aria-label="What this log can’t show">
                { for curves.lacks.iter().map(|sentence| html! { <li>{ sentence }</li> }) }
            </ul>
            { tools::tools(&scene, found.len()) }
            { for groups.map(|charts| html! {
                <>
                    <h2>{ charts.first().and_then(|idx| curves.groups.get(*idx)) }</h2>
                    <div>{ for charts.iter().map(|idx| chart::chart(&scene, *idx)) }</div>
                </>
            }) }
            if shown.len() < found.len() {
                <p class="hint">{ "Only the first " }{ N_SHOWN }{ " charts are shown: look for a name." }</p>
            }
        </section>
    }
}

impl Scene<'_> {
    /// Calls back with the choice changed by what an event says.
    fn choose<E: 'static>(&self, change: impl Fn(&E, &mut Choice) + 'static) -> Callback<E> {
        let choice = self.choice.clone();
        Callback::from(move |event: E| {
            let mut next = (*choice).clone();
            change(&event, &mut next);
            choice.set(next);
        })
    }
}

/// Where the cursor may stand.
fn stops(curves: &Curves, axes: Axes) -> &[f64] {
    if axes.is_by_time { &curves.seconds } else { &curves.steps }
}

/// Both ends of the x axis of all charts.
fn x_range(curves: &Curves, axes: Axes) -> (f64, f64) {
    let stops = stops(curves, axes);
    let (first, last) = (stops.first().copied().unwrap_or(0.0), stops.last().copied().unwrap_or(1.0));
    (first, if last > first { last } else { first + 1.0 })
}

/// The stop that lies nearest to a share of the axis, 0..=1.
fn nearest(stops: &[f64], share: f64) -> usize {
    let (first, last) = (stops.first().copied().unwrap_or(0.0), stops.last().copied().unwrap_or(0.0));
    let x = first + share.clamp(0.0, 1.0) * (last - first);
    let after = stops.partition_point(|stop| *stop < x);
    let distance = |idx: usize| stops.get(idx).map_or(f64::INFINITY, |stop| (stop - x).abs());
    match after.checked_sub(1) {
        Some(before) if distance(before) <= distance(after) => before,
        _ => after,
    }
}

/// Indices of the charts whose name holds the text.
fn matching(tags: &[String], sought: &str) -> Vec<usize> {
    let sought = lowercase(sought.trim());
    let is_match = |idx: &usize| tags.get(*idx).is_some_and(|tag| lowercase(tag).contains(&sought));
    (0..tags.len()).filter(is_match).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stands_at_the_nearest_place() {
        let stops = [0.0, 10.0, 100.0];
        let found = [-1.0, 0.0, 0.04, 0.06, 0.5, 0.6, 1.0, 7.0].map(|share| nearest(&stops, share));
        assert_eq!(found, [0, 0, 0, 1, 1, 2, 2, 2]);
        assert_eq!(nearest(&[], 0.5), 0);
    }

    #[test]
    fn charts_are_found_by_a_part_of_their_name() {
        let tags = ["loss/train", "Loss", "accuracy"].map(str::to_owned);
        assert_eq!(matching(&tags, " lOSS "), [0, 1]);
        assert_eq!(matching(&tags, ""), [0, 1, 2]);
    }

    #[test]
    fn an_axis_is_never_without_width() {
        let curves = Curves { steps: vec![7.0].into(), ..Curves::default() };
        assert_eq!(x_range(&curves, Axes::default()), (7.0, 8.0));
        assert_eq!(x_range(&curves, Axes { is_by_time: true, is_log: false }), (0.0, 1.0));
    }
}
