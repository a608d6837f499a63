//! Wheel, drag and pinch, as moves of the camera.
//!
//! In: pointer and wheel events of an element. Out: [`Gesture`]s, and whether a click was the end of a drag. The
//! arithmetic is in [`Pointers`], which needs no browser.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{AddEventListenerOptions, Element, Event, PointerEvent, WheelEvent};
use yew::Callback;

/// A move of the picture: first by (`dx`, `dy`), then larger by `factor` around (`x`, `y`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gesture {
    /// 1 = no zoom.
    pub factor: f32,
    /// The point that stays.
    pub x: f32,
    /// The point that stays.
    pub y: f32,
    /// To the right.
    pub dx: f32,
    /// Downwards.
    pub dy: f32,
}

/// Fingers and buttons that are down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pointers {
    down: Vec<(i32, f32, f32)>,
    travelled: f32,
}

/// A hand trembles by so many pixels; more is a drag.
const TREMBLE: f32 = 5.0;

impl Pointers {
    /// A pointer went down.
    pub fn press(&mut self, id: i32, x: f32, y: f32) {
        if self.down.is_empty() {
            self.travelled = 0.0;
        }
        self.down.retain(|pointer| pointer.0 != id);
        self.down.push((id, x, y));
    }

    /// A pointer moved.
    pub fn drag(&mut self, id: i32, x: f32, y: f32) -> Option<Gesture> {
        let (before, spread_before) = (self.middle()?, self.spread());
        let pointer = self.down.iter_mut().find(|pointer| pointer.0 == id)?;
        self.travelled += (x - pointer.1).abs() + (y - pointer.2).abs();
        (pointer.1, pointer.2) = (x, y);
        if !self.is_drag() {
            return None;
        }
        let (after, spread) = (self.middle()?, self.spread());
        let factor = if spread_before > 8.0 && spread > 8.0 { spread / spread_before } else { 1.0 };
        Some(Gesture { factor, x: after.0, y: after.1, dx: after.0 - before.0, dy: after.1 - before.1 })
    }

    /// A pointer went up.
    pub fn release(&mut self, id: i32) {
        self.down.retain(|pointer| pointer.0 != id);
    }

    /// Whether what happens, or has just happened, is a drag and no click.
    pub fn is_drag(&self) -> bool {
        self.travelled > TREMBLE || self.down.len() > 1
    }

    fn middle(&self) -> Option<(f32, f32)> {
        let n = self.down.len() as f32;
        let sum = self.down.iter().fold((0.0, 0.0), |sum, (_, x, y)| (sum.0 + x, sum.1 + y));
        (n > 0.0).then_some((sum.0 / n, sum.1 / n))
    }

    /// Distance of the first two fingers.
    fn spread(&self) -> f32 {
        match &self.down[..] {
            [a, b, ..] => ((a.1 - b.1).powi(2) + (a.2 - b.2).powi(2)).sqrt(),
            _ => 0.0,
        }
    }
}

/// An event's name and what listens to it.
type Listener = (&'static str, Closure<dyn FnMut(Event)>);

/// The listeners on an element; they end when this is dropped.
pub struct Gestures {
    element: Element,
    pointers: Rc<RefCell<Pointers>>,
    listeners: Vec<Listener>,
}

impl Gestures {
    /// Starts to listen. `zooms` tells whether the wheel without a key zooms now, or is left to the page's scrolling.
    pub fn listen(
        element: &Element,
        zooms: impl Fn() -> bool + 'static,
        on_gesture: Callback<Gesture>,
    ) -> Self {
        let mut all =
            Self { element: element.clone(), pointers: Rc::default(), listeners: Vec::with_capacity(5) };
        let pointers = all.pointers.clone();
        all.add("pointerdown", move |event, place| {
            let Some(event) = event.dyn_ref::<PointerEvent>().filter(|event| event.button() == 0) else {
                return;
            };
            pointers.borrow_mut().press(event.pointer_id(), place.0, place.1);
        });
        let (pointers, emit, element) = (all.pointers.clone(), on_gesture.clone(), element.clone());
        all.add("pointermove", move |event, place| {
            let Some(event) = event.dyn_ref::<PointerEvent>() else { return };
            let gesture = pointers.borrow_mut().drag(event.pointer_id(), place.0, place.1);
            if let Some(gesture) = gesture {
                let _ = element.set_pointer_capture(event.pointer_id());
                emit.emit(gesture);
            }
        });
        for name in ["pointerup", "pointercancel"] {
            let pointers = all.pointers.clone();
            all.add(name, move |event, _| {
                if let Some(event) = event.dyn_ref::<PointerEvent>() {
                    pointers.borrow_mut().release(event.pointer_id());
                }
            });
        }
        all.add("wheel", move |event, place| {
            let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
            if event.ctrl_key() || zooms() {
                event.prevent_default();
                on_gesture.emit(wheel(event, place));
            }
        });
        all
    }

    /// Whether the click that comes now ends a drag.
    pub fn is_drag(&self) -> bool {
        self.pointers.borrow().is_drag()
    }

    fn add(&mut self, name: &'static str, handler: impl Fn(&Event, (f32, f32)) + 'static) {
        let element = self.element.clone();
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            handler(&event, place(&element, &event));
        });
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        let callback = closure.as_ref().unchecked_ref();
        let _ = self
            .element
            .add_event_listener_with_callback_and_add_event_listener_options(name, callback, &options);
        self.listeners.push((name, closure));
    }
}

impl Drop for Gestures {
    fn drop(&mut self) {
        for (name, closure) in &self.listeners {
            let _ = self.element.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        }
    }
}

/// An event's place in the element.
fn place(element: &Element, event: &Event) -> (f32, f32) {
    let Some(event) = event.dyn_ref::<web_sys::MouseEvent>() else { return (0.0, 0.0) };
    let rect = element.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top());
    (x as f32, y as f32)
}

/// The wheel zooms; sideways, or with Shift, it moves the picture.
fn wheel(event: &WheelEvent, (x, y): (f32, f32)) -> Gesture {
    let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { 24.0 };
    let (dx, dy) = (event.delta_x() as f32 * unit, event.delta_y() as f32 * unit);
    if event.shift_key() || dx.abs() > dy.abs() {
        return Gesture { factor: 1.0, x, y, dx: -(dx + dy), dy: 0.0 };
    }
    let speed = if event.ctrl_key() { 0.01 } else { 0.0018 };
    Gesture { factor: (-dy * speed).exp().clamp(0.5, 2.0), x, y, dx: 0.0, dy: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trembling_click_is_no_drag() {
        let mut pointers = Pointers::default();
        pointers.press(1, 10.0, 10.0);
        assert_eq!(pointers.drag(1, 11.0, 12.0), None);
        pointers.release(1);
        assert!(!pointers.is_drag());
    }

    #[test]
    fn one_finger_moves_and_two_zoom_around_their_middle() {
        let mut pointers = Pointers::default();
        pointers.press(1, 100.0, 100.0);
        let moved = pointers.drag(1, 120.0, 90.0).unwrap();
        assert_eq!((moved.dx, moved.dy, moved.factor), (20.0, -10.0, 1.0));
        pointers.press(2, 220.0, 90.0);
        let pinched = pointers.drag(2, 320.0, 90.0).unwrap();
        assert_eq!((pinched.factor, pinched.x, pinched.y), (2.0, 220.0, 90.0));
        pointers.release(2);
        assert!(pointers.is_drag(), "the click that follows is no click");
        pointers.release(1);
        pointers.press(1, 0.0, 0.0);
        assert!(!pointers.is_drag());
    }
}
