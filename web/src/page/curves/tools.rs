//! What is chosen for all charts at once: the axes, the cursor, a name to look for.
//!
//! In: the choice so far. Out: another one. Read next: `mod.rs`.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Choice, Scene, stops, words};

/// From here on there is something to look for.
const N_MANY: usize = 12;

/// A row of controls.
pub(super) fn tools(scene: &Scene, n_found: usize) -> Html {
    let (curves, axes) = (&scene.props.curves, scene.choice.axes);
    // Another x axis has other places: the cursor goes to its end.
    let by_time = |is_by_time: bool, choice: &mut Choice| {
        (choice.axes.is_by_time, choice.stop) = (is_by_time, None);
    };
    let log = |is_log: bool, choice: &mut Choice| choice.axes.is_log = is_log;
    html! {
        <div class="curves-tools">
            if !curves.seconds.is_empty() {
                { switch(scene, "x axis", [words::step_word(curves), "time"], axes.is_by_time, by_time) }
            }
            { switch(scene, "y axis", ["linear", "log"], axes.is_log, log) }
            if stops(curves, axes).len() > 1 { { cursor(scene) } }
            if curves.tags.len() > N_MANY { { seek(scene, n_found) } }
        </div>
    }
}

/// Two words of which one is chosen.
fn switch(
    scene: &Scene,
    name: &'static str,
    words: [&'static str; 2],
    is_second: bool,
    set: fn(bool, &mut Choice),
) -> Html {
    let button = |idx: usize| {
        let onclick = scene.choose(move |_: &MouseEvent, choice| set(idx == 1, choice));
        html! { <button {onclick} aria-pressed={if (idx == 1) == is_second { "true" } else { "false" }}>{ words[idx] }</button> }
    };
    html! {
        <span class="field">
            { name }
            <span class="choice" role="group" aria-label={name}>{ button(0) }{ button(1) }</span>
        </span>
    }
}

fn cursor(scene: &Scene) -> Html {
    let n_stops = stops(&scene.props.curves, scene.choice.axes).len();
    let place = AttrValue::from(words::place(&scene.props.curves, scene.choice.axes, scene.cursor));
    let oninput = scene.choose(|event: &InputEvent, choice| {
        let input: HtmlInputElement = event.target_unchecked_into();
        choice.stop = Some(input.value_as_number() as usize);
    });
    html! {
        <label class="field curves-cursor">
            { "Cursor" }
            <input type="range" min="0" max={(n_stops - 1).to_string()} value={scene.stop.to_string()}
                aria-valuetext={&place} {oninput} />
            <span class="number">{ place }</span>
        </label>
    }
}

fn seek(scene: &Scene, n_found: usize) -> Html {
    let oninput = scene.choose(|event: &InputEvent, choice| {
        choice.sought = event.target_unchecked_into::<HtmlInputElement>().value();
    });
    html! {
        <label class="field">
            { "Name" }
            <input class="select" type="search" value={scene.choice.sought.clone()} {oninput} />
            <span role="status">{ n_found }{ " charts" }</span>
        </label>
    }
}
