//! `neuron`: forward and backward of a slice of a layer's units.
//!
//! In: a call that names the slice, the step and the way, with small values handed along. Out: the values computed, as far as
//! they are small; larger ones and the next parameters are in Redis by then. What a warm process keeps is looked up by name,
//! and a value never changes, so it may have been kept for whatever call. Read next: `gather.rs`, `compute.rs`.

mod compute;
mod gather;
mod warm;

use std::time::Instant;

use anyhow::{Context, Result, bail};
use lnn_core::Real;

use crate::job::NeuronJob;
use crate::live::{Live, Written};
use crate::messages::{HandedValue, NeuronAccount, NeuronAnswer, NeuronOutcome, NeuronRequest};
use crate::settings::Limits;
use crate::stores::Objects;
use crate::travels::Travels;
use crate::values::ValueName;

pub use compute::found_number;
pub(crate) use gather::needed_names;

use compute::Computed;
use gather::Gathered;
use warm::Warm;

/// The process that computes.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its name: the log stream of the function's environment.
    pub name: String,
    /// The memory setting.
    pub memory_mb: u32,
}

/// The function, with what its process keeps warm.
pub struct Neuron<L, O> {
    live: L,
    objects: O,
    limits: Limits,
    process: Process,
    warm: Warm,
}

/// What a call took so far.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    redis_ms: f64,
    compute_ms: f64,
    n_round_trips: u32,
}

impl Clock {
    /// Counts a request to Redis.
    pub(crate) fn waited(&mut self, since: Instant) {
        self.redis_ms += ms(since);
        self.n_round_trips += 1;
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// What a call comes to: values that travel, and what is said of them.
struct Called {
    outcome: NeuronOutcome,
    computed: Computed,
    is_duplicate: bool,
}

impl<L: Live, O: Objects> Neuron<L, O> {
    /// A new process.
    pub fn new(live: L, objects: O, limits: Limits, process: Process) -> Self {
        Self { live, objects, limits, process, warm: Warm::default() }
    }

    /// Computes a call.
    ///
    /// # Errors
    /// The call is none of this version's, or Redis or S3 can't be reached.
    pub async fn handle(&self, request: &NeuronRequest, request_id: &str) -> Result<NeuronAnswer> {
        let begun = Instant::now();
        let cold_start = self.warm.is_first_call();
        let job: NeuronJob =
            serde_json::from_str(request.job.get()).context("the call's job can't be read")?;
        let mut clock = Clock::default();
        let called = match job.precision.as_str() {
            "f32" => self.answer::<f32>(&job, request, &mut clock).await?,
            "f64" => self.answer::<f64>(&job, request, &mut clock).await?,
            other => bail!("the precision is «{other}», possible are f32 and f64"),
        };
        let Called { outcome, computed, is_duplicate } = called;
        let travels = Travels { shape: job.shape(), limit: self.limits.hand_limit_bytes };
        let hand = |(name, bytes): &(ValueName, Vec<u8>)| {
            travels
                .of(name, bytes.len())
                .then(|| HandedValue { name: *name, data: data_encoding::BASE64.encode(bytes) })
        };
        Ok(NeuronAnswer {
            outcome,
            values: computed.values.iter().filter_map(hand).collect(),
            probes: computed.probes.map(|bytes| data_encoding::BASE64.encode(&bytes)),
            found: computed.found,
            account: NeuronAccount {
                request_id: request_id.to_owned(),
                process: self.process.name.clone(),
                cold_start,
                is_duplicate,
                inside_ms: ms(begun),
                compute_ms: clock.compute_ms,
                redis_ms: clock.redis_ms,
                n_round_trips: clock.n_round_trips,
                memory_mb: self.process.memory_mb,
            },
        })
    }

    async fn answer<T: Real>(
        &self,
        job: &NeuronJob,
        request: &NeuronRequest,
        clock: &mut Clock,
    ) -> Result<Called> {
        let plain = |outcome| Called { outcome, computed: Computed::default(), is_duplicate: false };
        let gathered = Gathered::<T>::gather(self, job, request, clock).await?;
        let Some(gathered) = gathered else { return Ok(plain(NeuronOutcome::Missing)) };
        let begun = Instant::now();
        let (computed, next) = gathered.compute(job, request)?;
        clock.compute_ms += ms(begun);
        if !computed.found.is_empty() {
            return Ok(Called { computed, ..plain(NeuronOutcome::NonFinite) });
        }
        let written = self.write(job, request, &computed, clock).await?;
        let Written::There { n_old } = written else { return Ok(plain(NeuronOutcome::Fenced)) };
        if let Some((name, slice)) = next {
            self.warm.keep(job, name, slice);
        }
        Ok(Called { outcome: NeuronOutcome::Ok, computed, is_duplicate: n_old > 0 })
    }

    /// Puts into Redis what must last beyond this step, and what is too large to travel; in one request.
    async fn write(
        &self,
        job: &NeuronJob,
        request: &NeuronRequest,
        computed: &Computed,
        clock: &mut Clock,
    ) -> Result<Written> {
        let travels = Travels { shape: job.shape(), limit: self.limits.hand_limit_bytes };
        let must = |(name, bytes): &&(ValueName, Vec<u8>)| {
            name.step > request.step || !travels.of(name, bytes.len())
        };
        let values: Vec<_> = computed.values.iter().filter(must).cloned().collect();
        if values.is_empty() {
            return Ok(Written::There { n_old: 0 });
        }
        let begun = Instant::now();
        let written = self.live.write(&job.run, request.token, request.step, &values).await?;
        clock.waited(begun);
        Ok(written)
    }
}
