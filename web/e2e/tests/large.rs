//! The largest network that the page promises: ten hidden layers of 512 units, set in the editor.

use std::time::{Duration, Instant};

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

/// A step of 2.4 million parameters, and scores over both splits, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(3);
/// The page answers within this time, whatever the worker does.
const LONGEST_SILENCE: Duration = Duration::from_millis(1500);

fn open() -> Result<Lnn> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.use_data("Digits")?;
    lnn.set_layers(&[512; 10])?;
    lnn.page.wait_within("step 0", PATIENCE, || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    lnn.page.screenshot("large-opens")?;
    Ok(lnn)
}

/// Presses Step and waits for the next step; the page answers all the while, and says what it does.
fn step(lnn: &Lnn) -> Result<()> {
    let next = lnn.number("Step")? + 1.0;
    let begun = Instant::now();
    let (mut longest, mut said) = (Duration::ZERO, Vec::new());
    lnn.click("Step")?;
    lnn.page.wait_within("the next step", PATIENCE, || {
        let asked = Instant::now();
        let status = lnn.page.evaluate("document.querySelector('header .status').textContent")?;
        longest = longest.max(asked.elapsed());
        let status = status.as_str().unwrap_or_default().to_owned();
        if said.last() != Some(&status) {
            said.push(status);
        }
        Ok(lnn.number("Step").is_ok_and(|step| step == next))
    })?;
    let took = begun.elapsed();
    println!("step {next} after {took:?}; the page was silent for {longest:?} at most and said {said:?}");
    assert!(longest < LONGEST_SILENCE, "the page was silent for {longest:?}");
    let is_told = said.iter().any(|status| status.starts_with("Busy"));
    assert!(is_told || took < Duration::from_secs(2), "nothing was said in {took:?}: {said:?}");
    Ok(())
}

#[test]
fn ten_layers_of_512_units_are_set_trained_and_read_at_every_zoom() -> Result<()> {
    let lnn = open()?;
    step(&lnn)?;
    lnn.wait_for_rest()?;
    let labels = lnn.labels()?;
    assert_eq!(labels.len(), 5120);
    let dumb = labels.iter().find(|label| label.split(", ").count() < 3);
    assert_eq!(dumb, None, "a unit says nothing of its activation and gradient");
    let network = lnn.page.role("region").name("Network").get()?;
    let text = network.text()?;
    assert!(
        text.contains("largest of 2\u{202f}397\u{202f}184 edges"),
        "thinned edges are not admitted: {text}"
    );
    lnn.page.screenshot("large-step")?;

    // By keyboard: through the layers, and along one.
    let label = "document.activeElement.ariaLabel ?? ''";
    lnn.page.role("button").name_starts("Layer 1 unit 1,").get()?.focus()?;
    for layer in 2..=10 {
        lnn.page.press("ArrowRight")?;
        lnn.page.wait_until(&format!("({label}).startsWith('Layer {layer} unit ')"))?;
    }
    lnn.page.press("End")?;
    let at = lnn.page.evaluate(label)?;
    assert!(at.as_str().is_some_and(|at| at.starts_with("Layer 10 unit 512,")), "{at}");

    // Nearer and nearer: the unit with the focus stays in sight.
    let unit = lnn.page.role("button").name_starts("Layer 10 unit 512,").get()?;
    let stage = network.rect()?;
    let mut width = unit.rect()?.width;
    for depth in 1..=3 {
        for _ in 0..3 {
            lnn.page.press("+")?;
        }
        lnn.page.press("ArrowUp")?;
        lnn.page.press("ArrowDown")?;
        lnn.page.wait("a larger unit", || Ok(unit.rect()?.width > 1.5 * width))?;
        width = unit.rect()?.width;
        let (x, y) = unit.rect()?.centre();
        let is_inside =
            (stage.x..stage.x + stage.width).contains(&x) && (stage.y..stage.y + stage.height).contains(&y);
        assert!(is_inside, "the unit is at {x}, {y}, outside {stage:?}");
        lnn.wait_for_rest()?;
        lnn.page.screenshot(&format!("large-zoom-{depth}"))?;
    }
    lnn.page.press("Enter")?;
    let inspector = lnn.page.role("region").name("Inspector").get()?;
    lnn.page
        .wait_within("the unit in the inspector", PATIENCE, || Ok(inspector.text()?.contains("z = Σ")))?;
    lnn.page.screenshot("large-unit")?;
    lnn.page.press("0")?;
    lnn.page.check_clean()
}

#[test]
fn the_past_of_a_large_network_is_computed_again_while_the_page_says_so() -> Result<()> {
    let lnn = open()?;
    for _ in 0..3 {
        step(&lnn)?;
    }
    lnn.wait_for_rest()?;
    let third = lnn.output("Cost")?;
    lnn.page.role("slider").name("Timeline").get()?.press("Home")?;
    lnn.page.wait_within("step 0", PATIENCE, || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    lnn.click("Live")?;
    lnn.page.wait_within("step 3", PATIENCE, || Ok(lnn.number("Step").is_ok_and(|step| step == 3.0)))?;
    assert_eq!(lnn.output("Cost")?, third);
    lnn.page.check_clean()
}
