//! A file handed to the user, as the browser's downloads are.

use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Browsers read the address some time after the click.
const ADDRESS_MS: u32 = 60_000;

/// Saves a file under a name.
pub fn download(name: &str, file: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(file) else { return };
    let document = web_sys::window().and_then(|window| window.document());
    let link =
        document.and_then(|document| document.create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    gloo_timers::callback::Timeout::new(ADDRESS_MS, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
}
