//! A button that asks for the files of a log.
//!
//! In: a click. Out: the chosen files.

use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

/// Properties of [`ChooseLog`].
#[derive(Properties, Clone, PartialEq)]
pub struct ChooseLogProps {
    /// What the button says.
    pub name: AttrValue,
    /// Tells it from others of its kind.
    pub id: AttrValue,
    /// Takes the files.
    pub open: Callback<Vec<File>>,
}

/// See the module's text.
#[component]
pub fn ChooseLog(props: &ChooseLogProps) -> Html {
    let open = props.open.clone();
    let onchange = move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let files = input.files();
        let files: Vec<File> = files
            .map(|files| (0..files.length()).filter_map(|idx| files.get(idx)).collect())
            .unwrap_or_default();
        // So that the same files can be chosen again.
        input.set_value("");
        if !files.is_empty() {
            open.emit(files);
        }
    };
    html! {
        <span class="choose">
            <input id={&props.id} class="visually-hidden" type="file" multiple={true} aria-label={&props.name}
                accept=".ndjson,.jsonl,.gz,.zip,.json,.log" {onchange} />
            <label class="button" for={&props.id}>{ &props.name }</label>
        </span>
    }
}
