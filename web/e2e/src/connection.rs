//! The Chrome `DevTools` Protocol over one web socket: calls wait for their answers, events queue up meanwhile.
//!
//! Every target (the page, each worker) has a session; messages carry its id.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

/// No answer within this time: the page hangs.
pub const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// Something that happened in a target.
pub struct Event {
    /// Empty for the browser itself.
    pub session: String,
    pub method: String,
    pub params: Value,
}

/// One web socket to the browser.
pub struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    answers: HashMap<u64, Value>,
    unawaited: HashSet<u64>,
    events: Vec<Event>,
    /// Calls made in the session of every target as it appears. They go out while another call is waiting too: its
    /// answer may depend on the very worker that is being held.
    greeting: Vec<(&'static str, Value)>,
}

impl Connection {
    /// Connects to the browser at `address` (host and port) and `path`.
    ///
    /// # Errors
    /// When nobody answers there.
    pub fn open(address: &str, path: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).context("can't reach Chromium's DevTools")?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let url = format!("ws://{address}{path}");
        let (socket, _) = tungstenite::client::client_with_config(url, stream, Some(config))
            .map_err(|error| anyhow!("Chromium refuses the web socket: {error}"))?;
        Ok(Self {
            socket,
            last_id: 0,
            answers: HashMap::new(),
            unawaited: HashSet::new(),
            events: Vec::new(),
            greeting: Vec::new(),
        })
    }

    /// Calls `method` and waits for its result.
    ///
    /// # Errors
    /// The browser's own, or no answer within `timeout`.
    pub fn call(&mut self, session: &str, method: &str, params: Value, timeout: Duration) -> Result<Value> {
        let id = self.write(session, method, params)?;
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(mut answer) = self.answers.remove(&id) {
                if let Some(error) = answer.get("error") {
                    let text = error["message"].as_str().unwrap_or("unknown error");
                    bail!("{method}: {text}");
                }
                return Ok(answer["result"].take());
            }
            if !self.receive(deadline)? {
                bail!("{method}: no answer within {} s", timeout.as_secs());
            }
        }
    }

    /// Calls `method` without waiting: for set-up of targets that may be gone already.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn send(&mut self, session: &str, method: &str, params: Value) -> Result<()> {
        let id = self.write(session, method, params)?;
        self.unawaited.insert(id);
        Ok(())
    }

    /// Reads what arrives during `duration`, and everything that has arrived before.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn pump(&mut self, duration: Duration) -> Result<()> {
        let deadline = Instant::now() + duration;
        while self.receive(deadline)? {}
        Ok(())
    }

    /// From now on, makes these calls in the session of every target as it appears.
    pub fn greet_with(&mut self, greeting: Vec<(&'static str, Value)>) {
        self.greeting = greeting;
    }

    /// The events since the last call of this.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    fn write(&mut self, session: &str, method: &str, params: Value) -> Result<u64> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method });
        message["params"] = params;
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        self.socket.send(Message::text(message.to_string())).context("Chromium is gone")?;
        Ok(self.last_id)
    }

    /// Reads one message; false when the deadline comes first.
    fn receive(&mut self, deadline: Instant) -> Result<bool> {
        // A timeout of zero would mean none.
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        self.socket.get_ref().set_read_timeout(Some(left))?;
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                self.sort(serde_json::from_str(&text).context("Chromium sent something that is no JSON")?)?;
                Ok(true)
            }
            Ok(_) => Ok(true),
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                Ok(false)
            }
            Err(error) => Err(error).context("Chromium is gone"),
        }
    }

    fn sort(&mut self, mut message: Value) -> Result<()> {
        if let Some(id) = message["id"].as_u64() {
            if !self.unawaited.remove(&id) {
                self.answers.insert(id, message);
            }
            return Ok(());
        }
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let event = Event {
            session: text(&message["sessionId"]),
            method: text(&message["method"]),
            params: message["params"].take(),
        };
        if event.method == "Target.attachedToTarget" {
            let session = text(&event.params["sessionId"]);
            for (method, params) in self.greeting.clone() {
                self.send(&session, method, params)?;
            }
        }
        self.events.push(event);
        Ok(())
    }
}
