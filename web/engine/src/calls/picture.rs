//! A step's calls as the page shows them: what they cost, a lane for each slice, the same as a table.
//!
//! In: [`Lanes`], sums up to the step. Out: an [`Element`]. Pieces of a call are told apart by height as well as by colour; what
//! is unusual has a shape and a word. Read next: `shapes.rs` for the paths, `table.rs`.

use lnn_runlog::InvocationRecord;

use super::lanes::{Bar, Lane, Lanes, is_backward};
use super::sums::{Parts, Sums, USD_PER_GB_S, USD_PER_MILLION_CALLS, has_failed};
use crate::element::Element;

mod shapes;
mod table;

use shapes::{Mark, bars, mark};

/// More lanes aren't drawn.
const MAX_LANES: usize = 256;

/// See the module's text.
pub(super) fn picture(step: u64, run: &str, lanes: &Lanes, so_far: &Sums) -> Element {
    let n_calls = lanes.sums.n_calls;
    let title = match n_calls {
        0 => format!("Calls: none is recorded of step {step}"),
        _ => format!("Calls of step {step}: {n_calls} in {}", ms(lanes.span_ms)),
    };
    let cost = format!("about US$ {} so far", money(so_far.usd()));
    let summary =
        Element::new("summary").holding([Element::of("b", title), Element::of("span", cost).class("number")]);
    let mut all =
        Element::new("details").with("open", "").class("calls").holding([summary, facts(lanes, so_far)]);
    if n_calls > 0 {
        all = all.holding([legend(lanes), lane_list(lanes, run), table::table(lanes, step)]);
    }
    all
}

fn facts(lanes: &Lanes, so_far: &Sums) -> Element {
    let fact = |name: &str, value: String, more: String| {
        Element::new("div")
            .with("title", more)
            .holding([Element::of("dt", name), Element::of("dd", value).class("number")])
    };
    let mut facts = Vec::new();
    if lanes.n_critical > 0 {
        let path = format!("{} of {}, {} calls", ms(lanes.critical_ms), ms(lanes.span_ms), lanes.n_critical);
        let why = "Of each layer and pass the slice that answered last, with all its tries";
        facts.push(fact("Critical path", path, why.to_owned()));
    }
    facts.push(fact(
        "Calls so far",
        count(so_far.n_calls),
        "Every attempt that this log tells of".to_owned(),
    ));
    let price = format!(
        "An estimate: {:.3} GB-s × {USD_PER_GB_S} USD + {} calls × {USD_PER_MILLION_CALLS:.2} USD a million",
        so_far.gb_s, so_far.n_calls
    );
    facts.push(fact("Cost so far (estimate)", format!("US$ {}", money(so_far.usd())), price));
    let odd = [
        (so_far.n_again, "repeated"),
        (so_far.n_failed, "failed"),
        (so_far.n_duplicates, "run twice"),
        (so_far.n_cold, "cold starts"),
    ];
    let odd: Vec<String> =
        odd.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n))).collect();
    if !odd.is_empty() {
        facts.push(fact("Unusual so far", odd.join(", "), String::new()));
    }
    Element::new("dl").class("calls-facts").holding(facts)
}

/// What colours and shapes mean, with the share of each piece of the step's time.
fn legend(lanes: &Lanes) -> Element {
    let Sums { compute_ms, redis_ms, overhead_ms, failed_ms, waited_ms, .. } = lanes.sums;
    let all_ms = compute_ms + redis_ms + overhead_ms + failed_ms + waited_ms;
    let share = |part_ms: f64| {
        if all_ms > 0.0 { format!("{:.0} %", 100.0 * part_ms / all_ms) } else { "–".to_owned() }
    };
    let whole = |parts: Parts| bars(&[(0.0, parts)], 1.0, false);
    let piece = |name: &str, parts: Parts, part_ms: f64| {
        let sample =
            Element::new("svg").class("calls-sample").with("aria-hidden", "true").holding([whole(parts)]);
        Element::new("li").holding([
            sample,
            Element::of("span", name),
            Element::of("span", share(part_ms)).class("number"),
        ])
    };
    let zero = Parts::default();
    let mut items = vec![
        piece("invocation", Parts { overhead_ms: 1.0, ..zero }, overhead_ms),
        piece("Redis", Parts { redis_ms: 1.0, ..zero }, redis_ms),
        piece("compute", Parts { compute_ms: 1.0, ..zero }, compute_ms),
        piece("waiting at the barrier", Parts { waited_ms: 1.0, ..zero }, waited_ms),
    ];
    if failed_ms > 0.0 {
        items.push(piece("failed", Parts { failed_ms: 1.0, ..zero }, failed_ms));
    }
    let critical = bars(&[(0.0, Parts { compute_ms: 1.0, ..zero })], 1.0, true);
    let sample = Element::new("svg").class("calls-sample").with("aria-hidden", "true").holding([critical]);
    items.push(Element::new("li").holding([sample, Element::of("span", "critical path")]));
    for one in Mark::ALL {
        let is_there =
            lanes.lanes.iter().flat_map(|lane| &lane.bars).any(|bar| marks(&bar.call).contains(&one));
        if is_there {
            let sample = Element::new("svg")
                .class("calls-shape")
                .with("aria-hidden", "true")
                .holding([mark(one, None)]);
            items.push(Element::new("li").holding([sample, Element::of("span", one.word())]));
        }
    }
    Element::new("ul")
        .class("calls-legend")
        .with("aria-label", "Shares of this step’s time in calls")
        .holding(items)
}

fn lane_list(lanes: &Lanes, run: &str) -> Element {
    let shown = lanes.lanes.get(..MAX_LANES).unwrap_or(&lanes.lanes);
    let mut items: Vec<Element> = shown.iter().map(|lane| lane_row(lane, lanes.span_ms)).collect();
    if shown.len() < lanes.lanes.len() {
        items.push(Element::of("li", format!("… and {} lanes more", lanes.lanes.len() - shown.len())));
    }
    let axis = Element::new("p").class("calls-axis number").with("aria-hidden", "true").holding([
        Element::of("span", "0"),
        Element::of("span", ms(lanes.span_ms / 2.0)),
        Element::of("span", ms(lanes.span_ms)),
    ]);
    let list = Element::new("ul")
        .class("calls-lanes")
        .with("tabindex", "0")
        .with("aria-label", format!("Calls of each slice of units of {run}, over time"))
        .holding(items);
    Element::new("div").class("calls-chart").holding([axis, list])
}

fn lane_row(lane: &Lane, span_ms: f64) -> Element {
    let (layer_idx, units) = lane.slice;
    let is_critical = lane.bars.iter().any(|bar| bar.is_critical);
    let words = lane_words(lane);
    let scaled: Vec<(f64, Parts)> = lane.bars.iter().map(|bar| (bar.start_ms, bar.parts)).collect();
    let on_path: Vec<(f64, Parts)> =
        lane.bars.iter().filter(|bar| bar.is_critical).map(|bar| (bar.start_ms, bar.parts)).collect();
    let others: Vec<(f64, Parts)> = scaled.iter().filter(|bar| !on_path.contains(bar)).copied().collect();
    let shapes = lane.bars.iter().flat_map(|bar| {
        let at = if span_ms > 0.0 { 100.0 * bar.start_ms / span_ms } else { 0.0 };
        marks(&bar.call).into_iter().enumerate().map(move |(idx, one)| mark(one, Some((at, idx))))
    });
    let drawing = Element::new("svg")
        .with("aria-hidden", "true")
        .holding([bars(&others, span_ms, false), bars(&on_path, span_ms, true)])
        .holding(shapes);
    let mut notes: Vec<String> = Vec::new();
    for bar in &lane.bars {
        notes.extend(notes_of(bar).into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
    }
    Element::new("li").class(if is_critical { "critical" } else { "" }).with("title", &words).holding([
        Element::of("span", slice_name(layer_idx, units)).class("number"),
        drawing,
        Element::of("span", notes.join(", ")).class("calls-notes"),
        Element::of("span", words).class("visually-hidden"),
    ])
}

/// The lane for whoever can't see it.
fn lane_words(lane: &Lane) -> String {
    let one = |bar: &Bar| {
        let pass = if is_backward(&bar.call) { "backward" } else { "forward" };
        let path = if bar.is_critical { ", on the critical path" } else { "" };
        let notes = notes_of(bar);
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        format!("{pass} {} after {}{notes}{path}", ms(bar.call.duration_ms), ms(bar.start_ms))
    };
    lane.bars.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What is unusual about a call, in words.
fn notes_of(bar: &Bar) -> Vec<String> {
    let word = |one: Mark| match one {
        Mark::Again => format!("try {}", bar.call.attempt.unwrap_or(2)),
        Mark::Failed => bar.call.outcome.chars().take(40).collect(),
        one => one.word().to_owned(),
    };
    marks(&bar.call).into_iter().map(word).collect()
}

fn marks(call: &InvocationRecord) -> Vec<Mark> {
    let all = [
        (has_failed(call), Mark::Failed),
        (call.attempt.is_some_and(|attempt| attempt > 1), Mark::Again),
        (call.is_duplicate, Mark::Twice),
        (call.cold_start, Mark::Cold),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, one)| one).collect()
}

/// `2 · 1–7`: layer and units, counted from 1.
fn slice_name(layer_idx: usize, [first, end]: [usize; 2]) -> String {
    match end.saturating_sub(first) {
        0 | 1 => format!("{} · {}", layer_idx.saturating_add(1), first.saturating_add(1)),
        _ => format!("{} · {}–{end}", layer_idx.saturating_add(1), first.saturating_add(1)),
    }
}

/// `48.2 ms`, `1.25 s`.
fn ms(value: f64) -> String {
    if value >= 1000.0 { format!("{:.2} s", value / 1000.0) } else { format!("{value:.1} ms") }
}

/// Three significant digits below a cent.
fn money(usd: f64) -> String {
    if usd >= 1.0 || usd == 0.0 {
        return format!("{usd:.2}");
    }
    let decimals = (2.0 - usd.log10().floor()).clamp(2.0, 12.0) as usize;
    format!("{usd:.decimals$}")
}

/// With a thin space between thousands.
fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_zero_where_something_was_paid() {
        assert_eq!(["0.00", "0.00000350", "1.50"].map(str::to_owned), [0.0, 0.000_003_5, 1.5].map(money));
        assert_eq!((ms(48.23), ms(1250.0)), ("48.2 ms".to_owned(), "1.25 s".to_owned()));
        assert_eq!((count(999), count(1_234_567)), ("999".to_owned(), "1\u{202f}234\u{202f}567".to_owned()));
        assert_eq!(
            (slice_name(0, [0, 7]), slice_name(1, [4, 5])),
            ("1 · 1–7".to_owned(), "2 · 5".to_owned())
        );
    }
}
