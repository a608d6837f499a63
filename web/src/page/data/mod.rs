//! Data sets: the gallery, the button to open a file, and the preview of an opened file.
//!
//! In: what the run trains on, where opening a file stands. Out: [`Action`]s of data and loading, chosen files. Pure parts:
//! `plan.rs`, `check.rs`, `words.rs`. Read next: `gallery.rs`, `dialog.rs`.

mod check;
mod column_row;
mod columns;
mod dialog;
mod gallery;
mod open;
mod plan;
mod reading;
mod sample;
mod shipped;
mod thumbnail;
mod words;

use std::rc::Rc;

use lnn_runlog::RunHeader;
use yew::prelude::*;

use crate::{
    page::{Commands, chart::calm::Same, theme::Palette},
    protocol::{Offer, Preview, ReadChoice},
    state::{Action, DataSource, Loading},
};
use dialog::{Doing, PreviewDialog};
use gallery::Gallery;
use open::OpenFile;
use shipped::ShippedSets;

/// Properties of [`DataPanel`].
#[derive(Properties, Clone)]
pub struct DataPanelProps {
    /// What the run trains on; none where a log is played.
    pub data: Option<Rc<DataSource>>,
    /// What the trainer confirmed of it.
    pub header: Option<Rc<RunHeader>>,
    /// Where opening a file stands.
    pub loading: Loading,
    /// Colours.
    pub palette: Rc<Palette>,
    /// Opens a file that the user chose.
    pub open_files: Callback<Vec<web_sys::File>>,
    /// How to ask for something.
    pub commands: Commands,
    /// What went wrong last, for the dialog, which covers the page's own notice.
    #[prop_or_default]
    pub problem: Option<AttrValue>,
    /// What would help.
    #[prop_or_default]
    pub offer: Option<Same<Offer>>,
}

/// Large parts are compared by address; callbacks made anew lead to the same application.
impl PartialEq for DataPanelProps {
    fn eq(&self, other: &Self) -> bool {
        let has_same_header = match (&self.header, &other.header) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        has_same_header
            && self.data == other.data
            && is_same(&self.loading, &other.loading)
            && Rc::ptr_eq(&self.palette, &other.palette)
            && self.problem == other.problem
            && self.offer == other.offer
    }
}

fn is_same(a: &Loading, b: &Loading) -> bool {
    match (a, b) {
        (Loading::Preview(a), Loading::Preview(b)) | (Loading::Preparing(a), Loading::Preparing(b)) => {
            Rc::ptr_eq(a, b)
        }
        (Loading::Preview(_) | Loading::Preparing(_), _)
        | (_, Loading::Preview(_) | Loading::Preparing(_)) => false,
        (a, b) => a == b,
    }
}

/// See the module's text.
#[component]
pub fn DataPanel(props: &DataPanelProps) -> Html {
    // While a file is read again, its last preview stays open.
    let again = use_state(|| None::<Rc<Preview>>);
    let DataPanelProps { data, palette, commands, open_files, .. } = props;
    let info = props.header.as_ref().map(|header| &header.data);
    let reading = match &props.loading {
        Loading::Reading { name, share } if again.is_none() => Some((AttrValue::from(name.clone()), *share)),
        _ => None,
    };
    {
        let (again, is_reading) = (again.clone(), matches!(props.loading, Loading::Reading { .. }));
        use_effect_with(is_reading, move |is_reading| {
            if !is_reading && again.is_some() {
                again.set(None);
            }
        });
    }
    html! {
        <>
            <h2 class="panel-title">{ "Data" }<span>{ words::in_short(data.as_deref(), info) }</span></h2>
            <Gallery {data} {palette} {commands} />
            <ShippedSets {data} {commands} is_busy={props.loading != Loading::Idle} />
            if let (Some(info), None | Some(DataSource::Arrays(_))) = (info, data.as_deref()) {
                <p class="in-use">{ words::in_full(info) }</p>
                if let Some(classes) = words::class_names(info) { <p class="in-use">{ classes }</p> }
            }
            <OpenFile {reading} {open_files} {commands} />
            { dialog(props, &again) }
        </>
    }
}

fn dialog(props: &DataPanelProps, again: &UseStateHandle<Option<Rc<Preview>>>) -> Html {
    let shown = match (&props.loading, &**again) {
        (Loading::Preview(preview), _) => Some((preview.clone(), Doing::Nothing)),
        (Loading::Preparing(preview), _) => Some((preview.clone(), Doing::Preparing)),
        (Loading::Reading { .. }, Some(preview)) => Some((preview.clone(), Doing::Rereading)),
        _ => None,
    };
    let Some((preview, doing)) = shown else { return html! {} };
    let on_reread = {
        let (again, preview, commands) = (again.clone(), preview.clone(), props.commands.clone());
        Callback::from(move |choice: ReadChoice| {
            again.set(Some(preview.clone()));
            commands.emit(Action::Reread(choice));
        })
    };
    html! {
        <PreviewDialog {preview} {doing} {on_reread} commands={&props.commands} problem={props.problem.clone()}
            offer={props.offer.clone()} />
    }
}
