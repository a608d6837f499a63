//! The worker that plays logs: reads a slice, looks at the page's messages, and again.
//!
//! In: [`ToReplay`] envelopes, files beside them. Out: [`FromReplay`] envelopes. Files are read by slices, at any place and
//! at once, so that a log of any size needs no memory. Read next: `lnn_engine::replay`.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use lnn_engine::files::SESSION_DATA;
use lnn_engine::replay::{DataWish, Opened, Replay, curves::CurveReading};
use lnn_runlog::files::{Files, read_up_to};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort, Response};

use super::{
    access::{belongs, fetched},
    beside,
    blobs::{NamedFile, all_bytes, as_files, named},
    growing::{Growing, Seen},
    open, seal,
};
use crate::protocol::{
    Access, FromReplay, FromTrainer, Speed, ToReplay, ToTrainer, TrainingData, ViewRequest,
};

/// Larger files are no data set that a page trains on.
const MAX_DATA_BYTES: f64 = 512.0 * 1024.0 * 1024.0;

/// How often a log that is not over is asked for more.
const LOOK_MS: u32 = 1000;
/// And where there has just been more.
const MORE_MS: u32 = 50;

struct Player {
    scope: DedicatedWorkerGlobalScope,
    replay: Option<Replay>,
    /// A log of another program, until it is read.
    curves: Option<CurveReading>,
    view: ViewRequest,
    speed: Speed,
    /// What the page trains on: perhaps it is the log's data set.
    pages_data: Option<TrainingData>,
    /// Where the log's data set may be fetched.
    data_url: Option<String>,
    /// A service that asks for a token.
    access: Option<Access>,
    /// The data set of a session, with its log in one archive.
    session_data: Option<Vec<u8>>,
    /// What the page asked for last before the log was open.
    early: Option<ToTrainer>,
    /// Where the log is fetched from, and what is fetched of it.
    growing: Option<(u32, Growing)>,
    /// A message on this port comes back as the next turn.
    turn: MessagePort,
    is_turning: bool,
}

type Shared = Rc<RefCell<Player>>;

/// Listens from now on.
pub fn start(scope: &DedicatedWorkerGlobalScope) {
    let Ok(channel) = MessageChannel::new() else { return };
    let player = Player {
        scope: scope.clone(),
        replay: None,
        curves: None,
        view: ViewRequest::default(),
        speed: Speed::DEFAULT,
        pages_data: None,
        data_url: None,
        access: None,
        session_data: None,
        early: None,
        growing: None,
        turn: channel.port2(),
        is_turning: false,
    };
    let shared = Rc::new(RefCell::new(player));
    let turning = shared.clone();
    let on_turn = Closure::<dyn FnMut(MessageEvent)>::new(move |_| take_turn(&turning));
    channel.port1().set_onmessage(Some(on_turn.into_js_value().unchecked_ref()));
    let hearing = shared.clone();
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(&hearing, &event.data()));
    scope.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    shared.borrow().post(&FromTrainer::Ready.into());
}

fn hear(shared: &Shared, envelope: &JsValue) {
    match open::<ToReplay>(envelope) {
        Ok(ToReplay::Open { run, name, url, log_run, data, data_url, access }) => {
            {
                let mut player = shared.borrow_mut();
                player.access = access.filter(|access| url.as_ref().is_some_and(|url| belongs(url, access)));
                // A service has the data set beside the log.
                let own = url.as_ref().and_then(|url| url.strip_suffix("log.ndjson"));
                let own = own.filter(|_| player.access.is_some()).map(|folder| format!("{folder}data"));
                (player.pages_data, player.data_url) = (data, own.or(data_url));
            }
            let (shared, files) = (shared.clone(), beside(envelope));
            spawn_local(async move { open_log(&shared, run, &name, url, log_run, files).await });
        }
        Ok(ToReplay::OfferFile { name }) => {
            let file = beside(envelope).and_then(|file| file.dyn_into::<Blob>().ok());
            let bytes = file.filter(|file| file.size() <= MAX_DATA_BYTES).map(all_bytes);
            let mut player = shared.borrow_mut();
            match bytes {
                Some(Ok(bytes)) => player.tell(|replay| replay.offer_file(&name, &bytes)),
                _ => player.tell(|replay| replay.go_without(format!("«{name}» can't be read"))),
            }
        }
        Ok(ToReplay::Loop(span)) => {
            if let Some(replay) = &mut shared.borrow_mut().replay {
                replay.repeat(span);
            }
        }
        Ok(ToReplay::Connect(access)) => super::connect::start(shared.borrow().scope.clone(), access),
        Ok(ToReplay::Hand { from }) => shared.borrow_mut().tell(|replay| replay.hand(from)),
        Ok(ToReplay::Compare { run, step, digests }) => {
            if let Some(replay) = &mut shared.borrow_mut().replay {
                replay.compare(run, step, &digests);
            }
        }
        Ok(ToReplay::Save(order)) => super::save::start(&shared.borrow().scope, *order),
        Ok(ToReplay::Do(message)) => shared.borrow_mut().handle(&message),
        Err(error) => shared.borrow().post(&FromTrainer::Refused { message: error.to_string() }.into()),
    }
    shared.borrow_mut().turn_soon();
}

async fn open_log(
    shared: &Shared,
    run: u32,
    name: &str,
    url: Option<String>,
    log_run: Option<String>,
    files: Option<JsValue>,
) {
    let (scope, access) = (shared.borrow().scope.clone(), shared.borrow().access.clone());
    let found = match &url {
        Some(url) => fetched(&scope, url, access.as_ref())
            .await
            .map(|(response, blob)| (vec![(name.to_owned(), blob, None)], Some(response))),
        None => Ok((named(files), None)),
    };
    let opened = match found {
        Ok(found) => open_files(shared, (run, name, log_run), url, found).await,
        Err(why) => Err(why),
    };
    let may_grow = shared.borrow().growing.is_some();
    let mut player = shared.borrow_mut();
    match opened {
        Ok(Opened::Replay(mut replay)) => {
            replay.handle(&ToTrainer::View(player.view));
            replay.handle(&ToTrainer::Speed(player.speed));
            if player.access.is_some() {
                replay.wait_for_start();
            }
            if let Some(early) = player.early.take() {
                replay.handle(&early);
            }
            player.replay = Some(*replay);
        }
        Ok(Opened::Curves(reading)) => player.curves = Some(*reading),
        Err(why) => player.post(&FromTrainer::Refused { message: format!("{name}: {why}.") }.into()),
    }
    player.turn_soon();
    drop(player);
    if may_grow {
        look_later(shared.clone(), run, MORE_MS);
    }
}

async fn open_files(
    shared: &Shared,
    (run, name, log_run): (u32, &str, Option<String>),
    url: Option<String>,
    (mut found, response): (Vec<NamedFile>, Option<Response>),
) -> Result<Opened, String> {
    let n_bytes: f64 = found.iter().map(|(_, blob, _)| blob.size()).sum();
    // One file may grow: it is looked at again by its address, or by the handle that a drop gave.
    let handle = if let [(_, _, handle)] = found.as_mut_slice() { handle.take() } else { None };
    let mut blobs: Vec<(String, Rc<RefCell<Blob>>)> =
        found.into_iter().map(|(name, blob, _)| (name, Rc::new(RefCell::new(blob)))).collect();
    let access = shared.borrow().access.clone();
    let growing = blobs.first().and_then(|(_, blob)| Growing::new(blob.clone(), url, handle));
    let growing = growing.map(|growing| growing.with(access, response.as_ref()));
    if let Some(growing) = &growing {
        growing.keep().await;
    }
    let is_growing = growing.is_some();
    shared.borrow_mut().growing = growing.map(|growing| (run, growing));
    let mut files = as_files(std::mem::take(&mut blobs), is_growing).map_err(|error| error.to_string())?;
    shared.borrow_mut().session_data = session_data(files.as_mut());
    Opened::new(run, name, log_run, n_bytes, files).map_err(|error| error.to_string())
}

/// The data set in a session's archive.
fn session_data(files: &mut dyn Files) -> Option<Vec<u8>> {
    let name = files.names().iter().find(|name| *name == SESSION_DATA)?.clone();
    read_up_to(files.open(&name).ok()?.as_mut(), 0, MAX_DATA_BYTES as usize).ok()
}

/// Looks again and again for more of a log that is not over, until another one is opened.
fn look_later(shared: Shared, run: u32, pause_ms: u32) {
    Timeout::new(pause_ms, move || {
        spawn_local(async move {
            let is_wanted = shared.borrow().replay.as_ref().is_some_and(|replay| !replay.has_end());
            let growing = shared.borrow().growing.clone();
            let Some((_, growing)) = growing.filter(|(of, _)| is_wanted && *of == run) else { return };
            let scope = shared.borrow().scope.clone();
            let seen = growing.look(&scope).await;
            if seen != Seen::Same {
                let mut player = shared.borrow_mut();
                match (&mut player.replay, seen) {
                    (Some(replay), Seen::Another) => replay.read_anew(),
                    (Some(replay), _) => replay.read_on(),
                    _ => {}
                }
                player.turn_soon();
            }
            // Long logs come in parts: where there was more, there may be more still.
            look_later(shared, run, if seen == Seen::Same { LOOK_MS } else { MORE_MS });
        });
    })
    .forget();
}

/// A slice of work; then the next turn, at once or after a rest.
fn take_turn(shared: &Shared) {
    let wish = {
        let mut player = shared.borrow_mut();
        player.is_turning = false;
        player.work();
        player.read_curves();
        player.replay.as_mut().and_then(Replay::wish)
    };
    if let Some(wish) = wish {
        follow_wish(shared, wish);
    }
    let mut player = shared.borrow_mut();
    let is_busy = player.is_busy();
    if is_busy && player.replay.as_ref().is_none_or(Replay::is_pressing) {
        player.turn_soon();
    } else if is_busy {
        let resting = shared.clone();
        Timeout::new(2, move || resting.borrow_mut().turn_soon()).forget();
    }
}

fn follow_wish(shared: &Shared, wish: DataWish) {
    let pages_data = shared.borrow_mut().pages_data.take();
    match wish {
        DataWish::Made(bytes) => shared.borrow_mut().tell(|replay| replay.offer_file("", &bytes)),
        DataWish::Shipped(file_name) => {
            spawn_local(offer_fetched(shared.clone(), format!("data/{file_name}"), file_name.to_owned()));
        }
        DataWish::Users(name) => {
            let (url, own) = {
                let mut player = shared.borrow_mut();
                (player.data_url.take(), player.session_data.take())
            };
            if let Some(bytes) = own {
                shared.borrow_mut().tell(|replay| replay.offer_prepared(bytes));
            } else if let Some(url) = url {
                spawn_local(offer_fetched(shared.clone(), url, name));
            } else {
                let sentence =
                    format!("its data set «{name}» is not at hand: drop that file to compute the run again");
                shared.borrow_mut().tell(|replay| replay.go_without(sentence));
            }
        }
    }
    if let Some(data) = pages_data {
        shared.borrow_mut().tell(|replay| replay.offer(&data));
    }
}

/// A data set that is fetched for the log.
async fn offer_fetched(shared: Shared, url: String, name: String) {
    let scope = shared.borrow().scope.clone();
    let access = shared.borrow().access.clone();
    let fetched = fetched(&scope, &url, access.as_ref()).await;
    let small = fetched.and_then(|(_, blob)| {
        let is_small = blob.size() <= MAX_DATA_BYTES;
        if is_small { Ok(blob) } else { Err("it is too large for this page".to_owned()) }
    });
    let bytes = small.and_then(|blob| all_bytes(blob).map_err(|error| error.to_string()));
    let mut player = shared.borrow_mut();
    match bytes {
        Ok(bytes) => player.tell(|replay| replay.offer_file(&name, &bytes)),
        Err(why) => player.tell(|replay| replay.go_without(format!("its data set «{name}»: {why}"))),
    }
    player.turn_soon();
}

impl Player {
    fn post(&self, message: &FromReplay) {
        if let Ok(envelope) = seal(message, None) {
            let _ = self.scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
        }
    }

    fn is_busy(&self) -> bool {
        self.curves.is_some() || self.replay.as_ref().is_some_and(Replay::is_busy)
    }

    /// A slice of a log of another program.
    fn read_curves(&mut self) {
        let Some(reading) = &mut self.curves else { return };
        let clock = self.scope.performance();
        let now = move || clock.as_ref().map_or_else(js_sys::Date::now, web_sys::Performance::now);
        let messages = reading.work(&now);
        if !reading.is_busy() {
            self.curves = None;
        }
        for message in &messages {
            self.post(message);
        }
    }

    fn turn_soon(&mut self) {
        if !self.is_turning && self.is_busy() {
            self.is_turning = self.turn.post_message(&JsValue::NULL).is_ok();
        }
    }

    fn tell(&mut self, act: impl FnOnce(&mut Replay) -> Vec<FromReplay>) {
        let answers = self.replay.as_mut().map(act).unwrap_or_default();
        for answer in &answers {
            self.post(answer);
        }
    }

    fn handle(&mut self, message: &ToTrainer) {
        match message {
            ToTrainer::Ping => return self.post(&FromTrainer::Pong.into()),
            ToTrainer::View(view) => self.view = *view,
            ToTrainer::Speed(speed) => self.speed = *speed,
            ToTrainer::Live | ToTrainer::Play | ToTrainer::Seek(_) if self.replay.is_none() => {
                self.early = Some(message.clone());
            }
            _ => {}
        }
        self.tell(|replay| replay.handle(message).into_iter().collect());
    }

    fn work(&mut self) {
        let now = super::clock(&self.scope);
        self.tell(|replay| replay.work(&now));
        if let Some(replay) = &mut self.replay {
            replay.sent(now());
        }
    }
}
