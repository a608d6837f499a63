//! The processes of one function: who is free, who is busy, who was left behind.
//!
//! In: a function's settings. Out: a free process, the one used last first. Read next: `process.rs`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::process::Process;

/// A function.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// Its name.
    pub name: String,
    /// Its program: what AWS calls `bootstrap`.
    pub program: PathBuf,
    /// All of its environment, but for what the service itself says.
    pub env: Vec<(String, String)>,
    /// Its memory setting.
    pub memory_mb: u32,
    /// Its time limit.
    pub timeout: Duration,
    /// Processes at once at most, and so calls at once.
    pub max_processes: usize,
    /// What becomes of a process that is too slow.
    pub at_timeout: AtTimeout,
}

/// What becomes of a process whose call timed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AtTimeout {
    /// It is ended, as on AWS.
    #[default]
    Kill,
    /// It is left as it is: frozen ones can be thawed later, and do what nobody waits for any more.
    Leave,
}

/// A function with its processes.
pub(super) struct Function {
    pub config: FunctionConfig,
    idle: Vec<Arc<Process>>,
    all: Vec<Arc<Process>>,
    /// Processes that count: there, or about to be, and not left behind.
    n_counted: usize,
}

/// What a call gets.
pub(super) enum Place {
    /// A process that is free.
    Free(Arc<Process>),
    /// Room for a new one, which is taken by asking.
    New,
    /// Neither.
    Full,
}

impl Function {
    pub(super) fn new(config: FunctionConfig) -> Self {
        Self { config, idle: Vec::new(), all: Vec::new(), n_counted: 0 }
    }

    /// A free process, other than `avoided`; the one that was used last.
    pub(super) fn place(&mut self, avoided: Option<&Arc<Process>>) -> Place {
        let is_wanted = |process: &Arc<Process>| avoided.is_none_or(|other| !Arc::ptr_eq(other, process));
        if let Some(idx) = self.idle.iter().rposition(is_wanted) {
            return Place::Free(self.idle.remove(idx));
        }
        if self.n_counted >= self.config.max_processes {
            return Place::Full;
        }
        self.n_counted += 1;
        Place::New
    }

    /// A new process is there.
    pub(super) fn started(&mut self, process: Arc<Process>) {
        self.all.push(process);
    }

    /// A new process could not be started.
    pub(super) fn not_started(&mut self) {
        self.n_counted = self.n_counted.saturating_sub(1);
    }

    /// A process has answered.
    pub(super) fn free(&mut self, process: Arc<Process>) {
        // One that has ended meanwhile is no place.
        if self.all.iter().any(|known| Arc::ptr_eq(known, &process)) {
            self.idle.push(process);
        }
    }

    /// A process counts no more, though it may live on.
    pub(super) fn leave(&mut self, process: &Process) {
        process.give_up();
        self.n_counted = self.n_counted.saturating_sub(1);
    }

    /// A process has ended.
    pub(super) fn ended(&mut self, ended: &Arc<Process>) {
        if !ended.is_zombie() {
            self.n_counted = self.n_counted.saturating_sub(1);
        }
        self.idle.retain(|process| !Arc::ptr_eq(process, ended));
        self.all.retain(|process| !Arc::ptr_eq(process, ended));
    }

    /// Every process there is, zombies too.
    pub(super) fn all(&self) -> &[Arc<Process>] {
        &self.all
    }
}
