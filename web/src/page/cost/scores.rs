//! The scores of both splits as a small table; its row headers are the legend of the curves.
//!
//! In: the cursor's step. Out: a table. Read next: `curves.rs`.

use lnn_runlog::{DataInfo, RunHeader, Scores, Task};
use yew::prelude::*;

use super::overlay::Overlay;
use crate::{
    frame::Frame,
    page::{chart::calm::Same, compare::RunMark, number},
};

/// Properties of [`ScoreTable`].
#[derive(Properties, Clone, PartialEq)]
pub struct ScoreTableProps {
    /// The cursor's step.
    pub frame: Same<Frame>,
    /// Runs beside.
    pub overlay: Overlay,
    /// Units of the numbers.
    pub header: Same<RunHeader>,
}

/// Cost and accuracy, or cost, R² and root mean squared error in the target's own unit.
#[component]
pub fn ScoreTable(props: &ScoreTableProps) -> Html {
    let (head, data) = (&props.frame.head, &props.header.data);
    let is_classification = data.task != Task::Regression;
    let rmse_title = format!("Root mean squared error, in the unit of {}", data.target_name);
    html! {
        <table class="scores">
            <caption class="visually-hidden">{ format!("Scores at step {}", head.step) }</caption>
            <thead>
                <tr>
                    <th scope="col"><span class="visually-hidden">{ "Split" }</span></th>
                    <th scope="col">{ "cost" }</th>
                    if is_classification {
                        <th scope="col">{ "accuracy" }</th>
                    } else {
                        <th scope="col"><abbr title="Share of the target's variance that is explained">{ "R²" }</abbr></th>
                        <th scope="col"><abbr title={rmse_title}>{ "RMSE" }</abbr></th>
                    }
                </tr>
            </thead>
            <tbody>
                { row(0, false, Some(&head.train), data) }
                { row(0, true, head.dev.as_ref(), data) }
                { for props.overlay.scores().map(|(number, beside, train, dev)| {
                    let data = beside.header.as_ref().map_or(data, |header| &header.data);
                    html! { <>{ row(number, false, Some(train), data) }{ row(number, true, dev, data) }</> }
                }) }
            </tbody>
        </table>
    }
}

fn row(number: usize, is_dev: bool, scores: Option<&Scores>, data: &DataInfo) -> Html {
    let (name, n_examples) = if is_dev { ("dev", data.n_dev) } else { ("training", data.n_train) };
    let Some(scores) = scores else { return html! {} };
    let optional = |value: Option<f64>| value.map_or("–".to_owned(), number::short);
    html! {
        <tr>
            <th scope="row" title={format!("{n_examples} examples")}>
                { line_sample(number, is_dev) }
                if number > 0 { <RunMark {number} />{ " " } }
                { name }
            </th>
            <td class="number">{ number::short(scores.cost) }</td>
            if data.task == Task::Regression {
                <td class="number">{ scores.r2.map_or_else(|| "–".to_owned(), number::score) }</td>
                <td class="number">{ optional(scores.rmse.map(|rmse| rmse_shown(rmse, data))) }</td>
            } else {
                <td class="number">{ scores.accuracy.map_or("–".to_owned(), number::percent) }</td>
            }
        </tr>
    }
}

/// A root mean squared error in the target's own unit: only the scale counts, the shift falls out.
fn rmse_shown(rmse: f64, data: &DataInfo) -> f64 {
    (rmse * data.target_scale.scale).abs()
}

/// How the split's curve is drawn.
fn line_sample(number: usize, is_dev: bool) -> Html {
    let class = format!("line-sample beside-{number}{}", if is_dev { " dev" } else { "" });
    html! { <svg {class} width="22" height="8" viewBox="0 0 22 8" aria-hidden="true"><path d="M0 4h22" /></svg> }
}
