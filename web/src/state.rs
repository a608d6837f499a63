//! The page's one state and its reducer: what the user did and what the workers said goes in, what every view shows comes
//! out.
//!
//! In: [`Action`]s. Out: the next [`State`]; what must be *done* besides (messages to workers) is listed by
//! [`effects`]. Read next: `state/action.rs`, then `page/app.rs`, which feeds it.

mod action;
mod beside;
mod connect;
pub mod effects;
mod loading;
mod replay;
mod run;
mod save;

use std::rc::Rc;

use lnn_core::Recipe;
use lnn_runlog::{Link, RunClock, RunHeader, Timeline};

pub use action::{Action, Sheet};
pub use beside::{Beside, BesideAction, MAX_BESIDE};
pub use connect::{Connect, ConnectAction};
pub use run::{DataSource, Shipped, default_recipe, fit_recipe};
pub use save::SaveAction;

use crate::{
    frame::Frame,
    protocol::{
        Access, Curves, Element, Examples, GradientReport, Keyframe, LogStatus, Offer, Preview, SaveForm,
        Speed, StartWeights, ViewRequest,
    },
};

/// A sentence for the user, shown until dismissed or replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Whether something went wrong.
    pub is_error: bool,
    /// What happened and what to do.
    pub text: String,
    /// Whether "Undo" brings the run before back.
    pub can_undo: bool,
}

/// A run that can be brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Every setting.
    pub recipe: Rc<Recipe>,
    /// What it trains on.
    pub data: Rc<DataSource>,
    /// What it starts from, where that is a file's.
    pub weights: Option<Rc<StartWeights>>,
    /// The newest state that is held of it.
    pub keyframe: Option<Rc<Keyframe>>,
}

/// Where opening a file stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Loading {
    /// No file is being opened.
    #[default]
    Idle,
    /// A file is being read.
    Reading {
        /// Its name.
        name: String,
        /// Share read, 0..=1; none where the size is unknown.
        share: Option<f64>,
    },
    /// A file is read, and its plan is being looked at.
    Preview(Rc<Preview>),
    /// The data set is being made.
    Preparing(Rc<Preview>),
}

/// What the state's run waits for. Until its first frame is there, views go on showing the run before.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Awaited {
    /// Nothing: what is shown is the state's own run.
    Nothing,
    /// The trainer's word that it is set up.
    #[default]
    Start,
    /// Its first frame, which is to be read with these.
    Frame {
        /// Recipe and data as the trainer confirmed them.
        header: Rc<RunHeader>,
        /// Examples that views show.
        examples: Rc<Examples>,
    },
    /// Nothing any more: the trainer can't set it up.
    Refused,
}

/// How the page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Recipe, data and newest keyframe of the run.
    pub setup: Setup,
    /// The page's running number of the run.
    pub run: u32,
    /// What the run waits for; while it waits, the next four are of the run before.
    pub awaited: Awaited,
    /// Recipe and data of what is on the screen, as the trainer confirmed them.
    pub header: Option<Rc<RunHeader>>,
    /// Examples that views show.
    pub examples: Rc<Examples>,
    /// What is on the screen.
    pub frame: Option<Rc<Frame>>,
    /// Its run so far.
    pub timeline: Rc<Timeline>,
    /// What is known of the log that is played; none while the page trains.
    pub replay: Option<Rc<LogStatus>>,
    /// The address that it is fetched from.
    pub log_url: Option<String>,
    /// The address that its data set may be fetched from.
    pub data_url: Option<String>,
    /// When its steps were taken, as far as its log says.
    pub clock: Rc<RunClock>,
    /// Steps of the log that are played again and again.
    pub span: Option<(u64, u64)>,
    /// Runs that are shown beside it.
    pub beside: Vec<Rc<Beside>>,
    /// Running number of those.
    pub newest_beside: u32,
    /// What their cursors have in common.
    pub link: Link,
    /// The calls that computed the step under the cursor, where a log tells of them.
    pub calls: Option<Rc<Element>>,
    /// The service that was asked last for its runs.
    pub access: Option<Rc<Access>>,
    /// The dialog in which it is asked; none while it is closed.
    pub connect: Option<Connect>,
    /// As what the page's run is being saved, and how far that is, 0..=1.
    pub saving: Option<(SaveForm, f64)>,
    /// The curves of another program's log; none where the log that is played has steps, or none is played.
    pub curves: Option<Rc<Curves>>,
    /// Seconds that the trainer's present work takes, roughly, where that is long.
    pub working_s: Option<f64>,
    /// Whether the trainer is asked to go on by itself.
    pub is_playing: bool,
    /// How fast.
    pub speed: Speed,
    /// What the views ask for.
    pub view: ViewRequest,
    /// The newest gradient check.
    pub gradient_report: Option<Rc<GradientReport>>,
    /// Where opening a file stands.
    pub loading: Loading,
    /// The preview to come back to if reading the file again fails.
    pub last_preview: Option<Rc<Preview>>,
    /// The newest sentence for the user.
    pub notice: Option<Notice>,
    /// What would help, where that sentence is of a file that does not fit.
    pub offer: Option<Rc<Offer>>,
    /// Earlier runs that "Undo" brings back, newest last.
    pub undo: Vec<Setup>,
    /// How the page looks.
    pub theme: Theme,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// On a phone: the sheet that is open.
    pub sheet: Option<Sheet>,
    /// Whether the network is shown as a table.
    pub shows_table: bool,
}

impl Default for State {
    fn default() -> Self {
        let data = DataSource::default();
        Self {
            setup: Setup {
                recipe: Rc::new(default_recipe()),
                data: Rc::new(data),
                weights: None,
                keyframe: None,
            },
            run: 1,
            awaited: Awaited::Start,
            header: None,
            examples: Rc::default(),
            frame: None,
            timeline: Rc::new(Timeline::new(1024)),
            replay: None,
            log_url: None,
            data_url: None,
            clock: Rc::default(),
            span: None,
            beside: Vec::new(),
            newest_beside: 0,
            link: Link::Step,
            calls: None,
            access: None,
            connect: None,
            saving: None,
            curves: None,
            working_s: None,
            is_playing: false,
            speed: Speed::DEFAULT,
            view: ViewRequest::default(),
            gradient_report: None,
            loading: Loading::Idle,
            last_preview: None,
            notice: None,
            offer: None,
            undo: Vec::new(),
            theme: Theme::System,
            has_log_axis: true,
            sheet: None,
            shows_table: false,
        }
    }
}

impl State {
    /// What is on the screen, if it is the state's own run: its numbers may be told as the run's.
    pub fn own_frame(&self) -> Option<&Rc<Frame>> {
        self.frame.as_ref().filter(|frame| frame.run == self.run)
    }

    /// Recipe and data of the state's own run as soon as they are confirmed, else of the one before.
    pub fn newest_header(&self) -> Option<&Rc<RunHeader>> {
        match &self.awaited {
            Awaited::Frame { header, .. } => Some(header),
            _ => self.header.as_ref(),
        }
    }

    /// Whether views show the run before, because the state's own has no frame yet.
    pub fn is_waiting(&self) -> bool {
        matches!(self.awaited, Awaited::Start | Awaited::Frame { .. })
    }

    /// Whether views show the same of another state. Shared parts are the same if they are one: comparing what is in them
    /// would go through every number of the run.
    pub fn looks_like(&self, other: &Self) -> bool {
        let Self { setup, run, header, examples, frame, timeline, awaited, .. } = self;
        let Self { working_s, is_playing, speed, view, replay, .. } = self;
        let Self { gradient_report, loading, last_preview, notice, undo, theme, has_log_axis, .. } = self;
        let Self { sheet, shows_table, clock, span, beside, link, saving, .. } = self;
        let are_same_beside = beside.len() == other.beside.len()
            && beside.iter().zip(&other.beside).all(|(a, b)| Rc::ptr_eq(a, b));
        Rc::ptr_eq(&setup.recipe, &other.setup.recipe)
            && Rc::ptr_eq(&setup.data, &other.setup.data)
            && are_one(header.as_ref(), other.header.as_ref())
            && Rc::ptr_eq(examples, &other.examples)
            && are_one(frame.as_ref(), other.frame.as_ref())
            && Rc::ptr_eq(timeline, &other.timeline)
            && (awaited, working_s) == (&other.awaited, &other.working_s)
            && are_one(replay.as_ref(), other.replay.as_ref())
            && are_one(self.curves.as_ref(), other.curves.as_ref())
            && are_one(self.calls.as_ref(), other.calls.as_ref())
            && are_one(self.offer.as_ref(), other.offer.as_ref())
            && self.connect == other.connect
            && are_one(gradient_report.as_ref(), other.gradient_report.as_ref())
            && are_one(last_preview.as_ref(), other.last_preview.as_ref())
            && (run, is_playing, speed, view) == (&other.run, &other.is_playing, &other.speed, &other.view)
            && (loading, notice, undo.len()) == (&other.loading, &other.notice, other.undo.len())
            && (theme, has_log_axis) == (&other.theme, &other.has_log_axis)
            && (sheet, shows_table) == (&other.sheet, &other.shows_table)
            && are_same_beside
            && Rc::ptr_eq(clock, &other.clock)
            && (span, link, saving) == (&other.span, &other.link, &other.saving)
    }

    /// The cursor's step.
    pub fn cursor(&self) -> u64 {
        self.own_frame().map_or(0, |frame| frame.head.step)
    }

    /// The newest step.
    pub fn newest_step(&self) -> u64 {
        self.own_frame().map_or(0, |frame| frame.newest_step)
    }

    /// Whether there is something to lose by starting again.
    fn is_under_way(&self) -> bool {
        self.newest_step() > 0 || self.setup.keyframe.is_some()
    }

    /// Whether the cursor stands at the newest step.
    pub fn is_live(&self) -> bool {
        self.cursor() == self.newest_step()
    }
}

/// Whether both are the same allocation, or both are none.
fn are_one<T>(a: Option<&Rc<T>>, b: Option<&Rc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Rc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
