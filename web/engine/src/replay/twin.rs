//! A run that is trained in the page beside the logged one, with the same recipe and data: whether both hold the same bits.
//!
//! In: digests of the page's run as it trains, digests of the log. Out: up to which step they agree, or where they differ first.

use std::collections::VecDeque;

use lnn_runlog::StepIndex;

/// Steps that are ahead of the log and waited for; those beyond are not compared.
const MAX_AHEAD: usize = 1 << 20;

/// What is known of the page's run.
#[derive(Debug, Clone, Default)]
pub(super) struct Twin {
    run: u32,
    /// Step and digest, ascending: not compared yet.
    ahead: VecDeque<(u64, u64)>,
    agrees_to: Option<u64>,
    parts_at: Option<u64>,
}

impl Twin {
    /// Takes digests of steps that follow each other, up to `last_step`; where the run went back, those after are forgotten.
    pub(super) fn take(&mut self, run: u32, last_step: u64, digests: &[u64]) {
        if run != self.run {
            *self = Self { run, ..Self::default() };
        }
        let Some(first) = last_step.checked_sub((digests.len() as u64).saturating_sub(1)) else { return };
        self.ahead.retain(|(step, _)| *step < first);
        self.parts_at = self.parts_at.filter(|step| *step < first);
        self.agrees_to = match self.agrees_to {
            Some(step) if step >= first => first.checked_sub(1),
            other => other,
        };
        let room = MAX_AHEAD.saturating_sub(self.ahead.len());
        self.ahead.extend((first..).zip(digests.iter().copied()).take(room));
    }

    /// Compares what both have.
    pub(super) fn compare(&mut self, log: &StepIndex) {
        let last = log.at_or_before(u64::MAX).map_or(0, |last| last.step);
        while let Some((step, digest)) = self.ahead.front().copied().filter(|(step, _)| *step <= last) {
            self.ahead.pop_front();
            let Some(theirs) = log.get(step) else { continue };
            if theirs.digest != digest {
                self.parts_at = Some(self.parts_at.map_or(step, |known| known.min(step)));
            } else if self.parts_at.is_none() {
                self.agrees_to = Some(step);
            }
        }
    }

    /// Whether they agree, and how far, in words; none while there is nothing to compare.
    pub(super) fn sentence(&self) -> Option<(bool, String)> {
        match (self.parts_at, self.agrees_to) {
            (Some(step), _) => Some((false, format!("Differs from this page’s run, first at step {step}"))),
            (None, Some(step)) => Some((true, format!("Bit-identical so far (step {step})"))),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::{Place, StepPlace};

    use super::*;

    fn log(digests: &[(u64, u64)]) -> StepIndex {
        let mut index = StepIndex::default();
        for (step, digest) in digests {
            let place = Place::default();
            index.insert(StepPlace { step: *step, place, n_bytes: 0, fingerprint: 0, digest: *digest });
        }
        index
    }

    #[test]
    fn steps_that_both_have_are_compared_and_the_first_that_differs_is_named() {
        let mut twin = Twin::default();
        twin.take(1, 2, &[10, 11, 12]);
        assert_eq!(twin.sentence(), None);
        // The log holds every second step, and has not come further than the page.
        twin.compare(&log(&[(0, 10)]));
        assert_eq!(twin.sentence(), Some((true, "Bit-identical so far (step 0)".to_owned())));
        twin.take(1, 5, &[13, 14, 15]);
        twin.compare(&log(&[(0, 10), (2, 12), (4, 0), (6, 16)]));
        assert!(twin.sentence().is_some_and(|(is_same, text)| !is_same && text.ends_with("first at step 4")));
        // The page's run goes back to step 3 and is trained with other settings.
        twin.take(1, 4, &[0]);
        twin.compare(&log(&[(0, 10), (2, 12), (4, 0)]));
        assert!(twin.sentence().is_some_and(|(is_same, text)| is_same && text.contains("step 4")));
        // Another run of the page.
        twin.take(2, 0, &[7]);
        assert_eq!(twin.sentence(), None);
    }
}
