//! Logs of other programs, which hold curves alone: what the page is told of them.
//!
//! In: event files of `TensorBoard`, the `results.json` of LNN's ancestor. Out: [`Curves`], thinned so that a page can draw
//! them at once. Read next: `found.rs`, which files they are; `reading.rs`, how they are read; `charts.rs`.

mod charts;
mod found;
mod reading;
mod thin;

use serde::{Deserialize, Serialize};

pub use found::find;
pub use reading::CurveReading;

use crate::bulk::F64s;

/// Curves of a log, ready to be drawn: charts of lines. All numbers are in one array, so that they cross to the page at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// Whether its steps are epochs.
    pub counts_epochs: bool,
    /// Names of the runs.
    pub runs: Vec<String>,
    /// What each chart is of: a quantity, or a tensor. (`n_charts`)
    pub tags: Vec<String>,
    /// What each chart belongs to; those of a group follow each other. (`n_charts`)
    pub groups: Vec<String>,
    /// Of each line its chart, its run, points left out because they are not finite, points, levels. (`n_lines`, 5)
    pub lines: F64s,
    /// Of each line its steps, its seconds, then its values level by level, each (`n_points`).
    pub numbers: F64s,
    /// Where a cursor may stand: steps, ascending.
    pub steps: F64s,
    /// The same by seconds since a run began; empty where the log tells no times.
    pub seconds: F64s,
    /// What this log can't show and why, in sentences.
    pub lacks: Vec<String>,
}

/// A quantity of one run, or its tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TagLine<'a> {
    /// Which of [`Curves::runs`].
    pub run_idx: usize,
    /// Points that can't be drawn: they are not finite.
    pub n_not_finite: usize,
    /// By ascending step. (`n_points`)
    pub steps: &'a [f64],
    /// Seconds since the run began by which the point was written; NaN where nobody knows. (`n_points`)
    pub seconds: &'a [f64],
    /// A quantity's values, or those of a tensor at each of [`PERCENTS`]. (`n_levels`, `n_points`)
    pub values: &'a [f64],
    /// 1, or as many as there are [`PERCENTS`].
    pub n_levels: usize,
}

/// A tensor's values are shown by these: so many percent of them are lower.
pub const PERCENTS: [f64; 5] = [5.0, 25.0, 50.0, 75.0, 95.0];

impl Curves {
    /// The lines of a chart.
    pub fn lines_of(&self, chart_idx: usize) -> Vec<TagLine<'_>> {
        let mut rest = &self.numbers[..];
        let mut lines = Vec::new();
        for part in self.lines.as_chunks().0 {
            let [chart, run_idx, n_not_finite, n_points, n_levels] = part.map(|number| number as usize);
            let (numbers, others) = rest.split_at_checked((2 + n_levels) * n_points).unwrap_or_default();
            rest = others;
            if chart == chart_idx {
                let (steps, numbers) = numbers.split_at_checked(n_points).unwrap_or_default();
                let (seconds, values) = numbers.split_at_checked(n_points).unwrap_or_default();
                lines.push(TagLine { run_idx, n_not_finite, steps, seconds, values, n_levels });
            }
        }
        lines
    }
}

impl<'a> TagLine<'a> {
    /// Where its points lie on the x axis.
    pub fn xs(&self, is_by_time: bool) -> &'a [f64] {
        if is_by_time { self.seconds } else { self.steps }
    }

    /// The values of a level. (`n_points`)
    pub fn level(&self, level: usize) -> &'a [f64] {
        let n_points = self.steps.len();
        self.values.get(level * n_points..(level + 1) * n_points).unwrap_or_default()
    }

    /// Whether it is a tensor's.
    pub fn is_tensor(&self) -> bool {
        self.n_levels > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_the_one_array() {
        let curves = Curves {
            lines: [1, 0, 7, 2, 1, 0, 0, 0, 0, 5, 1, 2, 0, 1, 2].map(f64::from).to_vec().into(),
            numbers: vec![0.0, 1.0, f64::NAN, 3.0, 0.5, 0.25, 9.0, 2.0, -1.0, 1.0].into(),
            ..Curves::default()
        };
        let lines = curves.lines_of(1);
        assert_eq!(
            (lines[0].n_not_finite, lines[0].steps, lines[0].level(0)),
            (7, &[0.0, 1.0][..], &[0.5, 0.25][..])
        );
        assert_eq!((lines[1].run_idx, lines[1].xs(true), lines[1].level(1)), (2, &[2.0][..], &[1.0][..]));
        assert!(lines[1].is_tensor() && lines[1].level(2).is_empty());
        assert!(curves.lines_of(0)[0].steps.is_empty());
        let torn = Curves { numbers: vec![0.0].into(), ..curves };
        assert!(torn.lines_of(1).iter().all(|line| line.steps.is_empty()));
    }
}
