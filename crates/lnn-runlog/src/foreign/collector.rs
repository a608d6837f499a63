//! Collects points by their tags within fixed bounds, whatever the log holds.
//!
//! In: points of any tag, in any order. Out: curves and distributions, and sentences about what was left out. Read next:
//! `thinned.rs`.

use std::collections::HashMap;

use super::curves::{Curve, CurveLog, CurvePoint, Distribution, DistributionPoint, listed};
use super::thinned::{AtStep, Thinned};

/// Points kept of a curve; with more, it is thinned evenly.
pub const MAX_POINTS: usize = 100_000;
/// Curves, and as many distributions, that are kept of a log.
pub const MAX_TAGS: usize = 10_000;

/// Bytes of a tag.
pub(super) const MAX_TAG_BYTES: usize = 1_024;
/// Points of all curves together, a bucket counted as one: some 120 MB.
const MAX_COST: usize = 2_000_000;
/// Thinner than this nothing is made.
const FEWEST_POINTS: usize = 2;

/// What a log told so far.
#[derive(Debug, Clone)]
pub(super) struct Collector {
    curves: Tagged<CurvePoint>,
    distributions: Tagged<DistributionPoint>,
    limits: Limits,
    room: Room,
    /// No point has a higher step: most starts of sessions drop nothing, and need not look for it.
    highest: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    points: usize,
    tags: usize,
    cost: usize,
}

/// What there is room for.
#[derive(Debug, Clone)]
struct Room {
    /// Halved whenever all points together are too many.
    max_points: usize,
    cost: usize,
    /// Nothing can be made thinner.
    is_full: bool,
    n_beyond_tags: u64,
    n_long_tags: u64,
    n_left_out: u64,
}

#[derive(Debug, Clone)]
struct Tagged<T> {
    places: HashMap<String, usize>,
    series: Vec<(String, Thinned<T>)>,
}

impl Default for Collector {
    fn default() -> Self {
        Self::with(Limits { points: MAX_POINTS, tags: MAX_TAGS, cost: MAX_COST })
    }
}

impl Collector {
    fn with(limits: Limits) -> Self {
        let max_points = limits.points;
        let room =
            Room { max_points, cost: 0, is_full: false, n_beyond_tags: 0, n_long_tags: 0, n_left_out: 0 };
        Self { curves: Tagged::default(), distributions: Tagged::default(), limits, room, highest: None }
    }

    pub fn point(&mut self, tag: &str, point: CurvePoint) {
        self.highest = self.highest.max(Some(point.step));
        self.curves.take(tag, point, self.limits, &mut self.room);
        self.make_room();
    }

    pub fn distribution(&mut self, tag: &str, point: DistributionPoint) {
        self.highest = self.highest.max(Some(point.step));
        self.distributions.take(tag, point, self.limits, &mut self.room);
        self.make_room();
    }

    /// Drops all points from a step on, and tells how many.
    pub fn drop_from(&mut self, step: i64) -> usize {
        if self.highest.is_none_or(|highest| highest < step) {
            return 0;
        }
        self.highest = step.checked_sub(1);
        let n_dropped = self.curves.drop_from(step) + self.distributions.drop_from(step);
        self.room.cost = self.curves.cost() + self.distributions.cost();
        self.room.is_full = self.room.cost > self.limits.cost;
        n_dropped
    }

    /// Takes what another file told.
    pub fn append(&mut self, other: Self) {
        self.highest = self.highest.max(other.highest);
        self.curves.append(other.curves, self.limits, &mut self.room);
        self.make_room();
        self.distributions.append(other.distributions, self.limits, &mut self.room);
        self.make_room();
        self.room.n_beyond_tags += other.room.n_beyond_tags;
        self.room.n_long_tags += other.room.n_long_tags;
        self.room.n_left_out += other.room.n_left_out;
    }

    /// Puts everything into the log.
    pub fn finish(self, log: &mut CurveLog) {
        self.curves.tell_thinned("curves", log);
        self.distributions.tell_thinned("distributions", log);
        self.room.tell(self.limits, log);
        log.curves = self.curves.map(|tag, points| Curve { tag, points });
        log.distributions = self.distributions.map(|tag, points| Distribution { tag, points });
    }

    fn make_room(&mut self) {
        while self.room.cost > self.limits.cost && !self.room.is_full {
            let max_points = (self.room.max_points / 2).max(FEWEST_POINTS);
            self.curves.thin(max_points);
            self.distributions.thin(max_points);
            self.room.cost = self.curves.cost() + self.distributions.cost();
            self.room.max_points = max_points;
            self.room.is_full = max_points == FEWEST_POINTS && self.room.cost > self.limits.cost;
        }
    }
}

impl Room {
    fn tell(&self, limits: Limits, log: &mut CurveLog) {
        let told = [
            (self.n_beyond_tags, format!("belong to tags beyond the first {}", limits.tags)),
            (self.n_long_tags, format!("have a tag longer than {MAX_TAG_BYTES} bytes")),
            (self.n_left_out, "are more than this reader has room for".to_owned()),
        ];
        let sentences = told.into_iter().filter(|(n, _)| *n > 0);
        log.lacks.extend(sentences.map(|(n, why)| format!("{n} points are left out: they {why}.")));
    }
}

impl<T> Default for Tagged<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), series: Vec::new() }
    }
}

impl<T: AtStep> Tagged<T> {
    fn take(&mut self, tag: &str, point: T, limits: Limits, room: &mut Room) {
        if room.is_full {
            room.n_left_out += 1;
            return;
        }
        let Some(thinned) = self.series(tag, limits, room) else { return };
        let before = thinned.cost();
        thinned.insert(point, room.max_points);
        room.cost = room.cost + thinned.cost() - before;
    }

    fn append(&mut self, other: Self, limits: Limits, room: &mut Room) {
        for (tag, points) in other.series {
            let Some(thinned) = self.series(&tag, limits, room) else { continue };
            let before = thinned.cost();
            thinned.append(points, room.max_points);
            room.cost = room.cost + thinned.cost() - before;
        }
    }

    fn series(&mut self, tag: &str, limits: Limits, room: &mut Room) -> Option<&mut Thinned<T>> {
        let idx = match self.places.get(tag) {
            Some(&idx) => idx,
            None if tag.len() > MAX_TAG_BYTES => {
                room.n_long_tags += 1;
                return None;
            }
            None if self.series.len() >= limits.tags => {
                room.n_beyond_tags += 1;
                return None;
            }
            None => {
                self.places.insert(tag.to_owned(), self.series.len());
                self.series.push((tag.to_owned(), Thinned::default()));
                self.series.len() - 1
            }
        };
        self.series.get_mut(idx).map(|(_, thinned)| thinned)
    }

    fn thin(&mut self, max_points: usize) {
        self.series.iter_mut().for_each(|(_, thinned)| thinned.thin(max_points));
    }

    fn drop_from(&mut self, step: i64) -> usize {
        self.series.iter_mut().map(|(_, thinned)| thinned.drop_from(step)).sum()
    }

    fn cost(&self) -> usize {
        self.series.iter().map(|(_, thinned)| thinned.cost()).sum()
    }

    fn tell_thinned(&self, what: &str, log: &mut CurveLog) {
        let tags: Vec<&str> = self
            .series
            .iter()
            .filter(|(_, points)| points.is_thinned())
            .map(|(tag, _)| tag.as_str())
            .collect();
        if !tags.is_empty() {
            let tags = listed(tags.into_iter());
            log.lacks.push(format!(
                "Not every point is kept of the {what} {tags}: they are thinned evenly, the first and the last stay."
            ));
        }
    }

    /// Those that have points: a restart may have left none.
    fn map<S>(self, mut make: impl FnMut(String, Vec<T>) -> S) -> Vec<S> {
        let series = self.series.into_iter().map(|(tag, points)| (tag, points.into_points()));
        series.filter(|(_, points)| !points.is_empty()).map(|(tag, points)| make(tag, points)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::Bucket;

    fn point(step: i64) -> CurvePoint {
        CurvePoint { step, time_ms: None, value: 0.5 }
    }

    fn finish(collector: Collector) -> CurveLog {
        let mut log = CurveLog::default();
        collector.finish(&mut log);
        log
    }

    #[test]
    fn curves_are_in_the_order_in_which_they_appear() {
        let mut collector = Collector::default();
        ["z", "a", "z"].iter().zip(0..).for_each(|(tag, step)| collector.point(tag, point(step)));
        let log = finish(collector);
        let tags: Vec<&str> = log.curves.iter().map(|curve| curve.tag.as_str()).collect();
        assert_eq!(tags, ["z", "a"]);
        assert!(log.lacks.is_empty());
    }

    #[test]
    fn a_curve_of_very_many_points_is_thinned_and_says_so() {
        let mut collector = Collector::default();
        (0..250_000).for_each(|step| collector.point("loss", point(step)));
        let log = finish(collector);
        let steps: Vec<i64> = log.curves[0].points.iter().map(|point| point.step).collect();
        assert_eq!((steps[0], steps[1], steps.last()), (0, 4, Some(&249_999)));
        assert!(log.lacks[0].contains("curves «loss»"), "{:?}", log.lacks);
    }

    #[test]
    fn sessions_that_start_again_and_again_look_at_what_they_drop_alone() {
        let mut collector = Collector::default();
        (0..50_000).for_each(|step| collector.point("loss", point(step)));
        // Were all points looked at each time, this test would take minutes.
        for step in 0..50_000 {
            assert_eq!(collector.drop_from(50_000 + step), 0);
            collector.point("loss", point(49_999));
            assert_eq!(collector.drop_from(49_999), 1);
        }
        assert_eq!((collector.room.cost, collector.drop_from(10)), (49_999, 49_989));
        assert_eq!(finish(collector).curves[0].points.len(), 10);
    }

    #[test]
    fn tags_beyond_the_limit_are_counted() {
        let mut collector = Collector::with(Limits { points: 10, tags: 2, cost: 100 });
        for tag in ["a", "b", "c", "c", "a"] {
            collector.point(tag, point(1));
        }
        collector.point(&"x".repeat(2_000), point(1));
        let log = finish(collector);
        assert_eq!(log.curves.len(), 2);
        assert!(log.lacks[0].contains("2 points are left out"), "{:?}", log.lacks);
        assert!(log.lacks[1].contains("longer than 1024 bytes"), "{:?}", log.lacks);
    }

    #[test]
    fn all_points_together_are_bounded() {
        let bucket = Bucket { left: 0.0, right: 1.0, count: 1.0 };
        let histogram = |step| DistributionPoint {
            step,
            time_ms: None,
            min: 0.0,
            max: 1.0,
            count: 5.0,
            sum: None,
            sum_squares: None,
            buckets: vec![bucket; 5],
        };
        let mut collector = Collector::with(Limits { points: 50, tags: 50, cost: 300 });
        for step in 0..200 {
            collector.point("loss", point(step));
            collector.distribution(&format!("w{}", step % 10), histogram(step));
        }
        assert!(collector.room.cost <= 300);
        let log = finish(collector.clone());
        assert_eq!(log.distributions.len(), 10);
        assert!(log.distributions.iter().all(|d| d.points.len() >= 2));

        // Too many for two points each: what comes then is left out.
        (0..50).for_each(|idx| collector.distribution(&format!("v{idx}"), histogram(1)));
        assert!(collector.room.cost <= 300 + 8 && collector.room.is_full);
        assert!(finish(collector).lacks.iter().any(|lack| lack.contains("room for")));
    }
}
