//! A step's calls as a table: all that their records say, for whoever prefers numbers or can't see the lanes.
//!
//! In: [`Lanes`]. Out: an [`Element`].

use super::{notes_of, slice_name};
use crate::calls::lanes::{Bar, Lane, Lanes, is_backward};
use crate::element::Element;

/// More rows aren't written.
const MAX_ROWS: usize = 256;

const COLUMNS: [&str; 10] = [
    "layer · units",
    "pass",
    "start, ms",
    "duration, ms",
    "compute, ms",
    "Redis, ms",
    "invocation, ms",
    "waiting, ms",
    "process",
    "remarks",
];

/// See the module's text.
pub(super) fn table(lanes: &Lanes, step: u64) -> Element {
    let mut bars: Vec<(&Lane, &Bar)> =
        lanes.lanes.iter().flat_map(|lane| lane.bars.iter().map(move |bar| (lane, bar))).collect();
    bars.sort_by(|(_, a), (_, b)| a.start_ms.total_cmp(&b.start_ms));
    let n_more = bars.len().saturating_sub(MAX_ROWS) + lanes.n_without_place;
    let rows = bars.iter().take(MAX_ROWS).map(|(lane, bar)| row(lane, bar));
    let head = COLUMNS.iter().map(|name| Element::of("th", *name).with("scope", "col"));
    let caption = match n_more {
        0 => format!("Calls of step {step}, by their start"),
        _ => format!("Calls of step {step}, by their start; {n_more} more are not listed"),
    };
    let table = Element::new("table").holding([
        Element::of("caption", caption),
        Element::new("thead").holding([Element::new("tr").holding(head)]),
        Element::new("tbody").holding(rows),
    ]);
    let scroller = Element::new("div")
        .class("calls-table")
        .with("tabindex", "0")
        .with("role", "region")
        .with("aria-label", "Table of calls")
        .holding([table]);
    Element::new("details").holding([Element::of("summary", "As a table"), scroller])
}

fn row(lane: &Lane, bar: &Bar) -> Element {
    let number = |value: f64| format!("{value:.2}");
    let mut remarks = notes_of(bar);
    if bar.is_critical {
        remarks.push("critical path".to_owned());
    }
    let process: String = bar.call.process.as_deref().unwrap_or("–").chars().take(40).collect();
    let cells = [
        if is_backward(&bar.call) { "backward" } else { "forward" }.to_owned(),
        number(bar.start_ms),
        number(bar.call.duration_ms),
        number(bar.parts.compute_ms),
        number(bar.parts.redis_ms),
        number(bar.parts.overhead_ms),
        number(bar.parts.waited_ms),
        process,
        remarks.join(", "),
    ];
    let (layer_idx, units) = lane.slice;
    let name = Element::of("th", slice_name(layer_idx, units)).with("scope", "row");
    Element::new("tr").holding([name]).holding(cells.into_iter().map(|cell| Element::of("td", cell)))
}
