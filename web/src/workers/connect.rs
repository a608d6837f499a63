//! Asks a service which runs it has, again and again, until the worker is ended.
//!
//! In: an [`Access`]. Out: [`FromReplay::Runs`] when something changed. Read next: `lnn_engine::connect`.

use gloo_timers::callback::Timeout;
use lnn_engine::connect::{answered, checked, problem, unreachable};
use lnn_engine::element::Element;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::DedicatedWorkerGlobalScope;

use super::{access::ask, seal};
use crate::protocol::{Access, FromReplay};

/// So often.
const ASK_MS: u32 = 2000;

/// Begins to ask.
pub fn start(scope: DedicatedWorkerGlobalScope, access: Access) {
    match checked(&access.address) {
        Ok(address) => look(scope, Access { address, ..access }, None),
        Err(sentence) => post(&scope, problem(sentence)),
    }
}

fn look(scope: DedicatedWorkerGlobalScope, access: Access, shown: Option<Element>) {
    spawn_local(async move {
        let found = match asked(&scope, &access).await {
            Ok((status, body)) => answered(&access, status, &body, js_sys::Date::now()),
            Err(_) => unreachable(&access),
        };
        if shown.as_ref() != Some(&found) {
            post(&scope, found.clone());
        }
        Timeout::new(ASK_MS, move || look(scope, access, Some(found))).forget();
    });
}

async fn asked(scope: &DedicatedWorkerGlobalScope, access: &Access) -> Result<(u16, String), JsValue> {
    let response = ask(scope, &format!("{}/runs", access.address), Some(access), None).await?;
    let body = JsFuture::from(response.text()?).await?;
    Ok((response.status(), body.as_string().unwrap_or_default()))
}

fn post(scope: &DedicatedWorkerGlobalScope, found: Element) {
    if let Ok(envelope) = seal(&FromReplay::Runs(found.into()), None) {
        let _ = scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
    }
}
