//! What logs without units come to: curves of numbers, and distributions of tensors, by step.
//!
//! In: points as they are read. Out: a [`CurveLog`] in bounded memory: of a longer curve every second point goes. Read next:
//! `results_json.rs`, `tensorboard/`.

use std::collections::BTreeMap;

/// Points that a curve keeps.
const MAX_POINTS: usize = 100_000;
/// Points that a distribution keeps, of up to some hundred buckets each.
const MAX_HISTOGRAMS: usize = 1_000;
/// Names that a log may have.
const MAX_TAGS: usize = 10_000;

/// A log of curves; nothing in it can be computed again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CurveLog {
    /// Curves by name.
    pub curves: BTreeMap<String, Curve>,
    /// Distributions by name.
    pub distributions: BTreeMap<String, Distribution>,
    /// When the run began, in milliseconds since 1970.
    pub began_ms: Option<f64>,
    /// When it ended.
    pub ended_ms: Option<f64>,
    /// What could not be read.
    pub problems: Vec<CurveProblem>,
    /// What such a log can't show, and why, in sentences.
    pub lacks: Vec<String>,
}

/// A number by step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// By ascending step, one a step.
    pub points: Vec<CurvePoint>,
    /// Points that gave way to a shorter curve.
    pub n_thinned: u64,
}

/// A number at a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The step; epochs where the log counts those.
    pub step: i64,
    /// When it was written, in milliseconds since 1970.
    pub time_ms: Option<f64>,
    /// The number; not always finite.
    pub value: f64,
}

/// How the numbers of a tensor are spread, by step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distribution {
    /// By ascending step, one a step.
    pub points: Vec<DistributionPoint>,
    /// Points that gave way.
    pub n_thinned: u64,
}

/// How the numbers of a tensor are spread at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionPoint {
    /// The step.
    pub step: i64,
    /// When it was written, in milliseconds since 1970.
    pub time_ms: Option<f64>,
    /// The smallest number, where it is told.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// From left to right.
    pub buckets: Vec<Bucket>,
}

/// Numbers between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The lower end.
    pub left: f64,
    /// The upper end.
    pub right: f64,
    /// How many.
    pub count: f64,
}

/// A place that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurveProblem {
    /// The line, from 1, in files that have lines.
    pub line: Option<u64>,
    /// The byte, from 0.
    pub byte: u64,
    /// What is wrong there.
    pub why: String,
}

/// What has a step, so that it can stand on a curve.
pub(super) trait Stepped {
    /// Points that are kept.
    const MAX: usize;
    fn step(&self) -> i64;
    fn time_ms(&self) -> Option<f64>;
}

impl Stepped for CurvePoint {
    const MAX: usize = MAX_POINTS;
    fn step(&self) -> i64 {
        self.step
    }
    fn time_ms(&self) -> Option<f64> {
        self.time_ms
    }
}

impl Stepped for DistributionPoint {
    const MAX: usize = MAX_HISTOGRAMS;
    fn step(&self) -> i64 {
        self.step
    }
    fn time_ms(&self) -> Option<f64> {
        self.time_ms
    }
}

/// Adds a point at its step; of two of one step the later one counts. Gives how many points made room.
pub(super) fn add<P: Stepped>(points: &mut Vec<P>, point: P) -> u64 {
    let at = points.partition_point(|known| known.step() < point.step());
    match points.get_mut(at) {
        Some(known) if known.step() == point.step() => {
            if known.time_ms() <= point.time_ms() {
                *known = point;
            }
        }
        _ => points.insert(at, point),
    }
    if points.len() <= P::MAX {
        return 0;
    }
    let (before, last, mut idx) = (points.len(), points.len() - 1, 0);
    points.retain(|_| {
        idx += 1;
        idx % 2 == 1 || idx - 1 == last
    });
    (before - points.len()) as u64
}

impl CurveLog {
    /// Adds a number.
    pub(super) fn add_value(&mut self, tag: &str, point: CurvePoint) {
        if let Some(curve) = entry(&mut self.curves, tag) {
            curve.n_thinned += add(&mut curve.points, point);
        }
    }

    /// Adds a distribution.
    pub(super) fn add_distribution(&mut self, tag: &str, point: DistributionPoint) {
        if let Some(distribution) = entry(&mut self.distributions, tag) {
            distribution.n_thinned += add(&mut distribution.points, point);
        }
    }

    /// Forgets everything from a step on: the run began again there.
    pub(super) fn restart_at(&mut self, step: i64) {
        for curve in self.curves.values_mut() {
            curve.points.retain(|point| point.step < step);
        }
        for distribution in self.distributions.values_mut() {
            distribution.points.retain(|point| point.step < step);
        }
    }

    /// Lists a place that can't be read.
    pub(super) fn problem(&mut self, line: Option<u64>, byte: u64, why: String) {
        if self.problems.len() < crate::MAX_LISTED {
            self.problems.push(CurveProblem { line, byte, why });
        }
    }

    /// Says which curves are shorter than the log.
    pub(super) fn tell_thinned(&mut self) {
        let curves = self.curves.iter().map(|(tag, curve)| (tag, curve.n_thinned));
        let distributions =
            self.distributions.iter().map(|(tag, distribution)| (tag, distribution.n_thinned));
        let told: Vec<String> = curves
            .chain(distributions)
            .filter(|(_, n_thinned)| *n_thinned > 0)
            .map(|(tag, n_thinned)| {
                format!("«{tag}» is shown without {n_thinned} of its points, evenly left out")
            })
            .collect();
        self.lacks.extend(told);
        if self.curves.len() + self.distributions.len() >= MAX_TAGS {
            self.lacks.push(format!("more than {MAX_TAGS} names: the first ones are shown"));
        }
    }
}

fn entry<'a, T: Default>(all: &'a mut BTreeMap<String, T>, tag: &str) -> Option<&'a mut T> {
    if !all.contains_key(tag) {
        if all.len() >= MAX_TAGS {
            return None;
        }
        all.insert(tag.to_owned(), T::default());
    }
    all.get_mut(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_is_thinned_evenly_and_keeps_its_ends() {
        let mut log = CurveLog::default();
        for step in 0..350_000 {
            log.add_value("cost", CurvePoint { step, time_ms: None, value: step as f64 });
        }
        log.tell_thinned();
        let points = &log.curves["cost"].points;
        assert!(points.len() <= MAX_POINTS && points.len() > MAX_POINTS / 3);
        assert_eq!((points[0].step, points.last().map(|point| point.step)), (0, Some(349_999)));
        assert_eq!(log.curves["cost"].n_thinned + points.len() as u64, 350_000);
        assert!(log.lacks[0].contains("without"));
    }

    #[test]
    fn of_two_points_of_a_step_the_later_one_counts() {
        let mut log = CurveLog::default();
        for (time, value) in [(2.0, 1.0), (1.0, 9.0), (3.0, 2.0)] {
            log.add_value("a", CurvePoint { step: 5, time_ms: Some(time), value });
        }
        assert_eq!(log.curves["a"].points.len(), 1);
        assert_eq!(log.curves["a"].points[0].value, 2.0);
    }
}
