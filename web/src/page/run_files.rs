//! The page's run and files of runs: saving it as what is wanted, and putting a log beside it.
//!
//! In: how far saving is, what the run starts from. Out: [`SaveAction`]s, the files of a log.

use web_sys::File;
use yew::prelude::*;

use crate::{
    page::{Commands, chart::calm::Same, compare::ChooseLog},
    protocol::{SaveForm, StartWeights},
    state::{Action, SaveAction},
};

/// What a run can be saved as besides its log, with its name and what it is good for.
const FORMS: [(&str, &str, &str); 7] = [
    ("session", "Session .lnn.zip", "log, settings and data set; this page opens it and goes on"),
    ("npz", "Weights .npz", "W1, b1 … for NumPy"),
    ("safetensors", "Weights .safetensors", "for PyTorch and others"),
    ("onnx", "Weights .onnx", "for onnxruntime and Netron"),
    ("json", "Weights .json", "for everything else"),
    ("py", "Program .py", "predicts with NumPy alone"),
    ("data", "Data set .npz", "as the network sees it"),
];

/// Properties of [`RunFiles`].
#[derive(Properties, Clone, PartialEq)]
pub struct RunFilesProps {
    /// How far the run is written down, 0..=1; none while it is not being saved.
    pub saving: Option<f64>,
    /// What it starts from, where that is a file's.
    pub weights: Option<Same<StartWeights>>,
    /// Takes the files of a log that is to be shown beside.
    pub open_beside: Callback<Vec<File>>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn RunFiles(props: &RunFilesProps) -> Html {
    let act = |action: Action| props.commands.reform(move |_: MouseEvent| action.clone());
    let save = |form: SaveForm| act(Action::Save(SaveAction::Begin(form)));
    html! {
        <div class="run-files" role="group" aria-label="This run">
            if let Some(weights) = &props.weights {
                <p class="in-use">{ "Starts from " }<b>{ &weights.name }</b>
                    <button class="mini word" title="Start from random weights again"
                        onclick={act(Action::ResetWithNewSeed)}>{ "Leave it" }</button></p>
            }
            if let Some(share) = props.saving {
                <progress max="1" value={share.to_string()} aria-label="Saving the run" />
                <button class="button" onclick={act(Action::Save(SaveAction::Cancel))}>{ "Cancel saving" }</button>
            } else {
                <button class="button" onclick={save(SaveForm::Log)}
                    title="As a log: every step, every unit; to be replayed, compared, sent to others">{ "Save this run" }</button>
                <ChooseLog id="compare-log" name="Compare with …" open={props.open_beside.clone()} />
                <details class="save-as">
                    <summary>{ "Save as …" }</summary>
                    { for FORMS.iter().map(|(id, name, use_)| html! {
                        <button class="save-form" onclick={save(form(id))}><b>{ *name }</b><small>{ *use_ }</small></button>
                    }) }
                </details>
            }
        </div>
    }
}

fn form(id: &str) -> SaveForm {
    match id {
        "session" => SaveForm::Session,
        "data" => SaveForm::Data,
        format => SaveForm::Weights(format.to_owned()),
    }
}
