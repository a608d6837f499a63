//! The stages of a long command: a header as each begins, a table of times at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What has been done so far, and how long it took.
pub struct Stages {
    started: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Starts the clock.
    pub fn new() -> Self {
        Self { started: Instant::now(), done: Vec::new() }
    }

    /// Runs one stage. After a failure the table is printed at once: nothing follows.
    ///
    /// # Errors
    /// The stage's own, with its name.
    pub fn run<T>(&mut self, name: &'static str, stage: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n==> {name} ({} s since the start)", self.started.elapsed().as_secs());
        let begun = Instant::now();
        let result = stage();
        self.done.push((name, begun.elapsed()));
        if result.is_err() {
            self.print("FAILED");
        }
        result.with_context(|| format!("stage `{name}` failed"))
    }

    /// Prints the table.
    pub fn finish(&self) {
        self.print("ok");
    }

    fn print(&self, last: &str) {
        println!("\n==> summary");
        for (idx, (name, duration)) in self.done.iter().enumerate() {
            let state = if idx + 1 == self.done.len() { last } else { "ok" };
            println!("    {name:<24} {:>7.1} s  {state}", duration.as_secs_f64());
        }
        println!("    {:<24} {:>7.1} s", "total", self.started.elapsed().as_secs_f64());
    }
}
