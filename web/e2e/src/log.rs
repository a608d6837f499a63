//! What a page and its workers say and ask for: console, exceptions, policy violations, requests.
//!
//! Each worker gets a session of its own as it starts, and is held until its requests are being watched.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::Page;
use crate::connection::Event;
use crate::viewport::offline_conditions;

/// A line of the console.
#[derive(Clone, Debug)]
pub struct Message {
    /// `log`, `info`, `warning`, `error` …
    pub level: String,
    /// Its arguments, joined by spaces.
    pub text: String,
}

/// A request of the page or one of its workers.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// `page`, `worker`, `service_worker` …
    pub from: String,
}

/// A worker of the page.
pub(crate) struct Attached {
    pub session: String,
    pub kind: String,
}

/// Everything seen so far.
pub(crate) struct Log {
    pub console: Vec<Message>,
    pub problems: Vec<String>,
    pub requests: Vec<Request>,
    pub attached: Vec<Attached>,
    pub trace: Vec<Value>,
    pub is_trace_complete: bool,
    session: String,
}

impl Log {
    pub fn new(session: &str) -> Self {
        Self {
            console: Vec::new(),
            problems: Vec::new(),
            requests: Vec::new(),
            attached: Vec::new(),
            trace: Vec::new(),
            is_trace_complete: false,
            session: session.to_owned(),
        }
    }

    fn kind_of(&self, session: &str) -> String {
        if session == self.session {
            return "page".to_owned();
        }
        let attached = self.attached.iter().find(|attached| attached.session == session);
        attached.map_or_else(|| "?".to_owned(), |attached| attached.kind.clone())
    }

    fn problem(&mut self, session: &str, text: &str) {
        let kind = self.kind_of(session);
        self.problems.push(format!("{kind}: {text}"));
    }

    fn say(&mut self, session: &str, level: &str, text: String) {
        if level == "error" || level == "assert" {
            self.problem(session, &text);
        }
        self.console.push(Message { level: level.to_owned(), text });
    }
}

impl Page {
    /// The protocol's sessions of the page's dedicated workers.
    pub(crate) fn worker_sessions(&self) -> Vec<String> {
        let log = self.log.borrow();
        log.attached.iter().filter(|it| it.kind == "worker").map(|it| it.session.clone()).collect()
    }

    /// Errors in the console, exceptions, rejected promises and policy violations of the page and its workers.
    pub fn problems(&self) -> Vec<String> {
        self.log.borrow().problems.clone()
    }

    /// Forgets the problems so far: for tests that cause some on purpose.
    pub fn forget_problems(&self) {
        self.log.borrow_mut().problems.clear();
    }

    /// All lines of the console.
    pub fn console(&self) -> Vec<Message> {
        self.log.borrow().console.clone()
    }

    /// All requests of the page and its workers, `data:` and `blob:` left out.
    pub fn requests(&self) -> Vec<Request> {
        self.log.borrow().requests.clone()
    }

    /// Requests to another host than the page's.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn foreign_requests(&self) -> Result<Vec<Request>> {
        let origin = self.evaluate("location.origin + '/'")?;
        let origin = origin.as_str().unwrap_or("");
        Ok(self.requests().into_iter().filter(|request| !request.url.starts_with(origin)).collect())
    }

    /// Fails when the page has had a problem or has asked another host for anything.
    ///
    /// # Errors
    /// With the whole list.
    pub fn check_clean(&self) -> Result<()> {
        self.clean(None)
    }

    /// The same, where the user has connected the page to a service: what is asked of that one is meant.
    ///
    /// # Errors
    /// With the whole list.
    pub fn check_clean_beside(&self, service: &str) -> Result<()> {
        self.clean(Some(service))
    }

    fn clean(&self, service: Option<&str>) -> Result<()> {
        let is_meant = |url: &str| service.is_some_and(|service| url.starts_with(service));
        let foreign = self.foreign_requests()?.into_iter().filter(|request| !is_meant(&request.url));
        let mut found = self.problems();
        found.extend(foreign.map(|request| format!("{} asked for {}", request.from, request.url)));
        if !found.is_empty() {
            bail!("the page is not clean:\n  {}", found.join("\n  "));
        }
        Ok(())
    }

    /// Starts watching the page, its workers, and the service workers of the browser.
    pub(crate) fn observe(&self) -> Result<()> {
        for domain in ["Page", "Runtime", "Log", "Network", "DOM", "Audits"] {
            self.call(&format!("{domain}.enable"), json!({}))?;
        }
        self.greet(false);
        self.call("Target.setAutoAttach", auto_attach())?;
        let mut of_browser = auto_attach();
        of_browser["filter"] = json!([{ "type": "service_worker" }]);
        self.call_in("", "Target.setAutoAttach", of_browser).map(drop)
    }

    /// Every new worker is watched, then let run.
    pub(crate) fn greet(&self, is_offline: bool) {
        let watch = ["Runtime.enable", "Log.enable", "Network.enable", "Audits.enable"];
        let mut greeting: Vec<_> = watch.into_iter().map(|method| (method, json!({}))).collect();
        if is_offline {
            greeting.push(("Network.emulateNetworkConditions", offline_conditions(true)));
        }
        greeting.push(("Target.setAutoAttach", auto_attach()));
        greeting.push(("Runtime.runIfWaitingForDebugger", json!({})));
        self.greet_with(greeting);
    }

    pub(crate) fn handle(&self, event: Event) {
        let Event { session, method, mut params } = event;
        let mut log = self.log.borrow_mut();
        match method.as_str() {
            "Runtime.consoleAPICalled" => {
                let level = params["type"].as_str().unwrap_or("log").to_owned();
                log.say(&session, &level, joined(&params["args"]));
            }
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                let text = details["exception"]["description"].as_str().or_else(|| details["text"].as_str());
                log.problem(&session, text.unwrap_or("an exception"));
            }
            "Log.entryAdded" => {
                let entry = &params["entry"];
                let text = format!("{} ({})", text(&entry["text"]), text(&entry["url"]));
                log.say(&session, entry["level"].as_str().unwrap_or("info"), text);
            }
            "Audits.issueAdded" if params["issue"]["code"] == "ContentSecurityPolicyIssue" => {
                let details = &params["issue"]["details"]["contentSecurityPolicyIssueDetails"];
                let text = format!("policy violated: {details}");
                log.problem(&session, &text);
            }
            "Network.requestWillBeSent" => {
                let url = text(&params["request"]["url"]);
                if !url.starts_with("data:") && !url.starts_with("blob:") {
                    let from = log.kind_of(&session);
                    log.requests.push(Request { url, from });
                }
            }
            // Chromium says so of a service worker too when it merely ends.
            "Inspector.targetCrashed" if log.kind_of(&session) != "service_worker" => {
                log.problem(&session, "crashed");
            }
            "Tracing.dataCollected" => {
                if let Value::Array(mut entries) = params["value"].take() {
                    log.trace.append(&mut entries);
                }
            }
            "Tracing.tracingComplete" => log.is_trace_complete = true,
            "Target.attachedToTarget" => {
                let session = text(&params["sessionId"]);
                log.attached
                    .push(Attached { session: session.clone(), kind: text(&params["targetInfo"]["type"]) });
            }
            "Target.detachedFromTarget" => {
                log.attached.retain(|attached| params["sessionId"] != attached.session.as_str());
            }
            _ => {}
        }
    }
}

fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn joined(arguments: &Value) -> String {
    let show = |argument: &Value| match &argument["value"] {
        Value::String(text) => text.clone(),
        Value::Null => argument["description"].as_str().unwrap_or("null").to_owned(),
        value => value.to_string(),
    };
    arguments.as_array().map(|all| all.iter().map(show).collect::<Vec<_>>().join(" ")).unwrap_or_default()
}
