//! The points of one curve, thinned evenly when they become too many.
//!
//! In: points in any order of their steps, also twice at a step. Out: at most so many by ascending step, the first and the
//! last among them. Read next: `collector.rs`.
//!
//! Steps are put into cells 1, 2, 4, … wide, and each cell keeps its lowest step: with every widening about every second
//! point goes. Which ones are kept depends on the steps alone, so that a run that was taken up again replaces its own points.

use std::collections::BTreeMap;

use super::curves::{CurvePoint, DistributionPoint};

/// What is thinned.
pub(super) trait AtStep {
    fn step(&self) -> i64;
    fn time_ms(&self) -> Option<f64>;
    /// How much room it takes, in units of a curve's point.
    fn cost(&self) -> usize;
}

impl AtStep for CurvePoint {
    fn step(&self) -> i64 {
        self.step
    }

    fn time_ms(&self) -> Option<f64> {
        self.time_ms
    }

    fn cost(&self) -> usize {
        1
    }
}

impl AtStep for DistributionPoint {
    fn step(&self) -> i64 {
        self.step
    }

    fn time_ms(&self) -> Option<f64> {
        self.time_ms
    }

    fn cost(&self) -> usize {
        3 + self.buckets.len()
    }
}

/// Points by the cells of their steps.
#[derive(Debug, Clone)]
pub(super) struct Thinned<T> {
    cells: BTreeMap<i64, T>,
    /// The highest step of those that no cell keeps.
    last: Option<T>,
    /// Cells are 2^`shift` steps wide.
    shift: u32,
    /// Of all points that are held, `last` among them.
    cost: usize,
}

impl<T> Default for Thinned<T> {
    fn default() -> Self {
        Self { cells: BTreeMap::new(), last: None, shift: 0, cost: 0 }
    }
}

impl<T: AtStep> Thinned<T> {
    /// Takes a point. Of two at one step the later written stays, and of two written at once the later read.
    pub fn insert(&mut self, point: T, max_points: usize) {
        self.place(point);
        self.thin(max_points);
    }

    /// Widens the cells until no more than so many points are kept, the last one among them.
    pub fn thin(&mut self, max_points: usize) {
        while self.cells.len() + usize::from(self.ends_with_last()) > max_points && self.shift < 63 {
            self.widen();
        }
    }

    /// Drops the points from a step on, and tells how many of those that are kept. Only they are looked at: a run may be
    /// taken up again very often.
    pub fn drop_from(&mut self, step: i64) -> usize {
        let mut n_dropped = 0;
        if self.last.as_ref().is_some_and(|last| last.step() >= step) {
            n_dropped += usize::from(self.ends_with_last());
            self.cost -= self.last.take().map_or(0, |last| last.cost());
        }
        while let Some(highest) = self.cells.last_entry().filter(|entry| entry.get().step() >= step) {
            self.cost -= highest.remove().cost();
            n_dropped += 1;
        }
        n_dropped
    }

    /// Takes the points of a later file.
    pub fn append(&mut self, other: Self, max_points: usize) {
        while self.shift < other.shift {
            self.widen();
        }
        other.cells.into_values().chain(other.last).for_each(|point| self.place(point));
        self.thin(max_points);
    }

    pub fn cost(&self) -> usize {
        self.cost
    }

    pub fn is_thinned(&self) -> bool {
        self.shift > 0
    }

    /// By ascending step.
    pub fn into_points(self) -> Vec<T> {
        let ends_with_last = self.ends_with_last();
        self.cells.into_values().chain(self.last.filter(|_| ends_with_last)).collect()
    }

    /// Whether `last` lies behind all that the cells keep.
    fn ends_with_last(&self) -> bool {
        let highest = self.cells.last_key_value().map(|(_, point)| point.step());
        self.last.as_ref().is_some_and(|last| highest.is_none_or(|highest| last.step() > highest))
    }

    fn place(&mut self, point: T) {
        let cost = point.cost();
        let cell = point.step() >> self.shift;
        let Some(kept) = self.cells.get_mut(&cell) else {
            self.cells.insert(cell, point);
            self.cost += cost;
            return;
        };
        let spare = if replaces(&point, kept) {
            self.cost = self.cost + cost - kept.cost();
            std::mem::replace(kept, point)
        } else {
            point
        };
        // Another version of the kept step is of no use.
        if spare.step() > kept.step() {
            self.spare(spare);
        }
    }

    fn spare(&mut self, point: T) {
        let is_last = self.last.as_ref().is_none_or(|last| {
            point.step() > last.step() || (point.step() == last.step() && is_later(&point, last))
        });
        if is_last {
            self.cost += point.cost();
            self.cost -= self.last.replace(point).map_or(0, |before| before.cost());
        }
    }

    fn widen(&mut self) {
        self.shift += 1;
        self.cost = self.last.as_ref().map_or(0, T::cost);
        for point in std::mem::take(&mut self.cells).into_values() {
            self.place(point);
        }
    }
}

fn replaces<T: AtStep>(new: &T, kept: &T) -> bool {
    new.step() < kept.step() || (new.step() == kept.step() && is_later(new, kept))
}

/// A point with a time counts as later than one without.
fn is_later<T: AtStep>(new: &T, kept: &T) -> bool {
    new.time_ms().unwrap_or(f64::NEG_INFINITY) >= kept.time_ms().unwrap_or(f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(step: i64, time_ms: f64) -> CurvePoint {
        CurvePoint { step, time_ms: Some(time_ms), value: time_ms }
    }

    fn collect(points: impl IntoIterator<Item = CurvePoint>, max_points: usize) -> Vec<CurvePoint> {
        let mut thinned = Thinned::default();
        points.into_iter().for_each(|point| thinned.insert(point, max_points));
        thinned.into_points()
    }

    #[test]
    fn too_many_points_are_thinned_evenly_and_the_first_and_the_last_stay() {
        let steps: Vec<i64> =
            collect((0..1_000).map(|step| point(step, 0.0)), 100).iter().map(|p| p.step).collect();
        assert_eq!(steps.first(), Some(&0));
        assert_eq!(steps.last(), Some(&999));
        assert_eq!(steps.len(), 64, "one of 16, and the last");
        assert!(steps.windows(2).rev().skip(1).all(|pair| pair[1] - pair[0] == 16));
    }

    #[test]
    fn of_two_points_at_one_step_the_later_written_stays() {
        let kept = collect([point(1, 5.0), point(2, 5.0), point(1, 4.0), point(2, 6.0)], 10);
        assert_eq!(kept, [point(1, 5.0), point(2, 6.0)]);
    }

    #[test]
    fn the_last_point_counts_among_the_points_and_in_the_cost() {
        for n_points in 1..500 {
            let mut thinned = Thinned::default();
            (0..n_points).for_each(|step| thinned.insert(point(step, 0.0), 100));
            let cost = thinned.cost();
            let points = thinned.into_points();
            assert!(points.len() <= 100, "{} of {n_points}", points.len());
            assert!((points.len()..=points.len() + 1).contains(&cost), "{cost} for {}", points.len());
        }
    }

    #[test]
    fn what_is_dropped_is_counted_and_costs_nothing_any_more() {
        let mut thinned = Thinned::default();
        (0..=100).for_each(|step| thinned.insert(point(step, 0.0), 60));
        // Steps 0, 2, …, 100.
        assert_eq!(thinned.drop_from(101), 0);
        assert_eq!(thinned.drop_from(90), 6);
        assert_eq!(thinned.drop_from(i64::MIN), 45);
        assert_eq!((thinned.cost(), thinned.into_points()), (0, Vec::new()));
    }

    #[test]
    fn the_extreme_steps_fit() {
        let kept = collect([i64::MIN, -1, 0, i64::MAX].map(|step| point(step, 0.0)), 2);
        let steps: Vec<i64> = kept.iter().map(|p| p.step).collect();
        assert_eq!(steps, [i64::MIN, 0, i64::MAX]);
    }

    proptest! {
        #[test]
        fn the_order_of_the_points_does_not_matter(steps in proptest::collection::vec(-500_i64..500, 1..300), max in 2_usize..60) {
            // One time for each step, so that twice the same point is no contest.
            let points: Vec<CurvePoint> = steps.iter().map(|&step| point(step, step as f64)).collect();
            let forward = collect(points.clone(), max);
            prop_assert_eq!(&forward, &collect(points.iter().rev().copied(), max));
            // At least one on each side of 0, and the last.
            prop_assert!(forward.len() <= max.max(3));
            prop_assert!(forward.windows(2).all(|pair| pair[0].step < pair[1].step));
            prop_assert_eq!(Some(forward[0].step), steps.iter().min().copied());
            prop_assert_eq!(forward.last().map(|p| p.step), steps.iter().max().copied());

            let (mut left, mut right) = (Thinned::default(), Thinned::default());
            let (a, b) = points.split_at(points.len() / 2);
            for point in a {
                left.insert(*point, max);
            }
            for point in b {
                right.insert(*point, max);
            }
            left.append(right, max);
            prop_assert_eq!(forward, left.into_points());
        }
    }
}
