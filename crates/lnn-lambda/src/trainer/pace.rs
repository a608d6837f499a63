//! When a trainer stops, and when it saves: from what steps and saving took so far.
//!
//! In: durations. Out: decisions. Read next: `run.rs`.

use std::time::{Duration, Instant};

use crate::settings::Limits;

/// Kept free at least before the deadline.
const MIN_MARGIN: Duration = Duration::from_millis(250);

/// The measured pace of a trainer.
#[derive(Debug)]
pub(crate) struct Pace {
    longest_step: Duration,
    longest_save: Duration,
    n_steps: u64,
    flushed: Instant,
    checkpointed: Instant,
    flush_bytes: usize,
    flush_every: Duration,
    checkpoint_every: Duration,
}

impl Pace {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            longest_step: Duration::ZERO,
            longest_save: Duration::from_millis(100),
            n_steps: 0,
            flushed: Instant::now(),
            checkpointed: Instant::now(),
            flush_bytes: limits.flush_bytes,
            flush_every: limits.flush_every,
            checkpoint_every: limits.checkpoint_every,
        }
    }

    pub(crate) fn took_step(&mut self, duration: Duration) {
        self.n_steps += 1;
        self.longest_step = self.longest_step.max(duration);
    }

    pub(crate) fn took_save(&mut self, duration: Duration) {
        self.longest_save = self.longest_save.max(duration);
        self.checkpointed = Instant::now();
    }

    pub(crate) fn took_flush(&mut self) {
        self.flushed = Instant::now();
    }

    /// Whether another step and the hand-over may not fit any more. A call takes one step at least, or none would ever.
    pub(crate) fn is_over(&self, deadline: Instant) -> bool {
        let margin = MIN_MARGIN + 2 * self.longest_step + 2 * self.longest_save;
        self.n_steps > 0 && Instant::now() + margin >= deadline
    }

    pub(crate) fn is_flush_due(&self, n_waiting: usize) -> bool {
        n_waiting > 0 && (n_waiting >= self.flush_bytes || self.flushed.elapsed() >= self.flush_every)
    }

    pub(crate) fn is_checkpoint_due(&self) -> bool {
        self.checkpointed.elapsed() >= self.checkpoint_every
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            max_calls: 1,
            call_timeout: Duration::from_secs(1),
            call_attempts: 1,
            hand_limit_bytes: 0,
            flush_bytes: 100,
            flush_every: Duration::from_secs(100),
            checkpoint_every: Duration::from_secs(100),
            cancel_every: Duration::from_secs(1),
            value_ttl: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_call_takes_one_step_at_least_and_stops_when_two_more_would_not_fit() {
        let mut pace = Pace::new(&limits());
        assert!(!pace.is_over(Instant::now()));
        pace.took_step(Duration::from_secs(3));
        assert!(pace.is_over(Instant::now() + Duration::from_secs(6)));
        assert!(!pace.is_over(Instant::now() + Duration::from_secs(7)));
    }

    #[test]
    fn log_is_written_when_enough_of_it_waits() {
        let pace = Pace::new(&limits());
        assert!(!pace.is_flush_due(99) && pace.is_flush_due(100) && !pace.is_checkpoint_due());
    }
}
