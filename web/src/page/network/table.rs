//! The picture as a table: every number that tiles and rings stand for, one row a unit.
//!
//! In: a frame, not more often than people can read. Out: one table a layer, in one scrolling box.

use lnn_runlog::{Quantity, RunHeader};
use yew::prelude::*;

use super::{
    diagnosis::{Mark, all_marks},
    units::{activation_name, layer_name, quantity, unit_name},
};
use crate::{
    frame::Frame,
    page::{Commands, chart::calm::Same, number},
    protocol::UnitId,
    state::Action,
};

/// Rows of a layer that are shown until all are asked for.
const N_FIRST: usize = 64;

/// The columns: what is measured, how it is headed, whether it is a share.
const COLUMNS: [(Quantity, &str, &str, bool); 8] = [
    (Quantity::ActivationMean, "mean a", "mean activation over the mini-batch", false),
    (Quantity::ActivationStd, "std a", "standard deviation of the activation", false),
    (Quantity::InactiveShare, "inactive", "share of examples at which a ReLU is at 0", true),
    (Quantity::SaturatedShare, "saturated", "share of examples at which the unit is nearly flat", true),
    (Quantity::GradientNorm, "‖∂C/∂w‖", "norm of the gradient of the incoming weights", false),
    (Quantity::ErrorMeanAbs, "mean |δ|", "mean size of the error at the unit", false),
    (Quantity::WeightNorm, "‖w‖", "norm of the incoming weights", false),
    (Quantity::UpdateRatio, "‖Δw‖/‖w‖", "length of the last step relative to the weights", false),
];

/// Properties of [`UnitTable`].
#[derive(Properties, Clone, PartialEq)]
pub struct UnitTableProps {
    /// Names.
    pub header: Same<RunHeader>,
    /// What to show.
    pub frame: Same<Frame>,
    /// The unit in the inspector.
    pub selected: Option<UnitId>,
    /// How to choose one.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn UnitTable(props: &UnitTableProps) -> Html {
    let shown_whole = use_state_eq(|| None::<usize>);
    let marks = all_marks(&props.frame, props.header.recipe.batch_size);
    let layer = |layer_idx: usize| {
        let show_all = {
            let shown_whole = shown_whole.clone();
            Callback::from(move |_: MouseEvent| shown_whole.set(Some(layer_idx)))
        };
        layer_table(props, &marks, layer_idx, *shown_whole == Some(layer_idx), show_all)
    };
    html! {
        <div class="net-table" tabindex="0" role="group" aria-label="Units of every layer">
            { for (0..props.frame.units.len()).map(layer) }
        </div>
    }
}

fn layer_table(
    props: &UnitTableProps,
    marks: &[Vec<Mark>],
    layer_idx: usize,
    is_whole: bool,
    show_all: Callback<MouseEvent>,
) -> Html {
    let recipe = &props.header.recipe;
    let n_layers = props.frame.units.len();
    let n_units = quantity(&props.frame, layer_idx, Quantity::ActivationMean).len();
    let n_shown = if is_whole { n_units } else { n_units.min(N_FIRST) };
    let activation = activation_name(recipe.hidden.get(layer_idx).unwrap_or(&recipe.output));
    let columns: [&[f32]; 8] = COLUMNS.map(|(which, ..)| quantity(&props.frame, layer_idx, which));
    let heading = |(_, name, title, _): &(Quantity, &'static str, &'static str, bool)| {
        html! { <th scope="col" title={*title}>{ *name }</th> }
    };
    html! {
        <>
            <table key={layer_idx}>
                <caption>{ format!("{} · {n_units} {activation}", layer_name(n_layers, layer_idx)) }</caption>
                <thead><tr><th scope="col">{ "unit" }</th>{ for COLUMNS.iter().map(heading) }</tr></thead>
                <tbody>{ for (0..n_shown).map(|unit_idx| row(props, marks, &columns, UnitId { layer_idx, unit_idx })) }</tbody>
            </table>
            if n_shown < n_units {
                <button type="button" class="button" onclick={show_all}>{ format!("Show all {n_units} units") }</button>
            }
        </>
    }
}

fn row(props: &UnitTableProps, marks: &[Vec<Mark>], columns: &[&[f32]; 8], unit: UnitId) -> Html {
    let is_selected = props.selected == Some(unit);
    let choice = (!is_selected).then_some(unit);
    let onclick = props.commands.reform(move |_: MouseEvent| Action::Select(choice));
    let n_layers = props.frame.units.len();
    let of_layer = marks.get(unit.layer_idx).filter(|_| unit.layer_idx + 1 < n_layers);
    let mark = of_layer.and_then(|marks| marks.get(unit.unit_idx)).copied().unwrap_or_default();
    let cell = |(values, (.., is_share)): (&&[f32], &(Quantity, &str, &str, bool))| {
        let value = f64::from(values.get(unit.unit_idx).copied().unwrap_or(0.0));
        html! { <td>{ if *is_share { number::percent(value) } else { number::short(value) } }</td> }
    };
    html! {
        <tr key={unit.unit_idx} class={classes!(is_selected.then_some("selected"))}>
            <th scope="row">
                <button type="button" aria-pressed={is_selected.to_string()} {onclick}>
                    { unit_name(&props.header.data, n_layers, unit) }
                </button>
                if mark != Mark::None { <span class="net-note">{ mark.words() }</span> }
            </th>
            { for columns.iter().zip(&COLUMNS).map(cell) }
        </tr>
    }
}
