//! The switch between what tiles and lines show: one tab stop, arrow keys choose.
//!
//! In: the lens. Out: [`Action::SetLens`].

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{page::Commands, protocol::Lens, state::Action};

/// Properties of [`LensSwitch`].
#[derive(Properties, Clone, PartialEq)]
pub struct LensSwitchProps {
    /// The lens now.
    pub lens: Lens,
    /// How to ask for another.
    pub commands: Commands,
}

/// What people call a lens, and what it shows.
fn words(lens: Lens) -> (&'static str, &'static str) {
    match lens {
        Lens::Activation => ("Activation", "Tiles: what each unit responds to. Lines: weights."),
        Lens::Gradient => ("Gradient", "Tiles: δ at the watched examples. Lines: ∂C/∂w."),
        Lens::Weight => ("Weight", "Tiles: incoming weights. Lines: weights."),
        Lens::Update => ("Update", "Tiles and lines: Δw of the last step."),
    }
}

/// See the module's text.
#[component]
pub fn LensSwitch(props: &LensSwitchProps) -> Html {
    let group = use_node_ref();
    let onkeydown = {
        let (lens, commands, group) = (props.lens, props.commands.clone(), group.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = step(lens, &event.key()) else { return };
            event.prevent_default();
            commands.emit(Action::SetLens(next));
            let selector = format!("[data-lens='{}']", words(next).0);
            let element =
                group.cast::<HtmlElement>().and_then(|group| group.query_selector(&selector).ok().flatten());
            if let Some(button) =
                element.and_then(|element| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(element).ok())
            {
                let _ = button.focus();
            }
        })
    };
    let button = |lens: Lens| {
        let (name, title) = words(lens);
        let is_chosen = lens == props.lens;
        let onclick = props.commands.reform(move |_: MouseEvent| Action::SetLens(lens));
        html! {
            <button type="button" role="radio" data-lens={name} aria-checked={is_chosen.to_string()} {title}
                tabindex={if is_chosen { "0" } else { "-1" }} {onclick}>{ name }</button>
        }
    };
    html! {
        <div class="net-lens" role="radiogroup" aria-label="Lens" ref={group} {onkeydown}>
            { for Lens::ALL.into_iter().map(button) }
        </div>
    }
}

fn step(lens: Lens, key: &str) -> Option<Lens> {
    let at = Lens::ALL.iter().position(|other| *other == lens)?;
    let n = Lens::ALL.len();
    let next = match key {
        "ArrowRight" | "ArrowDown" => (at + 1) % n,
        "ArrowLeft" | "ArrowUp" => (at + n - 1) % n,
        "Home" => 0,
        "End" => n - 1,
        _ => return None,
    };
    Lens::ALL.get(next).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round() {
        assert_eq!(step(Lens::Update, "ArrowRight"), Some(Lens::Activation));
        assert_eq!(step(Lens::Activation, "ArrowLeft"), Some(Lens::Update));
        assert_eq!(step(Lens::Gradient, "Home"), Some(Lens::Activation));
        assert_eq!(step(Lens::Gradient, "x"), None);
    }
}
