//! The theme on the root element, and what is kept from one visit to the next: the theme, and a service if the user wishes.
//!
//! In: a [`Theme`], an [`Access`]. Out: an attribute for the style sheet, entries in the browser's storage.

use crate::{protocol::Access, state::Theme};

const THEME_KEY: &str = "lnn-theme";
const ACCESS_KEY: &str = "lnn-access";

/// The theme that was chosen on an earlier visit.
pub fn stored_theme() -> Theme {
    match stored(THEME_KEY).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Keeps the theme for the next visit.
pub fn store_theme(theme: Theme) {
    store(THEME_KEY, theme_name(theme));
}

/// The service that was to be remembered.
pub fn stored_access() -> Option<Access> {
    let (address, token) = stored(ACCESS_KEY)?.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    Some(Access { address, token })
}

/// Remembers a service for the next visit; none = forgets it.
pub fn store_access(access: Option<&Access>) {
    store(ACCESS_KEY, access.map(|access| format!("{}\n{}", access.address, access.token)).as_deref());
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn store(key: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

/// Puts the theme on the root element, where the style sheet's tokens look for it.
pub fn dress(theme: Theme) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root {
        let _ = match theme_name(theme) {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
}
