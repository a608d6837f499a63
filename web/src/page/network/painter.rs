//! Puts the picture on its canvas.
//!
//! In: a [`Scene`]'s parts. Out: pixels on the screen. The picture changes with every frame and is handed over as one
//! image; the words lie on a canvas of their own. Read next: `scene.rs`, `writer.rs`.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::{lines::Lines, raster::Raster, scene::Scene};
use crate::{
    frame::Frame,
    page::{chart::calm::Same, turns},
};

/// Pixels of the picture at most: beyond, it gets softer instead of slower.
const MAX_PIXELS: f32 = 5.0e6;

/// The picture's canvas; nothing is drawn until [`Painter::attach`].
#[derive(Default)]
pub struct Painter {
    canvas: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    raster: Raster,
    lines: Lines,
}

impl Painter {
    /// Takes the page's canvas.
    pub fn attach(&mut self, canvas: Option<HtmlCanvasElement>) {
        self.canvas = canvas.and_then(|canvas| with_context(canvas, true));
    }

    /// Device pixels a CSS pixel, for a box of this size.
    pub fn ratio(size: (f32, f32)) -> f32 {
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()) as f32;
        let affordable = (MAX_PIXELS / (size.0 * size.1).max(1.0)).sqrt();
        ratio.clamp(1.0, 2.0).min(affordable)
    }

    /// Draws the picture.
    pub fn paint(&mut self, scene: &Scene, frame: &Same<Frame>, size: (f32, f32)) {
        let Some((canvas, context)) = &self.canvas else { return };
        let (width, height) = device_size(size, scene.ratio);
        if width == 0 || height == 0 {
            return;
        }
        resize(canvas, width, height);
        self.lines.renew(scene, frame, (width as usize, height as usize), turns::was_taken());
        self.raster.copy_from(self.lines.picture());
        scene.draw(&mut self.raster);
        let bytes = Clamped(self.raster.bytes());
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(bytes, width, height) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    }
}

/// A box in device pixels.
pub fn device_size(size: (f32, f32), ratio: f32) -> (u32, u32) {
    ((size.0 * ratio) as u32, (size.1 * ratio) as u32)
}

/// Gives a canvas another size, which empties it.
pub fn resize(canvas: &HtmlCanvasElement, width: u32, height: u32) {
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// An opaque canvas takes pixels as they are, and nothing behind it needs to be drawn.
pub fn with_context(
    canvas: HtmlCanvasElement,
    is_opaque: bool,
) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"alpha".into(), &(!is_opaque).into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok().flatten()?.dyn_into().ok()?;
    Some((canvas, context))
}
