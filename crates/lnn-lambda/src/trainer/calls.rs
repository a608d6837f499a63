//! Calls of neurons: all slices of a layer at once, each with a deadline and a bounded number of tries.
//!
//! In: a layer, a step, a way. Out: the slices' answers in their own order, whenever they came, and an account of every try. Read next:
//! `step.rs`.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::stream::{self, StreamExt};
use lnn_core::Real;
use lnn_runlog::InvocationRecord;

use super::Stop;
use super::lines::exact_now_ms;
use super::run::Run;
use crate::live::{Claim, Live};
use crate::messages::{HandedValue, NeuronAnswer, NeuronOutcome, NeuronRequest, Pass};
use crate::neuron::needed_names;
use crate::stores::{CallError, Invoke};
use crate::world::World;

/// Base64 that a request may carry; Lambda takes 6 MB.
const MAX_HANDED_BYTES: usize = 4 << 20;
/// The wait after the first failed try; it doubles, and half of it is chance.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const MAX_WAIT: Duration = Duration::from_secs(5);

/// An answer with the tries that it took.
struct Called {
    answer: Result<NeuronAnswer, Stop>,
    tries: Vec<InvocationRecord>,
    answered: Instant,
}

/// A layer's answers.
pub(crate) struct LayerAnswers {
    pub answers: Vec<NeuronAnswer>,
    pub tries: Vec<InvocationRecord>,
}

impl<T: Real, W: World> Run<'_, T, W> {
    /// Calls all slices of a layer.
    pub(crate) async fn call_layer(
        &self,
        layer_idx: usize,
        pass: Pass,
        probes: bool,
    ) -> Result<LayerAnswers, Stop> {
        let requests: Result<Vec<_>, Stop> = (0..self.shape.n_slices(layer_idx))
            .map(|slice| self.request(layer_idx, slice, pass, probes))
            .collect();
        let requests = requests?;
        let calls: Vec<_> = requests.iter().map(|request| self.call(request, pass, layer_idx)).collect();
        let called: Vec<Called> = stream::iter(calls).buffered(self.trainer.limits.max_calls).collect().await;
        let last = called.iter().map(|called| called.answered).max();
        let (mut answers, mut tries, mut stop) = (Vec::new(), Vec::new(), None);
        for Called { answer, tries: mut own, answered } in called {
            if let (Some(last), Some(newest)) = (last, own.last_mut()) {
                newest.waited_ms = Some((last - answered).as_secs_f64() * 1e3);
            }
            tries.append(&mut own);
            match answer {
                Ok(answer) => answers.push(answer),
                Err(error) => stop = Some(error),
            }
        }
        match stop {
            Some(stop) => Err(self.why(stop).await?),
            None => Ok(LayerAnswers { answers, tries }),
        }
    }

    /// A neuron that was refused can't tell a newer trainer from a lost Redis: the cursor can.
    async fn why(&self, stop: Stop) -> Result<Stop, Stop> {
        if !matches!(stop, Stop::Fenced) {
            return Ok(stop);
        }
        Ok(match self.world.live().claim(&self.job.run, self.token, &self.row()).await? {
            Claim::Fenced => Stop::Fenced,
            // Held: the cursor is not where this trainer believes, as after a loss and a restore by nobody else.
            Claim::Absent | Claim::Held(_) => Stop::Lost,
        })
    }

    fn request(
        &self,
        layer_idx: usize,
        slice: usize,
        pass: Pass,
        probes: bool,
    ) -> Result<(usize, Vec<u8>), Stop> {
        let mut request = NeuronRequest {
            job: self.neuron_job.clone(),
            token: self.token,
            step: self.cursor.step,
            layer_idx,
            slice,
            pass,
            probes,
            values: Vec::new(),
        };
        let mut n_bytes = 0;
        for name in needed_names(&self.shape, &request) {
            if let Some(data) = self.hand.get(&name).filter(|data| n_bytes + data.len() <= MAX_HANDED_BYTES) {
                n_bytes += data.len();
                request.values.push(HandedValue { name, data: data.clone() });
            }
        }
        Ok((slice, serde_json::to_vec(&request).context("a call")?))
    }

    /// Calls one slice until it answers, or the tries are used up.
    async fn call(&self, (slice, payload): &(usize, Vec<u8>), pass: Pass, layer_idx: usize) -> Called {
        let limits = &self.trainer.limits;
        let units = self.shape.slice(layer_idx, *slice);
        let mut tries = Vec::new();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let (begun, start_ms) = (Instant::now(), exact_now_ms());
            let left = self.deadline.saturating_duration_since(begun);
            let timeout = limits.call_timeout.min(left);
            let answer = self.world.invoke().call(&self.trainer.neuron, payload.clone(), timeout).await;
            let answer = answer.and_then(|bytes| {
                serde_json::from_slice::<NeuronAnswer>(&bytes)
                    .map_err(|error| CallError::Failed(format!("the answer can't be read: {error}")))
            });
            tries.push(InvocationRecord {
                function: "neuron".to_owned(),
                step: Some(self.cursor.step + 1),
                duration_ms: begun.elapsed().as_secs_f64() * 1e3,
                pass: Some(pass.as_str().to_owned()),
                layer_idx: Some(layer_idx),
                units: Some([units.start, units.end]),
                attempt: Some(attempt),
                start_ms: Some(start_ms),
                ..account(answer.as_ref())
            });
            let answered = Instant::now();
            let answer = match answer {
                Ok(answer) => match answer.outcome {
                    NeuronOutcome::Ok | NeuronOutcome::NonFinite => Ok(answer),
                    NeuronOutcome::Fenced => Err(Stop::Fenced),
                    NeuronOutcome::Missing => Err(Stop::Missing),
                },
                Err(_) if attempt < limits.call_attempts && !self.is_late() => {
                    let chance = fastrand::f64().mul_add(0.5, 0.5);
                    tokio::time::sleep(wait.mul_f64(chance)).await;
                    wait = (2 * wait).min(MAX_WAIT);
                    continue;
                }
                Err(error) => Err(Stop::Failed(anyhow::Error::new(error).context(format!(
                    "neuron of layer {} gave no answer in {attempt} tries",
                    layer_idx + 1
                )))),
            };
            return Called { answer, tries, answered };
        }
        Called { answer: Err(Stop::Lost), tries, answered: Instant::now() }
    }
}

/// What an answer, or its absence, says of a try.
fn account(answer: Result<&NeuronAnswer, &CallError>) -> InvocationRecord {
    match answer {
        Ok(NeuronAnswer { outcome, account, .. }) => InvocationRecord {
            request_id: account.request_id.clone(),
            outcome: match outcome {
                NeuronOutcome::Ok => "ok".to_owned(),
                NeuronOutcome::NonFinite => "not finite".to_owned(),
                NeuronOutcome::Fenced => "fenced".to_owned(),
                NeuronOutcome::Missing => "values missing".to_owned(),
            },
            compute_ms: Some(account.compute_ms),
            redis_ms: Some(account.redis_ms),
            billed_ms: Some(account.inside_ms.ceil()),
            memory_mb: Some(account.memory_mb),
            cold_start: account.cold_start,
            process: Some(account.process.clone()),
            is_duplicate: account.is_duplicate,
            ..InvocationRecord::default()
        },
        Err(error) => InvocationRecord {
            outcome: match error {
                CallError::Timeout(_) => "timeout".to_owned(),
                CallError::Throttled => "throttled".to_owned(),
                CallError::Failed(message) => message.chars().take(200).collect(),
            },
            ..InvocationRecord::default()
        },
    }
}
