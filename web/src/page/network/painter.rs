//! Puts the picture and its words on two canvases.
//!
//! In: a [`Scene`]'s parts, [`Words`]. Out: pixels on the screen. The picture changes with every frame and is handed over
//! as one image; the words lie on a canvas of their own, which changes seldom. Read next: `scene.rs`, `text.rs`.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::{
    lines::Lines,
    raster::Raster,
    scene::Scene,
    text::{Align, Ink, Text, Voice},
};
use crate::{
    frame::Frame,
    page::{
        chart::calm::Same,
        theme::{Palette, css},
    },
};

/// Pixels of the picture at most: beyond, it gets softer instead of slower.
const MAX_PIXELS: f32 = 5.0e6;

/// The two canvases.
pub struct Painter {
    picture: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    words: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    raster: Raster,
    lines: Lines,
    families: (String, String),
}

impl Painter {
    /// Without canvases: nothing is drawn until [`Painter::attach`].
    pub fn new() -> Self {
        Self {
            picture: None,
            words: None,
            raster: Raster::default(),
            lines: Lines::default(),
            families: Default::default(),
        }
    }

    /// Takes the page's canvases.
    pub fn attach(&mut self, picture: Option<HtmlCanvasElement>, words: Option<HtmlCanvasElement>) {
        self.picture = picture.and_then(|canvas| with_context(canvas, true));
        self.words = words.and_then(|canvas| with_context(canvas, false));
        let family =
            |name: &str| self.words.as_ref().map(|(canvas, _)| token(canvas, name)).unwrap_or_default();
        self.families = (family("--font"), family("--font-number"));
    }

    /// Device pixels a CSS pixel, for a box of this size.
    pub fn ratio(size: (f32, f32)) -> f32 {
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()) as f32;
        let affordable = (MAX_PIXELS / (size.0 * size.1).max(1.0)).sqrt();
        ratio.clamp(1.0, 2.0).min(affordable)
    }

    /// Draws the picture.
    pub fn paint(&mut self, scene: &Scene, frame: &Same<Frame>, size: (f32, f32)) {
        let Some((canvas, context)) = &self.picture else { return };
        let (width, height) = device_size(size, scene.ratio);
        if width == 0 || height == 0 {
            return;
        }
        resize(canvas, width, height);
        self.lines.renew(scene, frame, (width as usize, height as usize));
        self.raster.copy_from(self.lines.picture());
        scene.draw(&mut self.raster);
        let bytes = Clamped(self.raster.bytes());
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(bytes, width, height) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    }

    /// Writes the words; `columns` stand on a band of their own when the picture is larger than the box.
    pub fn write(&self, ink: &Ink, columns: &[Text], has_band: bool, size: (f32, f32), palette: &Palette) {
        let Some((canvas, context)) = &self.words else { return };
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 2.0);
        let (width, height) = device_size(size, ratio as f32);
        if width == 0 || height == 0 {
            return;
        }
        resize(canvas, width, height);
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
        context.set_text_baseline("middle");
        for bar in &ink.bars {
            let (x, y, w, h) = (bar.rect.x, bar.rect.y, bar.rect.width, bar.rect.height);
            context.set_fill_style_str(&palette.line);
            context.fill_rect(f64::from(x), f64::from(y), f64::from(w), f64::from(h));
            let colour = if bar.value < 0.0 { palette.negative } else { palette.positive };
            context.set_fill_style_str(&css(colour));
            let (middle, length) = (x + w / 2.0, w / 2.0 * bar.value);
            context.fill_rect(f64::from(middle), f64::from(y), f64::from(length), f64::from(h));
        }
        self.texts(context, &ink.texts, palette);
        if has_band {
            context.set_fill_style_str(&palette.background);
            let band = f64::from(super::layout::LABEL_BAND);
            context.set_global_alpha(0.9);
            context.fill_rect(0.0, f64::from(size.1) - band, f64::from(size.0), band);
            context.set_global_alpha(1.0);
        }
        self.texts(context, columns, palette);
    }

    fn texts(&self, context: &CanvasRenderingContext2d, texts: &[Text], palette: &Palette) {
        let mut voice = None;
        for text in texts {
            if voice.replace(text.voice) != Some(text.voice) {
                self.take_voice(context, text.voice, palette);
            }
            context.set_text_align(match text.align {
                Align::Left => "left",
                Align::Centre => "center",
                Align::Right => "right",
            });
            let _ = context.fill_text(&text.words, f64::from(text.x), f64::from(text.y));
        }
    }

    fn take_voice(&self, context: &CanvasRenderingContext2d, voice: Voice, palette: &Palette) {
        let (words, numbers) = (&self.families.0, &self.families.1);
        let (font, colour) = match voice {
            Voice::Quiet => (format!("11px {words}"), &palette.faint),
            Voice::Name => (format!("12px {words}"), &palette.soft),
            Voice::Strong => (format!("600 12px {words}"), &palette.ink),
            Voice::Number => (format!("11.5px {numbers}"), &palette.ink),
        };
        context.set_font(&font);
        context.set_fill_style_str(colour);
    }
}

fn device_size(size: (f32, f32), ratio: f32) -> (u32, u32) {
    ((size.0 * ratio) as u32, (size.1 * ratio) as u32)
}

fn resize(canvas: &HtmlCanvasElement, width: u32, height: u32) {
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// An opaque canvas takes pixels as they are, and nothing behind it needs to be drawn.
fn with_context(
    canvas: HtmlCanvasElement,
    is_opaque: bool,
) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"alpha".into(), &(!is_opaque).into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok().flatten()?.dyn_into().ok()?;
    Some((canvas, context))
}

/// A custom property, as the style sheet has it.
fn token(canvas: &HtmlCanvasElement, name: &str) -> String {
    let style = web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}
