//! Where the time of steps goes, from the invocation records of a log.
//!
//! In: records of whole steps. Out: milliseconds of a step by what was done. A layer's calls run side by side, and what counts is
//! the one that answers last: it is the layer's part of the critical path. What is left between layers and steps is the trainer's:
//! records, its own reading from Redis, the commit. Read next: `main.rs`.

use std::collections::BTreeMap;

use lnn_runlog::InvocationRecord;

/// Milliseconds of a step on its critical path.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::struct_field_names, reason = "units are in names")]
pub struct Shares {
    /// All of it: from its first call to the next step's.
    pub step_ms: f64,
    /// Arithmetic of neurons.
    pub compute_ms: f64,
    /// Neurons waiting for Redis.
    pub redis_ms: f64,
    /// Calling: requests and answers written, sent and read, and handlers apart from arithmetic and Redis.
    pub invocation_ms: f64,
    /// Waiting for a free call while others of the layer run.
    pub waiting_ms: f64,
    /// The trainer between layers and steps.
    pub trainer_ms: f64,
}

/// The mean of steps after the first `n_skipped`, which start processes; none where the log has too few steps.
pub fn shares(calls: &[InvocationRecord], n_skipped: u64) -> Option<(usize, Shares)> {
    let mut steps: BTreeMap<u64, Vec<&InvocationRecord>> = BTreeMap::new();
    for call in calls {
        steps.entry(call.step.unwrap_or(0)).or_default().push(call);
    }
    let begins: Vec<(u64, f64)> = steps
        .iter()
        .map(|(step, calls)| (*step, calls.iter().map(|it| start(it)).fold(f64::MAX, f64::min)))
        .collect();
    let whole = begins.windows(2).filter_map(|pair| {
        let ((step, begun), (next, ended)) = (pair[0], pair[1]);
        (step > n_skipped && next == step + 1).then(|| of_step(&steps[&step], ended - begun))
    });
    let whole: Vec<Shares> = whole.collect();
    let mean = |part: fn(&Shares) -> f64| whole.iter().map(part).sum::<f64>() / whole.len() as f64;
    let shares = Shares {
        step_ms: mean(|it| it.step_ms),
        compute_ms: mean(|it| it.compute_ms),
        redis_ms: mean(|it| it.redis_ms),
        invocation_ms: mean(|it| it.invocation_ms),
        waiting_ms: mean(|it| it.waiting_ms),
        trainer_ms: mean(|it| it.trainer_ms),
    };
    (!whole.is_empty()).then_some((whole.len(), shares))
}

fn of_step(calls: &[&InvocationRecord], step_ms: f64) -> Shares {
    let mut layers: BTreeMap<(Option<&str>, Option<usize>), Vec<&InvocationRecord>> = BTreeMap::new();
    for call in calls {
        layers.entry((call.pass.as_deref(), call.layer_idx)).or_default().push(call);
    }
    let mut shares = Shares { step_ms, trainer_ms: step_ms, ..Shares::default() };
    for layer in layers.values() {
        let Some(last) = layer.iter().max_by(|a, b| end(a).total_cmp(&end(b))) else { continue };
        let begun = layer.iter().map(|call| start(call)).fold(f64::MAX, f64::min);
        let (compute, redis) = (last.compute_ms.unwrap_or(0.0), last.redis_ms.unwrap_or(0.0));
        shares.compute_ms += compute;
        shares.redis_ms += redis;
        shares.invocation_ms += last.duration_ms - compute - redis;
        shares.waiting_ms += start(last) - begun;
        shares.trainer_ms -= end(last) - begun;
    }
    shares
}

fn start(call: &InvocationRecord) -> f64 {
    call.start_ms.unwrap_or(0.0)
}

fn end(call: &InvocationRecord) -> f64 {
    start(call) + call.duration_ms
}

impl Shares {
    /// Its parts with their names.
    pub fn parts(&self) -> [(&'static str, f64); 5] {
        [
            ("compute", self.compute_ms),
            ("Redis", self.redis_ms),
            ("invocation", self.invocation_ms),
            ("waiting for a free call", self.waiting_ms),
            ("trainer", self.trainer_ms),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(step: u64, layer_idx: usize, start_ms: f64, duration_ms: f64) -> InvocationRecord {
        InvocationRecord {
            step: Some(step),
            layer_idx: Some(layer_idx),
            pass: Some("forward".to_owned()),
            start_ms: Some(start_ms),
            duration_ms,
            compute_ms: Some(2.0),
            redis_ms: Some(1.0),
            ..InvocationRecord::default()
        }
    }

    #[test]
    fn the_call_that_answers_last_is_the_layers_part() {
        let calls = [
            call(1, 0, 0.0, 50.0),
            call(2, 0, 100.0, 5.0),
            call(2, 0, 102.0, 8.0),
            call(2, 1, 111.0, 4.0),
            call(3, 0, 120.0, 5.0),
        ];
        let (n_steps, found) = shares(&calls, 1).unwrap();
        let expected = Shares {
            step_ms: 20.0,
            compute_ms: 4.0,
            redis_ms: 2.0,
            invocation_ms: 6.0,
            waiting_ms: 2.0,
            trainer_ms: 6.0,
        };
        assert_eq!((n_steps, found), (1, expected));
        assert_eq!(found.parts().iter().map(|(_, ms)| ms).sum::<f64>(), 20.0);
    }

    #[test]
    fn steps_of_which_the_next_is_missing_do_not_count() {
        let calls = [call(1, 0, 0.0, 1.0), call(3, 0, 10.0, 1.0)];
        assert_eq!(shares(&calls, 0), None);
    }
}
