//! The page's run saved as a file: asked for, under way, done.
//!
//! In: [`Action::Save`](super::Action). Out: the next state; the file itself is handed to the browser by `page/bridge.rs`.

use std::rc::Rc;

use super::{Notice, State};
use crate::protocol::{FromReplay, SaveForm};

/// What happens to a run that is saved.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveAction {
    /// Save the run as it is now.
    Begin(SaveForm),
    /// Leave it.
    Cancel,
    /// The worker that writes it said something.
    Hear(Rc<FromReplay>),
    /// That worker is gone; says why.
    Lost(String),
}

impl State {
    pub(super) fn apply_save(&mut self, action: &SaveAction) {
        match action {
            SaveAction::Begin(form) => self.saving = Some((form.clone(), 0.0)),
            SaveAction::Cancel => self.saving = None,
            SaveAction::Lost(why) => self.not_saved(why),
            SaveAction::Hear(message) => match &**message {
                FromReplay::Saving(share) => {
                    if let Some((_, known)) = &mut self.saving {
                        *known = *share;
                    }
                }
                FromReplay::NotSaved(why) => self.not_saved(why),
                FromReplay::Saved { sentence, .. } => {
                    self.saving = None;
                    let text = sentence.clone();
                    self.notice = Some(Notice { is_error: false, text, can_undo: false });
                }
                _ => {}
            },
        }
    }

    fn not_saved(&mut self, why: &str) {
        self.saving = None;
        let text = format!("It could not be saved: {why}. Training is not affected; try again.");
        self.notice = Some(Notice { is_error: true, text, can_undo: false });
    }
}
