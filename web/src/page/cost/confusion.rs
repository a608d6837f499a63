//! The confusion matrix as a table, with precision and recall of each class.
//!
//! In: the frame's counts of both splits. Out: two tables and a sentence. Read next: `matrix.rs`.

use lnn_runlog::RunHeader;
use yew::prelude::*;

use super::matrix::{Matrix, shade};
use crate::{
    frame::{Frame, Outcome},
    page::{chart::calm::Same, number},
};

/// Properties of [`Confusion`].
#[derive(Properties, Clone, PartialEq)]
pub struct ConfusionProps {
    /// Its counts.
    pub frame: Same<Frame>,
    /// Names of the classes.
    pub header: Same<RunHeader>,
}

/// See the module's text.
#[component]
pub fn Confusion(props: &ConfusionProps) -> Html {
    let wants_dev = use_state_eq(|| true);
    let Outcome::Confusion { n_classes, train, dev } = &props.frame.outcome else { return html! {} };
    let shows_dev = *wants_dev && !dev.is_empty();
    let counts = if shows_dev { dev } else { train };
    let Some(matrix) = Matrix::new(counts, *n_classes) else { return html! {} };
    let names = &props.header.data.class_names;
    let choice = |is_dev: bool, name: &'static str| {
        let wants_dev = wants_dev.clone();
        let onclick = Callback::from(move |_: MouseEvent| wants_dev.set(is_dev));
        html! { <button {onclick} aria-pressed={(is_dev == shows_dev).to_string()}>{ name }</button> }
    };
    html! {
        <section class="confusion" aria-label="Confusion matrix">
            <h3 class="cost-heading">
                { "Confusion" }
                if !dev.is_empty() {
                    <span class="choice" role="group" aria-label="Split of the confusion matrix">
                        { choice(false, "training") }{ choice(true, "dev") }
                    </span>
                }
            </h3>
            { counts_table(matrix, names, if shows_dev { "dev" } else { "training" }) }
            <p class="hint">{ worst(matrix, names) }</p>
            { classes_table(matrix, names) }
        </section>
    }
}

fn name(names: &[String], class: usize) -> String {
    names.get(class).cloned().unwrap_or_else(|| class.to_string())
}

fn counts_table(matrix: Matrix, names: &[String], split: &'static str) -> Html {
    let size = match matrix.n_classes {
        0..=4 => "wide",
        5..=7 => "middling",
        _ => "dense",
    };
    let header = |class: usize| {
        let name = name(names, class);
        html! { <th scope="col" title={name.clone()}><span>{ name }</span></th> }
    };
    let row = |actual: usize| {
        let name = name(names, actual);
        html! {
            <tr>
                <th scope="row" title={name.clone()}><span>{ name }</span></th>
                { for (0..matrix.n_classes).map(|predicted| cell(matrix, actual, predicted)) }
            </tr>
        }
    };
    html! {
        <div class="matrix-scroll" tabindex="0" role="group" aria-label={format!("Counts of the {split} split")}>
            <table class={classes!("matrix", size)}>
                <caption>{ "rows: actual · columns: predicted" }</caption>
                <thead><tr><td></td>{ for (0..matrix.n_classes).map(header) }</tr></thead>
                <tbody>{ for (0..matrix.n_classes).map(row) }</tbody>
            </table>
        </div>
    }
}

fn cell(matrix: Matrix, actual: usize, predicted: usize) -> Html {
    let share = matrix.share(actual, predicted);
    let kind = if actual == predicted { "right" } else { "wrong" };
    let class = classes!("number", kind, format!("shade-{}", shade(share)));
    html! {
        <td {class} title={format!("{} of this class", number::percent(share))}>{ matrix.count(actual, predicted) }</td>
    }
}

fn worst(matrix: Matrix, names: &[String]) -> String {
    match matrix.worst() {
        None => "Every example is classified right.".to_owned(),
        Some((actual, predicted, count)) => {
            let (actual, predicted) = (name(names, actual), name(names, predicted));
            format!("Most often confused: {actual} taken for {predicted}, {count} ×.")
        }
    }
}

fn classes_table(matrix: Matrix, names: &[String]) -> Html {
    let share = |share: Option<f64>| share.map_or("–".to_owned(), number::percent);
    let row = |class: usize| {
        let name = name(names, class);
        html! {
            <tr>
                <th scope="row" title={name.clone()}><span>{ name }</span></th>
                <td class="number">{ share(matrix.precision(class)) }</td>
                <td class="number">{ share(matrix.recall(class)) }</td>
                <td class="number">{ matrix.n_actual(class) }</td>
            </tr>
        }
    };
    let (precision, recall) =
        ("Of the examples taken for it, how many are", "Of its examples, how many are found");
    html! {
        <table class="class-scores">
            <caption class="visually-hidden">{ "Precision and recall of each class" }</caption>
            <thead>
                <tr>
                    <th scope="col">{ "class" }</th>
                    <th scope="col"><abbr title={precision}>{ "precision" }</abbr></th>
                    <th scope="col"><abbr title={recall}>{ "recall" }</abbr></th>
                    <th scope="col"><abbr title="Examples of the class">{ "n" }</abbr></th>
                </tr>
            </thead>
            <tbody>{ for (0..matrix.n_classes).map(row) }</tbody>
        </table>
    }
}
