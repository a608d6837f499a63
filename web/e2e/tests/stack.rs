//! The page against the functions as they are: runs are launched over HTTP, listed, followed as they train, replayed, and
//! trained in the page beside. Read next: `common/stack.rs`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lnn_core::{Activation, BatchSize, Cost, Recipe};
use lnn_e2e::{Lnn, Page, Viewport, page_url};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan};
use lnn_runlog::RecipeRecord;
use serde_json::{Value, json};

mod common;

use common::stack::LocalStack;
use common::{bar, wait_for_bar, wait_for_step};

const IRIS: &str = include_str!("../../data/iris.csv");
/// How long functions may take for a run, on a machine that does other work too.
const PATIENCE: Duration = Duration::from_mins(3);

const RUN: &str = "flowers";
/// Of 4 steps each.
const N_EPOCHS: u64 = 200;
const N_STEPS: u64 = 4 * N_EPOCHS;

/// A run on the iris data.
fn launch(stack: &LocalStack) -> Result<()> {
    let mut importer = CsvImporter::new(ImportLimits::default());
    importer.push(IRIS.as_bytes())?;
    let recipe = Recipe {
        layers: vec![6, 5],
        hidden: vec![Activation::Tanh; 2],
        output: Activation::Softmax,
        cost: Cost::CategoricalCrossEntropy,
        batch_size: BatchSize::Of(30),
        ..Recipe::default()
    };
    let request = json!({
        "run": RUN,
        "data": { "name": "flowers.csv", "base64": data_encoding::BASE64.encode(IRIS.as_bytes()) },
        "plan": ImportPlan::guess(&importer.finish()?),
        "recipe": RecipeRecord::from(&recipe),
        "epochs": N_EPOCHS,
        "units_per_neuron": 3,
    });
    stack.ask("POST", "/launch/runs", &request).map(|_| ())
}

/// The run's summary once it is over.
fn ended(stack: &LocalStack) -> Result<Value> {
    let begun = Instant::now();
    loop {
        let summary = stack.ask("GET", &format!("/runs/{RUN}"), &Value::Null)?;
        if !matches!(summary["status"].as_str(), Some("launched" | "running")) {
            return Ok(summary);
        }
        ensure!(begun.elapsed() < PATIENCE, "the run does not end: {summary}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The page with the service's runs before it, or a sentence in their place.
fn connected(stack: &LocalStack, viewport: &Viewport, words: &str) -> Result<Lnn> {
    let address = stack.url.replace(':', "%3A").replace('/', "%2F");
    let lnn = Lnn { page: Page::open(&format!("{}#connect={address}", page_url()?), viewport)? };
    lnn.page.role("textbox").name("Token").get()?.fill(&stack.token)?;
    lnn.click("Show runs")?;
    wait_for_list(&lnn, words)?;
    Ok(lnn)
}

fn wait_for_list(lnn: &Lnn, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(text(lnn, "dialog.connect")?.contains(words)))
}

fn text(lnn: &Lnn, selector: &str) -> Result<String> {
    let text = lnn.page.evaluate(&format!("document.querySelector('{selector}')?.textContent ?? ''"))?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn wait_for_calls(lnn: &Lnn, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(text(lnn, ".executed")?.contains(words)))
}

#[test]
fn a_run_of_functions_is_followed_trained_here_beside_and_replayed() -> Result<()> {
    let Some(stack) = LocalStack::up()? else { return Ok(()) };
    let lnn = connected(&stack, &Viewport::DESKTOP, "There is no run that this token may see")?;
    lnn.page.screenshot("stack-empty")?;
    launch(&stack)?;
    follow(&lnn)?;
    train_here(&lnn)?;
    lnn.page.check_clean_beside(&stack.url)?;
    replay(&stack)
}

/// What a run shows while it trains.
fn follow(lnn: &Lnn) -> Result<()> {
    wait_for_list(lnn, "running")?;
    lnn.page.screenshot("stack-list")?;
    lnn.click("Follow live: flowers")?;
    wait_for_bar(lnn, "Agrees with the log")?;
    wait_for_bar(lnn, "not over yet")?;
    let begun = lnn.number("Step")?;
    lnn.page.wait("a later step", || Ok(lnn.number("Step")? > begun + 3.0))?;
    for words in ["Calls of step", "Critical path", "Redis", "waiting at the barrier", "US$"] {
        wait_for_calls(lnn, words)?;
    }
    lnn.page.screenshot("stack-live")?;
    Ok(())
}

/// The same run in the page, which is sooner at the end than the functions; then they are there too, with the same bits.
fn train_here(lnn: &Lnn) -> Result<()> {
    lnn.click("Train the same here")?;
    let compared = || text(lnn, "aside[aria-label=\"Compared runs\"]");
    lnn.page.wait("both", || Ok(compared()?.contains("Bit-identical so far (step 0)")))?;
    lnn.click("Step epoch")?;
    wait_for_step(lnn, 4.0)?;
    lnn.page.wait("an epoch", || Ok(compared()?.contains("Bit-identical so far (step 4)")))?;
    lnn.play_to_epoch(N_EPOCHS, PATIENCE)?;
    lnn.page.screenshot("stack-beside")?;
    let words = format!("Bit-identical so far (step {N_STEPS})");
    lnn.page.wait_within(&words, PATIENCE, || Ok(compared()?.contains(&words)))
}

/// A run that is over, from its first step to its last, at a phone's width.
fn replay(stack: &LocalStack) -> Result<()> {
    let done = ended(stack)?;
    let digest = done["result"]["digest"].as_str().context("no result")?;
    assert_eq!((done["status"].as_str(), digest.len()), (Some("done"), 16), "{done}");
    let lnn = connected(stack, &Viewport::PHONE.dark(), RUN)?;
    lnn.click("Replay: flowers")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("End")?;
    wait_for_step(&lnn, N_STEPS as f64)?;
    wait_for_bar(&lnn, &format!("{} steps computed again, to the bit", N_STEPS + 1))?;
    assert!(!bar(&lnn)?.contains("not over"), "{}", bar(&lnn)?);
    wait_for_calls(&lnn, &format!("Calls of step {N_STEPS}"))?;
    lnn.page.screenshot_full("stack-replay-390")?;
    timeline.press("Home")?;
    timeline.press("ArrowRight")?;
    wait_for_calls(&lnn, "Calls of step 1:")?;
    wait_for_calls(&lnn, "cold start")?;
    lnn.page.check_clean_beside(&stack.url)
}
