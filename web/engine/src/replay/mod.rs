//! A log played as if it were a run: the same commands in, the same frames out.
//!
//! In: a log's files, [`ToTrainer`] commands, the time; the run's data set if somebody has it. Out: [`FromTrainer`] messages.
//! With the data set every step is computed again and compared with the log; without it frames are made of what the log
//! holds. Read next: `player.rs`, which plays a log alone; `status.rs`, what the page is told of it.

mod again;
pub mod curves;
mod data;
mod executed;
mod from_log;
mod hand;
mod messages;
mod opened;
mod patch;
mod player;
mod renew;
mod status;
mod twin;
mod witness;

use std::rc::Rc;

use lnn_runlog::files::Files;
use lnn_runlog::{Depth, HeaderRecord, LogScan, Progress, Record, RunLedger, ScanError, StepRecord, Verdict};

pub use data::DataWish;
use executed::Executed;
pub use messages::{Access, FromReplay, HandPoint, ToReplay};
pub use opened::Opened;
use patch::{keeps, patched};
use player::Player;
pub use status::{Agreement, LogKind, LogStatus};
use twin::Twin;

use crate::bulk::Bulk;
use crate::protocol::{Examples, FromTrainer, Speed, ToTrainer, ViewRequest};
use crate::run::Run;

/// A slice of reading between two looks at new messages.
const SLICE_MS: f64 = 8.0;
const SLICE_BYTES: u64 = 256 << 10;
/// The page hears how far reading came so often.
const STATUS_MS: f64 = 200.0;
/// Records that the page gets for its curves.
const MAX_RECORDS: usize = 1024;

/// A log that is played.
#[expect(clippy::struct_excessive_bools, reason = "none says anything of another")]
pub struct Replay {
    id: u32,
    name: String,
    n_bytes_total: f64,
    scan: LogScan,
    is_reading: bool,
    /// The run that is shown, where the log holds several; none = the first one.
    log_run: Option<String>,
    /// Steps on their way to the page's curves with their times, and how far apart they are.
    fresh: Vec<(StepRecord, Option<u64>)>,
    spacing: u64,
    n_kept: usize,
    /// Steps that the run computed again knows of.
    n_steps_told: usize,
    header: Option<HeaderRecord>,
    is_started: bool,
    player: Player,
    /// The run, computed again.
    run: Option<Box<Run>>,
    wish: Option<DataWish>,
    why_not: Option<String>,
    view: ViewRequest,
    speed: Speed,
    status_ms: f64,
    is_status_stale: bool,
    executed: Executed,
    twin: Twin,
    waits_for_start: bool,
}

impl Replay {
    /// Opens a log; nothing is read yet.
    ///
    /// # Errors
    /// There is no log among the files.
    pub fn open(
        id: u32,
        name: &str,
        log_run: Option<String>,
        n_bytes_total: f64,
        files: Box<dyn Files>,
    ) -> Result<Self, ScanError> {
        Ok(Self {
            id,
            name: name.to_owned(),
            log_run,
            n_bytes_total,
            scan: LogScan::new(files, Depth::Outline)?,
            is_reading: true,
            fresh: Vec::new(),
            spacing: 1,
            n_kept: 0,
            n_steps_told: 0,
            header: None,
            is_started: false,
            player: Player::default(),
            run: None,
            wish: None,
            why_not: None,
            view: ViewRequest::default(),
            speed: Speed::DEFAULT,
            status_ms: f64::NEG_INFINITY,
            is_status_stale: true,
            executed: Executed::default(),
            twin: Twin::default(),
            waits_for_start: false,
        })
    }

    /// Whether the run is over, so that its log grows no more.
    pub fn has_end(&self) -> bool {
        self.ledger().is_some_and(|run| run.end.is_some())
    }

    /// There may be more of the log than when it was read: reads on.
    pub fn read_on(&mut self) {
        if !self.is_reading && !self.has_end() {
            self.scan.refresh();
            self.is_reading = true;
        }
    }

    /// Whether there is something to do without a new message.
    pub fn is_busy(&self) -> bool {
        self.is_reading
            || self.is_status_stale
            || (self.is_started && self.executed.is_due())
            || self.run.as_ref().map_or(self.player.is_busy(), |run| run.is_busy())
    }

    /// Whether work is being done that should not rest between turns.
    pub fn is_pressing(&self) -> bool {
        self.is_reading
    }

    /// The data set that would let the run be computed again, asked for once.
    pub fn wish(&mut self) -> Option<DataWish> {
        self.wish.take()
    }

    /// Follows a command.
    pub fn handle(&mut self, message: &ToTrainer) -> Option<FromReplay> {
        match message {
            ToTrainer::View(view) => self.view = *view,
            ToTrainer::Speed(speed) => self.speed = *speed,
            _ => {}
        }
        self.player.handle(message, self.last_step(), self.steps_per_epoch());
        let run = self.run.as_mut()?;
        match message {
            ToTrainer::Seek(step) if *step > run.newest_step() => {
                run.compute_to(*step);
                None
            }
            ToTrainer::Live => {
                run.compute_to(u64::MAX);
                None
            }
            _ => run.handle(message).map(FromReplay::from),
        }
    }

    /// Plays these steps again and again; none = to the end, once.
    pub fn repeat(&mut self, span: Option<(u64, u64)>) {
        let span = span.filter(|(from, to)| from < to);
        self.player.repeat(span);
        if let Some(run) = &mut self.run {
            run.repeat(span);
        }
    }

    /// Works for a moment: reads on, then makes a frame if the page wants one.
    pub fn work(&mut self, clock: &dyn Fn() -> f64) -> Vec<FromReplay> {
        let mut messages = Vec::new();
        if self.is_reading {
            self.read(clock, &mut messages);
        }
        if !self.is_started {
            self.start(&mut messages);
        }
        if let Some(run) = &mut self.run {
            let last_step = shown(&self.scan, self.log_run.as_deref()).map_or(0, last_step);
            let was_at = run.newest_step();
            messages.extend(
                run.work(clock)
                    .into_iter()
                    .filter_map(|message| patched(message, last_step))
                    .map(FromReplay::from),
            );
            self.is_status_stale |= run.newest_step() != was_at;
        } else if self.is_started
            && let Some(header) = &self.header
            && let Some(frame) =
                self.player.work(clock(), &mut self.scan, header, (self.id, self.log_run.as_deref()))
        {
            messages.push(frame.into());
        }
        let now_ms = clock();
        if self.is_status_stale && now_ms - self.status_ms >= STATUS_MS {
            self.status_ms = now_ms;
            self.tell_run_what_was_read();
            self.compare_twin();
            self.is_status_stale = self.is_reading;
            messages.extend(self.records());
            messages.push(FromReplay::Log(Rc::new(self.status())));
        }
        messages.extend(self.calls(now_ms, &messages));
        messages
    }

    /// What [`Replay::work`] gave is on its way.
    pub fn sent(&mut self, now_ms: f64) {
        match &mut self.run {
            Some(run) => run.sent(now_ms),
            None => self.player.sent(now_ms),
        }
    }

    fn read(&mut self, clock: &dyn Fn() -> f64, messages: &mut Vec<FromReplay>) {
        let start_ms = clock();
        let Self { scan, log_run, fresh, spacing, n_kept, executed, .. } = self;
        let log_run = log_run.as_deref();
        let mut keep = |entry: &lnn_runlog::Entry<'_>| {
            let is_shown = log_run.map_or(entry.run_idx == 0, |run| entry.line.envelope.run == run);
            if !is_shown || entry.verdict != Verdict::New {
                return;
            }
            match entry.line.envelope.kind.as_ref() {
                "step" => {}
                "invocation" => return executed.take(entry),
                _ => return,
            }
            // The step's number stands in the outline; its arrays are read for the page's curves alone.
            let Ok(Record::Step(step)) = keeps(entry, *spacing) else { return };
            fresh.push((step.record, entry.line.envelope.time_ms));
            *n_kept += 1;
            if *n_kept > MAX_RECORDS {
                *spacing *= 2;
                *n_kept /= 2;
            }
        };
        while clock() - start_ms < SLICE_MS {
            match scan.advance(SLICE_BYTES, &mut keep) {
                Ok(Progress::More) => {}
                Ok(Progress::AtEnd) => {
                    // A run that is not over may write on: its last line may be whole tomorrow.
                    if shown(scan, log_run).is_some_and(|run| run.end.is_some()) {
                        scan.finish(&mut keep);
                    }
                    self.is_reading = false;
                    break;
                }
                Err(error) => {
                    self.is_reading = false;
                    messages
                        .push(FromTrainer::Refused { message: format!("{}: {error}.", self.name) }.into());
                    break;
                }
            }
        }
        self.is_status_stale = true;
        if !self.is_reading {
            self.keep_last();
            self.tell_run_what_was_read();
            let last_step = self.last_step();
            self.player.look_again(last_step);
            if let Some(run) = self.run.as_mut().filter(|_| self.player.is_following()) {
                run.compute_to(last_step);
            }
        }
    }

    /// While the log is read, the run that is computed again may go on as far as it is read.
    fn tell_run_what_was_read(&mut self) {
        let n_steps = self.ledger().map_or(0, |run| run.steps.len());
        if self.run.is_some() && n_steps != self.n_steps_told {
            self.n_steps_told = n_steps;
            let (last_step, (digests, changes)) = (self.last_step(), self.told());
            if let Some(run) = &mut self.run {
                run.extend_log(last_step, digests, changes);
            }
        }
    }

    /// The curves end where the log does.
    fn keep_last(&mut self) {
        let last = self.ledger().and_then(|run| run.steps.at_or_before(u64::MAX)).copied();
        if let Some(place) = last
            && let Ok((Record::Step(step), time_ms)) = self.scan.record(place.place, place.n_bytes)
        {
            self.fresh.push((step.record, time_ms));
        }
    }

    /// The run that is shown.
    fn ledger(&self) -> Option<&RunLedger> {
        shown(&self.scan, self.log_run.as_deref())
    }

    fn last_step(&self) -> u64 {
        self.ledger().map_or(0, last_step)
    }

    fn steps_per_epoch(&self) -> u64 {
        self.header.as_ref().map_or(1, |header| header.steps_per_epoch.max(1))
    }

    /// As soon as header and a step are there: what views need to show the run.
    fn start(&mut self, messages: &mut Vec<FromReplay>) {
        let Some(run) = self.ledger() else {
            if !self.is_reading && !self.waits_for_start {
                let message = match &self.log_run {
                    Some(run) => format!("{}: no line of a run «{run}» was found.", self.name),
                    None => format!(
                        "{}: it is no log: neither a line of a run log was found in it, nor curves as in results.json or an event file of TensorBoard. Is this the right file?",
                        self.name
                    ),
                };
                messages.push(FromTrainer::Refused { message }.into());
                self.is_started = true;
            }
            return;
        };
        let name = run.run.clone();
        let has_step = !run.steps.is_empty();
        let found = run.header.as_ref().map(|header| header.value.as_ref().clone());
        let waits = self.waits_for_start && run.end.is_none();
        if (self.is_reading || waits) && !(has_step && found.is_some()) {
            return;
        }
        let header = found.or_else(|| self.scan.index_header(&name));
        self.is_started = true;
        let (Some(header), true) = (header, has_step) else {
            let what = if has_step { "header: nobody knows its network" } else { "steps" };
            let message = format!("{}: run «{name}» can't be shown, its log has no {what}.", self.name);
            messages.push(FromTrainer::Refused { message }.into());
            return;
        };
        self.wish = self.wish_for(&header);
        let examples = header.watched.as_ref().map_or_else(Examples::default, |watched| Examples {
            watched_rows: watched.rows.clone(),
            watched_targets: Bulk(watched.targets.clone()),
            ..Examples::default()
        });
        let run_header = Box::new(header.run_header(&name));
        messages.push(FromTrainer::Started { run: self.id, header: run_header, examples }.into());
        self.player.begin(header.first_step);
        self.header = Some(header);
    }

    fn status(&self) -> LogStatus {
        let agreement = self.run.as_ref().and_then(|run| run.verdict()).map(Agreement::from);
        LogStatus {
            run: self.id,
            name: self.name.clone(),
            is_reading: self.is_reading,
            share: if self.n_bytes_total > 0.0 {
                self.scan.n_bytes() as f64 / self.n_bytes_total
            } else {
                0.0
            },
            is_growing: !self.is_reading && !self.has_end(),
            log_run: self.ledger().map(|run| run.run.clone()).unwrap_or_default(),
            twin: self.twin.sentence(),
            ..LogStatus::new(&self.scan, agreement, self.why_not.clone(), self.is_reading)
        }
    }
}

/// The run of a log that is asked for, or its first one.
fn shown<'a>(scan: &'a LogScan, log_run: Option<&str>) -> Option<&'a RunLedger> {
    let runs = scan.reader().runs();
    match log_run {
        Some(name) => runs.iter().find(|run| run.run == name),
        None => runs.first(),
    }
}

fn last_step(run: &RunLedger) -> u64 {
    run.steps.at_or_before(u64::MAX).map_or(0, |place| place.step)
}
