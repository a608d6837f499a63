//! Letters, as the browser knows them.
//!
//! In: a text. Out: the same in small letters. The tables of Unicode are large, and every browser has them.

/// A text in small letters.
#[cfg(target_arch = "wasm32")]
pub fn lowercase(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// The same, where there is no browser: in tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn lowercase(text: &str) -> String {
    text.to_lowercase()
}
