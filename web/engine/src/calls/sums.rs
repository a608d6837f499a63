//! What calls cost and where their time went, added up.
//!
//! In: [`InvocationRecord`]s. Out: [`Sums`].

use lnn_runlog::InvocationRecord;

/// USD for a second of a function with 1 GB.
pub const USD_PER_GB_S: f64 = 0.000_016_666_7;
/// USD for a million calls.
pub const USD_PER_MILLION_CALLS: f64 = 0.20;

/// Sums over calls; each attempt is a call.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Calls.
    pub n_calls: u64,
    /// Calls that were not the first attempt.
    pub n_again: u64,
    /// Calls that gave no answer, or none that counts.
    pub n_failed: u64,
    /// Calls whose values were there already.
    pub n_duplicates: u64,
    /// Calls that were computed by a new process.
    pub n_cold: u64,
    /// Memory × time that is paid for.
    pub gb_s: f64,
    /// Arithmetic.
    pub compute_ms: f64,
    /// Waiting for Redis inside the function.
    pub redis_ms: f64,
    /// The rest of a call that gave an answer: the service, the way there and back.
    pub overhead_ms: f64,
    /// Calls that gave none.
    pub failed_ms: f64,
    /// From an answer to the last one of its layer.
    pub waited_ms: f64,
}

impl Sums {
    /// Takes a call into account.
    pub fn add(&mut self, call: &InvocationRecord) {
        let parts = Parts::of(call);
        self.n_calls += 1;
        self.n_again += u64::from(call.attempt.is_some_and(|attempt| attempt > 1));
        self.n_failed += u64::from(has_failed(call));
        self.n_duplicates += u64::from(call.is_duplicate);
        self.n_cold += u64::from(call.cold_start);
        let billed_ms = positive(call.billed_ms);
        self.gb_s += billed_ms * f64::from(call.memory_mb.unwrap_or(0)) / (1024.0 * 1000.0);
        self.compute_ms += parts.compute_ms;
        self.redis_ms += parts.redis_ms;
        self.overhead_ms += parts.overhead_ms;
        self.failed_ms += parts.failed_ms;
        self.waited_ms += parts.waited_ms;
    }

    /// USD, an estimate.
    pub fn usd(&self) -> f64 {
        self.gb_s * USD_PER_GB_S + self.n_calls as f64 * USD_PER_MILLION_CALLS / 1e6
    }

    /// Both.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            n_calls: self.n_calls + other.n_calls,
            n_again: self.n_again + other.n_again,
            n_failed: self.n_failed + other.n_failed,
            n_duplicates: self.n_duplicates + other.n_duplicates,
            n_cold: self.n_cold + other.n_cold,
            gb_s: self.gb_s + other.gb_s,
            compute_ms: self.compute_ms + other.compute_ms,
            redis_ms: self.redis_ms + other.redis_ms,
            overhead_ms: self.overhead_ms + other.overhead_ms,
            failed_ms: self.failed_ms + other.failed_ms,
            waited_ms: self.waited_ms + other.waited_ms,
        }
    }
}

/// A call's time in pieces, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[expect(clippy::struct_field_names, reason = "units are in names")]
pub struct Parts {
    /// The service and the way.
    pub overhead_ms: f64,
    /// Waiting for Redis.
    pub redis_ms: f64,
    /// Arithmetic.
    pub compute_ms: f64,
    /// All of it, where there was no answer.
    pub failed_ms: f64,
    /// After it, at the barrier.
    pub waited_ms: f64,
}

impl Parts {
    /// Of a call.
    pub fn of(call: &InvocationRecord) -> Self {
        let duration_ms = positive(Some(call.duration_ms));
        if has_failed(call) {
            return Self { failed_ms: duration_ms, ..Self::default() };
        }
        let compute_ms = positive(call.compute_ms).min(duration_ms);
        let redis_ms = positive(call.redis_ms).min(duration_ms - compute_ms);
        let overhead_ms = duration_ms - compute_ms - redis_ms;
        Self { overhead_ms, redis_ms, compute_ms, failed_ms: 0.0, waited_ms: positive(call.waited_ms) }
    }
}

/// Whether a call gave no answer that counts.
pub fn has_failed(call: &InvocationRecord) -> bool {
    call.outcome != "ok"
}

/// A number of a log, which may hold anything.
fn positive(value: Option<f64>) -> f64 {
    value.filter(|value| value.is_finite() && *value > 0.0).unwrap_or(0.0)
}
