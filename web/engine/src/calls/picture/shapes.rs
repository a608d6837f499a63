//! The paths of bars and marks.
//!
//! In: pieces of calls in milliseconds. Out: SVG. Bars stretch with their lane, marks keep their shape. Every colour is a class of
//! the style sheet.

use std::fmt::Write as _;

use crate::calls::sums::Parts;
use crate::element::Element;

/// Width and height of a lane in the bars' own units; the width stretches.
const WIDTH: f64 = 1000.0;
const HEIGHT: u32 = 16;

/// What is unusual about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// No answer that counts.
    Failed,
    /// Not the first attempt.
    Again,
    /// Its values were there already.
    Twice,
    /// A new process.
    Cold,
}

impl Mark {
    /// All, in the legend's order.
    pub(super) const ALL: [Self; 4] = [Self::Failed, Self::Again, Self::Twice, Self::Cold];

    /// What it means.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed attempt",
            Self::Again => "repeated",
            Self::Twice => "run twice",
            Self::Cold => "cold start",
        }
    }

    /// A class and a path in a square of 10.
    fn shape(self) -> (&'static str, &'static str) {
        match self {
            Self::Failed => ("mark-failed", "M1.5 1.5 8.5 8.5M8.5 1.5 1.5 8.5"),
            Self::Again => ("mark-again", "M8.3 3.4A3.6 3.6 0 1 0 8.6 6.2M8.6 0.8V3.6H5.8"),
            Self::Twice => ("mark-twice", "M1 1h5.5v5.5H1zM3.5 3.5H9V9H3.5z"),
            Self::Cold => ("mark-cold", "M5 0.7V9.3M1.3 2.8 8.7 7.2M8.7 2.8 1.3 7.2"),
        }
    }
}

/// A mark by itself, or so many percent into a lane, with so many marks of the same call before it.
pub(super) fn mark(mark: Mark, place: Option<(f64, usize)>) -> Element {
    let (class, path) = mark.shape();
    let shape = Element::new("path").class(class).with("d", path);
    let Some((percent, idx)) = place else { return shape };
    // Within the lane, whatever its width: the outer element's place is a share, the inner one's a number of pixels.
    Element::new("svg")
        .with("x", format!("{percent:.2}%"))
        .with("width", "1")
        .with("overflow", "visible")
        .holding([Element::new("svg")
            .with("x", (1 + 11 * idx).to_string())
            .with("y", "3")
            .with("width", "10")
            .with("height", "10")
            .with("viewBox", "0 0 10 10")
            .with("overflow", "visible")
            .holding([
                Element::new("rect")
                    .class("mark-ground")
                    .with("x", "-1")
                    .with("y", "-1")
                    .with("width", "12")
                    .with("height", "12"),
                shape,
            ])])
}

/// The pieces of calls, each call from its start on.
pub(super) fn bars(calls: &[(f64, Parts)], span_ms: f64, is_critical: bool) -> Element {
    let scale = if span_ms > 0.0 { WIDTH / span_ms } else { 0.0 };
    // Class, top and height of each piece.
    let mut paths = [
        ("bar-overhead", 5, 6, String::new()),
        ("bar-redis", 3, 10, String::new()),
        ("bar-compute", 1, 14, String::new()),
        ("bar-failed", 3, 10, String::new()),
        ("bar-wait", 7, 2, String::new()),
        ("bar-path", 14, 2, String::new()),
    ];
    for (start_ms, parts) in calls {
        let Parts { overhead_ms, redis_ms, compute_ms, failed_ms, waited_ms } = *parts;
        let own_ms = overhead_ms + redis_ms + compute_ms + failed_ms;
        let path_ms = if is_critical { own_ms } else { 0.0 };
        let mut at_ms = *start_ms;
        let mut draw = |idx: usize, from_ms: f64, length_ms: f64| {
            if let Some((_, top, height, path)) = paths.get_mut(idx).filter(|_| length_ms > 0.0) {
                let (x, width) = (from_ms * scale, length_ms * scale);
                let _ = write!(path, "M{x:.1} {top}h{width:.1}v{height}h-{width:.1}z");
            }
        };
        draw(5, at_ms, path_ms);
        for (idx, length_ms) in
            [overhead_ms, redis_ms, compute_ms, failed_ms, waited_ms].into_iter().enumerate()
        {
            draw(idx, at_ms, length_ms);
            at_ms += length_ms;
        }
    }
    let paths = paths.into_iter().filter(|(_, _, _, path)| !path.is_empty());
    Element::new("svg")
        .with("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .with("preserveAspectRatio", "none")
        .with("width", "100%")
        .with("height", HEIGHT.to_string())
        .holding(paths.map(|(class, _, _, path)| Element::new("path").class(class).with("d", path)))
}
