//! Fetching, with a token where the address belongs to the service that it is for, and only there.
//!
//! In: an address, perhaps a place in the file. Out: a [`Response`], or a sentence that says why not.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DedicatedWorkerGlobalScope, Request, Response};

use crate::protocol::Access;

/// The answer to a request; from a byte on, where one is named.
pub async fn ask(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    access: Option<&Access>,
    from_byte: Option<f64>,
) -> Result<Response, JsValue> {
    let request = Request::new_with_str(url)?;
    if let Some(access) = access.filter(|access| belongs(url, access)) {
        request.headers().set("Authorization", &format!("Bearer {}", access.token))?;
    }
    if let Some(from) = from_byte {
        request.headers().set("Range", &format!("bytes={from}-"))?;
    }
    Ok(JsFuture::from(scope.fetch_with_request(&request)).await?.unchecked_into())
}

/// Whether an address is one of the service.
pub fn belongs(url: &str, access: &Access) -> bool {
    url.strip_prefix(access.address.as_str()).is_some_and(|path| path.starts_with('/'))
}

/// A whole file, or as much of it as is given at once.
pub async fn fetched(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    access: Option<&Access>,
) -> Result<(Response, Blob), String> {
    let refused = |error: JsValue| {
        format!(
            "it can't be fetched ({}): look at the address, and whether that server allows this page to read",
            describe(&error)
        )
    };
    let is_asked_from_start = access.is_some_and(|access| belongs(url, access));
    let response = ask(scope, url, access, is_asked_from_start.then_some(0.0)).await.map_err(refused)?;
    if response.status() == 416 {
        return Ok((response, Blob::new().map_err(refused)?));
    }
    if !response.ok() {
        let status = response.status();
        let what = if matches!(status, 401 | 403) {
            "its token is refused: connect again"
        } else {
            "look at the address"
        };
        return Err(format!("it can't be fetched (status {status}): {what}"));
    }
    let blob = JsFuture::from(response.blob().map_err(refused)?).await.map_err(refused)?;
    Ok((response, blob.unchecked_into()))
}

/// A thrown value in words.
pub fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| error.message().into())
}
