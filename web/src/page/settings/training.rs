//! How the network is trained: optimizer, learning rate and its decay, mini-batches, penalties.
//!
//! In: the recipe. Out: [`Edit`]s. Read next: `field.rs` for the ranges.

use lnn_core::{BatchSize, LearningRateDecay, Optimizer, Shuffle};
use yew::prelude::*;

use super::{
    PartProps, RESTARTS_ID, Row, choice::Line, edit::Edit, field::Field, number_field::NumberField, words,
};

/// Each decay with numbers to start from.
const DECAYS: [LearningRateDecay; 4] = [
    LearningRateDecay::None,
    LearningRateDecay::InverseTime { rate: 0.01 },
    LearningRateDecay::Exponential { rate: 0.99 },
    LearningRateDecay::Step { factor: 0.5, every_epochs: 100 },
];

/// Every setting of the training.
#[component]
pub fn TrainingSettings(props: &PartProps) -> Html {
    html! {
        <>
            <h2 class="panel-title">{ "Training" }<span>{ "from the next step on" }</span></h2>
            { number(props, Field::LearningRate) }
            { decay(props) }
            { number(props, Field::L2Penalty) }
            { number(props, Field::Dropout) }
            <p class="settings-break"><span aria-hidden="true">{ "↻ " }</span>{ "starts again" }</p>
            { optimizer(props) }
            { mini_batch(props) }
            { shuffle(props) }
        </>
    }
}

fn number(props: &PartProps, field: Field) -> Html {
    let PartProps { recipe, n_train, on_edit, .. } = props;
    html! { <NumberField key={field.slug()} {field} recipe={recipe.clone()} n_train={*n_train} {on_edit} /> }
}

/// The fields of an optimizer with their signs, for the closed disclosure.
fn constants(optimizer: Optimizer) -> (&'static [Field], String) {
    match optimizer {
        Optimizer::Sgd => (&[], String::new()),
        Optimizer::Momentum { beta } => (&[Field::Beta], format!("β {}", words::plain(beta))),
        Optimizer::RmsProp { beta, epsilon } => (
            &[Field::Beta, Field::Epsilon],
            format!("β {} · ε {}", words::plain(beta), words::plain(epsilon)),
        ),
        Optimizer::Adam { beta1, beta2, epsilon } => (
            &[Field::Beta1, Field::Beta2, Field::Epsilon],
            format!("β₁ {} · β₂ {} · ε {}", words::plain(beta1), words::plain(beta2), words::plain(epsilon)),
        ),
    }
}

fn optimizer(props: &PartProps) -> Html {
    let in_force = props.recipe.optimizer;
    let lines: Vec<Line> = Optimizer::ALL.iter().map(|it| Line::new(words::optimizer(*it))).collect();
    let chosen = Optimizer::ALL.iter().position(|it| it.as_str() == in_force.as_str()).unwrap_or(0);
    let on_choose = props
        .on_edit
        .reform(|idx: usize| Edit::Optimizer(Optimizer::ALL.get(idx).copied().unwrap_or(Optimizer::Sgd)));
    let (fields, summary) = constants(in_force);
    html! {
        <>
            <Row id="setting-optimizer" label="Optimizer" {lines} {chosen} {on_choose} />
            if !fields.is_empty() {
                <details class="more">
                    <summary class="number">{ summary }</summary>
                    { for fields.iter().map(|field| number(props, *field)) }
                </details>
            }
        </>
    }
}

fn decay(props: &PartProps) -> Html {
    let in_force = props.recipe.decay;
    let lines: Vec<Line> = DECAYS.iter().map(|it| Line::new(words::decay(*it))).collect();
    let chosen = DECAYS.iter().position(|it| it.as_str() == in_force.as_str()).unwrap_or(0);
    let on_choose =
        props.on_edit.reform(|idx: usize| Edit::Decay(DECAYS.get(idx).copied().unwrap_or_default()));
    let fields: &[Field] = match in_force {
        LearningRateDecay::None => &[],
        LearningRateDecay::InverseTime { .. } | LearningRateDecay::Exponential { .. } => &[Field::DecayRate],
        LearningRateDecay::Step { .. } => &[Field::DecayFactor, Field::DecayEpochs],
    };
    html! {
        <>
            <Row id="setting-decay" label="Decay" {lines} {chosen} {on_choose} continues=true />
            if !fields.is_empty() {
                <div class="inset">{ for fields.iter().map(|field| number(props, *field)) }</div>
            }
        </>
    }
}

fn mini_batch(props: &PartProps) -> Html {
    let is_full = props.recipe.batch_size == BatchSize::Full;
    let most = if props.n_train == 0 { 64 } else { props.n_train };
    let next = if is_full { BatchSize::Of(most.min(64)) } else { BatchSize::Full };
    let onclick = props.on_edit.reform(move |_: MouseEvent| Edit::BatchSize(next));
    html! {
        <div class="batch">
            { number(props, Field::BatchSize) }
            <button class="mini word" aria-label="Full batch" title="All examples in each step" {onclick}
                aria-pressed={is_full.to_string()} aria-describedby={RESTARTS_ID}>{ "full" }</button>
        </div>
    }
}

fn shuffle(props: &PartProps) -> Html {
    let orders = [Shuffle::EachEpoch, Shuffle::None];
    let lines = vec![Line::new("before each epoch"), Line::new("never")];
    let chosen = usize::from(props.recipe.shuffle == Shuffle::None);
    let on_choose = props
        .on_edit
        .reform(move |idx: usize| Edit::Shuffle(orders.get(idx).copied().unwrap_or(Shuffle::EachEpoch)));
    html! { <Row id="setting-shuffle" label="Shuffle" {lines} {chosen} {on_choose} /> }
}
