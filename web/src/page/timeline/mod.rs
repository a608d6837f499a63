//! The whole run so far, one strip a layer, and the cursor that moves all views.
//!
//! In: the timeline's records and the cursor. Out: a picture, a slider over it, and "Live". Read next: `picture.rs` for what
//! is drawn, `seek.rs` and `keys.rs` for how the cursor moves.

mod columns;
mod keys;
mod layout;
mod picture;
mod seek;

use std::{cell::RefCell, rc::Rc};

use lnn_runlog::{RunHeader, Timeline};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::{
    columns::Columns,
    keys::{Goal, Place},
    layout::{step_at, steps_axis},
    picture::TimelinePicture,
    seek::{Seeking, use_seeking},
};
use crate::{
    page::{
        Commands,
        canvas::{Canvas, Draw},
        chart::calm::use_calm,
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
            && self.has_log_axis == other.has_log_axis
            && self.commands == other.commands
    }
}

/// See the module's text.
#[component]
pub fn TimelineView(props: &TimelineViewProps) -> Html {
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
    // Words that a screen reader may be reading aloud change once in a while only.
    let told = use_calm(&(cursor, props.newest_step), 200);
    let summary = use_calm(&(cursor, props.newest_step), 1000);
    html! {
        <div class="timeline">
            <Canvas class="timeline-labels" draw={draw(TimelinePicture::draw_labels)} />
            <div class="timeline-plot">
                <Canvas class="timeline-canvas" draw={draw(TimelinePicture::draw_plot)} />
                { slider(props, &seeking, &hover, told) }
            </div>
            <div class="timeline-side">
                { live_button(props) }
                { place(props, cursor) }
                <div class="timeline-legend">
                    <span>{ "gradient norm" }</span>
                    <Canvas class="timeline-legend-bar" draw={draw(TimelinePicture::draw_legend)} />
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
        timeline: props.timeline.clone(),
        columns: columns.clone(),
        n_layers: props.header.recipe.layers.len() + 1,
        cursor,
        newest_step: props.newest_step,
        steps_per_epoch: props.steps_per_epoch,
        has_log_axis: props.has_log_axis,
        hover,
        palette: props.palette.clone(),
    }
}

/// A real slider, invisible over the picture: keys, assistive technology and pointers all meet it.
fn slider(
    props: &TimelineViewProps,
    seeking: &Seeking,
    hover: &UseStateHandle<Option<u64>>,
    (cursor, newest_step): (u64, u64),
) -> Html {
    let step_under = {
        let (newest_step, steps_per_epoch) = (props.newest_step, props.steps_per_epoch);
        move |event: &PointerEvent| {
            let bounds = event.target_unchecked_into::<HtmlInputElement>().get_bounding_client_rect();
            let axis = steps_axis(newest_step, steps_per_epoch, bounds.width());
            step_at(axis, f64::from(event.client_x()) - bounds.left(), newest_step)
        }
    };
    let onpointerdown = {
        let (seeking, step_under) = (seeking.clone(), step_under);
        move |event: PointerEvent| {
            if event.button() == 0 {
                event.prevent_default();
                let input: HtmlInputElement = event.target_unchecked_into();
                let _ = input.focus();
                let _ = input.set_pointer_capture(event.pointer_id());
                seeking.drag(true);
                seeking.seek(step_under(&event));
            }
        }
    };
    let onpointermove = {
        let (seeking, hover) = (seeking.clone(), hover.clone());
        move |event: PointerEvent| {
            let step = step_under(&event);
            if seeking.is_dragging() {
                seeking.seek(step);
            } else if event.pointer_type() != "touch" {
                hover.set(Some(step));
            }
        }
    };
    let let_go = {
        let (seeking, hover) = (seeking.clone(), hover.clone());
        move |event: PointerEvent| {
            seeking.drag(false);
            if event.type_() != "pointerup" {
                hover.set(None);
            }
        }
    };
    html! {
        <input class="timeline-slider" type="range" aria-label="Timeline" aria-describedby="timeline-words"
            min="0" max={newest_step.to_string()} step="1" value={cursor.to_string()}
            aria-valuemin="0" aria-valuemax={newest_step.to_string()} aria-valuenow={cursor.to_string()}
            aria-valuetext={value_text(props, cursor)}
            onkeydown={on_key(props, seeking)} oninput={on_input(seeking)}
            {onpointerdown} {onpointermove} onpointerup={let_go.clone()} onpointercancel={let_go.clone()}
            onpointerleave={let_go} />
    }
}

fn on_key(props: &TimelineViewProps, seeking: &Seeking) -> Callback<KeyboardEvent> {
    let (seeking, commands, timeline) = (seeking.clone(), props.commands.clone(), props.timeline.clone());
    let (cursor, newest_step, steps_per_epoch) = (props.cursor, props.newest_step, props.steps_per_epoch);
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let step = seeking.wanted().unwrap_or(cursor);
        let place = Place { step, newest_step, steps_per_epoch, records: timeline.records() };
        match place.goal(&event.key(), event.shift_key()) {
            Some(Goal::Step(step)) => seeking.seek(step),
            Some(Goal::Live) => {
                seeking.release();
                commands.emit(Action::Live);
            }
            None => return,
        }
        event.prevent_default();
    })
}

/// From assistive technology; what a pointer does to the element itself doesn't count.
fn on_input(seeking: &Seeking) -> Callback<InputEvent> {
    let seeking = seeking.clone();
    Callback::from(move |event: InputEvent| {
        let step = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        if !seeking.is_dragging() && step.is_finite() {
            seeking.seek(step.max(0.0) as u64);
        }
    })
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

fn value_text(props: &TimelineViewProps, cursor: u64) -> String {
    let cost = props.timeline.nearest(cursor).map_or(f64::NAN, |record| record.head.train.cost);
    format!("step {cursor}, epoch {}, cost {}", cursor / props.steps_per_epoch.max(1), number::short(cost))
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
