//! Curves in words: where the cursor stands, what a line says there, and what its whole range is.
//!
//! In: a [`TagLine`] and a place. Out: texts. Read next: `chart.rs`.

use super::Axes;
use crate::{
    page::{chart::series, number},
    protocol::{Curves, TagLine},
};

/// A place on the x axis: `step 1200`, `epoch 3`, `12.5 s`.
pub fn place(curves: &Curves, axes: Axes, x: f64) -> String {
    if axes.is_by_time {
        let (unit_s, unit) = time_unit(x);
        return format!("{} {unit}", number::short(x / unit_s));
    }
    format!("{} {x}", step_word(curves))
}

/// What the log counts.
pub fn step_word(curves: &Curves) -> &'static str {
    if curves.counts_epochs { "epoch" } else { "step" }
}

/// A unit in which so many seconds are a number of few digits, and its length in seconds.
pub fn time_unit(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        s if s < 180.0 => (1.0, "s"),
        s if s < 10_800.0 => (60.0, "min"),
        _ => (3600.0, "h"),
    }
}

/// The last point of a line up to a place.
pub fn point_at(line: &TagLine, axes: Axes, x: f64) -> Option<usize> {
    line.xs(axes.is_by_time).partition_point(|at| *at <= x).checked_sub(1)
}

/// A line's values at a point: `0.1234`, or those between which half and most of a tensor's values lie.
pub fn values(line: &TagLine, point: Option<usize>) -> Vec<(&'static str, String)> {
    let at = |level: usize| point.and_then(|point| line.levels.get(level)?.get(point).copied());
    let value = |level: usize| at(level).map_or_else(|| "–".to_owned(), number::short);
    if line.levels.len() == 1 {
        return vec![("", value(0))];
    }
    vec![
        ("median", value(2)),
        ("half within", format!("{} … {}", value(1), value(3))),
        ("90 % within", format!("{} … {}", value(0), value(4))),
    ]
}

/// A line as a whole, for those who can't see it.
pub fn line_in_words(curves: &Curves, line: &TagLine, name: &str) -> String {
    let (Some(first), Some(last)) = (line.steps.first(), line.steps.last()) else {
        return format!("{name}: no value.");
    };
    let all = line.levels.iter().flat_map(|level| level.iter().copied());
    let (low, high) = series::range(all).unwrap_or((f64::NAN, f64::NAN));
    let word = step_word(curves);
    let at_end = values(line, line.steps.len().checked_sub(1));
    let at_end: Vec<String> = at_end.iter().map(|(what, value)| format!("{what} {value}")).collect();
    let (low, high, at_end) = (number::short(low), number::short(high), at_end.join(", "));
    format!("{name}: {word} {first} to {last}, between {low} and {high}; at the end {}.", at_end.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(levels: &[&[f64]]) -> TagLine {
        TagLine {
            steps: vec![0.0, 10.0, 20.0].into(),
            seconds: vec![f64::NAN; 3].into(),
            levels: levels.iter().map(|level| level.to_vec().into()).collect(),
            ..TagLine::default()
        }
    }

    #[test]
    fn a_line_says_what_was_written_last() {
        let line = line(&[&[1.0, 2.0, 3.0]]);
        let at = |x: f64| values(&line, point_at(&line, Axes::default(), x))[0].1.clone();
        assert_eq!([-1.0, 0.0, 9.0, 10.0, 99.0].map(at), ["–", "1.000", "1.000", "2.000", "3.000"]);
        let by_time = Axes { is_by_time: true, is_log: false };
        assert_eq!(point_at(&line, by_time, 5.0), None);
    }

    #[test]
    fn a_line_is_told_as_a_whole() {
        let curves = Curves { counts_epochs: true, ..Curves::default() };
        let cost = line(&[&[1.0, 0.25, 0.5]]);
        let expected = "cost: epoch 0 to 20, between 0.2500 and 1.000; at the end 0.5000.";
        assert_eq!(line_in_words(&curves, &cost, "cost"), expected);
        let tensor = line(&[&[-2.0; 3], &[-1.0; 3], &[0.0; 3], &[1.0; 3], &[2.0; 3]]);
        assert!(line_in_words(&curves, &tensor, "w").contains("median 0, half within −1.000 … 1.000"));
        assert_eq!(line_in_words(&curves, &TagLine::default(), "w"), "w: no value.");
    }

    #[test]
    fn a_place_is_told_in_the_logs_own_count() {
        let curves = Curves::default();
        assert_eq!(place(&curves, Axes::default(), 1200.0), "step 1200");
        let by_time = Axes { is_by_time: true, is_log: false };
        assert_eq!(place(&curves, by_time, 7200.0), "120.0 min");
    }
}
