//! A run of the page written down as a log, a slice of steps at a time.
//!
//! In: a [`SaveOrder`]. Out: how far it is, and the file. Read next: `lnn_engine::save`.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use lnn_engine::save::{SavedLog, Saver};
use wasm_bindgen::JsValue;
use web_sys::{Blob, DedicatedWorkerGlobalScope};

use super::seal;
use crate::protocol::{FromReplay, SaveOrder};

/// Sets the run up and begins to write.
pub fn start(scope: &DedicatedWorkerGlobalScope, order: &SaveOrder) {
    match Saver::start(order, js_sys::Date::now()) {
        Ok(saver) => go_on(scope.clone(), saver),
        Err(why) => post(scope, &FromReplay::NotSaved(why), None),
    }
}

fn go_on(scope: DedicatedWorkerGlobalScope, mut saver: Saver) {
    Timeout::new(0, move || match saver.work(&super::clock(&scope)) {
        Err(why) => post(&scope, &FromReplay::NotSaved(why), None),
        Ok(_) if saver.is_done() => finish(&scope, saver),
        Ok(share) => {
            post(&scope, &FromReplay::Saving(share), None);
            go_on(scope, saver);
        }
    })
    .forget();
}

fn finish(scope: &DedicatedWorkerGlobalScope, saver: Saver) {
    let saved = saver.finish().and_then(|saved| {
        let part: Array = [JsValue::from(Uint8Array::from(saved.bytes.as_slice()))].into_iter().collect();
        let blob = Blob::new_with_u8_array_sequence(&part).map_err(|error| format!("{error:?}"))?;
        Ok((saved, blob))
    });
    match saved {
        Ok((SavedLog { file_name, n_steps, every_steps, .. }, blob)) => {
            post(scope, &FromReplay::Saved { file_name, n_steps, every_steps }, Some(&blob));
        }
        Err(why) => post(scope, &FromReplay::NotSaved(why), None),
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromReplay, file: Option<&JsValue>) {
    if let Ok(envelope) = seal(message, file) {
        let _ = scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
    }
}
