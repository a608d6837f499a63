//! Files that were dropped or chosen.
//!
//! In: files. Out: [`Action`]s, with the files handed to the workers' side.

use wasm_bindgen::JsValue;
use web_sys::File;
use yew::prelude::*;

use super::App;
use crate::{
    page::{
        dress::stored_access,
        replay::{
            Addresses, addresses, are_separate_logs, beside, is_of_log_folder, is_surely_log, log_name,
            service_address,
        },
    },
    protocol::Access,
    state::{Action, BesideAction, ConnectAction, MAX_BESIDE, Notice},
};

impl App {
    /// Files were dropped or chosen: logs are played, anything else is a data set.
    pub(super) fn open(&mut self, ctx: &Context<Self>, files: Vec<File>, handle: Option<&JsValue>) -> bool {
        if are_separate_logs(&files) {
            let mut files = files.into_iter().map(|file| vec![file]);
            let first = files.next().unwrap_or_default();
            return files.fold(self.open(ctx, first, None), |_, file| self.open_beside(ctx, file));
        }
        if let Some(name) = log_name(&files).filter(|name| is_surely_log(name)) {
            let files = files.into_iter().map(|file| (file.name(), file)).collect();
            self.bridge.set_log_files(beside(files, handle));
            return self.act(ctx, &Action::OpenLog { name, url: None });
        }
        // What may be either, the loader looks into.
        let may_be_log = log_name(&files).is_some();
        let files = files.into_iter().map(|file| (file.name(), file)).collect();
        self.open_data(ctx, None, files, (may_be_log, handle))
    }

    /// A folder was dropped: that of a run, or one of pictures.
    pub(super) fn open_folder(
        &mut self,
        ctx: &Context<Self>,
        name: String,
        files: Vec<(String, File)>,
    ) -> bool {
        if files.iter().any(|(path, _)| is_of_log_folder(path)) {
            self.bridge.set_log_files(beside(files, None));
            return self.act(ctx, &Action::OpenLog { name, url: None });
        }
        self.open_data(ctx, Some(name), files, (false, None))
    }

    fn open_data(
        &mut self,
        ctx: &Context<Self>,
        folder: Option<String>,
        files: Vec<(String, File)>,
        (may_be_log, handle): (bool, Option<&JsValue>),
    ) -> bool {
        let Some((_, first)) = files.first().cloned() else { return false };
        let name = folder.unwrap_or_else(|| first.name());
        self.bridge.set_data_files(beside(files, handle), Some(first));
        let is_wanted = self.state.replay.as_ref().is_some_and(|log| log.why_not.is_some());
        if is_wanted && !may_be_log {
            return self.act(ctx, &Action::OfferFile { name });
        }
        self.act(ctx, &Action::OpenFile { name, may_be_log })
    }

    /// Logs were chosen to be shown beside.
    pub(super) fn open_beside(&mut self, ctx: &Context<Self>, files: Vec<File>) -> bool {
        if are_separate_logs(&files) {
            return files.into_iter().fold(false, |_, file| self.open_beside(ctx, vec![file]));
        }
        let Some(name) = log_name(&files) else {
            let text =
                "No log of a run is among these files: choose an .ndjson, .ndjson.gz or .zip.".to_owned();
            return self.act(ctx, &Action::Notify(Notice { is_error: true, text, can_undo: false }));
        };
        if self.state.beside.len() < MAX_BESIDE {
            let files = files.into_iter().map(|file| (file.name(), file)).collect();
            self.bridge.set_log_files(beside(files, None));
        }
        self.act(ctx, &Action::Beside(BesideAction::Open { name, url: None }))
    }
}

/// What the page's own address asks for, in order.
pub(super) fn asked_by_address() -> Vec<Action> {
    if let Some(address) = service_address() {
        // A token that is remembered is for its own address alone.
        let known = stored_access().filter(|known| known.address == address);
        let access = known.unwrap_or(Access { address, token: String::new() });
        return vec![Action::Connect(ConnectAction::Open(Some(access)))];
    }
    let Some(Addresses { log, data, beside }) = addresses() else { return Vec::new() };
    let play = Action::OpenLog { name: log.clone(), url: Some(log) };
    let open = |url: String| Action::Beside(BesideAction::Open { name: url.clone(), url: Some(url) });
    data.map(Action::KnowData).into_iter().chain([play]).chain(beside.into_iter().map(open)).collect()
}
