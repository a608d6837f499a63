//! How the recipes of the compared runs differ.
//!
//! In: their headers. Out: a table of the settings that are not the same in all.

use lnn_runlog::{RunHeader, differences};
use yew::prelude::*;

use super::RunMark;
use crate::{page::chart::calm::Same, state::Beside};

/// More differences than these would take the networks' room: they are unfolded when asked for.
const MAX_OPEN: usize = 4;

/// Properties of [`Recipes`].
#[derive(Properties, Clone, PartialEq)]
pub struct RecipesProps {
    /// The page's own run.
    pub own: Option<Same<RunHeader>>,
    /// Runs beside.
    pub beside: Vec<Same<Beside>>,
}

/// See the module's text.
#[component]
pub fn Recipes(props: &RecipesProps) -> Html {
    let known: Vec<(usize, &RunHeader)> = props
        .own
        .iter()
        .map(|own| (0, &*own.0))
        .chain(
            props
                .beside
                .iter()
                .enumerate()
                .filter_map(|(idx, beside)| beside.header.as_ref().map(|header| (idx + 1, &**header))),
        )
        .collect();
    if known.len() < 2 {
        return html! {};
    }
    let headers: Vec<&RunHeader> = known.iter().map(|(_, header)| *header).collect();
    let found = differences(&headers);
    if found.is_empty() {
        return html! { <p class="compare-recipes">{ "The same recipe and data set." }</p> };
    }
    let settings = if found.len() == 1 { "setting differs" } else { "settings differ" };
    html! {
        <details class="compare-recipes" open={found.len() <= MAX_OPEN}>
            <summary>{ format!("{} {settings}", found.len()) }</summary>
            <div class="compare-table" tabindex="0" role="region" aria-label="Recipes">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ "setting" }</th>
                            { for known.iter().map(|(number, _)| html! { <th scope="col"><RunMark number={*number} /></th> }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for found.iter().map(|difference| html! {
                            <tr>
                                <th scope="row">{ difference.setting }</th>
                                { for difference.values.iter().map(|value| html! { <td>{ value }</td> }) }
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </details>
    }
}
