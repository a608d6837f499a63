//! The page by keyboard, by names, by rules, and in each size and theme.

use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn the_promised_names_are_there() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    for region in ["Network", "Inspector", "Cost", "Data", "Settings"] {
        lnn.page.role("region").name(region).get()?;
    }
    for button in ["Play", "Step", "Reset", "Live"] {
        lnn.page.role("button").name(button).get()?;
    }
    lnn.page.role("slider").name("Timeline").get()?;
    lnn.page.evaluate("if (!document.querySelector('input[type=file]')) throw new Error('no file input')")?;
    lnn.click("Play")?;
    lnn.page.role("button").name("Pause").get()?;
    Ok(())
}

#[test]
fn a_unit_is_chosen_with_the_keyboard_and_inspected() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let unit = lnn.page.role("button").name_starts("Layer 1 unit 1,").get()?;
    unit.focus()?;
    for key in ["ArrowRight", "ArrowDown", "Enter"] {
        lnn.page.press(key)?;
    }
    let inspector = lnn.page.role("region").name("Inspector").get()?;
    lnn.page.wait("layer 2 in the inspector", || Ok(inspector.text()?.contains("Layer 2 unit")))?;
    let text = inspector.text()?;
    assert!(text.contains("z =") || text.contains("z="), "no formula: {text}");
    lnn.click("Check gradients")?;
    lnn.page.wait("the verdict", || Ok(inspector.text()?.contains("agrees")))?;
    lnn.page.check_clean()
}

#[test]
fn everything_can_be_done_with_the_keyboard_alone() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let tab_to = |name: &str| -> Result<()> {
        for _ in 0..150 {
            lnn.page.press("Tab")?;
            let focused = "document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.innerText
                ?? document.activeElement.innerText ?? ''";
            if lnn.page.evaluate(focused)?.as_str().is_some_and(|found| found.trim().starts_with(name)) {
                return Ok(());
            }
        }
        anyhow::bail!("{name:?} is not reached with Tab")
    };
    tab_to("Play")?;
    lnn.page.press("Enter")?;
    lnn.page.wait_within("some epochs", PATIENCE, || Ok(lnn.number("Epoch")? > 3.0))?;
    lnn.page.press("Enter")?;
    lnn.wait_for_rest()?;
    for name in ["Step", "Reset", "Open a data set", "Learning rate", "Layer ", "Timeline"] {
        tab_to(name)?;
    }
    lnn.page.press("Home")?;
    lnn.page.wait("the start", || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    lnn.page.check_clean()
}

#[test]
fn no_rule_of_axe_is_broken() -> Result<()> {
    for viewport in [Viewport::DESKTOP, Viewport::DESKTOP.dark(), Viewport::PHONE, Viewport::PHONE.dark()] {
        let lnn = Lnn::open(&viewport)?;
        lnn.play_to_epoch(3, PATIENCE)?;
        let Some(violations) = lnn.page.accessibility_violations()? else { return Ok(()) };
        assert!(violations.is_empty(), "{viewport:?}: {violations:#?}");
    }
    Ok(())
}

#[test]
fn the_network_can_be_read_as_a_table() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Table")?;
    let network = lnn.page.role("region").name("Network").get()?;
    let n_rows = lnn.page.role("row").within(&network).count()?;
    assert!(n_rows > 22, "{n_rows} rows for 22 hidden units and an output");
    lnn.click("Picture")?;
    lnn.page.check_clean()
}

#[test]
fn reduced_motion_and_a_phone_work_too() -> Result<()> {
    let lnn = Lnn::open(&Viewport::PHONE.reduced_motion())?;
    lnn.play_to_epoch(3, PATIENCE)?;
    let overflow = lnn.page.evaluate("document.documentElement.scrollWidth - innerWidth")?;
    assert!(overflow.as_f64().is_some_and(|px| px <= 0.0), "the page is {overflow} px wider than the screen");
    lnn.page.check_clean()
}

#[test]
fn a_chosen_unit_leaves_the_cost_in_sight() -> Result<()> {
    for (width, height) in [(1440, 900), (1280, 720), (1920, 1080)] {
        let lnn = Lnn::open(&Viewport { width, height, ..Viewport::DESKTOP })?;
        lnn.play_to_epoch(30, PATIENCE)?;
        lnn.page.role("button").name_starts("Layer 2 unit 3,").get()?.click()?;
        let inspector = lnn.page.role("region").name("Inspector").get()?;
        lnn.page.wait("the unit's formula", || Ok(inspector.text()?.contains("z = Σ")))?;
        lnn.page.screenshot(&format!("unit-{width}"))?;
        let seen = |selector: &str| -> Result<f64> {
            let share = format!(
                "(() => {{ const it = document.querySelector('{selector}'); const own = it.getBoundingClientRect();
                    const by = it.closest('section').getBoundingClientRect();
                    const bottom = Math.min(own.bottom, by.bottom, innerHeight), top = Math.max(own.top, by.top, 0);
                    return Math.max(0, bottom - top) / own.height; }})()"
            );
            Ok(lnn.page.evaluate(&share)?.as_f64().unwrap_or_default())
        };
        for part in [".inspector-title", ".portrait-stack", ".cost h2", ".scores", ".cost-curve"] {
            let share = seen(part)?;
            assert!(share > 0.99, "at {width} × {height} {:.0} % of {part} is in sight", share * 100.0);
        }
        let head = lnn.page.evaluate("document.querySelector('header').offsetHeight")?;
        assert!(
            head.as_f64().is_some_and(|px| px <= 52.0),
            "at {width} × {height} the head is {head} px high"
        );
        lnn.page.check_clean()?;
    }
    Ok(())
}

#[test]
fn system_and_switch_give_the_same_colours_on_paper_and_canvas() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP.dark())?;
    let colours = || -> Result<(String, String)> {
        let script = "[getComputedStyle(document.body).backgroundColor,
            'rgb(' + [...document.querySelector('.net-picture').getContext('2d').getImageData(2, 2, 1, 1).data].slice(0, 3).join(', ') + ')']";
        let found = lnn.page.evaluate(script)?;
        let text = |idx: usize| found[idx].as_str().unwrap_or_default().to_owned();
        Ok((text(0), text(1)))
    };
    let settled = |what: &str| -> Result<String> {
        lnn.page.wait(what, || colours().map(|(paper, canvas)| paper == canvas))?;
        Ok(colours()?.0)
    };
    let by_system = settled("a dark canvas")?;
    lnn.click("Theme: as the system")?;
    let light = settled("a light canvas")?;
    lnn.click("Theme: light")?;
    let by_switch = settled("a dark canvas again")?;
    assert_eq!(by_system, by_switch);
    assert_ne!(by_system, light);
    lnn.page.set_viewport(&Viewport::DESKTOP)?;
    assert_eq!(settled("the switch in a light system")?, by_switch, "the switch is stronger than the system");
    lnn.click("Theme: dark")?;
    assert_eq!(settled("as the light system")?, light);
    lnn.page.check_clean()
}

#[test]
fn a_near_units_mark_is_as_thin_as_a_far_ones() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let unit = lnn.page.role("button").name_starts("Layer 2 unit 3,").get()?;
    unit.press("Enter")?;
    for _ in 0..9 {
        lnn.page.press("+")?;
    }
    lnn.page.wait("a near unit", || Ok(unit.rect()?.width > 400.0))?;
    lnn.page.screenshot("unit-near")?;
    let width = "function () { const zoom = Number(getComputedStyle(this).getPropertyValue('--zoom'));
        return parseFloat(getComputedStyle(this, '::after').boxShadow.match(/([\\d.e-]+)px( inset)?$/)[1]) * zoom; }";
    let px = unit.call(width)?.as_f64().unwrap_or(f64::NAN);
    assert!((2.0..=4.0).contains(&px), "{px} px");
    assert_eq!(unit.call("function () { return getComputedStyle(this).outlineStyle; }")?, "none");
    Ok(())
}

#[test]
fn pictures_are_taken_of_each_size_and_theme() -> Result<()> {
    let views = [
        ("desktop-light", Viewport::DESKTOP),
        ("desktop-dark", Viewport::DESKTOP.dark()),
        ("phone-light", Viewport::PHONE),
        ("phone-dark", Viewport::PHONE.dark()),
    ];
    for (name, viewport) in views {
        let lnn = Lnn::open(&viewport)?;
        lnn.page.screenshot(&format!("{name}-opens"))?;
        lnn.play_to_epoch(150, PATIENCE)?;
        let path = lnn.page.screenshot(&format!("{name}-learned"))?;
        assert!(path.metadata()?.len() > 20_000, "{} is nearly empty", path.display());
        lnn.page.screenshot_full(&format!("{name}-whole"))?;
    }
    Ok(())
}
