//! Opening a data file: read, looked at, prepared, or given up.
//!
//! In: the user's gestures and what the loader says. Out: the next state. Read next: `run.rs`.

use std::rc::Rc;

use super::{Action, DataSource, Loading, Notice, State};
use lnn_core::{Activation, Recipe};

use crate::protocol::{DataArrays, FromLoader, Offer, StartWeights};

impl State {
    pub(super) fn apply_loading(&mut self, action: &Action) {
        match action {
            Action::OpenFile { name, .. } => {
                self.last_preview = None;
                (self.notice, self.offer) = (None, None);
                self.loading = Loading::Reading { name: name.clone(), share: None };
            }
            Action::OpenShipped(shipped) => {
                self.last_preview = None;
                self.loading = Loading::Reading { name: shipped.title().to_owned(), share: None };
            }
            Action::Reread(_) => {
                let offer = self.offer.take();
                if let Loading::Preview(preview) = &self.loading {
                    let preview = preview.clone();
                    self.loading = Loading::Reading { name: preview.name.clone(), share: None };
                    self.last_preview = Some(preview);
                } else if let Some(offer) = offer {
                    self.notice = None;
                    self.loading = Loading::Reading { name: offer.name.clone(), share: None };
                }
            }
            Action::UseData(_) => {
                if let Loading::Preview(preview) = &self.loading {
                    self.loading = Loading::Preparing(preview.clone());
                }
            }
            Action::CancelLoading => self.loading = Loading::Idle,
            Action::Loader(message) => self.hear_loader(message),
            Action::LoaderLost(why) => self.lose_loader(why),
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
            FromLoader::Failed { message, offer } => self.fail_loading(message, offer.as_ref()),
            FromLoader::Weights(weights) => self.start_from(weights),
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

    /// The run begins anew from a file's weights, if they are those of a network for its data set.
    fn start_from(&mut self, weights: &Rc<StartWeights>) {
        if matches!(self.loading, Loading::Idle) {
            return;
        }
        self.loading = Loading::Idle;
        let (name, sizes) = (&weights.name, &weights.sizes);
        let wanted = self.setup.data.n_inputs_and_outputs();
        let text = |numbers: &[usize]| numbers.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        let ([n_inputs, layers @ .., n_outputs], true) = (sizes.as_slice(), self.replay.is_none()) else {
            let text = format!("{name} holds a network: go back to training first, then drop it again.");
            self.notice = Some(Notice { is_error: true, text, can_undo: false });
            return;
        };
        if (*n_inputs, *n_outputs) != wanted {
            let text = format!(
                "{name} is a network {}: the data set in use has {} inputs and needs {} outputs. Open the one it is for first, then drop it again.",
                text(sizes),
                wanted.0,
                wanted.1
            );
            self.notice = Some(Notice { is_error: true, text, can_undo: false });
            return;
        }
        let known = self.setup.recipe.hidden.first().copied().unwrap_or(Activation::Relu);
        let named = |name: &Option<String>| name.as_ref().and_then(|name| name.parse().ok());
        let is_named = weights.hidden.iter().all(|name| named(name).is_some());
        let hidden = weights.hidden.iter().map(|name| named(name).unwrap_or(known)).collect();
        let recipe = Recipe { layers: layers.to_vec(), hidden, ..(*self.setup.recipe).clone() };
        self.remember();
        self.begin(Rc::new(recipe), self.setup.data.clone());
        self.setup.weights = Some(weights.clone());
        (self.view.selected, self.sheet) = (None, None);
        let guess = format!(" Its activations are not in the file: {known} is assumed.");
        let guess = if is_named { String::new() } else { guess };
        let text = format!("Starts from the weights of {name}: {}.{guess}", text(sizes));
        self.notice = Some(Notice { is_error: false, text, can_undo: true });
    }

    /// What it had read is gone with it.
    fn lose_loader(&mut self, why: &str) {
        let name = match &self.loading {
            Loading::Reading { name, .. } => Some(name.as_str()),
            Loading::Preview(preview) | Loading::Preparing(preview) => Some(preview.name.as_str()),
            Loading::Idle => None,
        };
        let text = name.map_or_else(
            || why.to_owned(),
            |name| {
                format!(
                    "{name}: its reader had to stop ({why}). Open it again; if it stops again, the file is damaged or too \
                     large for a page."
                )
            },
        );
        (self.loading, self.last_preview) = (Loading::Idle, None);
        self.fail_loading(&text, None);
    }

    /// The run under way is left alone.
    fn fail_loading(&mut self, why: &str, offer: Option<&Offer>) {
        self.loading = match &self.loading {
            Loading::Preparing(preview) => Loading::Preview(preview.clone()),
            _ => self.last_preview.take().map_or(Loading::Idle, Loading::Preview),
        };
        self.offer = offer.cloned().map(Rc::new);
        self.notice = Some(Notice { is_error: true, text: why.to_owned(), can_undo: false });
    }
}
