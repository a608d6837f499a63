//! A number that is typed: text until it is left or entered, then a setting.
//!
//! In: a [`Field`], the recipe in force. Out: an [`Edit`] as soon as a possible value is entered; until then the text
//! stays and a sentence under it says what is possible. Read next: `field.rs` for what a text means.

use std::rc::Rc;

use lnn_core::Recipe;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{RESTARTS_ID, edit::Edit, field::Field};

/// Properties of [`NumberField`].
#[derive(Properties, PartialEq)]
pub struct NumberFieldProps {
    /// Which setting.
    pub field: Field,
    /// The settings in force.
    pub recipe: Rc<Recipe>,
    /// Training examples; 0 where unknown.
    pub n_train: usize,
    /// Called with a change to put in force.
    pub on_edit: Callback<Edit>,
    /// Whether it is one of a row of numbers under one name.
    #[prop_or_default]
    pub is_chip: bool,
}

/// A labelled number with its range checked as it is typed.
#[component]
pub fn NumberField(props: &NumberFieldProps) -> Html {
    let (field, in_force) = (props.field, AttrValue::from(props.field.text(&props.recipe)));
    let typed = use_state_eq(|| None::<AttrValue>);
    {
        let typed = typed.clone();
        use_effect_with(in_force.clone(), move |_| typed.set(None));
    }
    let problem = typed.as_ref().and_then(|text| field.parse(text, &props.recipe, props.n_train).err());
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            typed.set(Some(event.target_unchecked_into::<HtmlInputElement>().value().into()));
        })
    };
    let enter = enter(props, &typed);
    let onchange = enter.reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().value());
    let onkeydown = keys(props, &typed, &enter);
    let (id, problem_id) = (format!("setting-{}", field.slug()), format!("problem-{}", field.slug()));
    let described_by = match (&problem, field.continues()) {
        (Some(_), _) => Some(problem_id.clone()),
        (None, false) => Some(RESTARTS_ID.to_owned()),
        (None, true) => None,
    };
    let text = (*typed).clone().unwrap_or(in_force);
    let now = field.value(&props.recipe, props.n_train).map(|value| value.to_string());
    let class =
        classes!(if props.is_chip { "chip" } else { "setting" }, problem.is_some().then_some("invalid"));
    let title = field.range(&props.recipe, props.n_train);
    html! {
        <div {class}>
            <label class={classes!(props.is_chip.then_some("visually-hidden"))} for={id.clone()}>{ field.label() }</label>
            <input {id} class="value number" type="text" role="spinbutton" autocomplete="off" spellcheck="false" {title}
                inputmode={if field.is_whole() { "numeric" } else { "decimal" }} value={text.clone()}
                aria-valuenow={now} aria-valuetext={text} aria-invalid={problem.is_some().then_some("true")}
                aria-describedby={described_by} {oninput} {onchange} {onkeydown} />
            <p id={problem_id} class="setting-problem" aria-live="polite">{ problem.unwrap_or_default() }</p>
        </div>
    }
}

/// Puts a text in force if it is possible; else leaves it where it is.
fn enter(props: &NumberFieldProps, typed: &UseStateHandle<Option<AttrValue>>) -> Callback<String> {
    let (field, recipe, n_train) = (props.field, props.recipe.clone(), props.n_train);
    let (typed, on_edit) = (typed.clone(), props.on_edit.clone());
    Callback::from(move |text: String| match field.parse(&text, &recipe, n_train) {
        Ok(edit) => {
            typed.set(None);
            on_edit.emit(edit);
        }
        Err(_) => typed.set(Some(text.into())),
    })
}

/// Up and Down walk, Escape takes the typed text back.
fn keys(
    props: &NumberFieldProps,
    typed: &UseStateHandle<Option<AttrValue>>,
    enter: &Callback<String>,
) -> Callback<KeyboardEvent> {
    let (field, recipe, n_train) = (props.field, props.recipe.clone(), props.n_train);
    let (typed, enter) = (typed.clone(), enter.clone());
    Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        key @ ("ArrowUp" | "ArrowDown") => {
            event.prevent_default();
            enter.emit(field.nudged(&recipe, n_train, key == "ArrowUp"));
        }
        "Escape" if typed.is_some() => {
            event.stop_propagation();
            typed.set(None);
        }
        _ => {}
    })
}
