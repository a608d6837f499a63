//! How long a worker may be silent before it counts as lost.
//!
//! In: what a trainer announced. Out: seconds. Read next: `bridge.rs`, which waits.

use crate::protocol::FromTrainer;

/// Seconds without an answer after which a trainer counts as lost.
pub const PATIENCE_S: u32 = 30;
/// Work that was announced may take so many times as long as was said.
const LENIENCE: f64 = 10.0;
/// No patience is longer: an hour.
pub const MAX_PATIENCE_S: u32 = 3600;

/// What a trainer says of the silence that follows.
pub fn announced_s(message: &FromTrainer) -> f64 {
    if let FromTrainer::Working { seconds } = message { *seconds } else { 0.0 }
}

/// How long a silence may be, after what the trainer said last.
pub fn patience_s(usual_s: u32, announced_s: f64) -> u32 {
    usual_s.max((LENIENCE * announced_s) as u32).min(MAX_PATIENCE_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_was_announced_is_waited_for_and_a_hang_is_not_waited_for_for_ever() {
        for (usual_s, announced_s, expected_s) in
            [(30, 0.0, 30), (30, 1.5, 30), (30, 40.0, 400), (60, 1.5, 60), (30, 1e9, 3600)]
        {
            assert_eq!(patience_s(usual_s, announced_s), expected_s, "{usual_s} {announced_s}");
        }
    }
}
