//! Charts out of curve logs, within bounds whatever the logs hold.
//!
//! In: the [`CurveLog`] of each run. Out: [`Curves`], with sentences about what was left out. Read next: `thin.rs`.

use std::collections::HashMap;

use lnn_runlog::foreign::{Curve, CurveLog, CurvePoint, Distribution, DistributionPoint};

use super::thin::{kept, percentiles};
use super::{Curves, PERCENTS};
use crate::bulk::Bulk;

/// Points of a line that the page draws; a screen is no wider.
const MAX_POINTS: usize = 1_000;
/// Points of a line after the page has [`MANY_POINTS`].
const FEW_POINTS: usize = 100;
const MANY_POINTS: usize = 1_000_000;
/// Charts of a log, and runs in them.
const MAX_CHARTS: usize = 400;
const MAX_RUNS: usize = 20;
/// Sentences about what can't be shown.
const MAX_LACKS: usize = 24;

/// Collects charts run by run.
#[derive(Debug, Default)]
pub(super) struct Charts {
    curves: Curves,
    all: Vec<Chart>,
    /// By tag, and whether it is a tensor's.
    places: HashMap<(String, bool), usize>,
    n_points: usize,
    /// Sentences, each with the runs that it is about.
    lacks: Vec<(String, Vec<String>)>,
    n_charts_left_out: usize,
    n_runs_left_out: usize,
}

/// A quantity of all runs, or the values of a tensor of one run.
#[derive(Debug, Default)]
struct Chart {
    group: String,
    tag: String,
    is_tensor: bool,
    /// One for each run that has it.
    lines: Vec<Line>,
}

/// A quantity of one run; see [`TagLine`](super::TagLine).
#[derive(Debug, Default)]
struct Line {
    run_idx: usize,
    n_not_finite: usize,
    steps: Vec<f64>,
    seconds: Vec<f64>,
    levels: Vec<Vec<f64>>,
}

impl Charts {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds a run.
    pub fn add(&mut self, name: &str, log: &CurveLog) {
        if self.curves.runs.len() == MAX_RUNS {
            self.n_runs_left_out += 1;
            return;
        }
        self.tell(name, &log.lacks);
        let run_idx = self.curves.runs.len();
        self.curves.runs.push(name.to_owned());
        let since_ms = log.started_ms.or_else(|| first_time_ms(log));
        for curve in &log.curves {
            let n_kept = self.n_kept();
            self.push(&curve.tag, false, || curve_line(curve, run_idx, since_ms, n_kept));
        }
        for distribution in &log.distributions {
            let n_kept = self.n_kept();
            self.push(&distribution.tag, true, || distribution_line(distribution, run_idx, since_ms, n_kept));
        }
    }

    /// Everything, grouped, with the places of a cursor.
    pub fn finish(mut self, counts_epochs: bool) -> Curves {
        self.told();
        if self.n_charts_left_out > 0 {
            let n = self.n_charts_left_out;
            self.curves.lacks.push(format!("{n} curves are left out: the page shows {MAX_CHARTS} charts."));
        }
        if self.n_runs_left_out > 0 {
            let n = self.n_runs_left_out;
            self.curves.lacks.push(format!("{n} runs are left out: the page shows {MAX_RUNS} side by side."));
        }
        let remedy = "Every unit is there in logs of LNN itself: lnn train --log writes one.";
        self.curves.lacks.push(remedy.to_owned());
        self.curves.counts_epochs = counts_epochs;
        order(&mut self.all);
        let lines = || self.all.iter().flat_map(|chart| &chart.lines);
        self.curves.steps = stops(lines().flat_map(|line| &line.steps));
        self.curves.seconds = stops(lines().flat_map(|line| &line.seconds));
        let (mut parts, mut numbers) = (Vec::new(), Vec::new());
        for (chart_idx, chart) in self.all.into_iter().enumerate() {
            for line in chart.lines {
                let (n_points, n_levels) = (line.steps.len(), line.levels.len());
                let part = [chart_idx, line.run_idx, line.n_not_finite, n_points, n_levels];
                parts.extend(part.map(|number| number as f64));
                numbers.extend([line.steps, line.seconds].into_iter().chain(line.levels).flatten());
            }
            self.curves.tags.push(chart.tag);
            self.curves.groups.push(chart.group);
        }
        (self.curves.lines, self.curves.numbers) = (parts.into(), numbers.into());
        self.curves
    }

    /// Each sentence once, with the runs that it is about.
    fn tell(&mut self, run: &str, lacks: &[String]) {
        for sentence in lacks {
            let known = self.lacks.iter().position(|(known, _)| known == sentence);
            if let Some((_, runs)) = known.and_then(|idx| self.lacks.get_mut(idx)) {
                runs.push(run.to_owned());
            } else if self.lacks.len() < MAX_LACKS {
                self.lacks.push((sentence.clone(), vec![run.to_owned()]));
            }
        }
    }

    /// What every run lacks, and behind it what some do.
    fn told(&mut self) {
        let n_runs = self.curves.runs.len();
        self.lacks.sort_by_key(|(_, runs)| runs.len() < n_runs);
        for (sentence, runs) in std::mem::take(&mut self.lacks) {
            let about = if runs.len() < n_runs { format!("{}: ", runs.join(", ")) } else { String::new() };
            self.curves.lacks.push(about + &sentence);
        }
    }

    fn n_kept(&self) -> usize {
        if self.n_points < MANY_POINTS { MAX_POINTS } else { FEW_POINTS }
    }

    fn push(&mut self, tag: &str, is_tensor: bool, line: impl FnOnce() -> Line) {
        // Curves lie over each other; the bands of two tensors would hide each other.
        let known = self.places.get(&(tag.to_owned(), is_tensor)).filter(|_| !is_tensor);
        let idx = match known {
            Some(idx) => *idx,
            None if self.all.len() == MAX_CHARTS => {
                self.n_charts_left_out += 1;
                return;
            }
            None => {
                let idx = self.all.len();
                self.places.insert((tag.to_owned(), is_tensor), idx);
                let group = group(tag, is_tensor);
                self.all.push(Chart { group, tag: tag.to_owned(), is_tensor, lines: Vec::new() });
                idx
            }
        };
        let line = line();
        self.n_points += line.steps.len() * line.levels.len();
        if let Some(chart) = self.all.get_mut(idx) {
            chart.lines.push(line);
        }
    }
}

/// What a tag belongs to: what stands before its first `/`.
fn group(tag: &str, is_tensor: bool) -> String {
    match (tag.split_once('/'), is_tensor) {
        (Some((group, _)), false) if !group.is_empty() => group.to_owned(),
        (Some((group, _)), true) if !group.is_empty() => format!("{group}: distributions"),
        (_, true) => "Distributions".to_owned(),
        (_, false) => "Curves".to_owned(),
    }
}

/// Charts of a group follow each other; groups stand in the order in which they appear, distributions last.
fn order(charts: &mut [Chart]) {
    let mut groups: HashMap<String, usize> = HashMap::new();
    for (idx, chart) in charts.iter().enumerate() {
        groups.entry(chart.group.clone()).or_insert(idx);
    }
    charts.sort_by_key(|chart| (chart.is_tensor, groups.get(&chart.group).copied()));
}

fn first_time_ms(log: &CurveLog) -> Option<f64> {
    let curves = log.curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.time_ms));
    let tensors = log.distributions.iter().flat_map(|tensor| tensor.points.iter().map(|point| point.time_ms));
    curves.chain(tensors).flatten().min_by(f64::total_cmp)
}

fn curve_line(curve: &Curve, run_idx: usize, since_ms: Option<f64>, n_kept: usize) -> Line {
    let finite: Vec<&CurvePoint> = curve.points.iter().filter(|point| point.value.is_finite()).collect();
    let value = |idx: usize| finite.get(idx).map_or(0.0, |point| point.value);
    let points = kept(finite.len(), n_kept, value, value);
    let points: Vec<&CurvePoint> = points.into_iter().filter_map(|idx| finite.get(idx).copied()).collect();
    Line {
        run_idx,
        n_not_finite: (curve.points.len() - finite.len()),
        steps: points.iter().map(|point| point.step as f64).collect(),
        seconds: seconds(points.iter().map(|point| point.time_ms), since_ms),
        levels: vec![points.iter().map(|point| point.value).collect()],
    }
}

fn distribution_line(
    distribution: &Distribution,
    run_idx: usize,
    since_ms: Option<f64>,
    n_kept: usize,
) -> Line {
    let all = &distribution.points;
    let told: Vec<(&DistributionPoint, [f64; PERCENTS.len()])> =
        all.iter().filter_map(|point| Some((point, percentiles(point)?))).collect();
    let end = |idx: usize, level: usize| told.get(idx).map_or(0.0, |(_, levels)| levels[level]);
    let points = kept(told.len(), n_kept, |idx| end(idx, 0), |idx| end(idx, PERCENTS.len() - 1));
    let points: Vec<_> = points.into_iter().filter_map(|idx| told.get(idx)).collect();
    let level = |level: usize| points.iter().map(|(_, levels)| levels[level]).collect();
    Line {
        run_idx,
        n_not_finite: (all.len() - told.len()),
        steps: points.iter().map(|(point, _)| point.step as f64).collect(),
        seconds: seconds(points.iter().map(|(point, _)| point.time_ms), since_ms),
        levels: (0..PERCENTS.len()).map(level).collect(),
    }
}

/// Never less than before: a step that was written again has a later time than those after it.
fn seconds(times_ms: impl Iterator<Item = Option<f64>>, since_ms: Option<f64>) -> Vec<f64> {
    let mut latest = f64::NAN;
    let seconds = times_ms.map(|time_ms| {
        let seconds = time_ms.zip(since_ms).map_or(f64::NAN, |(time, since)| (time - since) / 1000.0);
        latest = latest.max(seconds);
        latest
    });
    seconds.collect()
}

/// Where a cursor may stand: at every point of every line, if they are not too many.
fn stops<'a>(xs: impl Iterator<Item = &'a f64>) -> Bulk<f64> {
    let mut all: Vec<f64> = xs.copied().filter(|x| x.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    let last = all.len().saturating_sub(1);
    let distance = all.len().div_ceil(MAX_POINTS).max(1);
    let stops = all.into_iter().enumerate().filter(|(idx, _)| (last - idx).is_multiple_of(distance));
    Bulk(stops.map(|(_, x)| x).collect())
}
