//! Colours of the canvases, read from the style sheet's tokens, so that there is one place for them.
//!
//! In: the tokens, resolved by the browser. Out: a [`Palette`]. Read next: `canvas.rs`.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// An opaque colour, red, green and blue in 0..=255.
pub type Rgb = [u8; 3];

/// The class colours that runs beside have; `.beside-1`, `.beside-2`, `.beside-3` in the style sheet are the same.
const RUN_CLASSES: [usize; 3] = [2, 3, 5];

/// The tokens that canvases draw with, and the two colour scales.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// Whether the page is dark.
    pub is_dark: bool,
    /// Behind everything.
    pub background: String,
    /// Behind panels.
    pub panel: String,
    /// Text.
    pub ink: String,
    /// Text of less weight.
    pub soft: String,
    /// Labels.
    pub faint: String,
    /// Hairlines.
    pub line: String,
    /// What is chosen or can be acted on.
    pub accent: String,
    /// Negative values.
    pub negative: Rgb,
    /// Zero.
    pub zero: Rgb,
    /// Positive values.
    pub positive: Rgb,
    /// Gradients.
    pub gradient: Rgb,
    /// Categorical colours for classes; the first two are negative and positive.
    pub classes: Vec<Rgb>,
    /// Colour of byte value 1..=255 of a tile (128 = zero), even steps to the eye; entry 0 is entry 1.
    pub signed: Rc<[Rgb; 256]>,
    /// From the panel's colour to the gradient's, for sizes on a log scale, 0..=255.
    pub magnitude: Rc<[Rgb; 256]>,
}

impl Palette {
    /// The colour of a run beside the page's own, which is none of those (number 0).
    pub fn run(&self, number: usize) -> Option<Rgb> {
        let class = *RUN_CLASSES.get(number.checked_sub(1)?)?;
        self.classes.get(class).copied()
    }

    /// Reads the tokens of the page as it is styled now.
    pub fn read() -> Self {
        let token = tokens();
        let rgb = |name: &str| parse(&token(name));
        let (negative, zero, positive) = (rgb("--negative"), rgb("--zero"), rgb("--positive"));
        let (gradient, panel) = (rgb("--gradient"), token("--panel"));
        let signed = |idx: usize| {
            let value = (idx.max(1) as f32 - 128.0) / 127.0;
            if value < 0.0 { mix(zero, negative, -value) } else { mix(zero, positive, value) }
        };
        let panel_rgb = parse(&panel);
        Self {
            is_dark: luminance(panel_rgb) < 0.5,
            background: token("--background"),
            ink: token("--ink"),
            soft: token("--soft"),
            faint: token("--faint"),
            line: token("--line"),
            accent: token("--accent"),
            classes: (0..10).map(|idx| rgb(&format!("--class-{idx}"))).collect(),
            signed: Rc::new(std::array::from_fn(signed)),
            magnitude: Rc::new(std::array::from_fn(|idx| mix(panel_rgb, gradient, idx as f32 / 255.0))),
            panel,
            negative,
            zero,
            positive,
            gradient,
        }
    }
}

/// A reader of the tokens: a custom property holds `light-dark(…)` as written, so an element wears each for a moment.
fn tokens() -> impl Fn(&str) -> String {
    let probe = Probe::new();
    move |name| probe.as_ref().and_then(|probe| probe.wear(name)).unwrap_or_default()
}

/// An element that is there to be asked what a colour comes to; gone when dropped.
struct Probe(HtmlElement);

impl Probe {
    fn new() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let probe: HtmlElement = document.create_element("i").ok()?.dyn_into().ok()?;
        // Where the system forces colours on texts, canvases keep the page's own.
        probe.style().set_property("forced-color-adjust", "none").ok()?;
        document.document_element()?.append_child(&probe).ok()?;
        Some(Self(probe))
    }

    /// `rgb(43, 108, 176)`
    fn wear(&self, token: &str) -> Option<String> {
        self.0.style().set_property("color", &format!("var({token})")).ok()?;
        web_sys::window()?.get_computed_style(&self.0).ok()??.get_property_value("color").ok()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// Reads an opaque colour as browsers write it; black where it is none.
pub fn parse(text: &str) -> Rgb {
    let inside = text.trim().strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    let mut channels = inside.split([',', ' ']).filter_map(|channel| channel.parse().ok());
    std::array::from_fn(|_| channels.next().unwrap_or(0))
}

/// A colour as a canvas wants it.
pub fn css(colour: Rgb) -> String {
    format!("rgb({} {} {})", colour[0], colour[1], colour[2])
}

/// Between two colours, `share` 0..=1, along a line in Oklab (Ottosson 2020), where equal steps look equal.
pub fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    let (a, b) = (to_oklab(from), to_oklab(to));
    from_oklab(std::array::from_fn(|idx| a[idx] + (b[idx] - a[idx]) * share))
}

fn luminance(colour: Rgb) -> f32 {
    to_oklab(colour)[0]
}

fn to_oklab(colour: Rgb) -> [f32; 3] {
    let [r, g, b] = colour.map(|channel| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_47 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

fn from_oklab(lab: [f32; 3]) -> Rgb {
    let l = (lab[0] + 0.396_337_78 * lab[1] + 0.215_803_76 * lab[2]).powi(3);
    let m = (lab[0] - 0.105_561_346 * lab[1] - 0.063_854_17 * lab[2]).powi(3);
    let s = (lab[0] - 0.089_484_18 * lab[1] - 1.291_485_5 * lab[2]).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    linear.map(|c| {
        let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_scale_are_the_tokens_colours() {
        for colour in [[0x2b, 0x6c, 0xb0], [0xd9, 0x73, 0x0d], [0, 0, 0], [255, 255, 255]] {
            assert_eq!(mix(colour, [9, 9, 9], 0.0), colour);
            assert_eq!(mix([9, 9, 9], colour, 1.0), colour);
        }
    }

    #[test]
    fn a_resolved_token_is_read() {
        assert_eq!(parse("rgb(43, 108, 176)"), [43, 108, 176]);
        assert_eq!(parse("rgb(43 108 176)"), [43, 108, 176]);
        assert_eq!(parse("nonsense"), [0, 0, 0]);
    }
}
