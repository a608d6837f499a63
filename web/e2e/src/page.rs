//! A page in a browser of its own.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::connection::{CALL_TIMEOUT, Connection};
use crate::log::Log;
use crate::query::Query;
use crate::{Viewport, out_dir};

/// How long `wait_until` and queries wait before they give up.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// Between two looks at a condition; what arrives meanwhile is read.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A page and the browser it is alone in: fresh profile, no cache, no service worker of an earlier test.
pub struct Page {
    connection: RefCell<Connection>,
    pub(crate) log: RefCell<Log>,
    pub(crate) session: String,
    // Dropped last: the connection ends first.
    _browser: Browser,
}

impl Page {
    /// Opens `url` and waits until it is loaded.
    ///
    /// # Errors
    /// When Chromium or the page doesn't come up.
    pub fn open(url: &str, viewport: &Viewport) -> Result<Self> {
        let browser = Browser::launch()?;
        let mut connection = Connection::open(&browser.address, &browser.path)?;
        let mut call = |method: &str, params: Value| connection.call("", method, params, CALL_TIMEOUT);
        let targets = call("Target.getTargets", json!({}))?;
        let is_page = |target: &&Value| target["type"] == "page";
        let target = targets["targetInfos"].as_array().and_then(|targets| targets.iter().find(is_page));
        let id = target.context("Chromium has no page")?["targetId"].clone();
        let attached = call("Target.attachToTarget", json!({ "targetId": id, "flatten": true }))?;
        let session = attached["sessionId"].as_str().context("the page has no session")?.to_owned();
        let page = Self {
            connection: RefCell::new(connection),
            log: RefCell::new(Log::new(&session)),
            session,
            _browser: browser,
        };
        page.observe()?;
        page.set_viewport(viewport)?;
        page.goto(url)?;
        Ok(page)
    }

    /// Goes to `url` and waits until it is loaded.
    ///
    /// # Errors
    /// When there is no such page.
    pub fn goto(&self, url: &str) -> Result<()> {
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("{url}: {error}");
        }
        // Same document (only the hash changed): nothing loads.
        if answer["loaderId"].is_null() { Ok(()) } else { self.wait_loaded(&answer["loaderId"]) }
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When it doesn't come up again.
    pub fn reload(&self) -> Result<()> {
        let before = self.loader()?;
        self.call("Page.reload", json!({}))?;
        self.wait("a reload", || Ok(self.loader()? != before))?;
        self.wait_until("document.readyState === 'complete'")
    }

    /// The value of a JavaScript expression, promises awaited.
    ///
    /// # Errors
    /// When it throws.
    pub fn evaluate(&self, expression: &str) -> Result<Value> {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        value_of(self.call("Runtime.evaluate", params)?)
    }

    /// Waits until a JavaScript expression, or what its promise brings, is truthy.
    ///
    /// # Errors
    /// When it throws, or stays false for 30 s.
    pub fn wait_until(&self, expression: &str) -> Result<()> {
        self.wait_until_within(expression, WAIT_TIMEOUT)
    }

    /// Waits until a JavaScript expression is truthy, at most for `timeout`.
    ///
    /// # Errors
    /// When it throws, or stays false.
    pub fn wait_until_within(&self, expression: &str, timeout: Duration) -> Result<()> {
        let wrapped = format!("(async () => Boolean(await ({expression})))()");
        self.wait_within(expression, timeout, || Ok(self.evaluate(&wrapped)? == Value::Bool(true)))
    }

    /// Waits until `condition` holds; `what` is for the message.
    ///
    /// # Errors
    /// When the condition fails, or stays false for 30 s.
    pub fn wait(&self, what: &str, condition: impl FnMut() -> Result<bool>) -> Result<()> {
        self.wait_within(what, WAIT_TIMEOUT, condition)
    }

    /// Waits until `condition` holds, at most for `timeout`.
    ///
    /// # Errors
    /// When the condition fails, or stays false.
    pub fn wait_within(
        &self,
        what: &str,
        timeout: Duration,
        mut condition: impl FnMut() -> Result<bool>,
    ) -> Result<()> {
        let begun = Instant::now();
        while !condition()? {
            if begun.elapsed() > timeout {
                bail!("waited {} s in vain for: {what}", timeout.as_secs());
            }
            self.rest(POLL_INTERVAL)?;
        }
        Ok(())
    }

    /// Lets the page go on for `duration`: for measuring it over a time, not for waiting.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn rest(&self, duration: Duration) -> Result<()> {
        self.connection.borrow_mut().pump(duration)?;
        self.take_events();
        Ok(())
    }

    /// Elements with this accessible role: `page.role("button").name("Play").click()?`.
    pub fn role(&self, role: &str) -> Query<'_> {
        Query::new(self, role)
    }

    /// Presses a key where the focus is: `Tab`, `Shift+Tab`, `Enter`, `ArrowLeft`, `a`, `Control+a` …
    ///
    /// # Errors
    /// When there is no such key.
    pub fn press(&self, key: &str) -> Result<()> {
        crate::keyboard::press(self, key)
    }

    /// Writes a picture of the viewport to `target/e2e/<name>.png`.
    ///
    /// # Errors
    /// When it can't be taken or written.
    pub fn screenshot(&self, name: &str) -> Result<PathBuf> {
        self.capture(name, json!({ "format": "png" }))
    }

    /// Writes a picture of the whole page, however long, to `target/e2e/<name>.png`.
    ///
    /// # Errors
    /// When it can't be taken or written.
    pub fn screenshot_full(&self, name: &str) -> Result<PathBuf> {
        let size = self.call("Page.getLayoutMetrics", json!({}))?["cssContentSize"].clone();
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        self.capture(name, json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }))
    }

    fn capture(&self, name: &str, params: Value) -> Result<PathBuf> {
        let answer = self.call("Page.captureScreenshot", params)?;
        let data = answer["data"].as_str().context("no picture")?;
        let path = out_dir().join(format!("{name}.png"));
        fs::write(&path, BASE64.decode(data.as_bytes())?)
            .with_context(|| format!("can't write {}", path.display()))?;
        Ok(path)
    }

    fn loader(&self) -> Result<Value> {
        Ok(self.call("Page.getFrameTree", json!({}))?["frameTree"]["frame"]["loaderId"].clone())
    }

    fn wait_loaded(&self, loader: &Value) -> Result<()> {
        self.wait("the page to load", || Ok(self.loader()? == *loader))?;
        self.wait_until("document.readyState === 'complete'")
    }

    /// One call of the protocol in this page's session, for what this crate has no method for.
    ///
    /// # Errors
    /// The browser's own, or no answer within a minute.
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.call_in(&self.session, method, params)
    }

    pub(crate) fn call_in(&self, session: &str, method: &str, params: Value) -> Result<Value> {
        let answer = self.connection.borrow_mut().call(session, method, params, CALL_TIMEOUT);
        self.take_events();
        answer
    }

    pub(crate) fn send_to(&self, session: &str, method: &str, params: Value) -> Result<()> {
        self.connection.borrow_mut().send(session, method, params)
    }

    pub(crate) fn greet_with(&self, greeting: Vec<(&'static str, Value)>) {
        self.connection.borrow_mut().greet_with(greeting);
    }

    fn take_events(&self) {
        let events = self.connection.borrow_mut().take_events();
        for event in events {
            self.handle(event);
        }
    }
}

/// The value in an answer of `Runtime.evaluate` or `Runtime.callFunctionOn`, or what was thrown.
pub fn value_of(mut answer: Value) -> Result<Value> {
    if let Some(thrown) = answer.get("exceptionDetails") {
        let text = thrown["exception"]["description"].as_str().or_else(|| thrown["text"].as_str());
        bail!("JavaScript threw: {}", text.unwrap_or("unknown exception"));
    }
    Ok(answer["result"]["value"].take())
}
