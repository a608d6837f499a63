//! The page's run saved as a log: asked for, under way, done.
//!
//! In: [`Action::Save`](super::Action). Out: the next state; the file itself is handed to the browser by `page/bridge.rs`.

use std::rc::Rc;

use super::{Notice, State};
use crate::{page::number, protocol::FromReplay};

/// What happens to a run that is saved.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveAction {
    /// Save the run as it is now.
    Begin,
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
            SaveAction::Begin => self.saving = Some(0.0),
            SaveAction::Cancel => self.saving = None,
            SaveAction::Lost(why) => self.not_saved(why),
            SaveAction::Hear(message) => match &**message {
                FromReplay::Saving(share) => self.saving = self.saving.map(|_| *share),
                FromReplay::NotSaved(why) => self.not_saved(why),
                FromReplay::Saved { file_name, n_steps, every_steps } => {
                    self.saving = None;
                    let which = match every_steps {
                        1 => "every step".to_owned(),
                        every => format!("every {every}th step, and any other can be computed from it"),
                    };
                    let count = number::count(*n_steps);
                    let text = format!(
                        "Saved {file_name}: {count} steps, {which}. Drop it on this page to replay it."
                    );
                    self.notice = Some(Notice { is_error: false, text, can_undo: false });
                }
                _ => {}
            },
        }
    }

    fn not_saved(&mut self, why: &str) {
        self.saving = None;
        let text = format!("The run could not be saved: {why}. Training is not affected; try again.");
        self.notice = Some(Notice { is_error: true, text, can_undo: false });
    }
}
