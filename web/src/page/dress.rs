//! The theme on the root element, and from one visit to the next.
//!
//! In: a [`Theme`]. Out: an attribute for the style sheet, an entry in the browser's storage.

use crate::state::Theme;

const THEME_KEY: &str = "lnn-theme";

/// The theme that was chosen on an earlier visit.
pub fn stored_theme() -> Theme {
    let stored = web_sys::window()
        .and_then(|window| window.local_storage().ok().flatten()?.get_item(THEME_KEY).ok()?);
    match stored.as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Keeps the theme for the next visit.
pub fn store_theme(theme: Theme) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    if let (Some(storage), Some(name)) = (&storage, theme_name(theme)) {
        let _ = storage.set_item(THEME_KEY, name);
    } else if let Some(storage) = storage {
        let _ = storage.remove_item(THEME_KEY);
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
