//! What is chosen for all charts at once: the axes, the cursor, a name to look for.
//!
//! In: the choice so far. Out: another one. Read next: `mod.rs`.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Axes, Choice, stops, words};
use crate::{page::chart::calm::Same, protocol::Curves};

/// From here on there is something to look for.
const N_MANY: usize = 12;

/// Properties of [`Tools`].
#[derive(Properties, Clone, PartialEq)]
pub struct ToolsProps {
    /// What is drawn.
    pub curves: Same<Curves>,
    /// What is chosen.
    pub choice: Choice,
    /// Where the cursor stands.
    pub stop: usize,
    /// Charts whose name is looked for.
    pub n_found: usize,
    /// Chooses something else.
    pub choose: Callback<Choice>,
}

/// See the module's text.
#[component]
pub fn Tools(props: &ToolsProps) -> Html {
    let ToolsProps { curves, choice, .. } = props;
    let Axes { is_by_time, is_log } = choice.axes;
    // Another x axis has other places: the cursor goes to its end.
    let by = |is_by_time: bool| Choice { axes: Axes { is_by_time, is_log }, stop: None, ..choice.clone() };
    let log = |is_log: bool| Choice { axes: Axes { is_by_time, is_log }, ..choice.clone() };
    html! {
        <div class="curves-tools">
            if !curves.seconds.is_empty() {
                { switch(props, "x axis", [(words::step_word(curves), by(false)), ("time", by(true))], is_by_time) }
            }
            { switch(props, "y axis", [("linear", log(false)), ("log", log(true))], is_log) }
            if stops(curves, choice.axes).len() > 1 { { cursor(props) } }
            if curves.charts.len() > N_MANY { { seek(props) } }
        </div>
    }
}

/// Two words of which one is chosen.
fn switch(
    props: &ToolsProps,
    name: &'static str,
    words: [(&'static str, Choice); 2],
    is_second: bool,
) -> Html {
    let button = |(idx, (word, next)): (usize, (&'static str, Choice))| {
        let onclick = props.choose.reform(move |_: MouseEvent| next.clone());
        html! { <button {onclick} aria-pressed={((idx == 1) == is_second).to_string()}>{ word }</button> }
    };
    html! {
        <span class="field">
            { name }
            <span class="choice" role="group" aria-label={name}>{ for words.into_iter().enumerate().map(button) }</span>
        </span>
    }
}

fn cursor(props: &ToolsProps) -> Html {
    let ToolsProps { curves, choice, stop, choose, .. } = props;
    let stops = stops(curves, choice.axes);
    let place = words::place(curves, choice.axes, stops.get(*stop).copied().unwrap_or(0.0));
    let oninput = {
        let choice = choice.clone();
        choose.reform(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            Choice { stop: Some(input.value_as_number() as usize), ..choice.clone() }
        })
    };
    html! {
        <label class="field curves-cursor">
            { "Cursor" }
            <input type="range" min="0" max={(stops.len() - 1).to_string()} value={stop.to_string()}
                aria-valuetext={place.clone()} {oninput} />
            <span class="number">{ place }</span>
        </label>
    }
}

fn seek(props: &ToolsProps) -> Html {
    let ToolsProps { curves, choice, n_found, choose, .. } = props;
    let oninput = {
        let choice = choice.clone();
        choose.reform(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            Choice { sought: input.value(), ..choice.clone() }
        })
    };
    html! {
        <label class="field">
            { "Name" }
            <input class="select" type="search" value={choice.sought.clone()} {oninput} />
            <span role="status">{ format!("{n_found} of {} charts", curves.charts.len()) }</span>
        </label>
    }
}
