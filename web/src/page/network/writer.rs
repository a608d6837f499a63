//! Writes the words of the picture on a canvas of their own, over it.
//!
//! In: a [`Sheet`] of texts and bars. Out: pixels. Most words stay from one writing to the next: only those that changed are
//! written again, which costs the browser a fraction of a new page of text. Read next: `text.rs`.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{
    layout::{LABEL_BAND, Rect},
    painter::{device_size, resize, with_context},
    text::{Align, Bar, Ink, Text, Voice},
};
use crate::page::{
    chart::calm::Same,
    theme::{Palette, css},
};

/// Everything that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Words and bars of inputs and outputs.
    pub ink: Ink,
    /// The names of the columns.
    pub columns: Vec<Text>,
    /// Whether those stand on a band of their own, because the picture is larger than the box.
    pub has_band: bool,
    /// The box.
    pub size: (f32, f32),
    /// Colours.
    pub palette: Same<Palette>,
}

/// At least as wide as a letter of any of the faces.
const WIDEST_LETTER: f32 = 8.4;
/// Half the height of a line.
const HALF_LINE: f32 = 7.5;

impl Sheet {
    /// Indices of the words that differ from what stands there; none where everything must be written anew.
    fn rewritten(&self, old: &Self) -> Option<Vec<usize>> {
        let (texts, old_texts) = (&self.ink.texts, &old.ink.texts);
        let has_same_ground = self.ink.bars == old.ink.bars
            && (&self.columns, self.has_band, self.size, &self.palette)
                == (&old.columns, false, old.size, &old.palette)
            && texts.len() == old_texts.len();
        if !has_same_ground {
            return None;
        }
        let changed: Vec<usize> = (0..texts.len()).filter(|idx| texts[*idx] != old_texts[*idx]).collect();
        let others = |idx: usize| {
            let texts = texts.iter().enumerate().filter(move |(other, _)| *other != idx);
            texts
                .map(|(_, text)| text)
                .chain(&self.columns)
                .map(place)
                .chain(self.ink.bars.iter().map(|bar| bar.rect))
        };
        let is_alone = |idx: &usize| {
            let (old, new) = (place(&old_texts[*idx]), place(&texts[*idx]));
            others(*idx).all(|other| !overlap(other, old) && !overlap(other, new))
        };
        changed.iter().all(is_alone).then_some(changed)
    }
}

/// Where a text stands, rather too large than too small.
fn place(text: &Text) -> Rect {
    let width = text.words.chars().count() as f32 * WIDEST_LETTER + 2.0;
    let x = match text.align {
        Align::Left => text.x - 1.0,
        Align::Centre => text.x - width / 2.0,
        Align::Right => text.x + 1.0 - width,
    };
    Rect { x, y: text.y - HALF_LINE, width, height: 2.0 * HALF_LINE }
}

fn overlap(a: Rect, b: Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The canvas of the words.
#[derive(Default)]
pub struct Writer {
    canvas: Option<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    families: (String, String),
    written: Option<(Sheet, f64)>,
}

impl Writer {
    /// Takes the page's canvas.
    pub fn attach(&mut self, canvas: Option<HtmlCanvasElement>) {
        self.canvas = canvas.and_then(|canvas| with_context(canvas, false));
        let family =
            |name: &str| self.canvas.as_ref().map(|(canvas, _)| token(canvas, name)).unwrap_or_default();
        self.families = (family("--font"), family("--font-number"));
        self.written = None;
    }

    /// Writes what differs from what stands there.
    pub fn write(&mut self, sheet: Sheet) {
        let Some((canvas, context)) = &self.canvas else { return };
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 2.0);
        let (width, height) = device_size(sheet.size, ratio as f32);
        if width == 0 || height == 0 {
            return;
        }
        let old = self.written.take().filter(|(_, old_ratio)| *old_ratio == ratio).map(|(old, _)| old);
        let rewritten = old.as_ref().and_then(|old| Some((old, sheet.rewritten(old)?)));
        if let Some((old, changed)) = rewritten {
            for idx in &changed {
                clear(context, place(&old.ink.texts[*idx]));
            }
            for idx in changed {
                self.texts(context, &sheet.ink.texts[idx..=idx], &sheet.palette);
            }
        } else {
            resize(canvas, width, height);
            let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
            self.write_all(context, &sheet);
        }
        self.written = Some((sheet, ratio));
    }

    fn write_all(&self, context: &CanvasRenderingContext2d, sheet: &Sheet) {
        let ((width, height), palette) = (sheet.size, &sheet.palette);
        clear(context, Rect { x: 0.0, y: 0.0, width, height });
        context.set_text_baseline("middle");
        sheet.ink.bars.iter().for_each(|bar| draw_bar(context, bar, palette));
        self.texts(context, &sheet.ink.texts, palette);
        if sheet.has_band {
            context.set_fill_style_str(&palette.background);
            context.set_global_alpha(0.9);
            let top = f64::from(height - LABEL_BAND);
            context.fill_rect(0.0, top, f64::from(width), f64::from(LABEL_BAND));
            context.set_global_alpha(1.0);
        }
        self.texts(context, &sheet.columns, palette);
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

fn clear(context: &CanvasRenderingContext2d, place: Rect) {
    let Rect { x, y, width, height } = place;
    context.clear_rect(f64::from(x), f64::from(y), f64::from(width), f64::from(height));
}

/// A signed bar from the middle of its groove.
fn draw_bar(context: &CanvasRenderingContext2d, bar: &Bar, palette: &Palette) {
    let (x, y, w, h) = (bar.rect.x, bar.rect.y, bar.rect.width, bar.rect.height);
    context.set_fill_style_str(&palette.line);
    context.fill_rect(f64::from(x), f64::from(y), f64::from(w), f64::from(h));
    let colour = if bar.value < 0.0 { palette.negative } else { palette.positive };
    context.set_fill_style_str(&css(colour));
    let (middle, length) = (x + w / 2.0, w / 2.0 * bar.value);
    context.fill_rect(f64::from(middle), f64::from(y), f64::from(length), f64::from(h));
}

/// A custom property, as the style sheet has it.
fn token(canvas: &HtmlCanvasElement, name: &str) -> String {
    let style = web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::page::network::testing::palette;

    fn sheet(texts: &[(f32, f32, &str)]) -> Sheet {
        let text = |(x, y, words): &(f32, f32, &str)| Text {
            x: *x,
            y: *y,
            align: Align::Left,
            voice: Voice::Number,
            words: (*words).to_owned(),
        };
        Sheet {
            ink: Ink { texts: texts.iter().map(text).collect(), bars: Vec::new() },
            columns: Vec::new(),
            has_band: false,
            size: (400.0, 300.0),
            palette: Same(PALETTE.with(Rc::clone)),
        }
    }

    thread_local! {
        static PALETTE: Rc<Palette> = Rc::new(palette());
    }

    #[test]
    fn only_a_changed_value_is_written_again() {
        let old = sheet(&[(0.0, 10.0, "ship"), (0.0, 26.0, "0.25")]);
        assert_eq!(sheet(&[(0.0, 10.0, "ship"), (0.0, 26.0, "0.75")]).rewritten(&old), Some(vec![1]));
        assert_eq!(old.clone().rewritten(&old), Some(Vec::new()));
    }

    #[test]
    fn what_touches_other_words_is_written_with_all_of_them() {
        let old = sheet(&[(0.0, 10.0, "ship"), (20.0, 14.0, "0.25")]);
        assert_eq!(sheet(&[(0.0, 10.0, "ship"), (20.0, 14.0, "0.75")]).rewritten(&old), None);
    }

    #[test]
    fn another_ground_is_written_anew() {
        let old = sheet(&[(0.0, 10.0, "ship")]);
        assert_eq!(Sheet { size: (401.0, 300.0), ..old.clone() }.rewritten(&old), None);
        assert_eq!(Sheet { has_band: true, ..old.clone() }.rewritten(&old), None);
        assert_eq!(sheet(&[]).rewritten(&old), None);
    }
}
