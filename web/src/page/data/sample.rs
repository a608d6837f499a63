//! The first rows of a file, as they stand in it.
//!
//! In: a [`Preview`]. Out: a table that scrolls on its own.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    page::number,
    protocol::{ColumnPreview, Preview},
};

/// More columns than these are only counted.
const N_COLUMNS: usize = 30;

/// Properties of [`Sample`].
#[derive(Properties, Clone)]
pub struct SampleProps {
    /// What the file holds.
    pub preview: Rc<Preview>,
}

impl PartialEq for SampleProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.preview, &other.preview)
    }
}

/// Names and cells of the first columns.
#[component]
pub fn Sample(props: &SampleProps) -> Html {
    let preview = &props.preview;
    let shown = || preview.columns.iter().take(N_COLUMNS);
    let n_rows = shown().map(|column| column.sample.len()).max().unwrap_or(0);
    let class = |column: &ColumnPreview| column.is_numeric.then_some("number");
    let n_more = preview.columns.len().saturating_sub(N_COLUMNS);
    let more = (n_more > 0).then(|| format!("and {} more columns", number::count(n_more as u64)));
    html! {
        <section class="sample" tabindex="0" aria-label="First rows">
            <table>
                <thead>
                    <tr>
                        { for shown().map(|column| html! { <th scope="col" class={class(column)}>{ &column.name }</th> }) }
                        if let Some(more) = more { <td class="sample-more">{ more }</td> }
                    </tr>
                </thead>
                <tbody>
                    { for (0..n_rows).map(|row| html! {
                        <tr>
                            { for shown().map(|column| {
                                match column.sample.get(row).map_or("", String::as_str) {
                                    "" => html! { <td class={classes!("missing", class(column))}>{ "missing" }</td> },
                                    cell => html! { <td class={class(column)}>{ cell }</td> },
                                }
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </section>
    }
}
