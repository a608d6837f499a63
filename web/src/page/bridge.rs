//! The page's side of its workers: starts them, talks to them, notices when one is gone.
//!
//! In: messages to send. Out: [`Action::Trainer`] and [`Action::Loader`], or that a worker was lost. Read next:
//! `../workers/mod.rs`, the other side.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{ErrorEvent, File, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::{
    protocol::{ToLoader, ToTrainer},
    state::Action,
    workers::{Envelope, WorkerRole, open, seal},
};

/// Seconds without an answer after which a trainer counts as lost.
const PATIENCE_S: u32 = 30;

/// Both workers.
pub struct Bridge {
    act: Callback<Action>,
    trainer: Option<Port>,
    loader: Option<Port>,
    file: Option<File>,
    /// What the user asked for before the trainer listened.
    early: RefCell<Vec<ToTrainer>>,
}

/// One worker and the listeners on it.
struct Port {
    worker: Worker,
    /// Whether the worker said that it listens; before, messages are lost.
    is_ready: Rc<Cell<bool>>,
    /// Seconds since it last said something.
    silence_s: Rc<Cell<u32>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Bridge {
    /// With a trainer that is starting, and no loader yet.
    pub fn new(act: Callback<Action>) -> Self {
        let mut bridge = Self { act, trainer: None, loader: None, file: None, early: RefCell::default() };
        bridge.restart_trainer();
        bridge
    }

    /// Ends the trainer, if there is one, and starts another; it answers [`crate::protocol::FromTrainer::Ready`].
    pub fn restart_trainer(&mut self) {
        self.early.take();
        self.trainer = Port::open(WorkerRole::Trainer, &self.act, None);
    }

    /// Ends the loader, whatever it does.
    pub fn end_loader(&mut self) {
        self.loader = None;
    }

    /// The file that the next [`ToLoader::OpenFile`] is about.
    pub fn set_file(&mut self, file: File) {
        self.file = Some(file);
    }

    /// Sends a message to the trainer; before it listens, keeps it for [`Bridge::tell_early`].
    pub fn tell(&self, message: &ToTrainer) {
        if let Some(port) = self.trainer.as_ref().filter(|port| port.is_ready.get()) {
            port.post(message, None);
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
        let file = self.file.as_ref().map(|file| JsValue::from(file.clone()));
        if matches!(message, ToLoader::OpenFile { .. } | ToLoader::OpenShipped { .. }) {
            self.loader = Port::open(WorkerRole::Loader, &self.act, Some((message.clone(), file)));
        } else if let Some(port) = &self.loader {
            port.post(message, None);
        }
    }

    /// Once a second: asks the trainer for a sign of life, and gives it up after a long silence.
    pub fn watch(&self) {
        let Some(port) = &self.trainer else { return };
        port.silence_s.set(port.silence_s.get() + 1);
        if port.silence_s.get() > PATIENCE_S {
            port.silence_s.set(0);
            self.act.emit(Action::TrainerLost(format!("no answer for {PATIENCE_S} seconds")));
        } else if port.is_ready.get() {
            port.post(&ToTrainer::Ping, None);
        }
    }
}

impl Port {
    /// Starts a worker; `first` is sent as soon as it listens.
    fn open(
        role: WorkerRole,
        act: &Callback<Action>,
        first: Option<(ToLoader, Option<JsValue>)>,
    ) -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(role.name());
        let lost = move |why: String| match role {
            WorkerRole::Trainer => Action::TrainerLost(why),
            WorkerRole::Loader => Action::LoaderLost(why),
        };
        let worker = match Worker::new_with_options(&worker_url(), &options) {
            Ok(worker) => worker,
            Err(error) => {
                act.emit(lost(format!("this browser starts no worker: {error:?}")));
                return None;
            }
        };
        let (is_ready, silence_s) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
        let on_message = on_message(&worker, role, act, &is_ready, &silence_s, first);
        let act = act.clone();
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            let why = event.message();
            act.emit(lost(if why.is_empty() { "its script could not be loaded".to_owned() } else { why }));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self { worker, is_ready, silence_s, _on_message: on_message, _on_error: on_error })
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
    role: WorkerRole,
    act: &Callback<Action>,
    is_ready: &Rc<Cell<bool>>,
    silence_s: &Rc<Cell<u32>>,
    mut first: Option<(ToLoader, Option<JsValue>)>,
) -> Closure<dyn FnMut(MessageEvent)> {
    let (worker, act) = (worker.clone(), act.clone());
    let (is_ready, silence_s) = (is_ready.clone(), silence_s.clone());
    Closure::new(move |event: MessageEvent| {
        silence_s.set(0);
        is_ready.set(true);
        if let Some((message, file)) = first.take() {
            post(&worker, &message, file.as_ref());
        }
        let action = match role {
            WorkerRole::Trainer => open(&event.data()).map(|message| Action::Trainer(Rc::new(message))),
            WorkerRole::Loader => open(&event.data()).map(|message| Action::Loader(Rc::new(message))),
        };
        match (action, role) {
            (Ok(action), _) => act.emit(action),
            (Err(error), WorkerRole::Trainer) => act.emit(Action::TrainerLost(error.to_string())),
            (Err(error), WorkerRole::Loader) => act.emit(Action::LoaderLost(error.to_string())),
        }
    })
}

/// Where the worker's script is: the build writes it into the page's head.
fn worker_url() -> String {
    let meta = web_sys::window()
        .and_then(|window| window.document()?.query_selector("meta[name=lnn-worker]").ok().flatten());
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_else(|| "./worker_loader.js".to_owned())
}
