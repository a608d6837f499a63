//! Who decides, event by event, whether a fault strikes.
//!
//! In: a schedule's faults, and events from proxies, service and engine. Out: the fault that strikes at an event, and
//! afterwards the list of those that did. Read next: `redis_proxy.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::fault::{Fault, Function, Place};
use crate::user::User;
use crate::victim::Victim;

/// A fault that struck.
#[derive(Debug, Clone)]
pub struct Struck {
    /// Which.
    pub fault: Fault,
    /// What it struck: a command, a request, a call.
    pub what: String,
    /// When, since the schedule began.
    pub after: Duration,
}

/// Decides for one lane, schedule after schedule.
pub struct Referee {
    state: Mutex<State>,
}

struct State {
    began: Instant,
    faults: Vec<Fault>,
    counts: HashMap<Place, u32>,
    struck: Vec<Struck>,
    frozen: Vec<Arc<Victim>>,
    user: Option<Arc<User>>,
    /// Messages that were published, as they came.
    published: Vec<Vec<u8>>,
}

impl Default for Referee {
    fn default() -> Self {
        let state = State {
            began: Instant::now(),
            faults: Vec::new(),
            counts: HashMap::new(),
            struck: Vec::new(),
            frozen: Vec::new(),
            user: None,
            published: Vec::new(),
        };
        Self { state: Mutex::new(state) }
    }
}

impl Referee {
    /// A new schedule begins.
    pub fn begin(&self, faults: &[Fault]) {
        let mut state = self.lock();
        state.began = Instant::now();
        state.faults = faults.to_vec();
        state.counts.clear();
        state.struck.clear();
        state.published.clear();
    }

    /// Who may ask for the end of this schedule's run.
    pub fn serve(&self, user: &Arc<User>) {
        self.lock().user = Some(user.clone());
    }

    /// The run's user asks for its end.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn cancel(&self) -> Result<()> {
        let user = self.lock().user.clone();
        user.context("the run has no user")?.cancel().await
    }

    /// No fault strikes any more.
    pub fn call_off(&self) {
        self.lock().faults.clear();
    }

    /// An event; the fault that strikes there, if one does.
    pub fn meet(&self, place: Place, what: &str) -> Option<Fault> {
        let mut state = self.lock();
        let count = state.counts.entry(place).or_default();
        *count += 1;
        let at = *count;
        let idx = state.faults.iter().position(|fault| fault.place == place && fault.at == at)?;
        let fault = state.faults.swap_remove(idx);
        let after = state.began.elapsed();
        state.struck.push(Struck { fault, what: what.to_owned(), after });
        Some(fault)
    }

    /// Stops a process until [`Referee::thaw`] or as long as the fault says, whichever is sooner.
    pub async fn freeze(&self, victim: &Arc<Victim>, fault: Fault) {
        let writes = || self.count(Place::RedisWrite(Function::Trainer));
        let n_before = writes();
        self.lock().frozen.push(victim.clone());
        victim.freeze();
        let until = Instant::now() + Duration::from_millis(fault.pause_ms);
        let goes_on = || fault.until_writes > 0 && writes() >= n_before + fault.until_writes;
        while Instant::now() < until && self.is_frozen(victim) && !goes_on() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        victim.thaw();
        self.lock().frozen.retain(|other| !Arc::ptr_eq(other, victim));
    }

    fn is_frozen(&self, victim: &Arc<Victim>) -> bool {
        self.lock().frozen.iter().any(|other| Arc::ptr_eq(other, victim))
    }

    /// Lets everything run that was stopped.
    pub fn thaw(&self) {
        let frozen = std::mem::take(&mut self.lock().frozen);
        for victim in frozen {
            victim.thaw();
        }
    }

    /// A message was published.
    pub fn publish(&self, message: &[u8]) {
        self.lock().published.push(message.to_vec());
    }

    /// The messages of this schedule.
    pub fn published(&self) -> Vec<Vec<u8>> {
        self.lock().published.clone()
    }

    /// How many events a place has seen.
    pub fn count(&self, place: Place) -> u32 {
        self.lock().counts.get(&place).copied().unwrap_or_default()
    }

    /// The faults that struck in this schedule.
    pub fn struck(&self) -> Vec<Struck> {
        self.lock().struck.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    #[test]
    fn a_fault_strikes_once_at_its_event() {
        let referee = Referee::default();
        let place = Place::RedisWrite(Function::Neuron);
        let fault = Fault { kind: FaultKind::DelayWrite, place, at: 2, pause_ms: 0, until_writes: 0 };
        referee.begin(&[fault]);
        assert_eq!(referee.meet(Place::NeuronCall, ""), None);
        let met: Vec<_> = (0..4).map(|_| referee.meet(place, "SET")).collect();
        assert_eq!(met, [None, Some(fault), None, None]);
        assert_eq!(referee.struck().len(), 1);
    }
}
