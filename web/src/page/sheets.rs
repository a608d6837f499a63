//! On narrow screens: what opens the panels.
//!
//! In: which one is open. Out: [`Action::SetSheet`].

use yew::prelude::*;

use crate::{
    page::Commands,
    state::{Action, Sheet},
};

/// Properties of [`Sheets`].
#[derive(Properties, Clone, PartialEq)]
pub struct SheetsProps {
    /// The open one.
    pub open: Option<Sheet>,
    /// Whether a unit is chosen.
    pub has_unit: bool,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn Sheets(props: &SheetsProps) -> Html {
    let button = |sheet: Sheet, name: &'static str| {
        let is_open = props.open == Some(sheet);
        let next = (!is_open).then_some(sheet);
        let onclick = props.commands.reform(move |_: MouseEvent| Action::SetSheet(next));
        let is_marked = sheet == Sheet::Inspector && props.has_unit;
        let class = classes!(is_marked.then_some("marked"));
        html! { <button {class} {onclick} aria-expanded={is_open.to_string()}>{ name }</button> }
    };
    html! {
        <nav class="sheets" aria-label="Panels">
            { button(Sheet::Data, "Data sets") }
            { button(Sheet::Settings, "Settings") }
            { button(Sheet::Inspector, "Unit") }
            { button(Sheet::Cost, "Metrics") }
        </nav>
    }
}
