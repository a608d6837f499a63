//! The hidden layers: how many, how wide, and what bends them.
//!
//! In: the recipe. Out: [`Edit`]s of layers and activations. Read next: `network.rs`, the rest of the network.

use lnn_core::Activation;
use yew::prelude::*;

use super::{
    PartProps, RESTARTS_ID, Row,
    choice::{Choice, Line},
    edit::{Edit, MAX_LAYERS},
    field::Field,
    number_field::NumberField,
    words,
};

/// The hidden layers and their activations.
#[component]
pub fn Layers(props: &PartProps) -> Html {
    html! {
        <>
            { sizes(props) }
            { activation(props) }
            if props.recipe.layers.len() > 1 { { each_its_own(props) } }
        </>
    }
}

/// `8 · 8 · 6`, each a number to type, and a button at either end of the range.
fn sizes(props: &PartProps) -> Html {
    let (recipe, n_layers) = (&props.recipe, props.recipe.layers.len());
    let act = |edit: Edit| props.on_edit.reform(move |_: MouseEvent| edit);
    let remove = Edit::RemoveLayer { layer_idx: n_layers.saturating_sub(1) };
    html! {
        <div class="layers" role="group" aria-labelledby="hidden-layers">
            <div class="layers-head">
                <span id="hidden-layers">{ "Hidden layers" }</span>
                <span class="layers-buttons">
                    <button class="mini" aria-label="Remove the last layer" title="Remove the last layer"
                        aria-describedby={RESTARTS_ID} disabled={n_layers <= 1} onclick={act(remove)}>{ "−" }</button>
                    <span class="number" aria-hidden="true">{ n_layers }</span>
                    <button class="mini" aria-label="Add a layer" title="Add a layer" aria-describedby={RESTARTS_ID}
                        disabled={n_layers >= MAX_LAYERS} onclick={act(Edit::AddLayer)}>{ "+" }</button>
                </span>
            </div>
            <div class="chips">
                { for (0..n_layers).map(|layer_idx| html! {
                    <>
                        if layer_idx > 0 { <span class="dot" aria-hidden="true">{ "·" }</span> }
                        <NumberField key={layer_idx} field={Field::Units(layer_idx)} recipe={recipe.clone()}
                            n_train={props.n_train} on_edit={&props.on_edit} is_chip={true} />
                    </>
                }) }
            </div>
        </div>
    }
}

/// One activation for all; "mixed" where they differ.
fn activation(props: &PartProps) -> Html {
    let hidden = &props.recipe.hidden;
    let common = hidden.first().filter(|first| hidden.iter().all(|activation| activation == *first));
    let mut lines: Vec<Line> =
        Activation::HIDDEN.iter().map(|it| Line::new(words::activation(*it))).collect();
    if common.is_none() {
        lines.push(Line { text: "mixed".into(), is_possible: false });
    }
    let chosen = Activation::HIDDEN.iter().position(|it| Some(it) == common).unwrap_or(lines.len() - 1);
    let on_choose = props.on_edit.reform(|idx: usize| Edit::Hidden(hidden_at(idx)));
    html! { <Row id="setting-hidden" label="Hidden activation" {lines} {chosen} {on_choose} /> }
}

fn hidden_at(idx: usize) -> Activation {
    Activation::HIDDEN.get(idx).copied().unwrap_or(Activation::Tanh)
}

/// One activation and one way out a layer, for whoever opens it.
fn each_its_own(props: &PartProps) -> Html {
    let layers = props.recipe.layers.iter().zip(&props.recipe.hidden).enumerate();
    html! {
        <details class="more">
            <summary>{ "Each layer on its own" }</summary>
            { for layers.map(|(layer_idx, (n_units, activation))| {
                let lines: Vec<Line> = Activation::HIDDEN.iter().map(|it| Line::new(words::activation(*it))).collect();
                let chosen = Activation::HIDDEN.iter().position(|it| it == activation).unwrap_or(0);
                let on_choose = props.on_edit.reform(move |idx: usize| {
                    Edit::HiddenOf { layer_idx, activation: hidden_at(idx) }
                });
                let onclick = props.on_edit.reform(move |_: MouseEvent| Edit::RemoveLayer { layer_idx });
                let name = format!("Layer {}", layer_idx + 1);
                html! {
                    <div class="setting" key={layer_idx}>
                        <span>{ &name }<small>{ format!("{n_units} units") }</small></span>
                        <Choice class="value" label={format!("Activation of layer {}", layer_idx + 1)} {lines} {chosen}
                            {on_choose} described_by={RESTARTS_ID} />
                        <button class="mini" aria-label={format!("Remove layer {}", layer_idx + 1)} {onclick}
                            title={format!("Remove layer {}", layer_idx + 1)} aria-describedby={RESTARTS_ID}>
                            { "×" }
                        </button>
                    </div>
                }
            }) }
        </details>
    }
}
