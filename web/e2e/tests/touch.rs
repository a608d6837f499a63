//! Fingers on a phone: two zoom the network, one moves it or scrolls the page, a tap chooses.

use anyhow::Result;
use lnn_e2e::{Element, Lnn, Viewport};

fn unit(lnn: &Lnn) -> Result<Element<'_>> {
    lnn.page.role("button").name_starts("Layer 2 unit 4,").get()
}

fn scrolled(lnn: &Lnn) -> Result<f64> {
    Ok(lnn.page.evaluate("scrollY")?.as_f64().unwrap_or(f64::NAN))
}

#[test]
fn two_fingers_apart_zoom_in_and_together_zoom_out() -> Result<()> {
    for direction in [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        let lnn = Lnn::open(&Viewport::PHONE)?;
        let unit = unit(&lnn)?;
        let before = unit.rect()?;
        unit.pinch(direction, 60.0, 180.0)?;
        lnn.page.wait(&format!("a larger picture, fingers along {direction:?}"), || {
            Ok(unit.rect()?.width > 2.0 * before.width)
        })?;
        let (near, at) = (unit.rect()?.centre(), before.centre());
        assert!(
            (near.0 - at.0).hypot(near.1 - at.1) < 40.0,
            "the unit between the fingers went from {at:?} to {near:?}"
        );
        assert_eq!(scrolled(&lnn)?, 0.0, "the page scrolled");
        unit.pinch(direction, 180.0, 30.0)?;
        lnn.page.wait("the whole network", || Ok((unit.rect()?.width - before.width).abs() < 1.0))?;
        lnn.page.check_clean()?;
    }
    Ok(())
}

#[test]
fn one_finger_moves_the_picture_that_was_zoomed() -> Result<()> {
    let lnn = Lnn::open(&Viewport::PHONE)?;
    let unit = unit(&lnn)?;
    unit.pinch((1.0, 0.0), 40.0, 200.0)?;
    lnn.page.wait("a zoomed picture", || Ok(unit.rect()?.width > 40.0))?;
    let before = unit.rect()?;
    unit.swipe_by(-60.0, 40.0)?;
    lnn.page.wait("a moved picture", || Ok(unit.rect()?.x < before.x - 40.0))?;
    assert!(unit.rect()?.y > before.y + 20.0, "{:?}", unit.rect()?);
    assert_eq!(scrolled(&lnn)?, 0.0, "the page scrolled");
    assert_eq!(unit.attribute("aria-pressed")?.as_deref(), Some("false"), "a swipe chooses nothing");
    lnn.page.check_clean()
}

#[test]
fn one_finger_on_the_whole_network_scrolls_the_page() -> Result<()> {
    // Lying on its side, a phone has room for a part of the page only.
    let lnn = Lnn::open(&Viewport { width: 740, height: 390, ..Viewport::PHONE })?;
    let unit = unit(&lnn)?;
    let before = unit.rect()?;
    unit.swipe_by(0.0, -120.0)?;
    lnn.page.wait("a scrolled page", || Ok(scrolled(&lnn)? > 50.0))?;
    assert!((unit.rect()?.width - before.width).abs() < 1.0, "it was zoomed");
    lnn.page.check_clean()
}

#[test]
fn a_tap_chooses_a_unit_and_its_sheet_tells_of_it() -> Result<()> {
    let lnn = Lnn::open(&Viewport::PHONE)?;
    let unit = unit(&lnn)?;
    unit.tap()?;
    lnn.page.wait("a chosen unit", || Ok(unit.attribute("aria-pressed")?.as_deref() == Some("true")))?;
    lnn.click("Unit")?;
    let inspector = lnn.page.role("region").name("Inspector").get()?;
    lnn.page.wait("the unit in its sheet", || Ok(inspector.text()?.contains("Layer 2 unit 4")))?;
    lnn.page.screenshot("phone-unit")?;
    lnn.click("Metrics")?;
    let cost = lnn.page.role("region").name("Cost").get()?;
    let curve = cost
        .call("function () { return this.querySelector('.cost-curve').getBoundingClientRect().bottom; }")?;
    lnn.page.screenshot("phone-metrics")?;
    assert!(curve.as_f64().is_some_and(|bottom| bottom <= 844.0), "the curve ends at {curve}");
    lnn.page.check_clean()
}
