//! The chosen unit, closely: its numbers now and over time, its formula, its gradient check.
//!
//! In: the frame's [`UnitDetail`](crate::frame::UnitDetail), the timeline. Out: pictures that follow every frame; numbers
//! and tables that follow a few times a second. Read next: `portrait.rs`, `formula.rs`, `numbers.rs`.

mod distributions;
mod example;
mod formula;
mod gradient_check;
mod names;
mod numbers;
mod portrait;
mod quantities;
mod verdict;
mod weights;

use std::rc::Rc;

use lnn_runlog::{RunHeader, Timeline};
use yew::prelude::*;

use self::{
    distributions::Distributions, example::ForExample, gradient_check::GradientCheck, numbers::Numbers,
    portrait::Portrait, weights::Weights,
};
use crate::{
    frame::Frame,
    page::{
        Commands,
        chart::calm::{Same, use_calm},
        theme::Palette,
    },
    protocol::{Examples, GradientReport, UnitId, ViewRequest},
    state::Action,
};

/// While the network trains, words and tables change so often.
const WORDS_MS: u32 = 250;
/// And the picture so often: as smooth to the eye, at half the work or less.
const PICTURE_MS: u32 = 40;
/// Histograms jump about; faster than this they only flicker.
const HISTOGRAM_MS: u32 = 90;

/// Properties of [`Inspector`].
#[derive(Properties, Clone)]
pub struct InspectorProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// Examples to plug in.
    pub examples: Rc<Examples>,
    /// What to show; `frame.unit` is the chosen unit.
    pub frame: Rc<Frame>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// What was asked for.
    pub view: ViewRequest,
    /// Whether frames are made of a log alone, which holds no weights.
    pub is_log_alone: bool,
    /// The newest gradient check.
    pub gradient_report: Option<Rc<GradientReport>>,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// Shared values are equal if they are one: comparing what is in them would cost more than drawing it.
impl PartialEq for InspectorProps {
    fn eq(&self, other: &Self) -> bool {
        let has_same_report = match (&self.gradient_report, &other.gradient_report) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        has_same_report
            && Rc::ptr_eq(&self.header, &other.header)
            && Rc::ptr_eq(&self.examples, &other.examples)
            && Rc::ptr_eq(&self.frame, &other.frame)
            && Rc::ptr_eq(&self.timeline, &other.timeline)
            && Rc::ptr_eq(&self.palette, &other.palette)
            && (self.view, self.is_log_alone) == (other.view, other.is_log_alone)
            && self.commands == other.commands
    }
}

/// See the module's text.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let newest = Same::from(&props.frame);
    let pace = |pause_ms: u32| if newest.playing { pause_ms } else { 0 };
    // Each part takes turns by itself, so that no animation frame renews all of them.
    let picture = use_calm(&newest, pace(PICTURE_MS));
    let verdict = use_calm(&newest, pace(WORDS_MS));
    let formula = use_calm(&newest, pace(WORDS_MS));
    let histograms = use_calm(&newest, pace(HISTOGRAM_MS));
    let histogram_words = use_calm(&newest, pace(WORDS_MS));
    let (numbers, timeline) = use_calm(&(newest.clone(), Same::from(&props.timeline)), pace(WORDS_MS));
    let weights = use_calm(&newest, pace(WORDS_MS));
    let Some(unit) = props.view.selected else { return nothing_chosen(props) };
    let is_there = |frame: &Frame| frame.unit.as_ref().is_some_and(|detail| detail.unit == unit);
    // A new choice is shown as soon as it is there; what only goes on may wait a moment.
    let or_newest = |frame: Same<Frame>| if is_there(&frame) { frame } else { newest.clone() };
    let parts = Parts {
        picture: or_newest(picture),
        verdict: or_newest(verdict),
        formula: or_newest(formula),
        histograms: or_newest(histograms),
        histogram_words: or_newest(histogram_words),
        numbers: or_newest(numbers),
        weights: or_newest(weights),
        timeline,
    };
    html! {
        <div class="inspector">
            { title(props, unit) }
            if is_there(&newest) {
                { body(props, unit, parts) }
            } else if props.is_log_alone {
                <p class="hint">
                    { "The log holds this unit's numbers, not its weights. With the run's data set at hand its formula,                        weights and maps are computed again: drop the file." }
                </p>
                <Numbers {unit} frame={parts.numbers} timeline={parts.timeline} />
            } else {
                <p class="hint">{ "Looking into it …" }</p>
            }
        </div>
    }
}

/// The frame that each part shows.
struct Parts {
    picture: Same<Frame>,
    verdict: Same<Frame>,
    formula: Same<Frame>,
    histograms: Same<Frame>,
    histogram_words: Same<Frame>,
    numbers: Same<Frame>,
    weights: Same<Frame>,
    timeline: Same<Timeline>,
}

fn body(props: &InspectorProps, unit: UnitId, parts: Parts) -> Html {
    let header = Same::from(&props.header);
    let examples = Same::from(&props.examples);
    let palette = Same::from(&props.palette);
    let report = props.gradient_report.as_ref().filter(|report| report.unit == unit).map(Same::from);
    let commands = &props.commands;
    html! {
        <>
            <Portrait frame={parts.picture} calm_frame={parts.verdict} header={header.clone()}
                examples={examples.clone()} example_idx={props.view.example_idx} palette={palette.clone()} />
            <ForExample frame={parts.formula} header={header.clone()} {examples} idx={props.view.example_idx}
                palette={palette.clone()} {commands} />
            <Distributions frame={parts.histograms} calm_frame={parts.histogram_words} palette={palette.clone()} />
            <Numbers {unit} frame={parts.numbers} timeline={parts.timeline} />
            <Weights frame={parts.weights} header={header.clone()} {palette} />
            <GradientCheck {unit} {report} {header} cursor={props.frame.head.step} {commands} />
        </>
    }
}

fn title(props: &InspectorProps, unit: UnitId) -> Html {
    let recipe = &props.header.recipe;
    let activation = recipe.hidden.get(unit.layer_idx).unwrap_or(&recipe.output);
    let title = names::unit_title(&props.header, unit);
    let onclick = props.commands.reform(|_: MouseEvent| Action::Select(None));
    html! {
        <div class="inspector-title">
            <h2>{ title }{ " · " }<span>{ names::activation(activation) }</span></h2>
            <button class="button icon quiet" {onclick} aria-label="Close the unit" title="Choose no unit">{ "✕" }</button>
        </div>
    }
}

fn nothing_chosen(props: &InspectorProps) -> Html {
    let first = UnitId { layer_idx: 0, unit_idx: 0 };
    let onclick = props.commands.reform(move |_: MouseEvent| Action::Select(Some(first)));
    html! {
        <div class="inspector">
            <h2 class="panel-title">{ "Unit" }</h2>
            <p class="hint">
                { "Click a unit to look inside: what it responds to, its formula with the real numbers, its weights \
                   and gradients. With the keyboard: Tab into the network, arrow keys to a unit, Enter." }
            </p>
            <button class="button choose-first" {onclick}>{ format!("Look into {}", lower_first(&names::unit_title(&props.header, first))) }</button>
        </div>
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or(String::new(), |first| std::iter::once(first.to_ascii_lowercase()).chain(chars).collect())
}
