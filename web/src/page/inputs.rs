//! The input column in words, for those who can't see the picture: every column's name and its real value at the chosen
//! example.
//!
//! In: header, examples, the chosen example. Out: a list that only assistive technology shows.

use lnn_runlog::RunHeader;
use yew::prelude::*;

use crate::{
    page::{chart::calm::Same, number},
    protocol::Examples,
};

/// Inputs beyond these are counted, not named.
const MAX_NAMED: usize = 100;

/// Properties of [`Inputs`].
#[derive(Properties, Clone, PartialEq)]
pub struct InputsProps {
    /// Names and scales of the inputs.
    pub header: Same<RunHeader>,
    /// The watched examples.
    pub examples: Same<Examples>,
    /// Which of them is chosen.
    pub example_idx: usize,
}

/// `height 1.72, width 0.31, … and 18 more`.
#[component]
pub fn Inputs(props: &InputsProps) -> Html {
    let data = &props.header.data;
    let n_inputs = data.n_inputs();
    let row = props.examples.watched_inputs.get(props.example_idx * n_inputs..).unwrap_or_default();
    let in_words = |idx: usize, name: &String| match (row.get(idx), data.input_scales.get(idx)) {
        (Some(value), Some(scale)) => format!("{name} {}", number::short(scale.to_shown(f64::from(*value)))),
        _ => name.clone(),
    };
    let named = data.input_names.iter().take(MAX_NAMED).enumerate();
    html! {
        <ul class="visually-hidden" aria-label="Inputs at the chosen example">
            { for named.map(|(idx, name)| html! { <li>{ in_words(idx, name) }</li> }) }
            if n_inputs > MAX_NAMED {
                <li>{ format!("and {} more", n_inputs - MAX_NAMED) }</li>
            }
        </ul>
    }
}
