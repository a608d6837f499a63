//! How many steps are due at the user's pace, and when the next frame is.
//!
//! In: the clock in milliseconds. Out: counts. Nothing here reads a clock itself.

use crate::protocol::Speed;

/// Steps that are late by more than this are forgiven: after a pause nobody wants them all at once.
const MAX_LATE_MS: f64 = 100.0;

/// Steps due at the user's pace.
#[derive(Debug, Clone)]
pub struct Pace {
    speed: Speed,
    /// Steps due, with a fraction.
    due: f64,
    last_ms: Option<f64>,
}

impl Pace {
    /// At a speed, with one step due at once.
    pub fn new(speed: Speed) -> Self {
        Self { speed, due: 1.0, last_ms: None }
    }

    /// Goes on at another speed.
    pub fn set(&mut self, speed: Speed) {
        *self = Self::new(speed);
    }

    /// Begins anew after a pause.
    pub fn resume(&mut self) {
        *self = Self::new(self.speed);
    }

    /// The steps due now; none = as many as there is time for.
    pub fn steps_due(&mut self, now_ms: f64, steps_per_epoch: u64) -> Option<u64> {
        let per_second = match self.speed {
            Speed::Full => return None,
            Speed::StepsPerSecond(rate) => rate,
            Speed::EpochsPerSecond(rate) => rate * steps_per_epoch as f64,
        };
        let passed_ms = self
            .last_ms
            .map_or(0.0, |last_ms| (now_ms - last_ms).clamp(0.0, MAX_LATE_MS.max(1000.0 / per_second)));
        self.last_ms = Some(now_ms);
        self.due =
            (self.due + passed_ms / 1000.0 * per_second).min((MAX_LATE_MS / 1000.0 * per_second).max(1.0));
        Some(self.due as u64)
    }

    /// Steps were done.
    pub fn paid(&mut self, n_steps: u64) {
        self.due = (self.due - n_steps as f64).max(0.0);
    }
}

/// Frames come no faster than this: a screen shows no more.
const MIN_FRAME_MS: f64 = 14.0;
/// Frames take at most one part in so many of the worker's time: at full speed, where each part is taken from training,
/// and at the user's pace.
const SHARE_AT_FULL_SPEED: f64 = 15.0;
const SHARE: f64 = 4.0;

/// When the next frame may be made while training goes on.
#[derive(Debug, Clone)]
pub struct FramePace {
    last_ms: f64,
    cost_ms: f64,
    is_begun: bool,
}

impl Default for FramePace {
    fn default() -> Self {
        Self { last_ms: f64::NEG_INFINITY, cost_ms: 0.0, is_begun: false }
    }
}

impl FramePace {
    /// Whether one may be made now.
    pub fn is_due(&self, now_ms: f64, pace: &Pace) -> bool {
        let share = if matches!(pace.speed, Speed::Full) { SHARE_AT_FULL_SPEED } else { SHARE };
        now_ms - self.last_ms >= (share * self.cost_ms).max(MIN_FRAME_MS)
    }

    /// One is begun.
    pub fn begin(&mut self, now_ms: f64) {
        (self.last_ms, self.is_begun) = (now_ms, true);
    }

    /// What was begun is made and sent.
    pub fn end(&mut self, now_ms: f64) {
        if std::mem::take(&mut self.is_begun) {
            self.cost_ms = now_ms - self.last_ms;
        }
    }
}

/// A smoothed rate of steps.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    per_second: f64,
    since_ms: Option<f64>,
    n_steps: u64,
}

impl Meter {
    /// Counts steps; the rate follows within about a second.
    pub fn count(&mut self, n_steps: u64, now_ms: f64) {
        self.n_steps += n_steps;
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        let passed_ms = now_ms - since_ms;
        if passed_ms >= 250.0 {
            let rate = self.n_steps as f64 * 1000.0 / passed_ms;
            self.per_second = if self.per_second == 0.0 { rate } else { 0.5 * (self.per_second + rate) };
            self.since_ms = Some(now_ms);
            self.n_steps = 0;
        }
    }

    /// Steps a second.
    pub fn per_second(&self) -> f32 {
        self.per_second as f32
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps_in_a_second(speed: Speed, steps_per_epoch: u64) -> u64 {
        let mut pace = Pace::new(speed);
        let mut total = 0;
        for ms in 0..=1000 {
            let due = pace.steps_due(f64::from(ms), steps_per_epoch).unwrap();
            pace.paid(due);
            total += due;
        }
        total
    }

    #[test]
    fn the_asked_pace_is_kept() {
        for (speed, expected) in [
            (Speed::StepsPerSecond(1.0), 2),
            (Speed::StepsPerSecond(20.0), 21),
            (Speed::EpochsPerSecond(60.0), 301),
        ] {
            let found = steps_in_a_second(speed, 5);
            assert!(found.abs_diff(expected) <= 1, "{speed:?}: {found}, expected about {expected}");
        }
    }

    #[test]
    fn frames_take_a_small_share_of_the_time() {
        let mut frames = FramePace::default();
        let (full, steady) = (Pace::new(Speed::Full), Pace::new(Speed::EpochsPerSecond(60.0)));
        assert!(frames.is_due(0.0, &full));
        frames.begin(0.0);
        frames.end(0.5);
        assert_eq!([13.0, 14.0].map(|now_ms| frames.is_due(now_ms, &full)), [false, true]);
        frames.begin(100.0);
        frames.end(105.0);
        frames.end(190.0);
        assert_eq!([174.0, 175.0].map(|now_ms| frames.is_due(now_ms, &full)), [false, true]);
        assert_eq!([119.0, 120.0].map(|now_ms| frames.is_due(now_ms, &steady)), [false, true]);
    }

    #[test]
    fn steps_missed_for_long_are_not_made_up_for() {
        let mut pace = Pace::new(Speed::StepsPerSecond(100.0));
        pace.steps_due(0.0, 1);
        assert_eq!(pace.steps_due(60_000.0, 1), Some(10));
    }
}
