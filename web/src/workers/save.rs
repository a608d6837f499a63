//! A run of the page as a file: a log, written a slice of steps at a time, or what needs no more than a moment.
//!
//! In: a [`SaveOrder`]. Out: how far it is, and the file. Read next: `lnn_engine::save`, `lnn_engine::files`.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use lnn_engine::files;
use lnn_engine::save::{SavedFile, Saver};
use wasm_bindgen::JsValue;
use web_sys::{Blob, DedicatedWorkerGlobalScope};

use super::seal;
use crate::protocol::{FromReplay, SaveForm, SaveOrder};

/// Sets the run up and begins to write.
pub fn start(scope: &DedicatedWorkerGlobalScope, order: SaveOrder) {
    match &order.form {
        SaveForm::Weights(format) => hand(scope, files::weights(&order, format)),
        SaveForm::Data => hand(scope, files::data(&order)),
        SaveForm::Log | SaveForm::Session => match Saver::start(&order, js_sys::Date::now()) {
            Ok(saver) => go_on(scope.clone(), saver, order),
            Err(why) => post(scope, &FromReplay::NotSaved(why), None),
        },
    }
}

fn go_on(scope: DedicatedWorkerGlobalScope, mut saver: Saver, order: SaveOrder) {
    Timeout::new(0, move || match saver.work(&super::clock(&scope)) {
        Err(why) => post(&scope, &FromReplay::NotSaved(why), None),
        Ok(_) if saver.is_done() => {
            let log = saver.finish();
            let is_session = order.form == SaveForm::Session;
            hand(&scope, if is_session { log.and_then(|log| files::session(&order, &log)) } else { log });
        }
        Ok(share) => {
            post(&scope, &FromReplay::Saving(share), None);
            go_on(scope, saver, order);
        }
    })
    .forget();
}

/// The file to the page, or why there is none.
fn hand(scope: &DedicatedWorkerGlobalScope, saved: Result<SavedFile, String>) {
    let saved = saved.and_then(|saved| {
        let part: Array = [JsValue::from(Uint8Array::from(saved.bytes.as_slice()))].into_iter().collect();
        let blob = Blob::new_with_u8_array_sequence(&part).map_err(|error| format!("{error:?}"))?;
        Ok((saved, blob))
    });
    match saved {
        Ok((SavedFile { file_name, sentence, .. }, blob)) => {
            post(scope, &FromReplay::Saved { file_name, sentence }, Some(&blob));
        }
        Err(why) => post(scope, &FromReplay::NotSaved(why), None),
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromReplay, file: Option<&JsValue>) {
    if let Ok(envelope) = seal(message, file) {
        let _ = scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
    }
}
