//! A list to choose one of, which always shows what is in force.
//!
//! In: words, the index of the chosen one. Out: a `<select>` and the index that the user chose. Read next:
//! `number_field.rs`, its sister for numbers.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it says.
    pub text: AttrValue,
    /// Whether it can be chosen; its text should say why not.
    pub is_possible: bool,
}

impl Line {
    /// A line that can be chosen.
    pub fn new(text: impl Into<AttrValue>) -> Self {
        Self { text: text.into(), is_possible: true }
    }

    /// A word, with the reason in brackets where it can't be chosen.
    pub fn unless(refusal: Option<&'static str>, word: &'static str) -> Self {
        match refusal {
            None => Self::new(word),
            Some(why) => Self { text: format!("{word} ({why})").into(), is_possible: false },
        }
    }
}

/// Properties of [`Choice`].
#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    /// The element's identifier, for a `<label>`.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// Its name, where no `<label>` gives one.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Every line.
    pub lines: Vec<Line>,
    /// Index of the line in force.
    pub chosen: usize,
    /// Called with the index of another line.
    pub on_choose: Callback<usize>,
    /// Classes of the element.
    #[prop_or_default]
    pub class: Classes,
    /// Identifiers of what describes it.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    /// Whether it can be used now.
    #[prop_or_default]
    pub is_disabled: bool,
}

/// A `<select>` whose shown line is the one in force, also after an undo.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let node = use_node_ref();
    {
        let (node, chosen) = (node.clone(), props.chosen as i32);
        // An attribute on an option would not move a list that the user has touched.
        use_effect(move || {
            if let Some(select) =
                node.cast::<HtmlSelectElement>().filter(|list| list.selected_index() != chosen)
            {
                select.set_selected_index(chosen);
            }
        });
    }
    let onchange = props.on_choose.reform(|event: Event| {
        event.target_unchecked_into::<HtmlSelectElement>().selected_index().max(0) as usize
    });
    html! {
        <select ref={node} id={props.id.clone()} class={props.class.clone()} aria-label={props.label.clone()}
            aria-describedby={props.described_by.clone()} disabled={props.is_disabled} {onchange}>
            { for props.lines.iter().enumerate().map(|(idx, line)| html! {
                <option selected={idx == props.chosen} disabled={!line.is_possible}>{ line.text.clone() }</option>
            }) }
        </select>
    }
}
