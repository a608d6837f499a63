//! Runs side by side: linked cursors, what differs between their recipes, several runs of one log.

use std::time::Duration;

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport};

mod common;

use common::{IrisRun, file, iris, wait_for_bar, wait_for_step};

const SLOW: IrisRun<'_> =
    IrisRun { name: "slow", learning_rate: 0.01, batch_size: 30, n_epochs: 20, step_ms: 100 };
const FAST: IrisRun<'_> =
    IrisRun { name: "fast", learning_rate: 0.1, batch_size: 12, n_epochs: 12, step_ms: 50 };

/// What stands over the network of the page's own run, and over that of each run beside.
fn titles(lnn: &Lnn) -> Result<Vec<String>> {
    let script = "[...document.querySelectorAll('main section[aria-label^=Network]')]
        .map((section) => section.querySelector('.pane-title')?.textContent ?? '')";
    let titles = lnn.page.evaluate(script)?;
    Ok(titles.as_array().into_iter().flatten().filter_map(|it| it.as_str()).map(str::to_owned).collect())
}

fn wait_for_title(lnn: &Lnn, idx: usize, words: &str) -> Result<()> {
    lnn.page
        .wait(&format!("«{words}» over network {idx}"), || {
            Ok(titles(lnn)?.get(idx).is_some_and(|title| title.contains(words)))
        })
        .with_context(|| format!("{:?}", titles(lnn)))
}

fn compared(lnn: &Lnn) -> Result<String> {
    lnn.page.role("complementary").name("Compared runs").get()?.text()
}

fn open_both(lnn: &Lnn) -> Result<()> {
    lnn.page.drop_files(&[&file("slow.ndjson", iris(&SLOW)?)?])?;
    wait_for_bar(lnn, "Agrees with the log")?;
    lnn.page.choose_file("Compare with …", &file("fast.ndjson", iris(&FAST)?)?)?;
    lnn.page
        .wait("the other run", || Ok(compared(lnn).is_ok_and(|text| text.contains("Agrees with the log"))))
}

#[test]
fn two_logs_stand_side_by_side_with_linked_cursors() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    open_both(&lnn)?;
    // 4 steps make an epoch of the one, 10 of the other.
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    (0..8).try_for_each(|_| timeline.press("ArrowRight"))?;
    wait_for_title(&lnn, 0, "step 8 · epoch 2")?;
    wait_for_title(&lnn, 1, "step 8 · epoch 0")?;
    lnn.click("epoch")?;
    wait_for_title(&lnn, 1, "step 20 · epoch 2")?;
    lnn.click("time")?;
    wait_for_title(&lnn, 1, "step 16 · epoch 1")?;
    timeline.press("End")?;
    wait_for_title(&lnn, 0, "step 80")?;
    wait_for_title(&lnn, 1, "step 120")?;
    lnn.click("step")?;
    timeline.press("Home")?;
    wait_for_title(&lnn, 1, "step 0")?;
    lnn.click("Play")?;
    lnn.page.wait_within("both to play", Duration::from_secs(20), || {
        Ok(titles(&lnn)?.iter().all(|title| !title.contains("step 0 ")))
    })?;
    wait_for_title(&lnn, 0, "step 80")?;
    wait_for_title(&lnn, 1, "step 80")?;
    let scores = lnn.page.role("region").name("Cost").get()?.text()?;
    assert!(scores.contains('B') && scores.matches("training").count() >= 2, "{scores}");
    // A line in the legend has the colour of its run's letter, and the page's own that of the text.
    let colours = lnn.page.evaluate(
        "[['.scores .beside-1 path', 'stroke'], ['.scores .run-mark', 'backgroundColor'], ['.scores .beside-0 path', 'stroke'],
          ['body', 'color']].map(([element, property]) => getComputedStyle(document.querySelector(element))[property])",
    )?;
    assert!(colours[0] == colours[1] && colours[2] == colours[3] && colours[0] != colours[2], "{colours}");
    lnn.page.screenshot("compare")?;
    lnn.page.check_clean()
}

#[test]
fn logs_that_are_dropped_together_are_compared() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let (slow, fast) = (file("slow.ndjson", iris(&SLOW)?)?, file("fast.ndjson", iris(&FAST)?)?);
    lnn.page.drop_files(&[&slow, &fast])?;
    wait_for_title(&lnn, 0, "slow")?;
    wait_for_title(&lnn, 1, "fast")?;
    lnn.page.role("slider").name("Timeline").get()?.press("End")?;
    wait_for_title(&lnn, 1, "step 80")?;
    lnn.page.check_clean()
}

#[test]
fn recipes_are_told_apart_and_a_run_can_be_closed() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    open_both(&lnn)?;
    let text = compared(&lnn)?;
    for words in ["2 settings differ", "learning rate", "0.01", "0.1", "batch size", "30", "12"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("dropout") && !text.contains("seed"), "{text}");
    lnn.page.choose_file("Compare with …", &file("slow-again.ndjson", iris(&SLOW)?)?)?;
    lnn.page.wait("a third run", || Ok(titles(&lnn)?.len() == 3))?;
    lnn.page.choose_file("Compare with …", &file("both.ndjson", iris(&FAST)?)?)?;
    wait_for_title(&lnn, 3, "step 0")?;
    // Until all verdicts are there, what stands behind them moves.
    lnn.page.wait("every verdict", || Ok(compared(&lnn)?.matches("Agrees with the log").count() == 3))?;
    lnn.page.screenshot("compare-four")?;
    lnn.page.check_clean()?;
    lnn.page.role("button").name("Close fast").all()?.last().context("no button")?.press("Enter")?;
    lnn.page.wait("three runs", || Ok(titles(&lnn)?.len() == 3))?;
    lnn.click("Close fast")?;
    lnn.page.wait("the same recipe", || Ok(compared(&lnn)?.contains("The same recipe")))?;
    lnn.click("Close slow")?;
    lnn.page.wait("one run", || Ok(titles(&lnn)?.len() == 1))?;
    lnn.page.choose_file("Compare with …", &file("nothing.ndjson", "hello\n")?)?;
    lnn.page.wait("a sentence", || Ok(lnn.notice()?.contains("Is this the right file?")))?;
    lnn.page.wait("no empty place", || Ok(titles(&lnn)?.len() == 1))?;
    lnn.page.check_clean()
}

#[test]
fn a_live_run_is_compared_with_a_log() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.use_data("Iris")?;
    lnn.page.choose_file("Compare with …", &file("slow.ndjson", iris(&SLOW)?)?)?;
    lnn.page.wait("the log", || Ok(compared(&lnn).is_ok_and(|text| text.contains("Agrees with the log"))))?;
    let time = lnn.page.role("button").name("time").get()?;
    assert!(time.property("disabled").as_bool().unwrap_or_default(), "a live run has no times");
    lnn.click("Step epoch")?;
    lnn.wait_for_rest()?;
    let step = lnn.number("Step")?;
    assert!(step > 0.0);
    wait_for_title(&lnn, 1, &format!("step {step} "))?;
    lnn.page.role("slider").name("Timeline").get()?.press("Home")?;
    wait_for_step(&lnn, 0.0)?;
    wait_for_title(&lnn, 1, "step 0 ")?;
    lnn.page.check_clean()
}

#[test]
fn the_runs_of_one_log_can_be_chosen_and_compared() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let both = file("both.ndjson", iris(&SLOW)? + &iris(&FAST)?)?;
    lnn.page.drop_files(&[&both])?;
    wait_for_bar(&lnn, "Agrees with the log: 1 step ")?;
    lnn.choose("Run of both.ndjson", "fast")?;
    lnn.page.wait_until("document.querySelector('[aria-label=Timeline]').max === '120'")?;
    lnn.page.role("slider").name("Timeline").get()?.press("End")?;
    wait_for_step(&lnn, 120.0)?;
    wait_for_bar(&lnn, "Agrees with the log: 121 steps")?;
    lnn.page.choose_file("Compare with …", &both)?;
    wait_for_title(&lnn, 1, "slow")?;
    wait_for_title(&lnn, 1, "step 80")?;
    lnn.page.check_clean()
}

#[test]
fn a_comparison_has_no_problem_of_access() -> Result<()> {
    for viewport in [Viewport::DESKTOP.dark(), Viewport::PHONE] {
        let lnn = Lnn::open(&viewport)?;
        open_both(&lnn)?;
        wait_for_title(&lnn, 1, "step 0")?;
        lnn.page.screenshot(&format!("compare-{}", viewport.width))?;
        let overflow = lnn.page.evaluate("document.documentElement.scrollWidth - innerWidth")?;
        assert!(overflow.as_f64().is_some_and(|px| px <= 0.0), "the page is {overflow} px too wide");
        let violations = lnn.page.accessibility_violations()?.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:#?}");
    }
    Ok(())
}
