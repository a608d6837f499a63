//! A service that has runs: asked for them, and left again.
//!
//! In: [`Action::Connect`](super::Action), what the worker that asks says. Out: the next state. The token is in the state alone, and
//! in the browser's storage where the user wishes it (`page/dress.rs`). Read next: `../page/connect.rs`.

use std::rc::Rc;

use super::State;
use crate::protocol::{Access, Element, FromReplay};

/// What happens to the dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectAction {
    /// It opens; what is known of a service is filled in.
    Open(Option<Access>),
    /// The service is asked; whether it is to be remembered on this device.
    Ask(Access, bool),
    /// Nothing is known of a service any more, here and on this device.
    Forget,
    /// It closes.
    Close,
    /// The worker said something.
    Hear(Rc<FromReplay>),
}

/// The dialog.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Connect {
    /// Whether a service is being asked.
    pub is_asking: bool,
    /// Its runs, or why there are none.
    pub runs: Option<Rc<Element>>,
}

impl State {
    pub(super) fn apply_connect(&mut self, action: &ConnectAction) {
        match action {
            ConnectAction::Open(access) => {
                self.access = self.access.take().or(access.clone().map(Rc::new));
                self.connect = Some(Connect::default());
            }
            ConnectAction::Ask(access, _) => {
                self.access = Some(Rc::new(access.clone()));
                self.connect = Some(Connect { is_asking: true, runs: None });
            }
            ConnectAction::Forget => {
                self.access = None;
                self.connect = Some(Connect::default());
            }
            ConnectAction::Close => self.connect = None,
            ConnectAction::Hear(message) => {
                if let (FromReplay::Runs(runs), Some(connect)) = (&**message, &mut self.connect) {
                    connect.runs = Some(runs.clone());
                }
            }
        }
    }
}
