//! A log that may still grow: looked at again, by its address or by the handle of a dropped file.
//!
//! In: what is known of the file. Out: more of it. A `File` can't be read any more once somebody has written to it, so what a
//! handle gives is kept in a blob of our own. Read next: `replay.rs`.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DedicatedWorkerGlobalScope, Request, Response};

/// A dropped file of more bytes is not kept: it is read where it lies, and may be out of reach for a moment while somebody
/// writes.
const MAX_KEPT_BYTES: f64 = 256.0 * 1024.0 * 1024.0;
/// Bytes that are copied at once.
const PART_BYTES: f64 = 8.0 * 1024.0 * 1024.0;

/// One file of a log.
#[derive(Clone)]
pub struct Growing {
    place: Place,
    /// What is known of it; who reads it sees every longer one.
    blob: Rc<RefCell<Blob>>,
}

#[derive(Clone)]
enum Place {
    Url(String),
    /// A `FileSystemFileHandle`.
    Handle(JsValue),
}

impl Growing {
    /// A file with its address or its handle; none where it has neither.
    pub fn new(blob: Rc<RefCell<Blob>>, url: Option<String>, handle: Option<JsValue>) -> Option<Self> {
        let place = url.map(Place::Url).or(handle.map(Place::Handle))?;
        Some(Self { place, blob })
    }

    /// Makes a dropped file's content our own, before somebody writes to it.
    pub async fn keep(&self) {
        let known = self.blob.borrow().clone();
        if matches!(self.place, Place::Handle(_))
            && known.size() <= MAX_KEPT_BYTES
            && let Ok(kept) = copied(&Blob::new().unwrap_or_else(|_| known.clone()), &known).await
        {
            *self.blob.borrow_mut() = kept;
        }
    }

    /// Looks for more; tells whether there is.
    pub async fn look(&self, scope: &DedicatedWorkerGlobalScope) -> bool {
        let known = self.blob.borrow().clone();
        let longer = match &self.place {
            Place::Url(url) => fetched_longer(scope, url, &known).await,
            Place::Handle(handle) => longer_file(handle, &known).await,
        };
        let Ok(Some(longer)) = longer else { return false };
        *self.blob.borrow_mut() = longer;
        true
    }
}

/// What is fetched of a file and what has come since; none where nothing has.
async fn fetched_longer(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    known: &Blob,
) -> Result<Option<Blob>, JsValue> {
    let request = Request::new_with_str(url)?;
    request.headers().set("Range", &format!("bytes={}-", known.size()))?;
    let response: Response = JsFuture::from(scope.fetch_with_request(&request)).await?.unchecked_into();
    if !response.ok() {
        return Ok(None);
    }
    let is_part = response.status() == 206;
    let fresh: Blob = JsFuture::from(response.blob()?).await?.unchecked_into();
    let longer = if is_part { Blob::new_with_blob_sequence(&Array::of2(known, &fresh))? } else { fresh };
    Ok((longer.size() > known.size()).then_some(longer))
}

async fn longer_file(handle: &JsValue, known: &Blob) -> Result<Option<Blob>, JsValue> {
    let get_file: Function = Reflect::get(handle, &"getFile".into())?.dyn_into()?;
    let file: Blob = JsFuture::from(get_file.call0(handle)?.dyn_into::<Promise>()?).await?.unchecked_into();
    if file.size() <= known.size() {
        return Ok(None);
    }
    if file.size() > MAX_KEPT_BYTES {
        return Ok(Some(file));
    }
    copied(known, &file).await.map(Some)
}

/// `known`, and after it what `file` has beyond its length, copied.
async fn copied(known: &Blob, file: &Blob) -> Result<Blob, JsValue> {
    let parts = Array::of1(known);
    let mut from = known.size();
    while from < file.size() {
        let to = (from + PART_BYTES).min(file.size());
        let part = file.slice_with_f64_and_f64(from, to)?;
        let bytes = JsFuture::from(part.array_buffer()).await?;
        let kept = Blob::new_with_buffer_source_sequence(&Array::of1(&bytes))?;
        parts.push(&kept);
        from = to;
    }
    Blob::new_with_blob_sequence(&parts)
}
