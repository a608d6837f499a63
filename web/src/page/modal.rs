//! A dialog over the page.
//!
//! In: a `<dialog>` that was just drawn. Out: it is open, Escape is told, and the focus comes back when it goes.

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Event, HtmlDialogElement, HtmlElement};
use yew::prelude::*;

/// Opens the dialog with the focus on `first`; what is returned closes it.
pub fn open_modal(node: &NodeRef, first: &str, cancel: Callback<()>) -> Box<dyn FnOnce()> {
    let Some(dialog) = node.cast::<HtmlDialogElement>() else { return Box::new(|| {}) };
    // `cancel` doesn't bubble, so that the page's own delegation never hears it.
    let on_cancel = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        event.prevent_default();
        cancel.emit(());
    });
    let _ = dialog.add_event_listener_with_callback("cancel", on_cancel.as_ref().unchecked_ref());
    let _ = dialog.show_modal();
    let first = dialog.query_selector(first).ok().flatten();
    if let Some(element) = first.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
    Box::new(move || {
        let _ = dialog.remove_event_listener_with_callback("cancel", on_cancel.as_ref().unchecked_ref());
        dialog.close();
    })
}
