//! Cost and metrics: curves of both splits, confusion matrix or fit, decision surface.
//!
//! In: the frame's scores and outcome, the timeline. Out: tables with the numbers, pictures beside them. Read next:
//! `curves.rs`, `confusion.rs`, `fit.rs`, `surface.rs`.

mod confusion;
mod curves;
mod fit;
mod matrix;
mod overlay;
mod scores;
mod surface;

use std::rc::Rc;

use lnn_runlog::{Link, RunClock, RunHeader, Timeline};
use yew::prelude::*;

use self::{
    confusion::Confusion,
    curves::{Curve, What},
    fit::Fit,
    overlay::Overlay,
    scores::ScoreTable,
    surface::Surface,
};
use crate::{
    frame::{Frame, Outcome},
    page::{
        Commands,
        chart::calm::{Same, use_calm},
        theme::Palette,
    },
    protocol::Examples,
    state::{Action, Beside},
};

/// While the network trains, tables and curves change so often.
const CALM_MS: u32 = 400;
/// The table of counts is the dearest of all to lay out, and changes slowly.
const TABLE_MS: u32 = 1000;
/// And the decision surface so often.
const SURFACE_MS: u32 = 70;

/// Properties of [`CostView`].
#[derive(Properties, Clone)]
pub struct CostViewProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// Points of the decision surface.
    pub examples: Rc<Examples>,
    /// What to show.
    pub frame: Rc<Frame>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// Runs beside it.
    pub beside: Vec<Rc<Beside>>,
    /// What their cursors have in common.
    pub link: Link,
    /// When the steps of the page's own run were taken.
    pub clock: Rc<RunClock>,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// Shared values are equal if they are one: comparing what is in them would cost more than drawing it.
impl PartialEq for CostViewProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.header, &other.header)
            && Rc::ptr_eq(&self.examples, &other.examples)
            && Rc::ptr_eq(&self.frame, &other.frame)
            && Rc::ptr_eq(&self.timeline, &other.timeline)
            && Rc::ptr_eq(&self.palette, &other.palette)
            && self.overlay() == other.overlay()
            && self.has_log_axis == other.has_log_axis
            && self.commands == other.commands
    }
}

impl CostViewProps {
    fn overlay(&self) -> Overlay {
        let beside = self.beside.iter().map(Same::from).collect();
        Overlay { beside, link: self.link, clock: Same::from(&self.clock) }
    }
}

/// See the module's text.
#[component]
pub fn CostView(props: &CostViewProps) -> Html {
    let newest = Same::from(&props.frame);
    let pace = |pause_ms: u32| if newest.playing { pause_ms } else { 0 };
    // Each part takes turns by itself, so that no animation frame renews all of them.
    let run = (newest.clone(), Same::from(&props.timeline), props.overlay());
    let head = use_calm(&run, pace(CALM_MS));
    let cost = use_calm(&run, pace(CALM_MS));
    let quality = use_calm(&run, pace(CALM_MS));
    let surface = use_calm(&newest, pace(SURFACE_MS));
    let outcome = use_calm(&newest, pace(TABLE_MS));
    let header = Same::from(&props.header);
    let palette = Same::from(&props.palette);
    html! {
        <div class="cost">
            <h2 class="panel-title">{ "Cost" }{ axis_switch(props) }</h2>
            <ScoreTable frame={head.0} overlay={head.2} header={header.clone()} />
            <Curve what={What::Cost} frame={cost.0} timeline={cost.1} overlay={cost.2} has_log_axis={props.has_log_axis}
                palette={palette.clone()} />
            <Curve what={What::Quality} frame={quality.0} timeline={quality.1} overlay={quality.2} has_log_axis={false}
                palette={palette.clone()} />
            if props.examples.reach > 0.0 {
                <Surface frame={surface} header={header.clone()}
                    examples={Same::from(&props.examples)} palette={palette.clone()} commands={props.commands.clone()} />
            }
            if let Outcome::Confusion { .. } = outcome.outcome {
                <Confusion frame={outcome} {header} />
            } else {
                <Fit frame={outcome} {header} {palette} />
            }
        </div>
    }
}

fn axis_switch(props: &CostViewProps) -> Html {
    let choice = |is_log: bool, name: &'static str, title: &'static str| {
        let onclick = props.commands.reform(move |_: MouseEvent| Action::SetLogAxis(is_log));
        let is_chosen = is_log == props.has_log_axis;
        html! { <button {onclick} {title} aria-pressed={is_chosen.to_string()}>{ name }</button> }
    };
    html! {
        <span class="choice" role="group" aria-label="Cost axis">
            { choice(true, "log", "Equal factors, equal steps") }
            { choice(false, "linear", "Equal differences, equal steps") }
        </span>
    }
}
