//! A process of a function, as far as faults are concerned: it can be killed, stopped and let run again.
//!
//! In: its number. Out: signals. Read next: `referee.rs`.

use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};

use crate::fault::Function;

/// A process of a function.
#[derive(Debug)]
pub struct Victim {
    /// Which function it is an instance of.
    pub function: Function,
    pid: OnceLock<Pid>,
}

impl Victim {
    /// A process that is about to be started.
    pub fn new(function: Function) -> Self {
        Self { function, pid: OnceLock::new() }
    }

    /// It was started.
    pub fn started(&self, pid: u32) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It is told once.
            let _ = self.pid.set(pid);
        }
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    /// Stops it where it is.
    pub fn freeze(&self) {
        self.send(Signal::STOP);
    }

    /// Lets it run again.
    pub fn thaw(&self) {
        self.send(Signal::CONT);
    }

    fn send(&self, signal: Signal) {
        if let Some(pid) = self.pid.get() {
            // One that is gone already is no loss.
            let _ = kill_process(*pid, signal);
        }
    }
}
