//! A frame that is renewed no more often than people can read.
//!
//! In: the newest frame. Out: the newest one that was due; the very newest when the run is paused.

use std::rc::Rc;

use yew::prelude::*;

use crate::frame::Frame;

struct Held {
    frame: Rc<Frame>,
    since_ms: f64,
}

/// Holds a frame for at least `interval_ms` while the run goes on.
#[hook]
pub fn use_held(frame: &Rc<Frame>, interval_ms: f64) -> Rc<Frame> {
    let held = use_mut_ref(|| Held { frame: frame.clone(), since_ms: f64::NEG_INFINITY });
    let mut held = held.borrow_mut();
    let now_ms = js_sys::Date::now();
    let is_due = !frame.playing || frame.run != held.frame.run || frame.lens != held.frame.lens;
    if is_due || now_ms - held.since_ms >= interval_ms {
        *held = Held { frame: frame.clone(), since_ms: now_ms };
    }
    held.frame.clone()
}
