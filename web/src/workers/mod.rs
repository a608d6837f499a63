//! The workers' roles, and how messages are packed on both sides.
//!
//! In: envelopes posted by the page. Out: envelopes posted back, bulk transferred. Read next: `trainer.rs`, `loader.rs`.

mod access;
mod blobs;
mod connect;
mod growing;
pub mod loader;
mod plan;
mod preview;
mod replay;
mod save;
pub mod trainer;
mod which;

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

/// What a worker is for; it learns it from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerRole {
    /// Trains and makes frames.
    Trainer,
    /// Reads files.
    Loader,
    /// Plays logs.
    Replay,
}

impl WorkerRole {
    /// The worker's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trainer => "lnn-trainer",
            Self::Loader => "lnn-loader",
            Self::Replay => "lnn-replay",
        }
    }
}

/// Trains.
pub fn start_trainer() {
    if let Some(scope) = scope() {
        trainer::start(&scope);
    }
}

/// Reads files, in the role that the worker's name says. A program of its own, because it is loaded with the first file.
pub fn start_reader() {
    let Some(scope) = scope() else { return };
    if scope.name() == WorkerRole::Loader.name() { loader::start(&scope) } else { replay::start(&scope) }
}

fn scope() -> Option<web_sys::DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// A message ready to be posted.
pub struct Envelope {
    /// `{message, beside}`.
    pub value: JsValue,
    /// The array buffers in it, which move instead of being copied.
    pub transfer: Array,
}

/// A message that can't be packed or unpacked.
#[derive(Debug, thiserror::Error)]
#[error("a message between page and worker is broken: {0}")]
pub struct BrokenMessage(String);

/// Packs a message, with what can't be serialized (a file) beside it.
///
/// # Errors
/// If the message has a part that JavaScript has no value for.
pub fn seal<T: Serialize>(message: &T, beside: Option<&JsValue>) -> Result<Envelope, BrokenMessage> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_large_number_types_as_bigints(true);
    let message = message.serialize(&serializer).map_err(|error| BrokenMessage(error.to_string()))?;
    let transfer = Array::new();
    collect_buffers(&message, &transfer);
    let value = Object::new();
    let set = |name: &str, part: &JsValue| Reflect::set(&value, &name.into(), part);
    set("message", &message).map_err(|error| BrokenMessage(format!("{error:?}")))?;
    set("beside", beside.unwrap_or(&JsValue::UNDEFINED))
        .map_err(|error| BrokenMessage(format!("{error:?}")))?;
    Ok(Envelope { value: value.into(), transfer })
}

/// Unpacks a message.
///
/// # Errors
/// If it is not one of `T`.
pub fn open<T: DeserializeOwned>(envelope: &JsValue) -> Result<T, BrokenMessage> {
    let message = Reflect::get(envelope, &"message".into()).unwrap_or_default();
    serde_wasm_bindgen::from_value(message).map_err(|error| BrokenMessage(error.to_string()))
}

/// Milliseconds, for counting how long something takes.
fn clock(scope: &web_sys::DedicatedWorkerGlobalScope) -> impl Fn() -> f64 + use<> {
    let clock = scope.performance();
    move || clock.as_ref().map_or_else(js_sys::Date::now, web_sys::Performance::now)
}

/// What came beside a message.
pub fn beside(envelope: &JsValue) -> Option<JsValue> {
    Reflect::get(envelope, &"beside".into()).ok().filter(|value| !value.is_undefined())
}

/// Finds the buffers of all typed arrays in a message; arrays of plain numbers are not searched.
fn collect_buffers(value: &JsValue, transfer: &Array) {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        let buffer: ArrayBuffer = bytes.buffer();
        if buffer.byte_length() > 0 {
            transfer.push(&buffer);
        }
    } else if let Some(array) = value.dyn_ref::<Array>() {
        if array.get(0).is_object() {
            array.iter().for_each(|part| collect_buffers(&part, transfer));
        }
    } else if value.is_object()
        && let Some(object) = value.dyn_ref::<Object>()
    {
        Object::values(object).iter().for_each(|part| collect_buffers(&part, transfer));
    }
}
