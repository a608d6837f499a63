//! The mouse: real events at the place where an element is.

use anyhow::{Result, bail};
use serde_json::json;

use crate::Element;

impl Element<'_> {
    /// Scrolls it into view and clicks its centre with the mouse.
    ///
    /// # Errors
    /// When it has no size or something else lies over it.
    pub fn click(&self) -> Result<()> {
        let (x, y) = self.reachable_centre()?;
        self.mouse("mouseMoved", x, y, 0)?;
        self.mouse("mousePressed", x, y, 1)?;
        self.mouse("mouseReleased", x, y, 1)
    }

    /// Scrolls it into view and moves the mouse over its centre.
    ///
    /// # Errors
    /// When it has no size or something else lies over it.
    pub fn hover(&self) -> Result<()> {
        let (x, y) = self.reachable_centre()?;
        self.mouse("mouseMoved", x, y, 0)
    }

    /// Drags with the mouse from its centre by so many CSS pixels.
    ///
    /// # Errors
    /// When it has no size or something else lies over it.
    pub fn drag_by(&self, dx: f64, dy: f64) -> Result<()> {
        const N_MOVES: u32 = 5;
        let (x, y) = self.reachable_centre()?;
        self.mouse("mouseMoved", x, y, 0)?;
        self.mouse("mousePressed", x, y, 1)?;
        for idx in 1..=N_MOVES {
            let share = f64::from(idx) / f64::from(N_MOVES);
            self.mouse("mouseMoved", x + dx * share, y + dy * share, 1)?;
        }
        self.mouse("mouseReleased", x + dx, y + dy, 1)
    }

    /// Turns the mouse wheel over its centre; positive is down.
    ///
    /// # Errors
    /// When it has no size or something else lies over it.
    pub fn wheel(&self, delta_y: f64) -> Result<()> {
        let (x, y) = self.reachable_centre()?;
        let params = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": delta_y });
        self.page().call("Input.dispatchMouseEvent", params).map(drop)
    }

    fn reachable_centre(&self) -> Result<(f64, f64)> {
        self.page().call("DOM.scrollIntoViewIfNeeded", json!({ "backendNodeId": self.node_id() }))?;
        let rect = self.rect()?;
        if rect.width <= 0.0 || rect.height <= 0.0 {
            bail!("\"{}\" has no size", self.name());
        }
        let (x, y) = rect.centre();
        // A label over its field, or a part of the element, is as good as the element.
        let function = format!(
            "function () {{
               const hit = document.elementFromPoint({x}, {y});
               const isOurs = hit && (this.contains(hit) || hit.contains(this) || [...(this.labels ?? [])].some((l) => l.contains(hit)));
               return isOurs ? '' : hit ? hit.outerHTML.slice(0, 120) : 'the edge of the window';
             }}"
        );
        match self.call(&function)?.as_str() {
            None | Some("") => Ok((x, y)),
            Some(other) => bail!("\"{}\" lies under {other}", self.name()),
        }
    }

    fn mouse(&self, kind: &str, x: f64, y: f64, n_buttons: u32) -> Result<()> {
        let button = if n_buttons == 0 { "none" } else { "left" };
        let params = json!({
            "type": kind, "x": x, "y": y, "button": button, "clickCount": n_buttons,
            "buttons": if kind == "mouseReleased" { 0 } else { n_buttons }
        });
        self.page().call("Input.dispatchMouseEvent", params).map(drop)
    }
}
