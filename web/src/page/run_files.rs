//! The page's run and files of runs: saving it as a log, and putting a log beside it.
//!
//! In: how far saving is. Out: [`SaveAction`]s, the files of a log.

use web_sys::File;
use yew::prelude::*;

use crate::{
    page::{Commands, compare::ChooseLog},
    state::{Action, SaveAction},
};

/// Properties of [`RunFiles`].
#[derive(Properties, Clone, PartialEq)]
pub struct RunFilesProps {
    /// How far the run is written down, 0..=1; none while it is not being saved.
    pub saving: Option<f64>,
    /// Takes the files of a log that is to be shown beside.
    pub open_beside: Callback<Vec<File>>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn RunFiles(props: &RunFilesProps) -> Html {
    let act = |action: SaveAction| props.commands.reform(move |_: MouseEvent| Action::Save(action.clone()));
    html! {
        <div class="run-files" role="group" aria-label="This run">
            if let Some(share) = props.saving {
                <progress max="1" value={share.to_string()} aria-label="Saving the run" />
                <button class="button" onclick={act(SaveAction::Cancel)}>{ "Cancel saving" }</button>
            } else {
                <button class="button" onclick={act(SaveAction::Begin)}
                    title="As a log: every step, every unit; to be replayed, compared, sent to others">{ "Save this run" }</button>
                <ChooseLog id="compare-log" name="Compare with …" open={props.open_beside.clone()} />
            }
        </div>
    }
}
