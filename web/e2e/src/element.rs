//! One element of the page: real events in, its state out.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::Page;
use crate::page::value_of;

/// An element, with its accessible properties as they were when it was found.
pub struct Element<'p> {
    page: &'p Page,
    node_id: i64,
    object_id: String,
    accessible: Value,
}

/// Where an element is in the viewport, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

impl Rect {
    /// Its centre.
    pub fn centre(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

impl<'p> Element<'p> {
    pub(crate) fn new(page: &'p Page, accessible: &Value) -> Result<Self> {
        let node_id =
            accessible["backendDOMNodeId"].as_i64().context("an accessible node without an element")?;
        let resolved = page.call("DOM.resolveNode", json!({ "backendNodeId": node_id }))?;
        let object_id = resolved["object"]["objectId"].as_str().context("the element is gone")?.to_owned();
        Ok(Self { page, node_id, object_id, accessible: accessible.clone() })
    }

    pub(crate) fn object_id(&self) -> &str {
        &self.object_id
    }

    pub(crate) fn node_id(&self) -> i64 {
        self.node_id
    }

    pub(crate) fn page(&self) -> &'p Page {
        self.page
    }

    /// The accessible name.
    pub fn name(&self) -> &str {
        self.accessible["name"]["value"].as_str().unwrap_or("")
    }

    /// The accessible description.
    pub fn description(&self) -> &str {
        self.accessible["description"]["value"].as_str().unwrap_or("")
    }

    /// An accessible property: `disabled`, `focused`, `checked`, `expanded`, `pressed`, `valuemin`, `valuetext` …
    pub fn property(&self, name: &str) -> Value {
        let all = self.accessible["properties"].as_array();
        let found = all.and_then(|all| all.iter().find(|property| property["name"] == name));
        found.map_or(Value::Null, |property| property["value"]["value"].clone())
    }

    /// The accessible value of a slider, field or list.
    pub fn value(&self) -> Value {
        self.accessible["value"]["value"].clone()
    }

    /// Its text, without surrounding white space.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn text(&self) -> Result<String> {
        let value = self.call("function () { return this.textContent.trim(); }")?;
        Ok(value.as_str().unwrap_or("").to_owned())
    }

    /// An attribute, if it is there.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn attribute(&self, name: &str) -> Result<Option<String>> {
        let value = self.call(&format!("function () {{ return this.getAttribute({}); }}", json!(name)))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Calls a JavaScript function with the element as `this`: `"function () { return this.checked; }"`.
    ///
    /// # Errors
    /// When it throws.
    pub fn call(&self, function: &str) -> Result<Value> {
        let params = json!({
            "functionDeclaration": function, "objectId": self.object_id, "returnByValue": true, "awaitPromise": true
        });
        value_of(self.page.call("Runtime.callFunctionOn", params)?)
    }

    /// Where it is now.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn rect(&self) -> Result<Rect> {
        let function =
            "function () { const r = this.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }";
        let value = self.call(function)?;
        let side = |idx: usize| value[idx].as_f64().unwrap_or(0.0);
        Ok(Rect { x: side(0), y: side(1), width: side(2), height: side(3) })
    }

    /// Gives it the keyboard's focus.
    ///
    /// # Errors
    /// When it takes none.
    pub fn focus(&self) -> Result<()> {
        self.page.call("DOM.focus", json!({ "backendNodeId": self.node_id })).map(drop)
    }

    /// Whether it has the keyboard's focus.
    ///
    /// # Errors
    /// When the element is gone.
    pub fn is_focused(&self) -> Result<bool> {
        Ok(self.call("function () { return document.activeElement === this; }")? == Value::Bool(true))
    }

    /// Focuses it and presses a key.
    ///
    /// # Errors
    /// When it takes no focus, or there is no such key.
    pub fn press(&self, key: &str) -> Result<()> {
        self.focus()?;
        self.page.press(key)
    }

    /// Replaces the content of a field by `text`, typed.
    ///
    /// # Errors
    /// When it takes no focus.
    pub fn fill(&self, text: &str) -> Result<()> {
        self.focus()?;
        self.call("function () { this.select?.(); }")?;
        if text.is_empty() {
            return self.page.press("Backspace");
        }
        self.page.call("Input.insertText", json!({ "text": text })).map(drop)
    }

    /// Chooses the option of a list that shows `label`.
    ///
    /// # Errors
    /// When there is none.
    pub fn select(&self, label: &str) -> Result<()> {
        let function = format!(
            "function () {{
               const option = [...this.options].find((option) => option.label.trim() === {});
               if (!option) throw new Error('there are only: ' + [...this.options].map((o) => o.label).join(', '));
               this.value = option.value;
               for (const type of ['input', 'change']) this.dispatchEvent(new Event(type, {{ bubbles: true }}));
             }}",
            json!(label)
        );
        self.call(&function).map(drop)
    }
}
