//! Real data sets that come with the page.
//!
//! In: the data set in use. Out: [`Action::OpenShipped`].

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    page::Commands,
    state::{Action, DataSource, Shipped},
};

/// Properties of [`ShippedSets`].
#[derive(Properties, Clone)]
pub struct ShippedSetsProps {
    /// What the run trains on; none where a log is played.
    pub data: Option<Rc<DataSource>>,
    /// Whether something is being opened already.
    pub is_busy: bool,
    /// How to ask for something.
    pub commands: Commands,
}

impl PartialEq for ShippedSetsProps {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data && self.is_busy == other.is_busy
    }
}

/// A card for each.
#[component]
pub fn ShippedSets(props: &ShippedSetsProps) -> Html {
    html! {
        <div class="shipped" role="group" aria-label="Real data sets">
            { for Shipped::ALL.iter().map(|shipped| card(props, *shipped)) }
        </div>
    }
}

fn card(props: &ShippedSetsProps, shipped: Shipped) -> Html {
    let is_in_use = matches!(props.data.as_deref(), Some(DataSource::Arrays(arrays)) if arrays.info.name == shipped.title());
    let onclick = {
        let (commands, is_busy) = (props.commands.clone(), props.is_busy);
        Callback::from(move |_: MouseEvent| {
            if !is_busy {
                commands.emit(Action::OpenShipped(shipped));
            }
        })
    };
    let (first, _) = shipped.summary().split_once(", ").unwrap_or((shipped.summary(), ""));
    let about = format!("{}. {}", shipped.summary(), shipped.source());
    let id = format!("about-{}", shipped.url().trim_start_matches("data/").trim_end_matches(".csv"));
    html! {
        <button class="card" {onclick} aria-disabled={props.is_busy.then_some("true")}
            aria-describedby={id.clone()} aria-pressed={is_in_use.to_string()} title={about.clone()}>
            <span class="card-title">{ shipped.title() }</span>
            { mark(shipped) }
            <small>{ first }</small>
            <span {id} hidden={true}>{ about }</span>
        </button>
    }
}

/// One dot a class in the classes' colours; a rising line where a number is learned.
fn mark(shipped: Shipped) -> Html {
    let n_classes = match shipped {
        Shipped::Iris => 3,
        Shipped::BreastCancer => 2,
        Shipped::Digits => 10,
        Shipped::Diabetes => 0,
    };
    let n_columns = if n_classes > 5 { 5 } else { n_classes };
    let width = if n_classes == 0 { 22 } else { 6 * n_columns };
    html! {
        <svg class="card-mark" width={width.to_string()} height="12" viewBox={format!("0 0 {width} 12")} aria-hidden="true">
            if n_classes == 0 { <path d="M1 10 8 6l5 1L21 2" /> }
            { for (0..n_classes).map(|class: usize| {
                let (column, row) = (class % n_columns, class / n_columns);
                let x = 3.0 + 6.0 * column as f64;
                let y = if n_classes > 5 { 3.0 + 6.0 * row as f64 } else { 6.0 };
                html! { <circle class={format!("class-{class}")} cx={x.to_string()} cy={y.to_string()} r="2.2" /> }
            }) }
        </svg>
    }
}
