//! A call's way into a process and back.
//!
//! In: a call. Out: the process's answer, or Lambda's words for its absence. Read next: `process.rs`.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::oneshot;

use super::pool::{AtTimeout, Function, Place};
use super::process::{Process, Reply, Work};
use super::{CallFailure, CallInfo, Counts, INIT_LIMIT, Interference, Service, unhandled};

/// A process that is to have a call.
struct Taken {
    process: Arc<Process>,
    limit: Duration,
    at_timeout: AtTimeout,
}

/// A call delivered once more.
pub(super) struct Second {
    pub function: String,
    pub payload: Bytes,
    pub request_id: String,
    pub number: u64,
    pub after: Duration,
    /// Where the first delivery went.
    pub first: Arc<OnceLock<Arc<Process>>>,
}

impl Service {
    /// Delivers a call once more, to another process; nobody waits for the answer.
    pub(super) async fn deliver_again(self: Arc<Self>, second: Second) {
        // Not before the first has its process: it must be another one.
        while second.first.get().is_none() && Arc::strong_count(&second.first) > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(second.after).await;
        self.count(|counts| &mut counts.duplicates);
        let Second { function, payload, request_id, number, first, .. } = &second;
        let info = CallInfo { function, request_id, payload, number: *number };
        let _ = self.deliver(&info, &OnceLock::new(), first.get()).await;
    }

    /// Delivers a call to a process other than `avoided`, and notes which.
    pub(super) async fn deliver(
        self: &Arc<Self>,
        info: &CallInfo<'_>,
        place: &OnceLock<Arc<Process>>,
        avoided: Option<&Arc<Process>>,
    ) -> Result<Bytes, CallFailure> {
        let interference = self.interference();
        let (taken, was_taken, answer) = loop {
            let taken = self.take(info.function, avoided).await?;
            let ((taken_sender, was_taken), (reply, answer)) = (oneshot::channel(), oneshot::channel());
            let work = Work {
                request_id: info.request_id.to_owned(),
                payload: info.payload.clone(),
                limit: taken.limit,
                number: info.number,
                interference: interference.clone(),
                taken: taken_sender,
                reply,
            };
            if taken.process.give(work) {
                break (taken, was_taken, answer);
            }
        };
        // It is set once: a place belongs to one delivery.
        let _ = place.set(taken.process.clone());
        self.answer_of(info, taken, was_taken, answer).await
    }

    async fn answer_of(
        &self,
        info: &CallInfo<'_>,
        taken: Taken,
        was_taken: oneshot::Receiver<()>,
        answer: oneshot::Receiver<Reply>,
    ) -> Result<Bytes, CallFailure> {
        let Taken { process, limit, at_timeout } = taken;
        // A new process may take longer to begin than a call may take; a frozen one takes nothing.
        let patience = if process.has_begun() { limit } else { INIT_LIMIT };
        let in_time = match tokio::time::timeout(patience, was_taken).await {
            Ok(Ok(())) => tokio::time::timeout(limit, answer).await.ok(),
            Ok(Err(_)) => Some(answer.await),
            Err(_) => None,
        };
        match in_time {
            Some(Ok(answer)) => {
                if let Some(function) = self.lock().get_mut(info.function) {
                    function.free(process);
                }
                answer.map_err(CallFailure::Unhandled)
            }
            Some(Err(_)) => Err(process.init_error().map_or_else(
                || {
                    let message = format!("RequestId: {} Error: Runtime exited", info.request_id);
                    unhandled("Runtime.ExitError", &message)
                },
                CallFailure::Unhandled,
            )),
            None => {
                self.count(|counts| &mut counts.timeouts);
                if let Some(function) = self.lock().get_mut(info.function) {
                    function.leave(&process);
                }
                if at_timeout == AtTimeout::Kill {
                    process.kill();
                }
                let message =
                    format!("{} Task timed out after {:.2} seconds", info.request_id, limit.as_secs_f64());
                Err(unhandled("Sandbox.Timedout", &message))
            }
        }
    }

    /// A free process, or a new one.
    async fn take(
        self: &Arc<Self>,
        name: &str,
        avoided: Option<&Arc<Process>>,
    ) -> Result<Taken, CallFailure> {
        let config = {
            let mut functions = self.lock();
            let function = functions.get_mut(name).ok_or(CallFailure::Unknown)?;
            let (limit, at_timeout) = (function.config.timeout, function.config.at_timeout);
            match function.place(avoided) {
                Place::Free(process) => return Ok(Taken { process, limit, at_timeout }),
                Place::New => function.config.clone(),
                Place::Full => {
                    drop(functions);
                    self.count(|counts| &mut counts.throttled);
                    return Err(CallFailure::Throttled);
                }
            }
        };
        self.count(|counts| &mut counts.cold_starts);
        let number = self.next_process.fetch_add(1, Ordering::Relaxed);
        let env = self.interference().process_env(name, number);
        let (service, own_name) = (Arc::downgrade(self), name.to_owned());
        let ended = move |ended: &Arc<Process>| {
            let Some(service) = service.upgrade() else { return };
            if let Some(function) = service.lock().get_mut(&own_name) {
                function.ended(ended);
            }
        };
        let stream = format!("local/[$LATEST]{:016x}{number:08x}", self.salt);
        let started = Process::start(&config, stream, &env, self.output.clone(), ended).await;
        let mut functions = self.lock();
        let function = functions.get_mut(name);
        match started {
            Ok(process) => {
                if let Some(function) = function {
                    function.started(process.clone());
                }
                drop(functions);
                self.count(|counts| &mut counts.spawns);
                Ok(Taken { process, limit: config.timeout, at_timeout: config.at_timeout })
            }
            Err(error) => {
                if let Some(function) = function {
                    function.not_started();
                }
                Err(unhandled("Runtime.InvalidEntrypoint", &format!("{error:#}")))
            }
        }
    }

    pub(super) fn interference(&self) -> Arc<dyn Interference> {
        self.interference.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds one to a count; gives the new one.
    pub(super) fn count(&self, which: impl FnOnce(&mut Counts) -> &mut u64) -> u64 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = which(&mut counts);
        *count += 1;
        *count
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<String, Function>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
