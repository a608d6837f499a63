//! Pictures made of cells: a grid of values through a colour scale onto a canvas.
//!
//! In: values and a colour for each. Out: a picture, smooth or with sharp cells. Read next: `grid.rs`.

use std::cell::RefCell;

use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::grid::Grid;
use crate::page::{
    canvas::Surface,
    theme::{Palette, Rgb},
};

/// A rectangle in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// Cells as red, green, blue, opacity.
pub struct Picture {
    /// Four bytes a cell, row by row.
    pub rgba: Vec<u8>,
    /// Cells from left to right.
    pub width: usize,
    /// Cells from top to bottom.
    pub height: usize,
}

impl Picture {
    /// Values −1..=1 in the colours of the signed scale.
    pub fn signed(grid: &Grid, palette: &Palette) -> Self {
        let mut rgba = vec![255; grid.values.len() * 4];
        for (cell, value) in rgba.chunks_exact_mut(4).zip(&grid.values) {
            cell[..3].copy_from_slice(&signed_colour(palette, *value));
        }
        Self { rgba, width: grid.width, height: grid.height }
    }

    /// Puts it onto a canvas, stretched into a rectangle.
    pub fn draw(&self, surface: &Surface, to: Rect, is_smooth: bool) {
        SCRATCHES.with_borrow_mut(|scratches| {
            if let Some((canvas, context)) = scratch(scratches, self.width as u32, self.height as u32) {
                let _ = self.copy(canvas, context, surface, to, is_smooth);
            }
        });
    }

    fn copy(
        &self,
        canvas: &HtmlCanvasElement,
        context: &CanvasRenderingContext2d,
        surface: &Surface,
        to: Rect,
        is_smooth: bool,
    ) -> Result<(), JsValue> {
        let (width, height) = (self.width as u32, self.height as u32);
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.rgba), width, height)?;
        context.put_image_data(&data, 0.0, 0.0)?;
        surface.context.set_image_smoothing_enabled(is_smooth);
        surface
            .context
            .draw_image_with_html_canvas_element_and_dw_and_dh(canvas, to.x, to.y, to.width, to.height)
    }
}

/// The colour of a value −1..=1 on the signed scale.
pub fn signed_colour(palette: &Palette, value: f32) -> Rgb {
    palette.signed[(128.5 + 127.0 * value.clamp(-1.0, 1.0)) as usize]
}

/// A canvas for cells, never shown, and what draws on it.
type Scratch = (HtmlCanvasElement, CanvasRenderingContext2d);

/// Sizes that are kept; a frame draws pictures of fewer.
const MAX_SCRATCHES: usize = 12;

thread_local! {
    /// Cells are put here first: a canvas can only be stretched from another one. One for each size of a picture, so that
    /// no edge is mixed with what an earlier picture left beside it.
    static SCRATCHES: RefCell<Vec<Scratch>> = const { RefCell::new(Vec::new()) };
}

/// The canvas of a size, made on first use; the one longest unused makes room for it.
fn scratch(scratches: &mut Vec<Scratch>, width: u32, height: u32) -> Option<&Scratch> {
    let found = scratches.iter().position(|(canvas, _)| canvas.width() == width && canvas.height() == height);
    let newest = if let Some(idx) = found {
        scratches.remove(idx)
    } else {
        if scratches.len() >= MAX_SCRATCHES {
            scratches.remove(0);
        }
        make_scratch(width, height)?
    };
    scratches.push(newest);
    scratches.last()
}

fn make_scratch(width: u32, height: u32) -> Option<Scratch> {
    let document = web_sys::window()?.document()?;
    let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let options = js_sys::Object::new();
    // The cells come from memory each time: a canvas in the graphics processor would only cost a round trip.
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok().flatten()?;
    Some((canvas, context.dyn_into().ok()?))
}
