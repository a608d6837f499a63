//! The palette as the rasteriser wants it: numbers, worked out once a theme.
//!
//! In: [`Palette`]. Out: [`Tones`]. Pure.

use super::tile::{Lut, lut, root_lut, two_class_lut};
use crate::page::theme::{Palette, Rgb, mix, parse};

/// Colours and scales, ready to draw with.
#[derive(Debug, Clone)]
pub struct Tones {
    /// Behind everything.
    pub background: Rgb,
    /// Text, hatching.
    pub ink: Rgb,
    /// What is chosen.
    pub accent: Rgb,
    /// Zero: paper.
    pub paper: Rgb,
    /// Negative lines and bars.
    pub negative: Rgb,
    /// Positive lines and bars.
    pub positive: Rgb,
    /// Data points of each class, darker or lighter than the maps under them.
    pub points: Vec<Rgb>,
    /// The signed scale.
    pub signed: Lut,
    /// The signed scale stretched by a square root.
    pub signed_root: Lut,
    /// The signed scale between two classes.
    pub two_class: Lut,
    /// From paper to ink, for pictures.
    pub grey: Lut,
    /// From nothing to a full gradient.
    pub magnitude: [Rgb; 256],
}

impl Tones {
    /// Works them out.
    pub fn new(palette: &Palette) -> Self {
        let (background, ink) = (parse(&palette.background), parse(&palette.ink));
        let greys: [Rgb; 256] = std::array::from_fn(|idx| mix(palette.zero, ink, idx as f32 / 255.0));
        // On a map of its own colour a point must still be seen: darker in both themes, as ink on paint.
        let far = if palette.is_dark { background } else { ink };
        Self {
            background,
            ink,
            accent: parse(&palette.accent),
            paper: palette.zero,
            negative: palette.negative,
            positive: palette.positive,
            points: palette
                .classes
                .iter()
                .map(|colour| mix(*colour, far, if palette.is_dark { 0.5 } else { 0.4 }))
                .collect(),
            signed: lut(&palette.signed),
            signed_root: root_lut(&palette.signed),
            two_class: two_class_lut(&palette.signed),
            grey: lut(&greys),
            magnitude: std::array::from_fn(|idx| mix(background, palette.gradient, idx as f32 / 255.0)),
        }
    }

    /// The colour of a class's points.
    pub fn point(&self, class: usize) -> Rgb {
        self.points.get(class % self.points.len().max(1)).copied().unwrap_or(self.ink)
    }
}
