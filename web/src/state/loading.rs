//! Opening a data file: read, looked at, prepared, or given up.
//!
//! In: the user's gestures and what the loader says. Out: the next state. Read next: `run.rs`.

use std::rc::Rc;

use super::{Action, DataSource, Loading, Notice, State};
use crate::protocol::{DataArrays, FromLoader};

impl State {
    pub(super) fn apply_loading(&mut self, action: &Action) {
        match action {
            Action::OpenFile { name, .. } => {
                self.last_preview = None;
                self.notice = None;
                self.loading = Loading::Reading { name: name.clone(), share: None };
            }
            Action::OpenShipped(shipped) => {
                self.last_preview = None;
                self.loading = Loading::Reading { name: shipped.title().to_owned(), share: None };
            }
            Action::Reread(_) => {
                if let Loading::Preview(preview) = &self.loading {
                    let preview = preview.clone();
                    self.loading = Loading::Reading { name: preview.name.clone(), share: None };
                    self.last_preview = Some(preview);
                }
            }
            Action::UseData(_) => {
                if let Loading::Preview(preview) = &self.loading {
                    self.loading = Loading::Preparing(preview.clone());
                }
            }
            Action::CancelLoading => self.loading = Loading::Idle,
            Action::Loader(message) => self.hear_loader(message),
            Action::LoaderLost(why) => self.fail_loading(why),
            _ => {}
        }
    }

    fn hear_loader(&mut self, message: &FromLoader) {
        match message {
            FromLoader::Progress { bytes_read, bytes_total } => {
                if let Loading::Reading { share, .. } = &mut self.loading {
                    *share = (*bytes_total > 0.0).then(|| (bytes_read / bytes_total).min(1.0));
                }
            }
            FromLoader::Preview(preview) => {
                if matches!(self.loading, Loading::Reading { .. }) {
                    self.loading = Loading::Preview(Rc::new((**preview).clone()));
                }
            }
            FromLoader::Prepared(arrays) => self.take_prepared(arrays.clone()),
            FromLoader::Failed { message } => self.fail_loading(message),
            FromLoader::IsLog => self.loading = Loading::Idle,
            FromLoader::Ready => {}
        }
    }

    fn take_prepared(&mut self, arrays: Rc<DataArrays>) {
        if matches!(self.loading, Loading::Idle) {
            return;
        }
        self.loading = Loading::Idle;
        self.sheet = None;
        self.set_data(DataSource::Arrays(arrays));
    }

    /// The run under way is left alone.
    fn fail_loading(&mut self, why: &str) {
        self.loading = match &self.loading {
            Loading::Preparing(preview) => Loading::Preview(preview.clone()),
            _ => self.last_preview.take().map_or(Loading::Idle, Loading::Preview),
        };
        self.notice = Some(Notice { is_error: true, text: why.to_owned(), can_undo: false });
    }
}
