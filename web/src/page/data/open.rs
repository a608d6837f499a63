//! Opening a file of one's own: the place that says how, and how far reading has come.
//!
//! In: where opening stands. Out: a file, or [`Action::CancelLoading`].

use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use crate::{
    page::{Commands, dress::stored_access},
    state::{Action, ConnectAction},
};

/// Properties of [`OpenFile`].
#[derive(Properties, Clone)]
pub struct OpenFileProps {
    /// What is being read and its share, none where unknown.
    pub reading: Option<(AttrValue, Option<f64>)>,
    /// Takes the chosen files.
    pub open_files: Callback<Vec<File>>,
    /// How to ask for something.
    pub commands: Commands,
}

impl PartialEq for OpenFileProps {
    fn eq(&self, other: &Self) -> bool {
        self.reading == other.reading
    }
}

/// A button, and a word that a file can be dropped.
#[component]
pub fn OpenFile(props: &OpenFileProps) -> Html {
    let open_files = props.open_files.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let chosen = input.files();
        let chosen = chosen.iter().flat_map(|files| (0..files.length()).filter_map(|idx| files.get(idx)));
        let chosen: Vec<File> = chosen.collect();
        // So that the same file can be chosen again after a correction.
        input.set_value("");
        if !chosen.is_empty() {
            open_files.emit(chosen);
        }
    });
    let connect =
        props.commands.reform(|_: MouseEvent| Action::Connect(ConnectAction::Open(stored_access())));
    html! {
        <div class={classes!("drop", props.reading.is_some().then_some("busy"))}>
            if let Some((name, share)) = &props.reading { { progress(props, name, *share) } }
            <div class="drop-idle">
                <strong>{ "Drop a file anywhere" }</strong>
                <span>{ "CSV, JSON, Parquet, NumPy, HDF5, MNIST, pictures; weights; a run's log" }</span>
                <input id="open-data" class="visually-hidden" type="file" aria-label="Open a data set"
                    multiple=true {onchange} />
                <label class="button" for="open-data">{ "Open a data set" }</label>
                <button class="button" onclick={connect} title="Runs on AWS Lambda">{ "Connect …" }</button>
            </div>
        </div>
    }
}

fn progress(props: &OpenFileProps, name: &AttrValue, share: Option<f64>) -> Html {
    let cancel = props.commands.reform(|_: MouseEvent| Action::CancelLoading);
    let percent = share.map(|share| format!("{:.0} %", share * 100.0));
    html! {
        <div class="reading">
            <span class="reading-name">{ "Reading " }<b>{ name.clone() }</b></span>
            <span class="number">{ percent.unwrap_or_default() }</span>
            <progress max="1" value={share.map(|share| share.to_string())} aria-label={format!("Reading {name}")} />
            <button class="button" onclick={cancel}>{ "Cancel" }</button>
        </div>
    }
}
