//! Two runs looked at together: where the one stands when the other is at a step.
//!
//! In: a step of one run. Out: the step of the other that belongs to it, by step, by epoch or by the time since the run
//! began.

use serde::{Deserialize, Serialize};

/// What two cursors have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Link {
    /// Parameter updates done.
    #[default]
    Step,
    /// Passes over the data done, with their fraction.
    Epoch,
    /// Time since the first step that is known.
    Time,
}

impl Link {
    /// All, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];
}

/// Points of a clock that are kept.
const MAX_POINTS: usize = 1024;

/// When steps of a run were taken: some of them, evenly thinned out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunClock {
    /// Steps and milliseconds since 1970, both ascending.
    points: Vec<(u64, f64)>,
}

impl RunClock {
    /// Takes note of a step. Steps come in ascending order; others are passed over, and no clock goes back.
    pub fn push(&mut self, step: u64, time_ms: f64) {
        let (last_step, last_ms) = self.points.last().copied().unzip();
        if last_step.is_some_and(|last| step <= last) || !time_ms.is_finite() {
            return;
        }
        self.points.push((step, time_ms.max(last_ms.unwrap_or(time_ms))));
        if self.points.len() > MAX_POINTS {
            let last = self.points.len() - 1;
            let mut idx = 0;
            self.points.retain(|_| {
                idx += 1;
                (idx - 1) % 2 == 0 || idx - 1 == last
            });
        }
    }

    /// Whether two steps at least have a time.
    pub fn is_known(&self) -> bool {
        self.points.len() > 1
    }

    /// Milliseconds from the first step to this one.
    pub fn elapsed_ms(&self, step: u64) -> Option<f64> {
        let (_, first_ms) = self.points.first()?;
        let idx = self.points.partition_point(|(known, _)| *known <= step);
        let (from, from_ms) = *self.points.get(idx.saturating_sub(1))?;
        let Some((to, to_ms)) = self.points.get(idx) else { return Some(from_ms - first_ms) };
        let share = step.saturating_sub(from) as f64 / (to - from).max(1) as f64;
        Some(from_ms + (to_ms - from_ms) * share - first_ms)
    }

    /// The last step that was taken so many milliseconds after the first.
    pub fn step_after(&self, elapsed_ms: f64) -> Option<u64> {
        let (_, first_ms) = self.points.first()?;
        let idx = self.points.partition_point(|(_, known_ms)| *known_ms - first_ms <= elapsed_ms);
        let (from, from_ms) = *self.points.get(idx.saturating_sub(1))?;
        let Some((to, to_ms)) = self.points.get(idx) else { return Some(from) };
        let share = ((elapsed_ms - (from_ms - first_ms)) / (to_ms - from_ms).max(f64::MIN_POSITIVE)).max(0.0);
        // Half a millionth of a step: what rounding took away on the way there and back.
        Some((from + ((to - from) as f64 * share + 5e-7) as u64).min(*to))
    }
}

/// What a run's cursor is linked by.
#[derive(Debug, Clone, Copy)]
pub struct Linkable<'a> {
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// When its steps were taken.
    pub clock: &'a RunClock,
}

impl Linkable<'_> {
    /// The step of `other` that belongs to a step of this run; none where it is linked by time and a run has none.
    pub fn step_in(&self, other: &Linkable<'_>, step: u64, link: Link) -> Option<u64> {
        match link {
            Link::Step => Some(step),
            Link::Epoch => {
                let (mine, theirs) = (self.steps_per_epoch.max(1), other.steps_per_epoch.max(1));
                // Whole numbers: 2⁵³ steps and more must not lose one.
                Some((u128::from(step) * u128::from(theirs) / u128::from(mine)) as u64)
            }
            Link::Time if self.clock.is_known() && other.clock.is_known() => {
                other.clock.step_after(self.clock.elapsed_ms(step)?)
            }
            Link::Time => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(points: impl IntoIterator<Item = (u64, f64)>) -> RunClock {
        let mut clock = RunClock::default();
        points.into_iter().for_each(|(step, ms)| clock.push(step, ms));
        clock
    }

    #[test]
    fn epochs_of_different_length_are_linked() {
        let (a, b) = (clock([]), clock([]));
        let run = |steps_per_epoch, clock| Linkable { steps_per_epoch, clock };
        let (long, short) = (run(10, &a), run(4, &b));
        for (step, expected) in [(0, 0), (9, 3), (10, 4), (25, 10)] {
            assert_eq!(long.step_in(&short, step, Link::Epoch), Some(expected), "{step}");
            assert_eq!(long.step_in(&short, step, Link::Step), Some(step));
            assert_eq!(long.step_in(&short, step, Link::Time), None);
        }
    }

    #[test]
    fn time_is_counted_from_each_runs_first_step() {
        let fast = clock((0..=100).map(|step| (step, 5000.0 + step as f64 * 10.0)));
        let slow = clock((0..=50).map(|step| (step, 90_000.0 + step as f64 * 30.0)));
        let (a, b) =
            (Linkable { steps_per_epoch: 1, clock: &fast }, Linkable { steps_per_epoch: 1, clock: &slow });
        for (step, expected) in [(0, 0), (2, 0), (3, 1), (30, 10), (100, 33)] {
            assert_eq!(a.step_in(&b, step, Link::Time), Some(expected), "{step}");
        }
        assert_eq!(b.step_in(&a, 50, Link::Time), Some(100), "a run that is over stands at its end");
    }

    #[test]
    fn a_long_clock_stays_small_and_true() {
        let clock = clock((0..100_000).map(|step| (step, step as f64 * 2.0)));
        assert!(clock.points.len() <= MAX_POINTS);
        for step in [0, 1, 777, 50_001, 99_999] {
            assert!((clock.elapsed_ms(step).unwrap() - step as f64 * 2.0).abs() < 1e-6, "{step}");
            assert_eq!(clock.step_after(step as f64 * 2.0), Some(step));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_stands_still() {
        let clock = clock([(0, 100.0), (1, 50.0), (1, 70.0), (2, 300.0)]);
        assert_eq!((clock.elapsed_ms(1), clock.elapsed_ms(2)), (Some(0.0), Some(200.0)));
    }
}
