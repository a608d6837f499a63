//! Runs beside the page's own: opened, heard, moved along with its cursor, closed.
//!
//! In: [`Action::Beside`](super::Action), what their workers say. Out: the next state. Each stands at the step that the
//! [`Link`] names for the step under the page's cursor. Read next: `effects.rs`.

use std::rc::Rc;

use lnn_runlog::{Link, Linkable, RunClock, RunHeader, Timeline};

use super::{Notice, State};
use crate::{
    frame::Frame,
    protocol::{Element, Examples, FromReplay, FromTrainer, LogStatus, ViewRequest},
};

/// So many runs fit beside the page's own.
pub const MAX_BESIDE: usize = 3;

/// What happens to runs beside the page's own.
#[derive(Debug, Clone, PartialEq)]
pub enum BesideAction {
    /// Another log is shown beside; its files travel beside the action, unless it is fetched.
    Open {
        /// Its name.
        name: String,
        /// The address that it is fetched from.
        url: Option<String>,
    },
    /// Another run of its log is shown.
    Choose {
        /// The page's number of it.
        run: u32,
        /// The run's name.
        log_run: String,
    },
    /// It is shown no more.
    Close(u32),
    /// Its worker said something.
    Hear(u32, Rc<FromReplay>),
    /// Its worker is gone; says why.
    Lost(u32, String),
    /// What the cursors have in common.
    Link(Link),
}

/// A run beside the page's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The page's number of it; no other run has it.
    pub run: u32,
    /// What is known of its log.
    pub log: Rc<LogStatus>,
    /// The address that it is fetched from.
    pub url: Option<String>,
    /// Recipe and data, as soon as they are known.
    pub header: Option<Rc<RunHeader>>,
    /// Examples that views show.
    pub examples: Rc<Examples>,
    /// Its step under the linked cursor.
    pub frame: Option<Rc<Frame>>,
    /// Its run.
    pub timeline: Rc<Timeline>,
    /// When its steps were taken.
    pub clock: Rc<RunClock>,
    /// The step that its worker was asked for last.
    pub asked: u64,
    /// The run of its log that is shown; none = the first one.
    pub log_run: Option<String>,
    /// The calls that computed its step.
    pub calls: Option<Rc<Element>>,
}

impl Beside {
    fn new(run: u32, name: &str, url: Option<String>) -> Self {
        let log = LogStatus { run, name: name.to_owned(), is_reading: true, ..LogStatus::default() };
        Self {
            run,
            log: Rc::new(log),
            url,
            header: None,
            examples: Rc::default(),
            frame: None,
            timeline: Rc::new(Timeline::new(1024)),
            clock: Rc::default(),
            asked: 0,
            log_run: None,
            calls: None,
        }
    }

    /// What it is called: the run's name, or the file's while that is not known.
    pub fn title(&self) -> &str {
        if self.log.log_run.is_empty() { &self.log.name } else { &self.log.log_run }
    }

    /// What its worker is asked to show: a unit that its network lacks is not.
    pub fn view(&self, view: ViewRequest) -> ViewRequest {
        let has = |unit| self.header.as_ref().is_some_and(|header| super::run::has_unit(header, unit));
        ViewRequest { selected: view.selected.filter(|unit| has(*unit)), digests: false, ..view }
    }

    fn hear(&mut self, message: &FromReplay) {
        match message {
            FromReplay::Log(status) => self.log = status.clone(),
            FromReplay::Records { heads, units, times_ms, .. } => {
                super::replay::take_records(&mut self.timeline, heads, units);
                super::replay::take_times(&mut self.clock, heads, times_ms);
            }
            FromReplay::Tell(message) => match &**message {
                FromTrainer::Started { header, examples, .. } => {
                    if self.header.is_none() {
                        let n_units = header.recipe.layers.iter().sum::<usize>() + 10;
                        self.timeline = Rc::new(Timeline::new(Timeline::capacity_for(n_units)));
                    }
                    (self.header, self.examples) =
                        (Some(Rc::new((**header).clone())), Rc::new(examples.clone()));
                }
                FromTrainer::Frame(frame) => {
                    Rc::make_mut(&mut self.timeline).push(frame.record());
                    self.frame = Some(frame.clone());
                }
                _ => {}
            },
            FromReplay::Calls { picture, .. } => self.calls = Some(picture.clone()),
            FromReplay::Curves { .. }
            | FromReplay::Runs(_)
            | FromReplay::Handed { .. }
            | FromReplay::Saving(_)
            | FromReplay::Saved { .. }
            | FromReplay::NotSaved(_) => {}
        }
    }
}

impl State {
    pub(super) fn apply_beside(&mut self, action: &BesideAction) {
        match action {
            BesideAction::Open { name, url } => {
                self.open_beside(name, url.clone(), None);
            }
            BesideAction::Choose { run, log_run } => {
                self.change_beside(*run, |beside| {
                    *beside = Beside::new(beside.run, &beside.log.name, beside.url.clone());
                    beside.log_run = Some(log_run.clone());
                });
            }
            BesideAction::Close(run) => self.beside.retain(|beside| beside.run != *run),
            BesideAction::Hear(run, message) => {
                if let FromReplay::Tell(told) = &**message
                    && let FromTrainer::Refused { message } = &**told
                {
                    self.lose_beside(*run, message);
                }
                if matches!(&**message, FromReplay::Curves { .. }) {
                    let why = "it holds curves of another program and no run: open it by itself.";
                    self.lose_beside(*run, why);
                }
                self.change_beside(*run, |beside| beside.hear(message));
            }
            BesideAction::Lost(run, why) => self.lose_beside(*run, why),
            BesideAction::Link(link) => self.link = *link,
        }
    }

    /// Another run beside; tells whether there is room.
    pub(super) fn open_beside(&mut self, name: &str, url: Option<String>, log_run: Option<String>) -> bool {
        if self.beside.len() >= MAX_BESIDE {
            let text = format!("{MAX_BESIDE} runs beside the page's own are shown already: close one first.");
            self.notice = Some(Notice { is_error: true, text, can_undo: false });
            return false;
        }
        self.newest_beside += 1;
        let beside = Beside::new(FIRST_BESIDE + self.newest_beside, name, url);
        self.beside.push(Rc::new(Beside { log_run, ..beside }));
        true
    }

    fn change_beside(&mut self, run: u32, change: impl FnOnce(&mut Beside)) {
        if let Some(beside) = self.beside.iter_mut().find(|beside| beside.run == run) {
            change(Rc::make_mut(beside));
        }
    }

    /// It can't be shown: what was read of it stays if it is something.
    fn lose_beside(&mut self, run: u32, why: &str) {
        let Some(beside) = self.beside.iter().find(|beside| beside.run == run) else { return };
        let text = format!("Beside: {why}");
        self.notice = Some(Notice { is_error: true, text, can_undo: false });
        if beside.frame.is_none() {
            self.beside.retain(|beside| beside.run != run);
        }
    }

    /// What the page's own run is called among others.
    pub fn title(&self) -> String {
        match (&self.replay, &self.header) {
            (Some(log), _) if !log.log_run.is_empty() => log.log_run.clone(),
            (None, Some(header)) => format!("This page’s run on {}", header.data.name),
            _ => "This page’s run".to_owned(),
        }
    }

    /// Its number among the runs that are shown: the page's own is 0.
    pub fn number_of(&self, run: u32) -> usize {
        self.beside.iter().position(|beside| beside.run == run).map_or(0, |idx| idx + 1)
    }

    /// Whether the cursors can be linked by time: every run's steps have one.
    pub fn has_clocks(&self) -> bool {
        self.clock.is_known() && self.beside.iter().all(|beside| beside.clock.is_known())
    }

    /// What the cursors have in common: where a run has no times, steps.
    pub fn link_in_force(&self) -> Link {
        if self.link == Link::Time && !self.has_clocks() { Link::Step } else { self.link }
    }

    /// Asks each run beside for the step that belongs to the one under the cursor.
    pub(super) fn move_beside(&mut self) {
        let Some(frame) = self.own_frame().cloned().filter(|_| !self.beside.is_empty()) else { return };
        let clock = self.clock.clone();
        let own = Linkable { steps_per_epoch: frame.steps_per_epoch, clock: &clock };
        let link = self.link_in_force();
        for beside in &mut self.beside {
            let Some(theirs) = &beside.frame else { continue };
            let linkable = Linkable { steps_per_epoch: theirs.steps_per_epoch, clock: &beside.clock };
            let step = own.step_in(&linkable, frame.head.step, link).unwrap_or(frame.head.step);
            let step = step.min(theirs.newest_step);
            if step != beside.asked {
                Rc::make_mut(beside).asked = step;
            }
        }
    }
}

/// Runs beside are counted from here, so that no number is that of one of the page's own.
const FIRST_BESIDE: u32 = 1 << 31;
