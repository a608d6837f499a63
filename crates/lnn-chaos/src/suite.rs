//! Many schedules, a few side by side, and what came of them all.
//!
//! In: how many, from which seed. Out: a table of the faults that struck, or the schedules that failed with what is needed
//! to see why. Read next: `lane.rs`.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::fault::FaultKind;
use crate::lane::{Lane, Outcome, World};
use crate::schedule::Schedule;

/// Of so many schedules every kind of fault must strike in one at least.
const N_FOR_EVERY_KIND: u64 = 200;
/// Schedules that fail before the suite gives up.
const MAX_FAILED: usize = 5;

/// What the suite is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many schedules.
    pub n_schedules: u64,
    /// The first one's seed; the others follow.
    pub seed: u64,
    /// How many side by side.
    pub jobs: usize,
    /// Whether everything that struck is told.
    pub verbose: bool,
}

/// Sums over schedules.
#[derive(Default)]
struct Totals {
    n_done: u64,
    n_struck: BTreeMap<FaultKind, u64>,
    n_steps: u64,
    n_not_finite: u64,
    n_stopped: u64,
    n_recomputed: u64,
    n_duplicates: u64,
    n_failed_calls: u64,
    n_calls: u64,
    n_continued: u64,
    n_segments: u64,
    n_strays: u64,
    slowest: (Duration, u64),
    failed: Vec<u64>,
    expiring: Vec<String>,
}

/// Runs the suite.
///
/// # Errors
/// A schedule failed, a kind of fault never struck, or a program is missing.
pub async fn run(options: &Options) -> Result<()> {
    let began = Instant::now();
    let world = Arc::new(World::start().await?);
    let next = Arc::new(AtomicU64::new(0));
    let totals = Arc::new(Mutex::new(Totals::default()));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..options.jobs.max(1) {
        let (world, next, totals, options) = (world.clone(), next.clone(), totals.clone(), options.clone());
        lanes.spawn(async move {
            let lane = Lane::start(&world).await?;
            loop {
                let idx = next.fetch_add(1, Ordering::Relaxed);
                let n_failed = totals.lock().unwrap_or_else(PoisonError::into_inner).failed.len();
                if idx >= options.n_schedules || n_failed >= MAX_FAILED {
                    break;
                }
                let schedule = Schedule::draw(options.seed.wrapping_add(idx));
                let outcome = lane.run(&schedule).await;
                let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
                totals.add(&schedule, &outcome);
                totals.tell(&options, &schedule, &outcome);
            }
            lane.end().await
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    let totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
    totals.summary(began.elapsed())?;
    totals.verdict(options)
}

impl Totals {
    fn add(&mut self, schedule: &Schedule, outcome: &Outcome) {
        self.n_done += 1;
        for struck in &outcome.struck {
            *self.n_struck.entry(struck.fault.kind).or_default() += 1;
        }
        self.n_steps += schedule.task.last_step();
        self.n_not_finite += u64::from(outcome.is_not_finite);
        self.n_stopped += u64::from(outcome.is_stopped);
        self.n_recomputed += outcome.n_recomputed;
        self.n_duplicates += outcome.facts.n_duplicates;
        self.n_failed_calls += outcome.facts.n_failed;
        self.n_calls += outcome.facts.n_invocations;
        self.n_segments += outcome.facts.n_segments;
        self.n_strays += outcome.facts.n_strays;
        self.n_continued += u64::from(outcome.n_continued);
        self.slowest = self.slowest.max((outcome.took, schedule.seed));
        self.expiring.extend(outcome.expiring.iter().cloned());
        if outcome.failure.is_some() {
            self.failed.push(schedule.seed);
        }
    }

    fn tell(&self, options: &Options, schedule: &Schedule, outcome: &Outcome) {
        let mut out = std::io::stdout().lock();
        let mut line = |text: &str| {
            // Where nobody reads, nothing need be said.
            let _ = writeln!(out, "{text}");
        };
        if options.verbose || outcome.failure.is_some() {
            line(&format!(
                "schedule {}: {} steps, {:.2} s, {:?}",
                schedule.seed,
                schedule.task.last_step(),
                outcome.took.as_secs_f64(),
                schedule.settings
            ));
            for struck in &outcome.struck {
                let (after, fault) = (struck.after.as_secs_f64(), struck.fault);
                line(&format!(
                    "  {after:7.3} s  {} ({:?} {}, {} ms): {}",
                    fault.kind, fault.place, fault.at, fault.pause_ms, struck.what
                ));
            }
        }
        if let Some(failure) = &outcome.failure {
            line(&format!("  FAILED: {failure}"));
            outcome.said.iter().for_each(|said| line(&format!("    | {said}")));
            line(&format!("  again with: cargo xtask chaos --seed {} --schedules 1", schedule.seed));
        }
        if self.n_done.is_multiple_of(20) {
            line(&format!(
                "{} of {} schedules, {} failed",
                self.n_done,
                options.n_schedules,
                self.failed.len()
            ));
        }
    }

    fn summary(&self, took: Duration) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{:<44}  struck", "fault")?;
        for kind in FaultKind::ALL {
            writeln!(out, "{kind:<44}  {:6}", self.n_struck.get(kind).copied().unwrap_or_default())?;
        }
        let rows = [
            ("steps", self.n_steps),
            ("runs that did not stay finite", self.n_not_finite),
            ("runs that their user stopped", self.n_stopped),
            ("steps computed more than once", self.n_recomputed),
            ("calls of neurons in logs", self.n_calls),
            ("  of these doubled by the service", self.n_duplicates),
            ("  of these failed", self.n_failed_calls),
            ("continuations", self.n_continued),
            ("log segments", self.n_segments),
            ("  beside them, written too late", self.n_strays),
        ];
        for (name, n) in rows {
            writeln!(out, "{name:<44}  {n:6}")?;
        }
        let (slowest, seed) = self.slowest;
        writeln!(
            out,
            "{} schedules in {:.1} s; the slowest is {seed} with {:.1} s",
            self.n_done,
            took.as_secs_f64(),
            slowest.as_secs_f64()
        )?;
        Ok(())
    }

    fn verdict(&self, options: &Options) -> Result<()> {
        ensure!(self.failed.is_empty(), "schedules {:?} failed", self.failed);
        let never: Vec<&str> = FaultKind::ALL
            .iter()
            .filter(|kind| !self.n_struck.contains_key(kind))
            .map(|kind| kind.as_str())
            .collect();
        if options.n_schedules >= N_FOR_EVERY_KIND && !never.is_empty() {
            bail!("never struck, so nothing is known about: {}", never.join(", "));
        }
        let is_known = self.n_stopped > 0 || options.n_schedules < N_FOR_EVERY_KIND;
        ensure!(is_known, "no run was stopped in its middle, so nothing is known about that");
        Ok(())
    }
}
