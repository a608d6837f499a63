//! The newest sentence for the user, until dismissed or replaced.
//!
//! In: a [`Notice`]. Out: a bar that assistive technology reads aloud; [`Action::Undo`], [`Action::Dismiss`], or the way to
//! read a file that did not fit, [`Action::Reread`].

use yew::prelude::*;

use crate::{
    page::{Commands, chart::calm::Same},
    protocol::Offer,
    state::{Action, Notice},
};

/// Properties of [`NoticeBar`].
#[derive(Properties, Clone, PartialEq)]
pub struct NoticeBarProps {
    /// What is to be said.
    pub notice: Option<Notice>,
    /// What would help.
    pub offer: Option<Same<Offer>>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn NoticeBar(props: &NoticeBarProps) -> Html {
    let act = |action: Action| props.commands.reform(move |_: MouseEvent| action.clone());
    html! {
        <div role="status" aria-live="polite">
            if let Some(notice) = &props.notice {
                <div class={classes!("notice", notice.is_error.then_some("error"))}>
                    <p>{ &notice.text }</p>
                    if let Some(offer) = &props.offer {
                        <button class="button" onclick={act(Action::Reread(offer.choice.clone()))}>{ &offer.words }</button>
                    }
                    if notice.can_undo {
                        <button class="button" onclick={act(Action::Undo)}>{ "Undo" }</button>
                    }
                    <button class="button icon quiet" aria-label="Dismiss" onclick={act(Action::Dismiss)}>{ "✕" }</button>
                </div>
            }
        </div>
    }
}
