//! A pen for canvases: lines, texts and boxes in the page's own faces and colours.
//!
//! In: a canvas context. Out: ink on it. Read next: `curve.rs`.

use web_sys::CanvasRenderingContext2d;

/// Draws on a context; one unit is one CSS pixel.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// What is drawn on.
    pub context: &'a CanvasRenderingContext2d,
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The text begins at the point.
    Left,
    /// The text's middle is at the point.
    Centre,
    /// The text ends at the point.
    Right,
}

impl Pen<'_> {
    /// A straight line from (x, y) to (x, y).
    pub fn line(&self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
        self.context.set_stroke_style_str(colour);
        self.context.set_line_width(width);
        self.context.begin_path();
        self.context.move_to(from.0, from.1);
        self.context.line_to(to.0, to.1);
        self.context.stroke();
    }

    /// A hairline from left to right, sharp on any screen.
    pub fn rule(&self, left: f64, right: f64, y: f64, colour: &str) {
        let y = y.round() + 0.5;
        self.line((left, y), (right, y), colour, 1.0);
    }

    /// A straight line with a pattern of dashes and gaps.
    pub fn dashed(&self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64, dashes: [f32; 2]) {
        let pattern: js_sys::Array = dashes.iter().map(|dash| wasm_bindgen::JsValue::from(*dash)).collect();
        let _ = self.context.set_line_dash(&pattern);
        self.line(from, to, colour, width);
        let _ = self.context.set_line_dash(&js_sys::Array::new());
    }

    /// A filled rectangle from its left top corner.
    pub fn fill(&self, (left, top): (f64, f64), (width, height): (f64, f64), colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(left, top, width, height);
    }

    /// A filled disc.
    pub fn disc(&self, centre: (f64, f64), radius: f64, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.begin_path();
        let _ = self.context.arc(centre.0, centre.1, radius, 0.0, std::f64::consts::TAU);
        self.context.fill();
    }

    /// Words, their middle at height y.
    pub fn words(&self, text: &str, at: (f64, f64), align: Align, colour: &str) {
        FACES.with(|faces| self.context.set_font(&faces.words));
        self.text(text, at, align, colour);
    }

    /// Numbers in the tabular face, their middle at height y.
    pub fn number(&self, text: &str, at: (f64, f64), align: Align, colour: &str) {
        FACES.with(|faces| self.context.set_font(&faces.numbers));
        self.text(text, at, align, colour);
    }

    /// A text's width in the face of numbers.
    pub fn number_width(&self, text: &str) -> f64 {
        FACES.with(|faces| self.context.set_font(&faces.numbers));
        self.context.measure_text(text).map_or(0.0, |metrics| metrics.width())
    }

    fn text(self, text: &str, at: (f64, f64), align: Align, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.set_text_baseline("middle");
        self.context.set_text_align(match align {
            Align::Left => "left",
            Align::Centre => "center",
            Align::Right => "right",
        });
        let _ = self.context.fill_text(text, at.0, at.1);
    }
}

/// The faces of small print, read from the style sheet's tokens once.
struct Faces {
    words: String,
    numbers: String,
}

thread_local! {
    static FACES: Faces = Faces { words: face("--font", "sans-serif"), numbers: face("--font-number", "monospace") };
}

fn face(token: &str, otherwise: &str) -> String {
    let style = web_sys::window().and_then(|window| {
        let root = window.document()?.document_element()?;
        window.get_computed_style(&root).ok().flatten()
    });
    let family = style
        .and_then(|style| style.get_property_value(token).ok())
        .filter(|family| !family.trim().is_empty());
    format!("11px {}", family.as_deref().map_or(otherwise, str::trim))
}
