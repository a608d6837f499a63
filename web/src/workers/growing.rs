//! A log that may still grow: looked at again, by its address or by the handle of a dropped file.
//!
//! In: what is known of the file. Out: more of it. A `File` can't be read any more once somebody has written to it, so what a
//! handle gives is kept in a blob of our own. Read next: `replay.rs`.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DedicatedWorkerGlobalScope, Response};

use super::access::{ask, fetched};
use crate::protocol::Access;

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
    access: Option<Access>,
    /// What its server calls its lines.
    generation: Rc<RefCell<Option<String>>>,
}

/// What a look at the file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing new.
    Same,
    /// It is longer.
    More,
    /// It holds other lines than before.
    Another,
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
        Some(Self { place, blob, access: None, generation: Rc::default() })
    }

    /// One that was fetched with a token.
    pub fn with(mut self, access: Option<Access>, response: Option<&Response>) -> Self {
        self.access = access;
        self.generation = Rc::new(RefCell::new(response.and_then(generation)));
        self
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

    /// Looks for more.
    pub async fn look(&self, scope: &DedicatedWorkerGlobalScope) -> Seen {
        let known = self.blob.borrow().clone();
        let (seen, blob) = match &self.place {
            Place::Url(url) => match self.fetched_longer(scope, url, &known).await {
                Ok(Some((seen, blob))) => (seen, blob),
                _ => return Seen::Same,
            },
            Place::Handle(handle) => match longer_file(handle, &known).await {
                Ok(Some(blob)) => (Seen::More, blob),
                _ => return Seen::Same,
            },
        };
        *self.blob.borrow_mut() = blob;
        seen
    }

    /// What is fetched of a file and what has come since; none where nothing has. The last known byte is asked for again: where
    /// even that is not there any more, the file is another one.
    async fn fetched_longer(
        &self,
        scope: &DedicatedWorkerGlobalScope,
        url: &str,
        known: &Blob,
    ) -> Result<Option<(Seen, Blob)>, JsValue> {
        let n_again = known.size().min(1.0);
        let response = ask(scope, url, self.access.as_ref(), Some(known.size() - n_again)).await?;
        let generation = generation(&response);
        let is_another = generation != *self.generation.borrow();
        if (is_another && response.ok()) || (response.status() == 416 && n_again > 0.0) {
            let (response, blob) =
                fetched(scope, url, self.access.as_ref()).await.map_err(|why| JsValue::from_str(&why))?;
            *self.generation.borrow_mut() = self::generation(&response);
            return Ok(Some((Seen::Another, blob)));
        }
        if !response.ok() {
            return Ok(None);
        }
        let is_part = response.status() == 206;
        let fresh: Blob = JsFuture::from(response.blob()?).await?.unchecked_into();
        let longer = if is_part {
            Blob::new_with_blob_sequence(&Array::of2(known, &fresh.slice_with_f64(n_again)?.into()))?
        } else {
            fresh
        };
        Ok((longer.size() > known.size()).then_some((Seen::More, longer)))
    }
}

/// Which lines the file has: another number says that it was written anew.
fn generation(response: &Response) -> Option<String> {
    response.headers().get("Lnn-Generation").ok().flatten()
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
