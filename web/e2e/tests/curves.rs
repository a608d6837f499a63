//! Logs of other programs are dropped, looked through and left again: curves alone, of one run and of several.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport};

const RESULTS: &str = r#"{"Start": "2018-03-01 10:11:12.131415", "epoch0": {"cost": 0.77}, "epoch1": {"cost": 0.5},
"epoch2": {"cost": NaN}, "epoch3": {"cost": 0.25}, "End": "2018-03-01 10:12:09.5"}"#;

/// A file of this test run's own.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
    let path = lnn_e2e::out_dir().join("curves").join(name);
    fs::create_dir_all(path.parent().context("a folder")?)?;
    fs::write(&path, bytes)?;
    Ok(path)
}

/// A folder of `TensorBoard`'s with a run in each of its folders.
fn event_folder(runs: &[(&str, &str)]) -> Result<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/lnn-runlog/tests/tensorboard");
    for (run, fixture) in runs {
        for entry in fs::read_dir(fixtures.join(fixture))? {
            let entry = entry?;
            let name = format!("events/{run}/{}", entry.file_name().to_string_lossy());
            file(&name, fs::read(entry.path())?)?;
        }
    }
    Ok(lnn_e2e::out_dir().join("curves").join("events"))
}

/// The text of what a selector finds, as the page shows it.
fn text(lnn: &Lnn, selector: &str) -> Result<String> {
    let text = lnn.page.evaluate(&format!("document.querySelector('{selector}')?.textContent ?? ''"))?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn wait_for(lnn: &Lnn, selector: &str, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(text(lnn, selector)?.contains(words)))
}

const BAR: &str = "aside[aria-label=Replay]";
const CURVES: &str = "section[aria-label=Curves]";

#[test]
fn curves_of_a_results_json_are_shown_in_the_place_of_the_run() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(20, std::time::Duration::from_mins(1))?;
    lnn.wait_for_rest()?;
    let before = lnn.number("Step")?;
    lnn.page.drop_files(&[&file("results.json", RESULTS)?])?;
    wait_for(&lnn, BAR, "3 points")?;
    wait_for(&lnn, BAR, "line 2, byte")?;
    wait_for(&lnn, CURVES, "No values by unit")?;
    for region in ["Network", "Inspector", "Cost", "Data", "Settings"] {
        assert_eq!(lnn.page.role("region").name(region).count()?, 0, "{region}");
    }
    assert_eq!(lnn.page.role("button").name("Play").count()?, 0);
    wait_for(&lnn, &format!("{CURVES} figcaption"), "epoch 0 to 3, between 0.2500 and 0.7700")?;
    wait_for(&lnn, &format!("{CURVES} h3"), "cost")?;
    wait_for(&lnn, ".curves figure li", "0.2500")?;
    let cursor = lnn.page.role("slider").name_starts("Cursor").get()?;
    cursor.press("Home")?;
    wait_for(&lnn, ".curves figure li", "0.7700")?;
    cursor.press("ArrowRight")?;
    wait_for(&lnn, ".curves figure li", "0.5000")?;
    assert_eq!(cursor.attribute("aria-valuetext")?.as_deref(), Some("epoch 1"));
    lnn.page.screenshot("curves-results")?;
    lnn.click("Back to training")?;
    lnn.page.wait("the training", || Ok(lnn.number("Step").is_ok_and(|step| step == before)))?;
    lnn.page.role("region").name("Network").get()?;
    lnn.page.check_clean()
}

#[test]
fn curves_of_event_files_lie_over_each_other_run_by_run() -> Result<()> {
    let folder = event_folder(&[("train", "pytorch"), ("validation", "pytorch"), ("keras", "keras")])?;
    for viewport in [Viewport::DESKTOP, Viewport::DESKTOP.dark(), Viewport::PHONE, Viewport::PHONE.dark()] {
        let lnn = Lnn::open(&viewport)?;
        lnn.page.drop_files(&[&folder])?;
        wait_for(&lnn, CURVES, "loss/train")?;
        wait_for(&lnn, CURVES, "validation")?;
        wait_for(&lnn, CURVES, "half within")?;
        wait_for(&lnn, BAR, "events")?;
        lnn.click("log")?;
        lnn.click("time")?;
        lnn.page.wait("seconds", || {
            let cursor = lnn.page.role("slider").name_starts("Cursor").get()?;
            let place = cursor.attribute("aria-valuetext")?.unwrap_or_default();
            Ok(place.ends_with(" s") || place.ends_with(" min"))
        })?;
        lnn.click("step")?;
        let theme = if viewport.is_dark { "dark" } else { "light" };
        lnn.page.screenshot(&format!("curves-{}-{theme}", viewport.width))?;
        lnn.page.evaluate(
            "[...document.querySelectorAll('section[aria-label=Curves] h2')].at(-1).scrollIntoView()",
        )?;
        lnn.page.screenshot(&format!("curves-{}-{theme}-end", viewport.width))?;
        let violations = lnn.page.accessibility_violations()?.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
        let is_wide = "document.documentElement.scrollWidth > innerWidth";
        assert_eq!(lnn.page.evaluate(is_wide)?.as_bool(), Some(false), "it scrolls sideways");
        lnn.page.check_clean()?;
    }
    Ok(())
}

#[test]
fn curves_are_read_of_an_event_file_alone_and_no_other_json_is_taken_for_them() -> Result<()> {
    let folder = event_folder(&[("train", "pytorch")])?.join("train");
    let event_file = fs::read_dir(folder)?.next().context("a file")??.path();
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&event_file])?;
    wait_for(&lnn, CURVES, "loss/train")?;
    lnn.page.drop_files(&[&file("package.json", "{\"name\": \"x\"}\n")?])?;
    // A record, and nothing to learn from it: the preview says so, and the curves stay.
    let preview = lnn.page.role("dialog").name("Data preview").get()?;
    assert!(preview.text()?.contains("No column is an input"), "{}", preview.text()?);
    lnn.click("Cancel")?;
    lnn.page.role("dialog").name("Data preview").wait_gone()?;
    wait_for(&lnn, CURVES, "loss/train")?;
    lnn.page.drop_files(&[&file("small.csv", "a,b\n1,x\n2,y\n3,x\n4,y\n")?])?;
    lnn.page.role("dialog").get()?;
    Ok(())
}

/// Fourteen waves over 400 seconds.
fn waves(shift: f64) -> String {
    let epoch = |idx: u32| {
        let value = |key: u32| (f64::from(idx * (key + 3)) / 90.0 + shift).sin();
        let time = format!("\"time\": \"2018-03-01 10:{:02}:{:02}\"", idx / 60, idx % 60);
        let values = (0..14).map(|key| format!("\"q{key}/cost\": {}", value(key)));
        let members: Vec<String> = std::iter::once(time).chain(values).collect();
        format!("\"epoch{idx}\": {{{}}}", members.join(", "))
    };
    let epochs: Vec<String> = (0..400).map(epoch).collect();
    format!("{{\"Start\": \"2018-03-01 10:00:00\", {}}}", epochs.join(", "))
}

#[test]
fn curves_of_many_names_are_looked_for_and_lie_over_each_other_by_time() -> Result<()> {
    for (idx, run) in ["wide", "deep", "narrow", "plain", "slow"].iter().enumerate() {
        file(&format!("runs/{run}/results.json"), waves(idx as f64 / 3.0))?;
    }
    for viewport in [Viewport::DESKTOP, Viewport::PHONE.dark()] {
        let lnn = Lnn::open(&viewport)?;
        lnn.page.drop_files(&[&lnn_e2e::out_dir().join("curves").join("runs")])?;
        wait_for(&lnn, CURVES, "q13/cost")?;
        assert_eq!(lnn.page.role("figure").count()?, 14);
        lnn.click("time")?;
        lnn.page.role("searchbox").name_starts("Name").get()?.fill("q1")?;
        lnn.page.wait("five charts", || Ok(lnn.page.role("figure").count()? == 5))?;
        wait_for(&lnn, CURVES, "5 charts")?;
        let place = || -> Result<String> {
            let cursor = lnn.page.role("slider").name_starts("Cursor").get()?;
            Ok(cursor.attribute("aria-valuetext")?.unwrap_or_default())
        };
        assert_eq!(place()?, "6.650 min");
        lnn.page.role("figure").first()?.hover()?;
        lnn.page.wait("the cursor under the pointer", || Ok(place()? != "6.650 min"))?;
        lnn.page.screenshot(&format!("curves-many-{}", viewport.width))?;
        let violations = lnn.page.accessibility_violations()?.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
        lnn.page.check_clean()?;
    }
    Ok(())
}
