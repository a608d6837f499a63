//! The whole run so far, one strip a layer, and the cursor that moves all views.
//!
//! In: the timeline's records and the cursor. Out: a picture, a slider over it, and "Live". Read next: `picture.rs` for what
//! is drawn, `slider.rs`, `seek.rs` and `keys.rs` for how the cursor moves.

mod columns;
mod keys;
mod layout;
mod picture;
mod seek;
mod slider;
mod span;

use std::{cell::RefCell, rc::Rc};

use lnn_runlog::{RunHeader, Timeline};
use yew::prelude::*;

use self::{columns::Columns, picture::TimelinePicture, seek::use_seeking, slider::slider};
use crate::{
    page::{
        Commands,
        canvas::{Canvas, Draw},
        chart::calm::{Same, use_calm},
        number,
        theme::Palette,
    },
    state::Action,
};

/// Properties of [`TimelineView`].
#[derive(Properties, Clone)]
pub struct TimelineViewProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// The cursor's step.
    pub cursor: u64,
    /// The newest step.
    pub newest_step: u64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// Whether the trainer goes on by itself.
    pub is_playing: bool,
    /// Whether it is a log that is played.
    pub is_replay: bool,
    /// Steps of it that are played again and again.
    pub span: Option<(u64, u64)>,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// Shared values are equal if they are one: comparing a thousand records would cost more than drawing them.
impl PartialEq for TimelineViewProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.header, &other.header)
            && Rc::ptr_eq(&self.timeline, &other.timeline)
            && Rc::ptr_eq(&self.palette, &other.palette)
            && (self.cursor, self.newest_step) == (other.cursor, other.newest_step)
            && self.steps_per_epoch == other.steps_per_epoch
            && self.is_playing == other.is_playing
            && (self.is_replay, self.span) == (other.is_replay, other.span)
            && self.has_log_axis == other.has_log_axis
            && self.commands == other.commands
    }
}

/// While the network trains, the picture changes so often: the newest step stands still at its right end.
const PICTURE_MS: u32 = 130;

/// See the module's text.
#[component]
pub fn TimelineView(props: &TimelineViewProps) -> Html {
    let now = (Same::from(&props.timeline), props.cursor, props.newest_step);
    let (timeline, cursor, newest_step) = use_calm(&now, if props.is_playing { PICTURE_MS } else { 0 });
    let shown = TimelineViewProps { timeline: timeline.0, cursor, newest_step, ..props.clone() };
    html! { <Shown ..shown /> }
}

/// The timeline as it is shown.
#[component]
fn Shown(props: &TimelineViewProps) -> Html {
    let pace = |pause_ms: u32| if props.is_playing { pause_ms } else { 0 };
    let columns = use_mut_ref(Columns::default);
    columns.borrow_mut().follow(props.timeline.records());
    let hover = use_state_eq(|| None::<u64>);
    let seeking = use_seeking(props.cursor, &props.commands);
    let cursor = seeking.wanted().unwrap_or(props.cursor).min(props.newest_step);
    let picture = picture(props, &columns, cursor, if seeking.is_dragging() { None } else { *hover });
    let draw = |part: fn(&TimelinePicture, &crate::page::canvas::Surface)| -> Draw {
        let picture = picture.clone();
        Rc::new(move |surface| part(&picture, surface))
    };
    // Labels move little; what they say is drawn again a few times a second.
    let seldom =
        (use_calm(&Same::from(&props.timeline), pace(250)), props.has_log_axis, Same::from(&props.palette));
    let (labels, legend) = (draw(TimelinePicture::draw_labels), draw(TimelinePicture::draw_legend));
    let seldom = use_memo(seldom, move |_| (labels, legend));
    let plot = draw(TimelinePicture::draw_plot);
    let plot = use_memo(picture, move |_| plot);
    let told = use_calm(&(cursor, props.newest_step), pace(250));
    // Numbers beside the picture, in a turn of their own: as old as the picture, so that they don't contradict the header.
    let placed = use_calm(&cursor, pace(PICTURE_MS));
    // Words that a screen reader may be reading aloud change once in a while only.
    let summary = use_calm(&(cursor, props.newest_step), 1000);
    html! {
        <div class="timeline">
            <Canvas class="timeline-labels" draw={seldom.0.clone()} />
            <div class="timeline-plot">
                <Canvas class="timeline-canvas" draw={(*plot).clone()} />
                { slider(props, &seeking, &hover, told) }
            </div>
            <div class="timeline-side">
                { live_button(props) }
                { place(props, placed) }
                if props.is_replay { { span::buttons(props, placed) } }
                <div class="timeline-legend">
                    <span>{ "gradient norm" }</span>
                    <Canvas class="timeline-legend-bar" draw={seldom.1.clone()} />
                </div>
            </div>
            <p class="visually-hidden" id="timeline-words">{ words(props, &columns.borrow(), summary.0) }</p>
        </div>
    }
}

fn picture(
    props: &TimelineViewProps,
    columns: &Rc<RefCell<Columns>>,
    cursor: u64,
    hover: Option<u64>,
) -> TimelinePicture {
    TimelinePicture {
        timeline: Same::from(&props.timeline),
        columns: Same(columns.clone()),
        n_layers: props.header.recipe.layers.len() + 1,
        cursor,
        newest_step: props.newest_step,
        steps_per_epoch: props.steps_per_epoch,
        has_log_axis: props.has_log_axis,
        hover,
        span: props.span,
        palette: Same::from(&props.palette),
    }
}

fn live_button(props: &TimelineViewProps) -> Html {
    let is_live = props.cursor == props.newest_step;
    let onclick = props.commands.reform(|_: MouseEvent| Action::Live);
    let title = if is_live { "The newest step is shown" } else { "Back to the newest step" };
    html! {
        <button class={classes!("live", is_live.then_some("active"))} {onclick} {title}
            aria-pressed={is_live.to_string()}>{ "Live" }</button>
    }
}

/// Where the cursor stands, in numbers.
fn place(props: &TimelineViewProps, cursor: u64) -> Html {
    let epoch = cursor / props.steps_per_epoch.max(1);
    html! {
        <dl class="timeline-place">
            <dt>{ "step" }</dt><dd class="number">{ number::count(cursor) }</dd>
            <dt>{ "epoch" }</dt><dd class="number">{ number::count(epoch) }</dd>
        </dl>
    }
}

/// The picture in words.
fn words(props: &TimelineViewProps, columns: &Columns, cursor: u64) -> String {
    let costs = props.timeline.records().iter().map(|record| record.head.train.cost);
    let range = crate::page::chart::series::range(costs);
    let range = range.map_or(String::new(), |(low, high)| {
        format!(
            "Cost of the training split between {} and {} so far. ",
            number::short(low),
            number::short(high)
        )
    });
    let n_layers = props.header.recipe.layers.len() + 1;
    let norms = columns.at(cursor).iter().enumerate().map(|(layer_idx, norm)| {
        let name =
            if layer_idx + 1 == n_layers { "output".to_owned() } else { format!("layer {}", layer_idx + 1) };
        format!("{name} {}", number::short(f64::from(*norm)))
    });
    format!("{range}Norm of the gradient at the cursor: {}.", norms.collect::<Vec<_>>().join(", "))
}
