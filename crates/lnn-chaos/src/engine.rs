//! The engine that continues runs, as Step Functions does it: at least once, and by schedule less orderly than that.
//!
//! In: the start of a run, and something that can call the trainer. Out: how the run ended. A continuation that gets lost is
//! found by its timeout and given again; every disorder strikes once, so a run comes to its end. Read next: `schedule.rs`.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use lnn_lambda::messages::{TrainerAnswer, TrainerRequest};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::fault::{Fault, FaultKind, Place};
use crate::referee::Referee;

/// A function's answer, or why there is none.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>>> + Send>>;
/// What calls a function by its name.
pub type Caller = Arc<dyn Fn(&str, Vec<u8>) -> Answer + Send + Sync>;

/// Calls of one run before the engine gives up: something is wrong that no repeating cures.
const MAX_CALLS: u32 = 120;
/// Between a call that failed and the next.
const PAUSE: Duration = Duration::from_millis(20);

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What the trainer said last; what went wrong where it said nothing.
    pub answer: Result<TrainerAnswer, String>,
    /// Calls of the trainer.
    pub n_calls: u32,
    /// Of these, answered with `continue`.
    pub n_continued: u32,
    /// The last failures, for people.
    pub failures: Vec<String>,
}

/// Continues the runs of one lane.
pub struct Engine {
    caller: Caller,
    referee: Arc<Referee>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    timeout: Duration,
    runs: HashMap<String, watch::Receiver<Option<Ended>>>,
    tasks: JoinSet<()>,
}

impl Engine {
    /// An engine without a run.
    pub fn new(caller: Caller, referee: Arc<Referee>) -> Arc<Self> {
        let state = State { timeout: Duration::from_secs(1), ..State::default() };
        Arc::new(Self { caller, referee, state: Mutex::new(state) })
    }

    /// How long a call of the trainer may take before it counts as lost.
    pub fn set_timeout(&self, timeout: Duration) {
        self.lock().timeout = timeout;
    }

    /// Starts an execution of this name; false where there was one already.
    pub fn start(self: &Arc<Self>, run: &str) -> bool {
        let mut state = self.lock();
        if state.runs.contains_key(run) {
            return false;
        }
        let (sender, receiver) = watch::channel(None);
        state.runs.insert(run.to_owned(), receiver);
        let (engine, run) = (self.clone(), run.to_owned());
        state.tasks.spawn(async move {
            let ended = engine.drive(&run).await;
            // Whoever waits has gone where this fails.
            let _ = sender.send(Some(ended));
        });
        true
    }

    /// Waits until a run that was started has ended.
    ///
    /// # Errors
    /// It was not started, or does not end in time.
    pub async fn ended(&self, run: &str, patience: Duration) -> Result<Ended> {
        let receiver = self.lock().runs.get(run).cloned();
        let Some(mut receiver) = receiver else { bail!("no execution of «{run}» was started") };
        match timeout(patience, receiver.wait_for(Option::is_some)).await {
            Ok(Ok(ended)) if ended.is_some() => ended.clone().map_or_else(|| bail!("no end"), Ok),
            Ok(_) => bail!("the engine of «{run}» broke off"),
            Err(_) => bail!("«{run}» did not end within {} s", patience.as_secs()),
        }
    }

    /// Waits for calls that nobody waits for.
    pub async fn settle(&self, patience: Duration) -> bool {
        let mut tasks = std::mem::take(&mut self.lock().tasks);
        timeout(patience, async { while tasks.join_next().await.is_some() {} }).await.is_ok()
    }

    async fn drive(self: &Arc<Self>, run: &str) -> Ended {
        let mut ended = Ended {
            answer: Err("never called".to_owned()),
            n_calls: 0,
            n_continued: 0,
            failures: Vec::new(),
        };
        while ended.n_calls < MAX_CALLS {
            ended.n_calls += 1;
            match self.call_once(run).await {
                Ok(answer) if answer.status == "continue" => ended.n_continued += 1,
                Ok(answer) => {
                    ended.answer = Ok(answer);
                    return ended;
                }
                Err(error) => {
                    ended.failures.push(format!("{error:#}"));
                    sleep(PAUSE).await;
                }
            }
        }
        ended.answer = Err(format!("no end after {MAX_CALLS} calls"));
        ended
    }

    /// One turn of the state machine, with its disorder.
    async fn call_once(self: &Arc<Self>, run: &str) -> Result<TrainerAnswer> {
        let Some(Fault { kind, pause_ms, .. }) = self.referee.meet(Place::TrainerCall, run) else {
            return self.call(run).await;
        };
        let pause = Duration::from_millis(pause_ms);
        match kind {
            FaultKind::ContinuationLost => {
                sleep(pause).await;
                bail!("the continuation was lost");
            }
            FaultKind::ContinuationDoubled => {
                self.call_beside(run, Duration::ZERO);
                self.call(run).await
            }
            FaultKind::ContinuationRepeated => {
                self.call_beside(run, pause);
                self.call(run).await
            }
            FaultKind::ContinuationAnswerLost => {
                self.call(run).await?;
                bail!("the continuation's answer was lost")
            }
            _ => self.call(run).await,
        }
    }

    /// A call whose answer nobody waits for.
    fn call_beside(self: &Arc<Self>, run: &str, pause: Duration) {
        let (engine, run) = (self.clone(), run.to_owned());
        self.lock().tasks.spawn(async move {
            sleep(pause).await;
            // Whatever it answers, nobody hears it.
            let _ = engine.call(&run).await;
        });
    }

    /// Calls the trainer, and waits as long as the engine waits.
    ///
    /// # Errors
    /// The call failed, or took too long.
    pub async fn call(&self, run: &str) -> Result<TrainerAnswer> {
        let request = serde_json::to_vec(&TrainerRequest { run: run.to_owned() })?;
        let patience = self.lock().timeout;
        match timeout(patience, (self.caller)("trainer", request)).await {
            Ok(answer) => Ok(serde_json::from_slice(&answer?)?),
            Err(_) => bail!("the trainer did not answer within {} ms", patience.as_millis()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A trainer that is done at its `n`th call.
    fn trainer(n: u32) -> (Caller, Arc<AtomicU32>) {
        let count = Arc::new(AtomicU32::new(0));
        let counted = count.clone();
        let caller: Caller = Arc::new(move |_, _| {
            let call = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let status = if call >= n { "done" } else { "continue" };
            let answer = TrainerAnswer { status: status.to_owned(), step: u64::from(call) };
            Box::pin(async move { Ok(serde_json::to_vec(&answer)?) })
        });
        (caller, count)
    }

    async fn check(faults: &[FaultKind], calls_made: u32) {
        let (caller, count) = trainer(4);
        let referee = Arc::new(Referee::default());
        let fault = |(idx, kind): (usize, &FaultKind)| Fault {
            kind: *kind,
            place: Place::TrainerCall,
            at: idx as u32 + 1,
            pause_ms: 1,
            until_writes: 0,
        };
        referee.begin(&faults.iter().enumerate().map(fault).collect::<Vec<_>>());
        let engine = Engine::new(caller, referee);
        assert!(engine.start("a") && !engine.start("a"));
        let ended = engine.ended("a", Duration::from_secs(5)).await.unwrap();
        assert_eq!(ended.answer.unwrap().status, "done");
        assert!(engine.settle(Duration::from_secs(5)).await);
        assert!(count.load(Ordering::SeqCst) >= calls_made);
    }

    #[tokio::test]
    async fn a_run_is_called_until_it_is_done_whatever_gets_lost() {
        check(&[], 4).await;
        check(&[FaultKind::ContinuationLost, FaultKind::ContinuationLost], 4).await;
        check(&[FaultKind::ContinuationAnswerLost], 4).await;
        check(&[FaultKind::ContinuationDoubled], 4).await;
    }
}
