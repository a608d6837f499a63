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
    /// Takes the chosen file.
    pub open_file: Callback<File>,
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
    let onchange = props.open_file.reform(|file: File| file);
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let file = input.files().and_then(|files| files.get(0));
        // So that the same file can be chosen again after a correction.
        input.set_value("");
        if let Some(file) = file {
            onchange.emit(file);
        }
    });
    let connect =
        props.commands.reform(|_: MouseEvent| Action::Connect(ConnectAction::Open(stored_access())));
    html! {
        <div class={classes!("drop", props.reading.is_some().then_some("busy"))}>
            if let Some((name, share)) = &props.reading { { progress(props, name, *share) } }
            <div class="drop-idle">
                <strong>{ "Drop a file anywhere" }</strong>
                <span>{ "CSV or TSV, a row an example; or a run's log" }</span>
                <input id="open-data" class="visually-hidden" type="file" aria-label="Open a data set"
                    accept=".csv,.tsv,.txt,.ndjson,.gz,.zip,.json,text/csv,text/plain,text/tab-separated-values" {onchange} />
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
