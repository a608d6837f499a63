//! Moving the cursor: by pointer, finger or key, with at most one request an animation frame.
//!
//! In: wanted steps, as often as they come. Out: [`Action::Seek`]; and the wanted step, so that the knob follows the hand
//! at once and not only when the trainer answers.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::{
    page::{Commands, events::on_next_frame},
    state::Action,
};

/// After so long without an answer the knob goes back to where the run is.
const PATIENCE_MS: u32 = 1500;

/// The hand on the knob.
#[derive(Clone)]
pub struct Seeking {
    wanted: UseStateHandle<Option<u64>>,
    /// The same, known at once: several keys may come before the next drawing.
    newest: Rc<Cell<Option<u64>>>,
    is_dragging: UseStateHandle<bool>,
    unsent: Rc<RefCell<Option<u64>>>,
    commands: Commands,
}

impl Seeking {
    /// The wanted step, until the run is there.
    pub fn wanted(&self) -> Option<u64> {
        self.newest.get()
    }

    /// Whether a pointer holds the knob.
    pub fn is_dragging(&self) -> bool {
        *self.is_dragging
    }

    /// A pointer takes the knob, or lets it go.
    pub fn drag(&self, is_dragging: bool) {
        self.is_dragging.set(is_dragging);
    }

    /// Wants a step.
    pub fn seek(&self, step: u64) {
        if self.newest.replace(Some(step)) == Some(step) {
            return;
        }
        self.wanted.set(Some(step));
        if self.unsent.borrow_mut().replace(step).is_some() {
            return;
        }
        let (unsent, commands) = (self.unsent.clone(), self.commands.clone());
        on_next_frame(Callback::from(move |()| {
            let step = unsent.borrow_mut().take();
            if let Some(step) = step {
                commands.emit(Action::Seek(step));
            }
        }));
    }

    /// Wants nothing any more.
    pub fn release(&self) {
        self.newest.set(None);
        self.wanted.set(None);
    }
}

/// See [`Seeking`].
#[hook]
pub fn use_seeking(cursor: u64, commands: &Commands) -> Seeking {
    let seeking = Seeking {
        wanted: use_state_eq(|| None),
        newest: use_memo((), |()| Cell::new(None)),
        is_dragging: use_state_eq(|| false),
        unsent: use_mut_ref(|| None),
        commands: commands.clone(),
    };
    let (held, wanted) = (seeking.is_dragging(), *seeking.wanted);
    let release = seeking.clone();
    use_effect_with((cursor, wanted, held), move |(cursor, wanted, held)| {
        let is_there = *wanted == Some(*cursor);
        let timer = match wanted {
            Some(_) if is_there && !held => {
                release.release();
                None
            }
            Some(_) if !held => Some(Timeout::new(PATIENCE_MS, move || release.release())),
            _ => None,
        };
        move || drop(timer)
    });
    seeking
}
