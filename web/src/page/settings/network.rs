//! What the network is made of besides its hidden layers: start weights, output, cost, seed.
//!
//! In: the recipe and the task. Out: [`Edit`]s. Read next: `training.rs`.

use lnn_core::{Activation, Cost, Init};
use yew::prelude::*;

use super::{
    PartProps, RESTARTS_ID, Row, choice::Line, edit::Edit, field::Field, layers::Layers,
    number_field::NumberField, words,
};

/// Every setting of the network.
#[component]
pub fn NetworkSettings(props: &PartProps) -> Html {
    let PartProps { recipe, task, n_train, on_edit } = props;
    html! {
        <>
            <h2 class="panel-title">
                { "Network" }
                <span><span aria-hidden="true">{ "↻ " }</span><span id={RESTARTS_ID}>{ "starts again" }</span></span>
            </h2>
            <Layers recipe={recipe.clone()} task={*task} n_train={*n_train} {on_edit} />
            { start_weights(props) }
            { output(props) }
            { cost(props) }
            <NumberField field={Field::Seed} recipe={recipe.clone()} n_train={*n_train} {on_edit} />
        </>
    }
}

fn start_weights(props: &PartProps) -> Html {
    let PartProps { recipe, n_train, on_edit, .. } = props;
    let lines: Vec<Line> = Init::ALL.iter().map(|it| Line::new(words::init(*it))).collect();
    let chosen = Init::ALL.iter().position(|it| it.as_str() == recipe.init.as_str()).unwrap_or(0);
    let on_choose =
        on_edit.reform(|idx: usize| Edit::Init(Init::ALL.get(idx).copied().unwrap_or(Init::Xavier)));
    html! {
        <>
            <Row id="setting-init" label="Start weights" {lines} {chosen} {on_choose} hint={words::init_hint(recipe)} />
            if matches!(recipe.init, Init::Constant(_)) {
                <div class="inset">
                    <NumberField field={Field::InitScale} recipe={recipe.clone()} n_train={*n_train} {on_edit} />
                </div>
            }
        </>
    }
}

fn output(props: &PartProps) -> Html {
    let task = props.task;
    let line = |it: &Activation| Line::unless(words::output_refusal(task, *it), words::activation(*it));
    let lines: Vec<Line> = Activation::ALL.iter().map(line).collect();
    let chosen = Activation::ALL.iter().position(|it| *it == props.recipe.output).unwrap_or(0);
    let on_choose = props
        .on_edit
        .reform(|idx: usize| Edit::Output(Activation::ALL.get(idx).copied().unwrap_or(Activation::Identity)));
    html! { <Row id="setting-output" label="Output activation" {lines} {chosen} {on_choose} /> }
}

fn cost(props: &PartProps) -> Html {
    let task = props.task;
    let lines: Vec<Line> =
        Cost::ALL.iter().map(|it| Line::unless(words::cost_refusal(task, *it), words::cost(*it))).collect();
    let chosen = Cost::ALL.iter().position(|it| *it == props.recipe.cost).unwrap_or(0);
    let on_choose = props
        .on_edit
        .reform(|idx: usize| Edit::Cost(Cost::ALL.get(idx).copied().unwrap_or(Cost::SquaredError)));
    let hint = words::output_hint(&props.recipe, task);
    html! { <Row id="setting-cost" label="Cost" {lines} {chosen} {on_choose} {hint} /> }
}
