//! A canvas that is as sharp as the screen and knows its own size.
//!
//! In: a drawing function of a 2D context and a size in CSS pixels. Out: a `<canvas>` redrawn when its input changes, its
//! box is resized, or it comes into sight; out of sight it is not drawn. The element is decoration: what it shows must be
//! told in words beside it.

use std::rc::Rc;

use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{
    CanvasRenderingContext2d, Element, HtmlCanvasElement, IntersectionObserver, IntersectionObserverEntry,
    ResizeObserver,
};
use yew::prelude::*;

/// What a picture is drawn on, in CSS pixels.
pub struct Surface<'a> {
    /// Scaled so that one unit is one CSS pixel.
    pub context: &'a CanvasRenderingContext2d,
    /// CSS pixels from left to right.
    pub width: f64,
    /// CSS pixels from top to bottom.
    pub height: f64,
    /// Device pixels a CSS pixel.
    pub pixel_ratio: f64,
}

/// Draws a picture; make a new one (`Rc::new`) when its input changed.
pub type Draw = Rc<dyn Fn(&Surface)>;

/// Properties of [`Canvas`].
#[derive(Properties, Clone)]
pub struct CanvasProps {
    /// Draws the picture.
    pub draw: Draw,
    /// Classes of the canvas element, which give it its size.
    #[prop_or_default]
    pub class: Classes,
}

impl PartialEq for CanvasProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.draw, &other.draw) && self.class == other.class
    }
}

/// A canvas that redraws on new input, on resize, and when it comes into sight.
#[component]
pub fn Canvas(props: &CanvasProps) -> Html {
    let node = use_node_ref();
    let size = use_state_eq(|| (0.0_f64, 0.0_f64));
    let is_seen = use_state_eq(|| true);
    {
        let (node, size, is_seen) = (node.clone(), size.clone(), is_seen.clone());
        use_effect_with((), move |()| {
            let end_sizes = observe(&node, move |width, height| size.set((width, height)));
            let end_sight = observe_sight(&node, move |is_in_sight| is_seen.set(is_in_sight));
            move || {
                end_sizes();
                end_sight();
            }
        });
    }
    {
        let (node, draw) = (node.clone(), props.draw.clone());
        use_effect_with((PtrEq(draw), *size, *is_seen), move |(draw, (width, height), is_seen)| {
            if let Some(canvas) = node.cast::<HtmlCanvasElement>().filter(|_| *is_seen) {
                paint(&canvas, *width, *height, &draw.0);
            }
        });
    }
    html! { <canvas ref={node} class={props.class.clone()} aria-hidden="true" /> }
}

struct PtrEq(Draw);

impl PartialEq for PtrEq {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Draws at the screen's own resolution, at most twice a CSS pixel.
pub fn paint(canvas: &HtmlCanvasElement, width: f64, height: f64, draw: &Draw) {
    if width < 1.0 || height < 1.0 {
        return;
    }
    let pixel_ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 2.0);
    let (device_width, device_height) = ((width * pixel_ratio) as u32, (height * pixel_ratio) as u32);
    if canvas.width() != device_width || canvas.height() != device_height {
        canvas.set_width(device_width);
        canvas.set_height(device_height);
    }
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let _ = context.set_transform(pixel_ratio, 0.0, 0.0, pixel_ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    draw(&Surface { context: &context, width, height, pixel_ratio });
}

/// Calls back with an element's size now and whenever it changes; returns what ends that.
pub fn observe(node: &NodeRef, on_size: impl Fn(f64, f64) + 'static) -> Box<dyn FnOnce()> {
    let element = node.cast::<Element>();
    let watched = element.clone();
    let callback = Closure::<dyn FnMut()>::new(move || {
        if let Some(element) = &watched {
            on_size(f64::from(element.client_width()), f64::from(element.client_height()));
        }
    });
    let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
    if let (Some(observer), Some(element)) = (&observer, &element) {
        observer.observe(element);
    }
    Box::new(move || {
        if let Some(observer) = observer {
            observer.disconnect();
        }
        drop(callback);
    })
}

/// Calls back with whether any of an element can be seen, now and whenever that changes; returns what ends that.
fn observe_sight(node: &NodeRef, on_sight: impl Fn(bool) + 'static) -> Box<dyn FnOnce()> {
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let newest = entries.iter().next_back();
        if let Some(entry) = newest.and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok()) {
            on_sight(entry.is_intersecting());
        }
    });
    let observer = IntersectionObserver::new(callback.as_ref().unchecked_ref()).ok();
    if let (Some(observer), Some(element)) = (&observer, &node.cast::<Element>()) {
        observer.observe(element);
    }
    Box::new(move || {
        if let Some(observer) = observer {
            observer.disconnect();
        }
        drop(callback);
    })
}
