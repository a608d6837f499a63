//! Calm: numbers that change sixty times a second can't be read, and tables that do stop the page.
//!
//! In: a value that changes at any rate. Out: the same value, changed at most every so many milliseconds, and not in the
//! same animation frame as another view's; the last one always arrives. Read next: `../turns.rs`.

use std::{ops::Deref, rc::Rc};

use yew::prelude::*;

use crate::page::turns::{self, Rank, Ticket, now_ms};

/// A shared value that equals another only if both are one: comparing what is in it would cost more than drawing it.
#[derive(Debug)]
pub struct Same<T>(pub Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Same<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<&Rc<T>> for Same<T> {
    fn from(value: &Rc<T>) -> Self {
        Self(value.clone())
    }
}

/// What is shown, since when, and the wait for what came meanwhile.
struct Shown<T> {
    value: T,
    since_ms: f64,
    wait: Wait,
}

enum Wait {
    /// What is shown is the newest.
    None,
    /// Something newer waits for its turn.
    For { _ticket: Ticket },
    /// Its turn has come.
    Over,
}

/// The value as it was about `pause_ms` ago; 0 = as it is.
#[hook]
pub fn use_calm<T: Clone + PartialEq + 'static>(value: &T, pause_ms: u32) -> T {
    use_turns(value, pause_ms, Rank::Other)
}

/// The same for the run's headline numbers, which go before everything else.
#[hook]
pub fn use_calm_first<T: Clone + PartialEq + 'static>(value: &T, pause_ms: u32) -> T {
    use_turns(value, pause_ms, Rank::First)
}

#[hook]
fn use_turns<T: Clone + PartialEq + 'static>(value: &T, pause_ms: u32, rank: Rank) -> T {
    let shown = use_mut_ref(|| Shown { value: value.clone(), since_ms: now_ms(), wait: Wait::None });
    let update = use_force_update();
    let mut state = shown.borrow_mut();
    if state.value == *value {
        state.wait = Wait::None;
    } else if pause_ms == 0 || matches!(state.wait, Wait::Over) {
        *state = Shown { value: value.clone(), since_ms: now_ms(), wait: Wait::None };
    } else if matches!(state.wait, Wait::None) {
        let shown = shown.clone();
        let call = Callback::from(move |()| {
            shown.borrow_mut().wait = Wait::Over;
            update.force_update();
        });
        let ticket = turns::wait(state.since_ms + f64::from(pause_ms), rank, call);
        state.wait = Wait::For { _ticket: ticket };
    }
    state.value.clone()
}
