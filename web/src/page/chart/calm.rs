//! Calm: numbers that change sixty times a second can't be read, and tables that do stop the page.
//!
//! In: a value that changes at any rate. Out: the same value, changed at most every so many milliseconds; the last one
//! always arrives.

use std::{ops::Deref, rc::Rc};

use gloo_timers::callback::Timeout;
use yew::prelude::*;

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

/// What is shown, since when, and the timer that brings what came meanwhile.
struct Shown<T> {
    value: T,
    since_ms: f64,
    timer: Option<Timeout>,
}

/// The value as it was at most `pause_ms` ago; 0 = as it is.
#[hook]
pub fn use_calm<T: Clone + PartialEq + 'static>(value: &T, pause_ms: u32) -> T {
    let shown = use_mut_ref(|| Shown { value: value.clone(), since_ms: now_ms(), timer: None });
    let update = use_force_update();
    let mut state = shown.borrow_mut();
    if state.value == *value {
        return state.value.clone();
    }
    let age_ms = now_ms() - state.since_ms;
    let rest_ms = f64::from(pause_ms) - age_ms;
    if rest_ms <= 0.0 {
        *state = Shown { value: value.clone(), since_ms: now_ms(), timer: None };
    } else if state.timer.is_none() {
        let shown = shown.clone();
        state.timer = Some(Timeout::new(rest_ms.ceil() as u32 + 1, move || {
            shown.borrow_mut().timer = None;
            update.force_update();
        }));
    }
    state.value.clone()
}

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}
