//! The dialog that asks a service for its runs, to follow one as it trains, or to replay it.
//!
//! In: where asking stands. Out: [`ConnectAction`]s, and the chosen run's log as [`Action::OpenLog`] or beside the page's run. The
//! list comes from the reader's program (`lnn_engine::connect`): its buttons name what they do and where the log is.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Commands, chart::calm::Same, element::Drawn, modal::open_modal};
use crate::{
    protocol::Access,
    state::{Action, BesideAction, Connect, ConnectAction},
};

/// Properties of [`ConnectDialog`].
#[derive(Properties, Clone, PartialEq)]
pub struct ConnectDialogProps {
    /// Where asking stands.
    pub connect: Connect,
    /// What is known of the service.
    pub access: Option<Same<Access>>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn ConnectDialog(props: &ConnectDialogProps) -> Html {
    let node = use_node_ref();
    let fields = [use_node_ref(), use_node_ref(), use_node_ref()];
    let act = props.commands.reform(Action::Connect);
    {
        let (node, cancel) = (node.clone(), act.reform(|()| ConnectAction::Close));
        use_effect_with((), move |()| open_modal(&node, "input", cancel));
    }
    let onsubmit = {
        let (act, fields) = (act.clone(), fields.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let [address, token, kept] = fields.each_ref().map(NodeRef::cast::<HtmlInputElement>);
            let value = |field: Option<HtmlInputElement>| field.map(|field| field.value().trim().to_owned());
            let access = Access {
                address: value(address).unwrap_or_default(),
                token: value(token).unwrap_or_default(),
            };
            act.emit(ConnectAction::Ask(access, kept.is_some_and(|kept| kept.checked())));
        }
    };
    let forget = act.reform(|_: MouseEvent| ConnectAction::Forget);
    let close = act.reform(|_: MouseEvent| ConnectAction::Close);
    let [address, token, kept] = fields;
    let (known_address, known_token) = props
        .access
        .as_ref()
        .map(|access| (access.address.clone(), access.token.clone()))
        .unwrap_or_default();
    html! {
        <dialog ref={node} class="preview connect" aria-label="Connect to runs elsewhere">
            <header class="preview-head">
                <h2>{ "Connect" }</h2>
                <button class="button icon quiet" onclick={close} aria-label="Close">{ "✕" }</button>
            </header>
            <form class="connect-form" {onsubmit}>
                <label>{ "Address of the log API" }
                    <input ref={address} name="address" value={known_address} required=true spellcheck="false"
                        placeholder="https://" /></label>
                <label>{ "Token" }
                    <input ref={token} type="password" value={known_token} autocomplete="off" /></label>
                <label class="connect-kept">
                    <input ref={kept} type="checkbox" checked={super::dress::stored_access().is_some()} />
                    { "Remember on this device" }</label>
                <button type="button" class="button quiet" onclick={forget}>{ "Forget" }</button>
                <button class="button primary">{ "Show runs" }</button>
            </form>
            <div class="preview-body" onclick={choose(&props.commands)}>
                if let Some(runs) = &props.connect.runs {
                    <Drawn element={Same::from(runs)} />
                } else {
                    <p class="hint">{ if props.connect.is_asking { "Asking …" } else {
                        "Runs on AWS Lambda are followed as they train. The token is sent to this address alone." } }</p>
                }
            </div>
        </dialog>
    }
}

/// A run of the list was chosen.
fn choose(commands: &Commands) -> Callback<MouseEvent> {
    let commands = commands.clone();
    Callback::from(move |event: MouseEvent| {
        let button =
            event.target_dyn_into::<web_sys::Element>().filter(|element| element.has_attribute("data-do"));
        let Some(button) = button else { return };
        let named = |name: &str| button.get_attribute(name).unwrap_or_default();
        let (what, name, url) = (named("data-do"), named("name"), Some(named("value")));
        commands.emit(Action::Connect(ConnectAction::Close));
        if what == "beside" {
            commands.emit(Action::Beside(BesideAction::Open { name, url }));
        } else {
            commands.emit(Action::OpenLog { name, url });
        }
        if what == "live" {
            commands.emit(Action::Live);
        }
    })
}
