//! Going back and forth in time shows the same numbers, to the bit.

use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn scrubbing_back_shows_the_same_numbers_to_the_bit() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(30, PATIENCE)?;
    let early = lnn.account()?;
    lnn.play_to_epoch(150, PATIENCE)?;
    let late = lnn.account()?;
    let step: f64 = early[1].trim_start_matches("Step ").parse()?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("Home")?;
    lnn.page.wait("the start", || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    go_to(&lnn, step)?;
    lnn.wait_for_rest()?;
    assert_eq!(lnn.account()?, early);
    lnn.click("Live")?;
    lnn.page.wait("the newest step", || Ok(format!("Step {}", lnn.number("Step")?) == late[1]))?;
    lnn.wait_for_rest()?;
    assert_eq!(lnn.account()?, late);
    lnn.page.check_clean()
}

/// Walks to a step with the keys of the slider: pages beyond it and one back, then single steps.
fn go_to(lnn: &Lnn, step: f64) -> Result<()> {
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    for key in ["PageUp", "ArrowRight"] {
        loop {
            let before = lnn.number("Step")?;
            if before >= step {
                break;
            }
            timeline.press(key)?;
            lnn.page.wait("the cursor to move", || Ok(lnn.number("Step")? != before))?;
        }
        while key == "PageUp" && lnn.number("Step")? > step {
            let before = lnn.number("Step")?;
            timeline.press("PageDown")?;
            lnn.page.wait("the cursor to move", || Ok(lnn.number("Step")? != before))?;
        }
    }
    Ok(())
}

#[test]
fn training_goes_on_from_the_past_to_the_same_numbers() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 2", || Ok(lnn.number("Epoch")? == 2.0))?;
    lnn.wait_for_rest()?;
    let second = lnn.account()?;
    lnn.page.role("slider").name("Timeline").get()?.press("Home")?;
    lnn.page.wait("the start", || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    for epoch in [1.0, 2.0] {
        lnn.click("Step epoch")?;
        lnn.page.wait("the next epoch", || Ok(lnn.number("Epoch")? == epoch))?;
    }
    lnn.wait_for_rest()?;
    assert_eq!(lnn.account()?, second);
    Ok(())
}

#[test]
fn the_slider_tells_where_the_cursor_is() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(20, PATIENCE)?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    let newest = lnn.number("Step")?;
    timeline.press("Home")?;
    lnn.page.wait("the start", || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    timeline.press("End")?;
    lnn.page.wait("the newest step", || Ok(lnn.number("Step")? == newest))?;
    // It is renewed a few times a second only, so that screen readers are not flooded.
    lnn.page.wait("the newest step in words", || {
        let text = timeline.attribute("aria-valuetext")?.unwrap_or_default();
        Ok(text.contains(&format!("step {newest}")))
    })
}

#[test]
fn after_a_pause_every_panel_shows_the_same_step() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Look into layer 1 unit 1")?;
    for epoch in [10, 20] {
        lnn.play_to_epoch(epoch, PATIENCE)?;
        let step = lnn.number("Step")?;
        // While it trained, panels took turns; now each must have caught up.
        lnn.page.role("table").name(&format!("Scores at step {step}")).get()?;
        let inspector = lnn.page.role("region").name("Inspector").get()?.text()?;
        assert!(inspector.contains(&format!("at step {step}")), "{inspector}");
        let timeline = lnn.page.role("slider").name("Timeline").get()?;
        assert_eq!(timeline.attribute("aria-valuenow")?, Some(step.to_string()));
    }
    Ok(())
}

#[test]
fn memory_stays_flat_over_a_long_run() -> Result<()> {
    // Ten minutes by `LNN_MEMORY_MINUTES=10`; one minute in every run of the checks.
    let minutes: f64 =
        std::env::var("LNN_MEMORY_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.choose("Speed", "full")?;
    lnn.click("Play")?;
    // By then the timeline and the keyframes have reached their limits.
    lnn.page.rest(Duration::from_secs_f64(minutes * 20.0))?;
    let early = lnn.page.memory()?;
    lnn.page.rest(Duration::from_secs_f64(minutes * 40.0))?;
    let late = lnn.page.memory()?;
    println!(
        "{} steps; memory after a third of the time {early:?}, at the end {late:?}",
        lnn.number("Step")?
    );
    let flat = |early: u64, late: u64| late < early + early / 10 + (4 << 20);
    assert!(flat(early.page_heap, late.page_heap), "page: {early:?} → {late:?}");
    assert!(flat(early.worker_heap, late.worker_heap), "worker: {early:?} → {late:?}");
    if let (Some(early), Some(late)) = (early.all, late.all) {
        assert!(late < early + early / 5 + (16 << 20), "all: {early} → {late} bytes");
    }
    Ok(())
}
