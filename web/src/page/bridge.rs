//! The page's side of its workers: starts them, talks to them, notices when one is gone.
//!
//! In: messages to send. Out: [`Action::Trainer`] and [`Action::Loader`], or that a worker was lost. Read next:
//! `../workers/mod.rs`, the other side.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{ErrorEvent, File, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::patience::{MAX_PATIENCE_S, PATIENCE_S, announced_s, patience_s};
use crate::{
    protocol::{FromReplay, ToLoader, ToReplay, ToTrainer},
    state::{Action, BesideAction, ConnectAction, SaveAction},
    workers::{BrokenMessage, Envelope, WorkerRole, beside, open, seal},
};

/// Both workers.
pub struct Bridge {
    act: Callback<Action>,
    trainer: Option<Port>,
    loader: Option<Port>,
    /// Those of the runs beside, by their numbers.
    beside: BTreeMap<u32, Port>,
    saver: Option<Port>,
    /// Asks a service for its runs.
    connector: Option<Port>,
    file: Option<File>,
    /// The files of a data set that is about to be read, or of a log, should they turn out to be one.
    data_files: Option<JsValue>,
    /// The files of a log that is about to be opened.
    fresh_files: Option<JsValue>,
    /// The files of the log that is played.
    log_files: Option<JsValue>,
    /// Doubled each time that a trainer of this run was lost in silence: a step that takes longer than anyone thought must
    /// not be cut off again and again.
    patience_s: Cell<u32>,
    /// What the user asked for before the trainer listened.
    early: RefCell<Vec<ToTrainer>>,
}

/// What a worker does for the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Trains the page's run.
    Trainer,
    /// Plays the log that is the page's run.
    Log,
    /// Plays the log of a run beside.
    Beside(u32),
    /// Writes the page's run down.
    Saver,
    /// Asks a service for its runs.
    Connector,
    /// Reads data sets.
    Loader,
}

impl Whose {
    fn role(self) -> WorkerRole {
        match self {
            Self::Trainer => WorkerRole::Trainer,
            Self::Log | Self::Beside(_) | Self::Saver | Self::Connector => WorkerRole::Replay,
            Self::Loader => WorkerRole::Loader,
        }
    }

    /// What it said.
    fn heard(self, envelope: &JsValue) -> Result<Action, BrokenMessage> {
        Ok(match self {
            Self::Trainer => Action::Trainer(Rc::new(open(envelope)?)),
            Self::Loader => Action::Loader(Rc::new(open(envelope)?)),
            Self::Log => match open(envelope)? {
                FromReplay::Tell(message) => Action::Trainer(message),
                other => Action::Replay(Rc::new(other)),
            },
            Self::Beside(run) => Action::Beside(BesideAction::Hear(run, Rc::new(open(envelope)?))),
            Self::Connector => Action::Connect(ConnectAction::Hear(Rc::new(open(envelope)?))),
            Self::Saver => {
                let message: FromReplay = open(envelope)?;
                if let (FromReplay::Saved { file_name, .. }, Some(file)) = (&message, beside(envelope)) {
                    super::download::download(file_name, &file.unchecked_into());
                }
                Action::Save(SaveAction::Hear(Rc::new(message)))
            }
        })
    }

    /// It is gone.
    fn lost(self, why: String) -> Action {
        match self {
            Self::Trainer | Self::Log => Action::TrainerLost(why),
            Self::Loader | Self::Connector => Action::LoaderLost(why),
            Self::Beside(run) => Action::Beside(BesideAction::Lost(run, why)),
            Self::Saver => Action::Save(SaveAction::Lost(why)),
        }
    }
}

/// One worker and the listeners on it.
struct Port {
    whose: Whose,
    worker: Worker,
    /// The files of its log.
    files: Option<JsValue>,
    signs: Signs,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

/// What a worker is told as soon as it listens.
struct First {
    message: FirstMessage,
    beside: Option<JsValue>,
}

enum FirstMessage {
    File(ToLoader),
    Log(ToReplay),
}

impl First {
    fn post(&self, worker: &Worker) {
        match &self.message {
            FirstMessage::File(message) => post(worker, message, self.beside.as_ref()),
            FirstMessage::Log(message) => post(worker, message, self.beside.as_ref()),
        }
    }
}

/// Signs of a worker's life.
#[derive(Clone, Default)]
struct Signs {
    /// Whether the worker said that it listens; before, messages are lost.
    is_ready: Rc<Cell<bool>>,
    /// Seconds since it last said something.
    silence_s: Rc<Cell<u32>>,
    /// Seconds that its present work takes, as it said; 0 = nothing long.
    announced_s: Rc<Cell<f64>>,
}

impl Bridge {
    /// With a trainer that is starting, and no loader yet.
    pub fn new(act: Callback<Action>) -> Self {
        let mut bridge = Self {
            act,
            trainer: None,
            loader: None,
            beside: BTreeMap::new(),
            saver: None,
            connector: None,
            file: None,
            data_files: None,
            fresh_files: None,
            log_files: None,
            patience_s: Cell::new(PATIENCE_S),
            early: RefCell::default(),
        };
        bridge.restart_trainer();
        bridge
    }

    /// Ends the trainer, if there is one, and starts another; it answers [`crate::protocol::FromTrainer::Ready`].
    pub fn restart_trainer(&mut self) {
        self.early.take();
        self.trainer = Port::open(Whose::Trainer, &self.act, None);
    }

    /// Ends the trainer and starts a worker that plays a log: of files that were just named, else of the same as before.
    pub fn open_log(&mut self, message: &ToReplay) {
        self.early.take();
        self.patience_s.set(PATIENCE_S);
        self.log_files = self.fresh_files.take().or(self.log_files.take());
        let first = First { message: FirstMessage::Log(message.clone()), beside: self.log_files.clone() };
        self.trainer = Port::open(Whose::Log, &self.act, Some(first));
    }

    /// The files that the next log is in: one, or those of a folder.
    pub fn set_log_files(&mut self, files: JsValue) {
        self.fresh_files = Some(files);
    }

    /// Tells the worker that plays a log what a trainer is not told.
    pub fn tell_log(&self, message: &ToReplay) {
        if let Some(port) = self.trainer.as_ref().filter(|port| port.whose == Whose::Log) {
            port.post(message, None);
        }
    }

    /// Starts a worker for a run beside: of files that were just named, else of those that it had.
    pub fn open_beside(&mut self, message: &ToReplay) {
        let ToReplay::Open { run, .. } = message else { return };
        let own = self.beside.remove(run).and_then(|port| port.files.clone());
        // A log that was played until now goes on with its files.
        let files = self.fresh_files.take().or(own).or(self.log_files.clone());
        let first = First { message: FirstMessage::Log(message.clone()), beside: files.clone() };
        if let Some(mut port) = Port::open(Whose::Beside(*run), &self.act, Some(first)) {
            port.files = files;
            self.beside.insert(*run, port);
        }
    }

    /// Sends a message to the worker of a run beside.
    pub fn tell_beside(&self, run: u32, message: &ToReplay) {
        if let Some(port) = self.beside.get(&run) {
            port.post(message, None);
        }
    }

    /// Ends the worker of a run beside.
    pub fn close_beside(&mut self, run: u32) {
        self.beside.remove(&run);
    }

    /// Starts a worker that writes a run down; none = ends it.
    pub fn save(&mut self, message: Option<ToReplay>) {
        self.saver = self.side(Whose::Saver, message);
    }

    /// Starts a worker that asks a service for its runs; none = ends it.
    pub fn connect(&mut self, message: Option<ToReplay>) {
        self.connector = self.side(Whose::Connector, message);
    }

    fn side(&self, whose: Whose, message: Option<ToReplay>) -> Option<Port> {
        let first = First { message: FirstMessage::Log(message?), beside: None };
        Port::open(whose, &self.act, Some(first))
    }

    /// Sends a message to the log's worker, with the newest file beside.
    pub fn offer_file(&self, message: &ToReplay) {
        if let Some(port) = &self.trainer {
            port.post(message, self.file.as_ref().map(|file| JsValue::from(file.clone())).as_ref());
        }
    }

    /// Ends the loader, whatever it does.
    pub fn end_loader(&mut self) {
        self.loader = None;
    }

    /// The files that the next [`ToLoader::OpenFile`] is about, and the first of them.
    pub fn set_data_files(&mut self, files: JsValue, first: Option<File>) {
        (self.data_files, self.file) = (Some(files), first);
    }

    /// What was to be a data set is the next log.
    pub fn data_files_are_log(&mut self) {
        self.fresh_files = self.data_files.take();
    }

    /// Sends a message to the trainer; before it listens, keeps it for [`Bridge::tell_early`].
    pub fn tell(&self, message: &ToTrainer) {
        if matches!(message, ToTrainer::Start { keyframe: None, .. }) {
            self.patience_s.set(PATIENCE_S);
        }
        if let Some(port) = self.trainer.as_ref().filter(|port| port.signs.is_ready.get()) {
            port.command(message);
        } else {
            self.early.borrow_mut().push(message.clone());
        }
    }

    /// Sends what was asked for before the trainer listened, now that it has a run.
    pub fn tell_early(&self) {
        for message in self.early.take() {
            self.tell(&message);
        }
    }

    /// Sends a message to the loader; opening a file starts a fresh one.
    pub fn load(&mut self, message: &ToLoader) {
        if matches!(message, ToLoader::OpenFile { .. } | ToLoader::OpenShipped { .. }) {
            let first =
                First { message: FirstMessage::File(message.clone()), beside: self.data_files.clone() };
            self.loader = Port::open(Whose::Loader, &self.act, Some(first));
        } else if let Some(port) = &self.loader {
            port.post(message, None);
        }
    }

    /// Once a second: asks the trainer for a sign of life, and gives it up after a long silence.
    pub fn watch(&self) {
        let Some(port) = &self.trainer else { return };
        port.signs.silence_s.set(port.signs.silence_s.get() + 1);
        let patience_s = patience_s(self.patience_s.get(), port.signs.announced_s.get());
        if port.signs.silence_s.get() > patience_s {
            port.signs.silence_s.set(0);
            self.patience_s.set((2 * self.patience_s.get()).min(MAX_PATIENCE_S));
            self.act.emit(Action::TrainerLost(format!("no answer for {patience_s} seconds")));
        } else if port.signs.is_ready.get() {
            port.command(&ToTrainer::Ping);
        }
    }
}

impl Port {
    /// Starts a worker; `first` is sent as soon as it listens.
    fn open(whose: Whose, act: &Callback<Action>, first: Option<First>) -> Option<Self> {
        let role = whose.role();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(role.name());
        let worker = match Worker::new_with_options(&worker_url(role), &options) {
            Ok(worker) => worker,
            Err(error) => {
                act.emit(whose.lost(format!("this browser starts no worker: {error:?}")));
                return None;
            }
        };
        let signs = Signs::default();
        let on_message = on_message(&worker, whose, act, &signs, first);
        let act = act.clone();
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            let why = event.message();
            let why = if why.is_empty() { "its script could not be loaded".to_owned() } else { why };
            act.emit(whose.lost(why));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self { whose, worker, files: None, signs, _on_message: on_message, _on_error: on_error })
    }

    /// What a trainer is told, and a log's worker too.
    fn command(&self, message: &ToTrainer) {
        if matches!(self.whose, Whose::Log | Whose::Beside(_)) {
            self.post(&ToReplay::Do(message.clone()), None);
        } else {
            self.post(message, None);
        }
    }

    fn post<T: Serialize>(&self, message: &T, beside: Option<&JsValue>) {
        post(&self.worker, message, beside);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn post<T: Serialize>(worker: &Worker, message: &T, beside: Option<&JsValue>) {
    if let Ok(Envelope { value, transfer }) = seal(message, beside) {
        let _ = worker.post_message_with_transfer(&value, &transfer);
    }
}

fn on_message(
    worker: &Worker,
    whose: Whose,
    act: &Callback<Action>,
    signs: &Signs,
    mut first: Option<First>,
) -> Closure<dyn FnMut(MessageEvent)> {
    let (worker, act) = (worker.clone(), act.clone());
    let signs = signs.clone();
    Closure::new(move |event: MessageEvent| {
        signs.silence_s.set(0);
        signs.is_ready.set(true);
        if let Some(first) = first.take() {
            first.post(&worker);
        }
        let action = whose.heard(&event.data());
        let announced_s = match &action {
            Ok(Action::Trainer(message)) => announced_s(message),
            _ => 0.0,
        };
        signs.announced_s.set(announced_s);
        act.emit(action.unwrap_or_else(|error| whose.lost(error.to_string())));
    })
}

/// Where the worker's script is: the build writes it into the page's head.
fn worker_url(role: WorkerRole) -> String {
    let name = if role == WorkerRole::Trainer { "worker" } else { "reader" };
    let selector = format!("meta[name=lnn-{name}]");
    let meta =
        web_sys::window().and_then(|window| window.document()?.query_selector(&selector).ok().flatten());
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_else(|| format!("./{name}_loader.js"))
}
