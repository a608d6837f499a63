//! The slider over the picture: what keys, pointers and assistive technology meet.
//!
//! In: gestures. Out: wanted steps, for `seek.rs`. Read next: `keys.rs`.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    TimelineViewProps,
    keys::{Goal, Place},
    layout::{step_at, steps_axis},
    seek::Seeking,
    span,
};
use crate::{page::number, state::Action};

/// A real slider, invisible over the picture: keys, assistive technology and pointers all meet it.
pub fn slider(
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
    let (is_replay, span) = (props.is_replay, props.span);
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
            None => match span::on_key(&event.key(), span, (step, newest_step)).filter(|_| is_replay) {
                Some(action) => commands.emit(action),
                None => return,
            },
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

fn value_text(props: &TimelineViewProps, cursor: u64) -> String {
    let cost = props.timeline.nearest(cursor).map_or(f64::NAN, |record| record.head.train.cost);
    format!("step {cursor}, epoch {}, cost {}", cursor / props.steps_per_epoch.max(1), number::short(cost))
}
