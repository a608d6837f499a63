//! What the window tells: keys, dropped files, the system's theme, animation frames, time.
//!
//! In: the window's events. Out: [`Msg`]s to the application. Listeners end with the value that holds them.

use gloo_timers::callback::Interval;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, Element, Event, EventTarget, File, KeyboardEvent, Window};
use yew::{Callback, html::Scope};

use super::app::{App, Msg};
use super::folder::{dropped_folder, dropped_handle, files_in};
use crate::state::Action;

/// Calls back when the next animation frame begins; after a moment if the page is hidden and has none.
pub fn on_next_frame(callback: Callback<()>) {
    let Some(window) = web_sys::window() else { return };
    let closure = Closure::once_into_js(move || callback.emit(()));
    let _ = window.request_animation_frame(closure.unchecked_ref());
}

/// The window's listeners; they end when this is dropped.
pub struct WindowEvents {
    _listeners: Vec<Listener>,
    _watch: Interval,
}

impl WindowEvents {
    /// Starts to listen.
    pub fn listen(link: &Scope<App>) -> Self {
        let mut listeners = Vec::new();
        if let Some(window) = web_sys::window() {
            listeners.push(keys(&window, link));
            listeners.extend(drops(&window, link));
            listeners.extend(theme(&window, link));
        }
        let watch = link.callback(|()| Msg::Watch);
        Self { _listeners: listeners, _watch: Interval::new(1000, move || watch.emit(())) }
    }
}

struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    fn new(target: &EventTarget, name: &'static str, handler: impl FnMut(Event) + 'static) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(handler);
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}

/// Space plays and pauses wherever no control wants it; `.` and `,` step while the focus is in the network (WCAG 2.1.4:
/// no shortcut of one character elsewhere).
fn keys(window: &Window, link: &Scope<App>) -> Listener {
    let link = link.clone();
    Listener::new(window, "keydown", move |event| {
        let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
        let is_elsewhere = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
            element.matches("input, select, textarea, button:not(.unit), a, summary, dialog *, [role=slider], [role=tab]").unwrap_or(false)
        });
        if is_elsewhere
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || event.default_prevented()
        {
            return;
        }
        let is_in_network = event
            .target()
            .and_then(|target| {
                target.dyn_into::<Element>().ok()?.closest("section[aria-label=Network]").ok().flatten()
            })
            .is_some();
        let msg = match event.key().as_str() {
            " " => Msg::TogglePlay,
            "." if is_in_network => Msg::Do(Action::StepBatch),
            "," if is_in_network => Msg::Do(Action::StepEpoch),
            _ => return,
        };
        event.prevent_default();
        link.send_message(msg);
    })
}

/// Files may be dropped anywhere.
fn drops(window: &Window, link: &Scope<App>) -> [Listener; 3] {
    let (over, leave, drop) = (link.clone(), link.clone(), link.clone());
    [
        Listener::new(window, "dragover", move |event| {
            event.prevent_default();
            over.send_message(Msg::Hover(true));
        }),
        Listener::new(window, "dragleave", move |event| {
            let is_outside =
                event.dyn_into::<DragEvent>().is_ok_and(|event| event.related_target().is_none());
            if is_outside {
                leave.send_message(Msg::Hover(false));
            }
        }),
        Listener::new(window, "drop", move |event| {
            event.prevent_default();
            drop.send_message(Msg::Hover(false));
            let dropped = event.dyn_into::<DragEvent>().ok().and_then(|event| event.data_transfer());
            if let Some(folder) = dropped.as_ref().and_then(dropped_folder) {
                let (link, name) = (drop.clone(), folder.name());
                spawn_local(async move { link.send_message(Msg::OpenFolder(name, files_in(folder).await)) });
                return;
            }
            let handle = dropped.as_ref().and_then(dropped_handle);
            let files = dropped.and_then(|dropped| dropped.files());
            let files: Vec<File> = files
                .map(|files| (0..files.length()).filter_map(|idx| files.get(idx)).collect())
                .unwrap_or_default();
            if files.is_empty() {
                return;
            }
            let link = drop.clone();
            spawn_local(async move {
                let handle = match handle {
                    Some(handle) => JsFuture::from(handle).await.ok().filter(JsValue::is_object),
                    None => None,
                };
                link.send_message(Msg::Open(files, handle));
            });
        }),
    ]
}

fn theme(window: &Window, link: &Scope<App>) -> Option<Listener> {
    let query = window.match_media("(prefers-color-scheme: dark)").ok().flatten()?;
    let link = link.clone();
    Some(Listener::new(&query, "change", move |_| link.send_message(Msg::Recolour)))
}
