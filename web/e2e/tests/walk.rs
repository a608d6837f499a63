//! Every control of the page is used once, as a curious newcomer does: nothing breaks, and nothing is silent.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};
use serde_json::Value;

/// Comes back when the page has drawn what was asked of it.
const NEXT_PICTURE: &str =
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))";

/// The names of the buttons that are there and can be pressed: the chosen unit's first, for other data choose it no more.
/// Units of the network and those already `pressed` are left out.
fn buttons(lnn: &Lnn, pressed: &BTreeSet<String>) -> Result<Vec<String>> {
    let script =
        "[...document.querySelectorAll('button:not(:disabled):not([aria-disabled]):not(.unit), summary')]
        .filter((it) => it.checkVisibility() && !it.closest('dialog') && it.ariaLabel !== 'Close the unit')
        .sort((a, b) => !!b.closest('section[aria-label=Inspector]') - !!a.closest('section[aria-label=Inspector]'))
        .map((it) => (it.ariaLabel ?? it.textContent).trim())";
    let names = lnn.page.evaluate(script)?;
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(names.filter(|name| !pressed.contains(*name)).map(str::to_owned).collect())
}

/// Presses the first button of this name, as a script can: some lie outside the window.
fn press(lnn: &Lnn, name: &str) -> Result<()> {
    let script = format!(
        "[...document.querySelectorAll('button, summary')].find((it) => (it.ariaLabel ?? it.textContent).trim() === {}).click()",
        serde_json::json!(name)
    );
    lnn.page.evaluate(&script).map(drop)
}

/// Uses every list: each of its lines once, then the first again.
fn lists(lnn: &Lnn) -> Result<()> {
    for list in lnn.page.role("combobox").all()? {
        let lines = list.call("function () { return [...this.options].filter((it) => !it.disabled).map((it) => it.label.trim()); }");
        let Ok(Value::Array(lines)) = lines else { continue };
        for line in lines.iter().chain(lines.first()).filter_map(Value::as_str) {
            // A list may go when another one is changed.
            if list.select(line).is_err() {
                break;
            }
            let _ = lnn.page.evaluate(NEXT_PICTURE)?;
        }
    }
    Ok(())
}

#[test]
fn every_control_can_be_used_and_nothing_breaks() -> Result<()> {
    for (name, viewport) in [("desktop", Viewport::DESKTOP), ("phone", Viewport::PHONE)] {
        let lnn = Lnn::open(&viewport)?;
        lnn.play_to_epoch(3, Duration::from_mins(1))?;
        lnn.page.role("button").name_starts("Layer 2 unit 3,").get()?.press("Enter")?;
        if viewport.is_mobile {
            lnn.click("Unit")?;
        }
        lnn.page.role("button").name("Close the unit").get()?;
        let mut pressed = BTreeSet::new();
        // What a button opens holds more of them.
        while let Some(next) = buttons(&lnn, &pressed)?.into_iter().next() {
            press(&lnn, &next)?;
            let _ = lnn.page.evaluate(NEXT_PICTURE)?;
            pressed.insert(next);
            assert!(pressed.len() < 200, "ever new buttons: {pressed:?}");
        }
        println!("{name}: {} buttons: {pressed:?}", pressed.len());
        for expected in ["Play", "Step", "Reset", "Live", "Table", "Zoom in", "Check gradients"] {
            assert!(pressed.contains(expected), "{expected:?} is not among {pressed:?}");
        }
        lists(&lnn)?;
        lnn.page.wait("a run", || Ok(lnn.number("Step").is_ok()))?;
        lnn.page.screenshot(&format!("walk-{name}"))?;
        lnn.page.check_clean()?;
    }
    Ok(())
}
