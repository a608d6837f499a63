//! Curves in words: where the cursor stands, what a line says there, and what its whole range is.
//!
//! In: a [`TagLine`] and a place. Out: texts. Read next: `chart.rs`.

use yew::AttrValue;

use super::Axes;
use crate::{
    page::{chart::series, number},
    protocol::{Curves, TagLine},
};

/// A place on the x axis: `step 1200`, `epoch 3`, `12.5 s`.
pub fn place(curves: &Curves, axes: Axes, x: f64) -> String {
    if axes.is_by_time {
        let (unit_s, unit) = time_unit(curves.seconds.last().copied().unwrap_or(x));
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

/// A line's values at a point: `0.1234`, or those between which half and most of a tensor's values lie; before each its class
/// in the legend and its name.
pub fn values(line: &TagLine, point: Option<usize>) -> Vec<(&'static str, &'static str, String)> {
    let value = |level: usize| {
        let value = point.and_then(|point| line.level(level).get(point));
        value.map_or_else(|| "–".to_owned(), |value| number::short(*value))
    };
    let within = |low: usize, high: usize| value(low) + " … " + &value(high);
    if line.is_tensor() {
        vec![
            ("median", "median ", value(2)),
            ("half", "half within ", within(1, 3)),
            ("most", "90 % within ", within(0, 4)),
        ]
    } else {
        vec![("", "", value(0))]
    }
}

/// Which run a line is of.
pub fn run<'a>(curves: &'a Curves, line: &TagLine) -> &'a str {
    curves.runs.get(line.run_idx).map_or("", String::as_str)
}

/// Each chart as a whole, for those who can't see it.
pub fn all_in_words(curves: &Curves) -> Vec<AttrValue> {
    let in_words = |idx: usize| -> String {
        curves.lines_of(idx).iter().map(|line| line_in_words(curves, line, run(curves, line))).collect()
    };
    (0..curves.tags.len()).map(|idx| in_words(idx).into()).collect()
}

fn line_in_words(curves: &Curves, line: &TagLine, name: &str) -> String {
    let (Some(first), Some(last)) = (line.steps.first(), line.steps.last()) else {
        return format!("{name}: no value. ");
    };
    let (low, high) = series::range(line.values.iter().copied()).unwrap_or((f64::NAN, f64::NAN));
    let (low, high, word) = (number::short(low), number::short(high), step_word(curves));
    format!("{name}: {word} {first} to {last}, between {low} and {high}. ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [f64; 3] = [0.0, 10.0, 20.0];

    fn line(values: &[f64]) -> TagLine<'_> {
        TagLine {
            run_idx: 0,
            n_not_finite: 0,
            steps: &STEPS,
            seconds: &[f64::NAN; 3],
            values,
            n_levels: values.len() / 3,
        }
    }

    #[test]
    fn a_line_says_what_was_written_last() {
        let line = line(&[1.0, 2.0, 3.0]);
        let at = |x: f64| values(&line, point_at(&line, Axes::default(), x))[0].2.clone();
        assert_eq!([-1.0, 0.0, 9.0, 10.0, 99.0].map(at), ["–", "1.000", "1.000", "2.000", "3.000"]);
        let by_time = Axes { is_by_time: true, is_log: false };
        assert_eq!(point_at(&line, by_time, 5.0), None);
    }

    #[test]
    fn a_tensor_says_where_half_of_its_values_lie() {
        let levels: Vec<f64> = [-2.0, -1.0, 0.0, 1.0, 2.0].into_iter().flat_map(|level| [level; 3]).collect();
        let told: Vec<String> = values(&line(&levels), Some(1))
            .into_iter()
            .map(|(_, what, value)| what.to_owned() + &value)
            .collect();
        assert_eq!(told, ["median 0", "half within −1.000 … 1.000", "90 % within −2.000 … 2.000"]);
    }

    #[test]
    fn a_line_is_told_as_a_whole() {
        let curves = Curves { counts_epochs: true, ..Curves::default() };
        let expected = "cost: epoch 0 to 20, between 0.2500 and 1.000. ";
        assert_eq!(line_in_words(&curves, &line(&[1.0, 0.25, 0.5]), "cost"), expected);
        assert_eq!(line_in_words(&curves, &TagLine { steps: &[], ..line(&[]) }, "w"), "w: no value. ");
    }

    #[test]
    fn a_place_is_told_in_the_logs_own_count() {
        let curves = Curves::default();
        assert_eq!(place(&curves, Axes::default(), 1200.0), "step 1200");
        let by_time = Axes { is_by_time: true, is_log: false };
        assert_eq!(place(&curves, by_time, 7200.0), "120.0 min");
        let long = Curves { seconds: vec![0.0, 36_000.0].into(), ..Curves::default() };
        assert_eq!(place(&long, by_time, 7200.0), "2.000 h", "in the unit of the axis");
    }
}
