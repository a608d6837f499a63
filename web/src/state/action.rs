//! Everything that can happen to the page's state.
//!
//! In: a user's gesture or a worker's message. Out: the next state, by [`State::after`]. Read next: `effects.rs`.

use std::rc::Rc;

use lnn_core::Recipe;
use lnn_runlog::Timeline;

use super::run::has_unit;
use super::{
    Awaited, BesideAction, ConnectAction, DataSource, Notice, SaveAction, Setup, Shipped, State, Theme,
    fit_recipe,
};
use crate::{
    frame::Frame,
    protocol::{FromLoader, FromReplay, FromTrainer, HandPoint, Lens, Plan, ReadChoice, Speed, UnitId},
};

/// On a phone, panels that open over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Data sets.
    Data,
    /// Network and training settings.
    Settings,
    /// The chosen unit.
    Inspector,
    /// Cost and metrics.
    Cost,
}

/// A user's gesture, or a worker's message.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Train.
    Play,
    /// Stop training.
    Pause,
    /// One mini-batch.
    StepBatch,
    /// One pass over the data.
    StepEpoch,
    /// Start weights again, same seed.
    Reset,
    /// Start weights again, next seed.
    ResetWithNewSeed,
    /// How fast.
    SetSpeed(Speed),
    /// Move the cursor.
    Seek(u64),
    /// Cursor to the newest step.
    Live,
    /// Choose a unit for the inspector; none = no unit.
    Select(Option<UnitId>),
    /// Choose a watched example for the inspector.
    ChooseExample(usize),
    /// What tiles and edges show.
    SetLens(Lens),
    /// Side of a tile's picture, in its own pixels.
    SetTilePx(u16),
    /// Ask for a gradient check of a unit.
    CheckGradient(UnitId),
    /// Other settings; continues or starts again as they need.
    SetRecipe(Rc<Recipe>),
    /// Another built-in data set.
    SetData(DataSource),
    /// A file was dropped or chosen; it travels beside the action, see `page/app.rs`.
    OpenFile {
        /// Its name.
        name: String,
        /// Whether it may be a run's log.
        may_be_log: bool,
    },
    /// Play a log; its files travel beside the action, unless it is fetched.
    OpenLog {
        /// Its name.
        name: String,
        /// The address that it is fetched from.
        url: Option<String>,
    },
    /// Where the data set of the logs that are opened next may be fetched.
    KnowData(String),
    /// Another run of the log that is played.
    ChooseLogRun(String),
    /// Plays these steps of the log again and again; none = to the end, once.
    Loop(Option<(u64, u64)>),
    /// Something happens to runs beside the page's own.
    Beside(BesideAction),
    /// Something happens to the dialog that asks a service for its runs.
    Connect(ConnectAction),
    /// The run of the log that is played is trained in the page.
    TrainHere(HandPoint),
    /// The run is saved as a log.
    Save(SaveAction),
    /// A file that may be the data set of the log that is played; it travels beside the action.
    OfferFile {
        /// Its name.
        name: String,
    },
    /// Open a data set that is shipped with the page.
    OpenShipped(Shipped),
    /// Read the file again, cut differently.
    Reread(ReadChoice),
    /// Take the previewed file with this plan.
    UseData(Plan),
    /// Close the preview, or stop reading.
    CancelLoading,
    /// Bring the run before back.
    Undo,
    /// Close the notice.
    Dismiss,
    /// Say something.
    Notify(Notice),
    /// Light or dark.
    SetTheme(Theme),
    /// Logarithmic or linear cost axis.
    SetLogAxis(bool),
    /// Open or close a sheet.
    SetSheet(Option<Sheet>),
    /// Network as a table or as a picture.
    SetTable(bool),
    /// The trainer said something.
    Trainer(Rc<FromTrainer>),
    /// The worker that plays a log said something that a trainer doesn't say.
    Replay(Rc<FromReplay>),
    /// The loader said something.
    Loader(Rc<FromLoader>),
    /// The trainer is gone; says why.
    TrainerLost(String),
    /// The loader is gone; says why.
    LoaderLost(String),
}

impl State {
    /// The state after an action.
    #[must_use]
    pub fn after(&self, action: &Action) -> Self {
        let mut next = self.clone();
        next.apply(action);
        next.move_beside();
        // What the page trains is compared with the logs beside it.
        next.view.digests = next.replay.is_none() && next.beside.iter().any(|beside| beside.header.is_some());
        next
    }

    fn apply(&mut self, action: &Action) {
        match action {
            Action::Play => self.is_playing = self.curves.is_none(),
            Action::Pause | Action::StepBatch | Action::StepEpoch | Action::Seek(_) => {
                self.is_playing = false;
            }
            Action::Live | Action::CheckGradient(_) | Action::OfferFile { .. } | Action::TrainHere(_) => {}
            Action::OpenLog { name, url } => {
                self.open_log(name);
                self.log_url.clone_from(url);
                if url.is_none() {
                    // It was the data set of the log in the page's address.
                    self.data_url = None;
                }
            }
            Action::KnowData(url) => self.data_url = Some(url.clone()),
            Action::ChooseLogRun(_) => {
                let name = self.replay.as_ref().map(|log| log.name.clone());
                self.open_log(&name.unwrap_or_default());
            }
            Action::Loop(span) => self.span = *span,
            Action::Beside(action) => self.apply_beside(action),
            Action::Connect(action) => self.apply_connect(action),
            Action::Save(action) => self.apply_save(action),
            Action::Reset => {
                let Setup { recipe, data, weights, .. } = self.setup.clone();
                self.begin(recipe, data);
                self.setup.weights = weights;
            }
            Action::ResetWithNewSeed => {
                let seed = self.setup.recipe.seed.wrapping_add(1);
                let recipe = Recipe { seed, ..(*self.setup.recipe).clone() };
                self.begin(Rc::new(recipe), self.setup.data.clone());
            }
            Action::SetSpeed(speed) => self.speed = *speed,
            Action::Select(unit) => {
                self.view.selected = *unit;
                self.gradient_report = None;
            }
            Action::ChooseExample(idx) => self.view.example_idx = *idx,
            Action::SetLens(lens) => self.view.lens = *lens,
            Action::SetTilePx(px) => self.view.tile_px = (*px).clamp(4, 64),
            Action::SetRecipe(recipe) => self.set_recipe(recipe.clone()),
            Action::SetData(source) => self.set_data(source.clone()),
            Action::Undo => self.go_back(),
            Action::Dismiss => (self.notice, self.offer) = (None, None),
            Action::Notify(notice) => self.notice = Some(notice.clone()),
            Action::SetTheme(theme) => self.theme = *theme,
            Action::SetLogAxis(is_log) => self.has_log_axis = *is_log,
            Action::SetSheet(sheet) => self.sheet = *sheet,
            Action::SetTable(shows) => self.shows_table = *shows,
            Action::Trainer(message) => self.hear_trainer(message),
            Action::Replay(message) => self.hear_replay(message),
            Action::TrainerLost(why) => self.lose_trainer(why),
            Action::OpenFile { .. }
            | Action::OpenShipped(_)
            | Action::Reread(_)
            | Action::UseData(_)
            | Action::CancelLoading
            | Action::Loader(_)
            | Action::LoaderLost(_) => self.apply_loading(action),
        }
    }

    /// Starts a run, forgetting the one before; what is on the screen stays until the new run's first frame.
    pub(super) fn begin(&mut self, recipe: Rc<Recipe>, data: Rc<DataSource>) {
        self.setup = Setup { recipe, data, weights: None, keyframe: None };
        (self.replay, self.curves, self.span, self.calls) = (None, None, None, None);
        self.await_run();
        self.gradient_report = None;
    }

    /// From now on only what comes of a run with another number is heard.
    pub(super) fn await_run(&mut self) {
        self.run += 1;
        self.working_s = None;
        self.awaited = Awaited::Start;
        self.is_playing = false;
    }

    /// Keeps the run before for "Undo"; at most eight of them.
    pub(super) fn remember(&mut self) {
        self.undo.push(self.setup.clone());
        if self.undo.len() > 8 {
            self.undo.remove(0);
        }
    }

    fn set_recipe(&mut self, recipe: Rc<Recipe>) {
        if *recipe == *self.setup.recipe {
            return;
        }
        if self.replay.is_none() && super::effects::changes(&self.setup.recipe, &recipe).is_some() {
            self.setup.recipe = recipe;
            return;
        }
        let was_under_way = self.is_under_way();
        if was_under_way {
            self.remember();
        }
        // A file's weights stay where they fit.
        let weights = self.setup.weights.clone().filter(|_| recipe.layers == self.setup.recipe.layers);
        self.begin(recipe, self.setup.data.clone());
        self.setup.weights = weights;
        self.notice = was_under_way.then(|| Notice {
            is_error: false,
            text: "Started again from step 0: this setting takes part from the first step on.".to_owned(),
            can_undo: true,
        });
    }

    pub(super) fn set_data(&mut self, source: DataSource) {
        if source == *self.setup.data {
            return;
        }
        let was_under_way = self.is_under_way();
        if was_under_way {
            self.remember();
        }
        let recipe = match source.task() {
            Some(task) => Rc::new(fit_recipe(&self.setup.recipe, task)),
            None => self.setup.recipe.clone(),
        };
        self.begin(recipe, Rc::new(source));
        self.view.selected = None;
        self.view.example_idx = 0;
        self.notice = was_under_way.then(|| Notice {
            is_error: false,
            text: "Another data set: the network starts again.".to_owned(),
            can_undo: true,
        });
    }

    fn go_back(&mut self) {
        let Some(setup) = self.undo.pop() else { return };
        let Setup { recipe, data, weights, keyframe } = setup;
        self.begin(recipe, data);
        (self.setup.weights, self.setup.keyframe) = (weights, keyframe);
        self.notice = None;
    }

    fn hear_trainer(&mut self, message: &FromTrainer) {
        self.working_s = match message {
            FromTrainer::Working { seconds } => Some(*seconds),
            // Said before the work that was announced.
            FromTrainer::Started { .. } => self.working_s,
            _ => None,
        };
        match message {
            FromTrainer::Started { run, header, examples } if *run == self.run => {
                self.view.selected = self.view.selected.filter(|unit| has_unit(header, *unit));
                let (header, examples) = (Rc::new((**header).clone()), Rc::new(examples.clone()));
                if !self.adopt(&header, &examples) {
                    self.awaited = Awaited::Frame { header, examples };
                }
            }
            FromTrainer::Frame(frame) if frame.run == self.run => self.show(frame),
            FromTrainer::Keyframe { run, keyframe } if *run == self.run => {
                self.setup.keyframe = Some(Rc::new(keyframe.clone()));
            }
            FromTrainer::Diverged { run, message, .. } if *run == self.run => {
                self.is_playing = false;
                self.notice = Some(Notice { is_error: true, text: message.clone(), can_undo: false });
            }
            FromTrainer::Refused { message } => {
                self.is_playing = false;
                if matches!(self.awaited, Awaited::Start) {
                    self.awaited = Awaited::Refused;
                }
                self.notice =
                    Some(Notice { is_error: true, text: message.clone(), can_undo: !self.undo.is_empty() });
            }
            FromTrainer::GradientChecked(report) => self.gradient_report = Some(Rc::new(report.clone())),
            _ => {}
        }
    }

    fn show(&mut self, frame: &Rc<Frame>) {
        if let Awaited::Frame { header, examples } = std::mem::replace(&mut self.awaited, Awaited::Nothing) {
            let capacity = Timeline::capacity_for(header.recipe.layers.iter().sum::<usize>() + 10);
            self.timeline = Rc::new(Timeline::new(capacity));
            self.clock = Rc::default();
            self.view.selected = self.view.selected.filter(|unit| has_unit(&header, *unit));
            (self.header, self.examples) = (Some(header), examples);
        }
        let timeline = Rc::make_mut(&mut self.timeline);
        if frame.newest_step < timeline.last_step() {
            timeline.truncate_after(frame.newest_step);
        }
        timeline.push(frame.record());
        if self.replay.is_some() {
            // A log ends by itself.
            self.is_playing = frame.playing;
        }
        self.frame = Some(frame.clone());
    }

    fn lose_trainer(&mut self, why: &str) {
        if self.replay.is_some() {
            self.go_back();
            let text =
                format!("The log can't be played on ({why}). Open it again; training goes on where it was.");
            self.notice = Some(Notice { is_error: true, text, can_undo: false });
            return;
        }
        let from = self.setup.keyframe.as_ref().map_or(0, |keyframe| keyframe.step);
        self.await_run();
        let text = format!("The trainer stopped ({why}). It was started again and goes on from step {from}.");
        self.notice = Some(Notice { is_error: true, text, can_undo: false });
    }
}
