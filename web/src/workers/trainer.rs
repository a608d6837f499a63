//! The trainer's loop: a slice of work, then a look at the page's messages, and again.
//!
//! In: [`ToTrainer`] envelopes. Out: [`FromTrainer`] envelopes. The loop gives way through a message channel, which
//! browsers don't slow down as they do timers, and rests on a timer when nothing is due.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use lnn_engine::Run;

use super::{open, seal};
use crate::protocol::{FromTrainer, Speed, ToTrainer, ViewRequest};

/// Work that takes at least so long is announced.
const ANNOUNCED_MS: f64 = 1000.0;

struct Trainer {
    scope: DedicatedWorkerGlobalScope,
    run: Option<Run>,
    view: ViewRequest,
    speed: Speed,
    /// A message on this port comes back as the next turn.
    turn: MessagePort,
    is_turning: bool,
}

type Shared = Rc<RefCell<Trainer>>;

/// Listens from now on.
pub fn start(scope: &DedicatedWorkerGlobalScope) {
    let Ok(channel) = MessageChannel::new() else { return };
    let trainer = Trainer {
        scope: scope.clone(),
        run: None,
        view: ViewRequest::default(),
        speed: Speed::DEFAULT,
        turn: channel.port2(),
        is_turning: false,
    };
    let shared = Rc::new(RefCell::new(trainer));
    let turning = shared.clone();
    let on_turn = Closure::<dyn FnMut(MessageEvent)>::new(move |_| take_turn(&turning));
    channel.port1().set_onmessage(Some(on_turn.into_js_value().unchecked_ref()));
    let hearing = shared.clone();
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(&hearing, &event.data()));
    scope.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    shared.borrow().post(&FromTrainer::Ready);
}

fn hear(shared: &Shared, envelope: &JsValue) {
    let mut trainer = shared.borrow_mut();
    match open::<ToTrainer>(envelope) {
        Ok(message) => trainer.handle(&message),
        Err(error) => trainer.post(&FromTrainer::Refused { message: error.to_string() }),
    }
    trainer.turn_soon();
}

/// A slice of work; then the next turn, at once or after a rest.
fn take_turn(shared: &Shared) {
    let mut trainer = shared.borrow_mut();
    trainer.is_turning = false;
    let did_step = trainer.work();
    let is_busy = trainer.run.as_ref().is_some_and(Run::is_busy);
    if is_busy && did_step {
        trainer.turn_soon();
    } else if is_busy {
        let resting = shared.clone();
        Timeout::new(2, move || resting.borrow_mut().turn_soon()).forget();
    }
}

impl Trainer {
    fn post(&self, message: &FromTrainer) {
        if let Ok(envelope) = seal(message, None) {
            let _ = self.scope.post_message_with_transfer(&envelope.value, &envelope.transfer);
        }
    }

    fn turn_soon(&mut self) {
        if !self.is_turning && self.run.as_ref().is_some_and(Run::is_busy) {
            self.is_turning = self.turn.post_message(&JsValue::NULL).is_ok();
        }
    }

    fn handle(&mut self, message: &ToTrainer) {
        match message {
            ToTrainer::Ping => return self.post(&FromTrainer::Pong),
            ToTrainer::View(view) => self.view = *view,
            ToTrainer::Speed(speed) => self.speed = *speed,
            ToTrainer::Start { run, recipe, data, weights, keyframe } => {
                // Whatever comes of it, the run before is over.
                self.run = None;
                match Run::start_from(*run, recipe, data, weights.as_deref(), keyframe.as_ref()) {
                    Ok((run, started)) => {
                        self.run = Some(run);
                        self.post(&started);
                        self.tell_run(&ToTrainer::View(self.view));
                        self.tell_run(&ToTrainer::Speed(self.speed));
                    }
                    Err(error) => self.post(&FromTrainer::Refused { message: sentence(&error.to_string()) }),
                }
                return;
            }
            _ => {}
        }
        self.tell_run(message);
    }

    fn tell_run(&mut self, message: &ToTrainer) {
        if let Some(run) = &self.run {
            self.announce(run.forecast_of_ms(message));
        }
        let answer = self.run.as_mut().and_then(|run| run.handle(message));
        if let Some(answer) = answer {
            self.post(&answer);
        }
    }

    /// Says that nothing will be heard for a while, where it is long enough to be noticed.
    fn announce(&self, ms: f64) {
        if ms >= ANNOUNCED_MS {
            self.post(&FromTrainer::Working { seconds: ms / 1000.0 });
        }
    }

    /// Whether there was something to do.
    fn work(&mut self) -> bool {
        self.announce(self.run.as_ref().map_or(0.0, Run::forecast_ms));
        let Some(run) = &mut self.run else { return false };
        let clock = js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>().performance();
        let now = move || clock.as_ref().map_or_else(js_sys::Date::now, web_sys::Performance::now);
        let (before, was_playing) = (run.newest_step(), run.is_playing());
        let messages = run.work(&now);
        let did_step = run.newest_step() != before || run.is_playing() != was_playing;
        for message in &messages {
            self.post(message);
        }
        if let Some(run) = &mut self.run {
            run.sent(now());
        }
        did_step
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
