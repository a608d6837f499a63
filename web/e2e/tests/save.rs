//! The page's run saved as a log, and opened again.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

mod common;

use common::{file, wait_for_bar, wait_for_step};

/// Saves the run; the downloaded file.
fn saved(lnn: &Lnn, folder: &str, name: &str) -> Result<std::path::PathBuf> {
    let folder = lnn_e2e::out_dir().join("downloads").join(folder);
    let _ = fs::remove_dir_all(&folder);
    lnn.page.download_to(&folder)?;
    lnn.click("Save this run")?;
    lnn.page.wait("the sentence", || Ok(lnn.notice()?.contains(&format!("Saved {name}"))))?;
    let path = folder.join(name);
    lnn.page.wait("the file", || Ok(path.exists()))?;
    Ok(path)
}

#[test]
fn a_run_is_saved_and_opened_again_with_every_number() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(15, Duration::from_mins(1))?;
    let rate = lnn.page.role("spinbutton").name("Learning rate").get()?;
    rate.fill("0.004")?;
    rate.press("Enter")?;
    lnn.click("Step epoch")?;
    lnn.wait_for_rest()?;
    let last = lnn.number("Step")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    let at_last = lnn.account()?;
    timeline.press("ArrowLeft")?;
    wait_for_step(&lnn, last - 1.0)?;
    lnn.wait_for_rest()?;
    let before_last = lnn.account()?;
    // Saved from the past: the whole run is.
    let path = saved(&lnn, "spiral", "spiral-23.ndjson.gz")?;
    lnn.page.check_clean()?;
    // In another visit, which knows nothing of the run.
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.use_data("Iris")?;
    lnn.page.drop_files(&[&path])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("End")?;
    wait_for_step(&lnn, last)?;
    wait_for_bar(&lnn, &format!("{} steps computed again", last as u64 + 1))?;
    lnn.wait_for_rest()?;
    assert_eq!(lnn.account()?, at_last);
    timeline.press("ArrowLeft")?;
    wait_for_step(&lnn, last - 1.0)?;
    lnn.wait_for_rest()?;
    assert_eq!(lnn.account()?, before_last);
    lnn.page.check_clean()
}

#[test]
fn a_run_on_a_file_of_ones_own_is_saved_and_needs_that_file_again() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let row = |row: u32| {
        format!("{},{},{}\n", row % 7, row * row % 11, if row.is_multiple_of(3) { "x" } else { "y" })
    };
    let csv: String = std::iter::once("a,b,kind\n".to_owned()).chain((0..60).map(row)).collect();
    let own = file("my own.csv", &csv)?;
    lnn.page.drop_files(&[&own])?;
    lnn.page.role("button").name("Use this data").get()?.click()?;
    lnn.page.wait("the data", || Ok(lnn.page.role("dialog").count()? == 0))?;
    lnn.wait_for_rest()?;
    lnn.play_to_epoch(5, Duration::from_mins(1))?;
    let (last, cost) = (lnn.number("Step")?, lnn.number("Cost")?);
    let path = saved(&lnn, "own", "my-own-23.ndjson.gz")?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&path])?;
    wait_for_bar(&lnn, "«my own.csv» is not at hand: drop that file")?;
    lnn.page.drop_files(&[&own])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.page.role("slider").name("Timeline").get()?.press("End")?;
    wait_for_step(&lnn, last)?;
    assert_eq!(lnn.number("Cost")?, cost);
    lnn.page.check_clean()
}
