//! The unit's weights: what it listens to, and who listens to it.
//!
//! In: weights in and out and their gradients. Out: strips of bars, and tables behind a button. Read next:
//! `../chart/bars.rs`.

use std::rc::Rc;

use lnn_runlog::RunHeader;
use yew::prelude::*;

use super::names;
use crate::{
    frame::{Frame, UnitDetail},
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            bars::{self, Tint},
            calm::Same,
        },
        number,
        theme::Palette,
    },
};

/// Rows of a table; what is smaller is only counted.
const MAX_ROWS: usize = 40;

/// Properties of [`Weights`].
#[derive(Properties, Clone, PartialEq)]
pub struct WeightsProps {
    /// The weights.
    pub frame: Same<Frame>,
    /// Names.
    pub header: Same<RunHeader>,
    /// Colours.
    pub palette: Same<Palette>,
}

/// See the module's text.
#[component]
pub fn Weights(props: &WeightsProps) -> Html {
    let is_open = use_state_eq(|| false);
    let Some(detail) = &props.frame.unit else { return html! {} };
    let strip = |name: &'static str, tint: Tint, pick: fn(&UnitDetail) -> &[f32], is_from_inputs: bool| {
        let (frame, palette) = (props.frame.clone(), props.palette.clone());
        let header = props.header.clone();
        let label = move |idx: usize| match header.data.input_names.get(idx).filter(|_| is_from_inputs) {
            Some(name) => name.clone(),
            None => (idx + 1).to_string(),
        };
        let draw: Draw = Rc::new(move |surface: &Surface| {
            if let Some(detail) = &frame.unit {
                bars::strip(surface, pick(detail), tint, &palette, &label);
            }
        });
        let values = pick(detail);
        html! {
            <figure class="weights">
                <span><b>{ name }</b><small class="number">{ largest(values) }</small></span>
                <Canvas class="weights-canvas" {draw} />
            </figure>
        }
    };
    let is_first = detail.unit.layer_idx == 0;
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    html! {
        <section class="inspector-part" aria-label="Weights">
            <h3>{ "Weights" }<small>{ "up: positive, down: negative" }</small></h3>
            { strip("in, w", Tint::Signed, |detail| &detail.weights_in, is_first) }
            if !detail.gradients_in.is_empty() {
                { strip("their gradient, ∂C/∂w", Tint::Gradient, |detail| &detail.gradients_in, is_first) }
            }
            if !detail.weights_out.is_empty() {
                { strip("out, w", Tint::Signed, |detail| &detail.weights_out, false) }
            }
            <button class="disclose" {onclick} aria-expanded={is_open.to_string()}>{ "Weights as a table" }</button>
            if *is_open {
                { table_in(detail, &props.header) }
                { table_out(detail, &props.header) }
            }
        </section>
    }
}

fn largest(values: &[f32]) -> String {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let n_values = values.len();
    format!("{n_values}, up to ±{}", number::short(f64::from(largest)))
}

/// Indices of the largest values by size, and how many are left out.
fn by_size(values: &[f32]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].abs().total_cmp(&values[*a].abs()));
    order.truncate(MAX_ROWS);
    let n_left = values.len() - order.len();
    (order, n_left)
}

fn table_in(detail: &UnitDetail, header: &RunHeader) -> Html {
    let (order, n_left) = by_size(&detail.weights_in);
    let row = |idx: &usize| {
        let gradient =
            detail.gradients_in.get(*idx).map_or("–".to_owned(), |g| number::signed(f64::from(*g)));
        let name = names::source(header, detail.unit.layer_idx, *idx);
        html! {
            <tr>
                <th scope="row" title={name.clone()}>{ name }</th>
                <td class="number">{ number::signed(f64::from(detail.weights_in[*idx])) }</td>
                <td class="number">{ gradient }</td>
            </tr>
        }
    };
    html! {
        <table class="terms">
            <caption>{ "Weights in, the largest first" }</caption>
            <thead>
                <tr><th scope="col">{ "from" }</th><th scope="col">{ "w" }</th><th scope="col">{ "∂C/∂w" }</th></tr>
            </thead>
            <tbody>{ for order.iter().map(row) }{ left(n_left, 3) }</tbody>
        </table>
    }
}

fn table_out(detail: &UnitDetail, header: &RunHeader) -> Html {
    let (order, n_left) = by_size(&detail.weights_out);
    if order.is_empty() {
        return html! {};
    }
    let row = |idx: &usize| {
        let name = names::destination(header, detail.unit.layer_idx, *idx);
        html! {
            <tr>
                <th scope="row" title={name.clone()}>{ name }</th>
                <td class="number">{ number::signed(f64::from(detail.weights_out[*idx])) }</td>
            </tr>
        }
    };
    html! {
        <table class="terms">
            <caption>{ "Weights out, the largest first" }</caption>
            <thead><tr><th scope="col">{ "to" }</th><th scope="col">{ "w" }</th></tr></thead>
            <tbody>{ for order.iter().map(row) }{ left(n_left, 2) }</tbody>
        </table>
    }
}

fn left(n_left: usize, n_columns: usize) -> Html {
    if n_left == 0 {
        return html! {};
    }
    html! { <tr><td colspan={n_columns.to_string()}>{ format!("… and {n_left} smaller ones") }</td></tr> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_holds_the_largest_and_counts_the_rest() {
        assert_eq!(by_size(&[0.1, -3.0, 2.0]), (vec![1, 2, 0], 0));
        let (order, n_left) = by_size(&vec![1.0; 784]);
        assert_eq!((order.len(), n_left), (MAX_ROWS, 744));
    }
}
