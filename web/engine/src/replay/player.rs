//! A log played without its data set: a cursor over its steps, at the user's pace.
//!
//! In: commands and the time. Out: frames of what the log holds. Read next: `from_log.rs`, which makes them.

use lnn_runlog::{HeaderRecord, LogScan, Record};

use super::from_log::frame;
use crate::pace::{FramePace, Meter, Pace};
use crate::protocol::{FromTrainer, Speed, ToTrainer, ViewRequest};

/// At full speed a log is through in about so many milliseconds.
const FULL_MS: f64 = 8000.0;

/// A cursor over a log.
pub(super) struct Player {
    step: u64,
    /// Goes on by itself, up to this step.
    until: Option<u64>,
    pace: Pace,
    speed: Speed,
    meter: Meter,
    frame_pace: FramePace,
    view: ViewRequest,
    is_stale: bool,
    page_is_ready: bool,
    last_step: u64,
    steps_per_epoch: u64,
    is_following: bool,
    /// Steps that are played again and again.
    span: Option<(u64, u64)>,
}

impl Default for Player {
    fn default() -> Self {
        Self {
            step: 0,
            until: None,
            pace: Pace::new(Speed::DEFAULT),
            speed: Speed::DEFAULT,
            meter: Meter::default(),
            frame_pace: FramePace::default(),
            view: ViewRequest::default(),
            is_stale: true,
            page_is_ready: true,
            last_step: 0,
            steps_per_epoch: 1,
            is_following: false,
            span: None,
        }
    }
}

impl Player {
    /// At the log's first step, or at its end where that was asked for before anything was there.
    pub(super) fn begin(&mut self, first_step: u64) {
        self.step = if self.is_following { self.last_step.max(first_step) } else { first_step };
        self.is_stale = true;
    }

    /// The log is read on: its last step is another.
    pub(super) fn look_again(&mut self, last_step: u64) {
        self.last_step = last_step;
        if self.is_following {
            self.step = last_step;
        }
        self.is_stale = true;
    }

    /// Whether the cursor goes with the end of a log that grows.
    pub(super) fn is_following(&self) -> bool {
        self.is_following
    }

    pub(super) fn is_busy(&self) -> bool {
        self.until.is_some() || (self.is_stale && self.page_is_ready)
    }

    pub(super) fn is_playing(&self) -> bool {
        self.until.is_some()
    }

    pub(super) fn page_is_ready(&self) -> bool {
        self.page_is_ready
    }

    /// The cursor's step.
    pub(super) fn step(&self) -> u64 {
        self.step
    }

    pub(super) fn handle(&mut self, message: &ToTrainer, last_step: u64, steps_per_epoch: u64) {
        (self.last_step, self.steps_per_epoch) = (last_step, steps_per_epoch);
        if !matches!(
            message,
            ToTrainer::View(_) | ToTrainer::Speed(_) | ToTrainer::Drawn | ToTrainer::CheckGradient(_)
        ) {
            self.is_following = matches!(message, ToTrainer::Live);
        }
        match message {
            ToTrainer::Play => self.play(),
            ToTrainer::Pause => self.halt(),
            ToTrainer::StepBatch => self.go_to(self.step.saturating_add(1)),
            ToTrainer::StepEpoch => self.go_to((self.step / steps_per_epoch + 1) * steps_per_epoch),
            ToTrainer::Seek(step) => self.go_to(*step),
            ToTrainer::Live => self.go_to(last_step),
            ToTrainer::Speed(speed) => {
                self.speed = *speed;
                self.set_pace();
            }
            ToTrainer::View(view) => {
                self.view = *view;
                self.is_stale = true;
            }
            ToTrainer::Drawn => self.page_is_ready = true,
            _ => {}
        }
    }

    /// From the end a log is played from its start.
    fn play(&mut self) {
        if self.step >= self.end() {
            self.step = self.span.map_or(0, |(from, _)| from);
        }
        self.until = Some(self.end());
        self.set_pace();
        self.pace.resume();
        self.meter.reset();
    }

    /// Where playing ends, or begins again.
    fn end(&self) -> u64 {
        self.span.map_or(self.last_step, |(_, to)| to.min(self.last_step))
    }

    pub(super) fn span(&self) -> Option<(u64, u64)> {
        self.span
    }

    /// Plays these steps again and again.
    pub(super) fn repeat(&mut self, span: Option<(u64, u64)>) {
        self.span = span;
        if self.until.is_some() {
            self.until = Some(self.end());
        }
    }

    fn set_pace(&mut self) {
        let speed = match self.speed {
            Speed::Full => Speed::StepsPerSecond((self.last_step as f64 * 1000.0 / FULL_MS).max(60.0)),
            speed => speed,
        };
        self.pace.set(speed);
    }

    fn halt(&mut self) {
        self.until = None;
        self.meter.reset();
        self.is_stale = true;
    }

    fn go_to(&mut self, step: u64) {
        self.halt();
        self.step = step.min(self.last_step);
    }

    pub(super) fn sent(&mut self, now_ms: f64) {
        self.frame_pace.end(now_ms);
    }

    /// Steps that are due, then a frame if the page wants one.
    pub(super) fn work(
        &mut self,
        now_ms: f64,
        scan: &mut LogScan,
        header: &HeaderRecord,
        (run, log_run): (u32, Option<&str>),
    ) -> Option<FromTrainer> {
        if let Some(until) = self.until {
            let due = self.pace.steps_due(now_ms, self.steps_per_epoch).unwrap_or(1);
            let wraps = due > 0 && self.step >= until && self.span.is_some();
            if let Some((from, _)) = self.span.filter(|_| wraps) {
                self.step = from.min(until);
            }
            let due = due.min(until - self.step.min(until));
            if due > 0 || wraps {
                self.step += due;
                self.pace.paid(due);
                self.meter.count(due, now_ms);
                self.is_stale = true;
            }
            if self.step >= until && self.span.is_none() {
                self.halt();
            }
        }
        let may_draw = self.is_stale && self.page_is_ready;
        if !may_draw || (self.is_playing() && !self.frame_pace.is_due(now_ms, &self.pace)) {
            return None;
        }
        let ledger = super::shown(scan, log_run)?;
        let place =
            ledger.steps.at_or_before(self.step).or_else(|| ledger.steps.at_or_after(self.step)).copied()?;
        let newest_step = super::last_step(ledger);
        self.frame_pace.begin(now_ms);
        (self.is_stale, self.page_is_ready) = (false, false);
        match scan.record(place.place, place.n_bytes) {
            Ok((Record::Step(step), _)) => {
                let mut frame = frame(&step, header, &self.view);
                frame.run = run;
                frame.playing = self.is_playing();
                frame.newest_step = newest_step;
                frame.steps_per_epoch = self.steps_per_epoch;
                frame.steps_per_second = self.meter.per_second();
                Some(FromTrainer::Frame(frame.into()))
            }
            Ok(_) => None,
            Err(error) => Some(FromTrainer::Refused { message: format!("{error}.") }),
        }
    }
}
