//! Runs of a service: listed, refused, followed as they grow, replayed, trained in the page beside; and the calls that computed them.

use anyhow::Result;
use lnn_e2e::{Lnn, Page, Viewport, page_url};

mod common;

use common::api::{ApiRun, Served, TOKEN, serve};
use common::{IrisRun, bar, calls::plausible, iris_with, wait_for_bar, wait_for_step};

const RUN: IrisRun<'_> =
    IrisRun { name: "flowers-1", learning_rate: 0.05, batch_size: 30, n_epochs: 6, step_ms: 100 };
const N_STEPS: u64 = 24;

fn log() -> Result<String> {
    iris_with(&RUN, &plausible)
}

/// As many of its lines as tell of steps up to this one.
fn up_to(log: &str, step: u64) -> Vec<u8> {
    let end = format!("\"step\":{},", step + 1);
    let next = log
        .split_inclusive('\n')
        .position(|line| line.contains("\"kind\":\"invocation\"") && line.contains(&end));
    log.split_inclusive('\n').take(next.unwrap_or(usize::MAX)).collect::<String>().into_bytes()
}

fn run(name: &str, status: &'static str, log: Vec<u8>, step: u64) -> ApiRun {
    let data = include_bytes!("../../data/iris.csv").to_vec();
    ApiRun { name: name.to_owned(), status, log, step, last_step: N_STEPS, generation: 1, data }
}

/// A service with a run that goes on and one that is done; logs come in small parts.
fn service() -> Result<Served> {
    let log = log()?;
    let done = log.replace("\"run\":\"flowers-1\"", "\"run\":\"flowers-0\"");
    let done = done.lines().map(reseal).collect::<String>().into_bytes();
    serve(
        vec![run("flowers-1", "running", up_to(&log, 6), 6), run("flowers-0", "done", done, N_STEPS)],
        40_000,
    )
}

fn reseal(line: &str) -> String {
    let body = line.rsplit_once(",\"crc32c\":\"").map_or(line, |(body, _)| body);
    format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
}

fn open_at(address: &str, viewport: &Viewport) -> Result<Lnn> {
    let address = address.replace(':', "%3A").replace('/', "%2F");
    Ok(Lnn { page: Page::open(&format!("{}#connect={address}", page_url()?), viewport)? })
}

fn listed(lnn: &Lnn) -> Result<String> {
    let text = lnn.page.evaluate("document.querySelector('dialog.connect')?.textContent ?? ''")?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn wait_for_list(lnn: &Lnn, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(listed(lnn)?.contains(words)))
}

fn show_runs(lnn: &Lnn, token: &str) -> Result<()> {
    lnn.page.role("textbox").name("Token").get()?.fill(token)?;
    lnn.click("Show runs")
}

fn connected(served: &Served, viewport: &Viewport) -> Result<Lnn> {
    let lnn = open_at(&served.address, viewport)?;
    show_runs(&lnn, TOKEN)?;
    wait_for_list(&lnn, "flowers-1")?;
    Ok(lnn)
}

fn calls(lnn: &Lnn) -> Result<String> {
    let text = lnn.page.evaluate("document.querySelector('.executed')?.textContent ?? ''")?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

fn wait_for_calls(lnn: &Lnn, words: &str) -> Result<()> {
    lnn.page.wait(words, || Ok(calls(lnn)?.contains(words)))
}

/// The service goes on to a step.
fn grow(served: &Served, step: u64) -> Result<()> {
    let log = log()?;
    let mut api = served.lock();
    if let Some(run) = api.runs.first_mut() {
        (run.log, run.step) = (up_to(&log, step), step);
        if step == N_STEPS {
            run.status = "done";
        }
    }
    Ok(())
}

#[test]
fn runs_are_listed_and_every_failure_says_what_to_do() -> Result<()> {
    let served = service()?;
    let lnn = open_at(&served.address, &Viewport::DESKTOP)?;
    wait_for_list(&lnn, "sent to this address alone")?;
    lnn.page.screenshot("connect-begin")?;
    show_runs(&lnn, "wrong")?;
    wait_for_list(&lnn, "refuses this token")?;
    lnn.page.screenshot("connect-refused")?;
    show_runs(&lnn, TOKEN)?;
    for words in
        ["flowers-1", "flowers.csv", "4-6-5-3", "step 6 of 24", "running", "s ago", "flowers-0", "done"]
    {
        wait_for_list(&lnn, words)?;
    }
    let text = listed(&lnn)?;
    assert!(text.find("flowers-1") < text.find("flowers-0"), "{text}");
    grow(&served, 9)?;
    wait_for_list(&lnn, "step 9 of 24")?;
    lnn.page.screenshot("connect")?;
    let stored = lnn.page.evaluate("JSON.stringify(localStorage) + location.href")?;
    assert!(!stored.as_str().unwrap_or_default().contains(TOKEN), "the token is kept: {stored}");
    let address = lnn.page.role("textbox").name("Address of the log API").get()?;
    for (typed, words) in [("nonsense", "That is no address"), ("http://127.0.0.1:9", "gave no answer")] {
        address.fill(typed)?;
        lnn.click("Show runs")?;
        wait_for_list(&lnn, words)?;
    }
    lnn.page.screenshot("connect-unreachable")?;
    address.fill(&page_url()?)?;
    lnn.click("Show runs")?;
    wait_for_list(&lnn, "look at the address")
}

#[test]
fn a_service_is_remembered_only_where_that_is_wished() -> Result<()> {
    let served = service()?;
    let lnn = open_at(&served.address, &Viewport::DESKTOP)?;
    lnn.page.role("checkbox").name("Remember on this device").click()?;
    show_runs(&lnn, TOKEN)?;
    wait_for_list(&lnn, "flowers-1")?;
    lnn.page.press("Escape")?;
    lnn.page.goto(&page_url()?)?;
    lnn.page.reload()?;
    lnn.wait_for_start()?;
    lnn.click("Connect …")?;
    lnn.click("Show runs")?;
    wait_for_list(&lnn, "flowers-1")?;
    lnn.click("Forget")?;
    let stored = lnn.page.evaluate("localStorage.getItem('lnn-access')")?;
    assert!(stored.is_null(), "{stored}");
    lnn.page.check_clean_beside(&served.address)
}

#[test]
fn a_run_is_followed_live_over_a_log_that_is_written_anew() -> Result<()> {
    let served = service()?;
    let lnn = connected(&served, &Viewport::DESKTOP)?;
    lnn.click("Follow live: flowers-1")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    wait_for_step(&lnn, 6.0)?;
    wait_for_calls(&lnn, "Calls of step 6: 28 in")?;
    grow(&served, 10)?;
    wait_for_step(&lnn, 10.0)?;
    // Redis was lost: the lines after step 8 are gone, then written anew.
    {
        let (log, mut api) = (log()?, served.lock());
        if let Some(run) = api.runs.first_mut() {
            (run.log, run.generation) = (up_to(&log, 8), 2);
        }
    }
    lnn.page.wait("the log to be read again", || Ok(bar(&lnn)?.contains("Agrees with the log: 11 steps")))?;
    grow(&served, 14)?;
    wait_for_step(&lnn, 14.0)?;
    grow(&served, N_STEPS)?;
    wait_for_step(&lnn, 24.0)?;
    wait_for_bar(&lnn, "25 steps computed again")?;
    lnn.page.wait("the end", || Ok(!bar(&lnn)?.contains("not over")))?;
    assert!(!bar(&lnn)?.contains("wrong"), "{}", bar(&lnn)?);
    lnn.page.check_clean_beside(&served.address)
}

#[test]
fn a_run_is_followed_before_its_first_line() -> Result<()> {
    let served = serve(vec![run("flowers-1", "launched", Vec::new(), 0)], 40_000)?;
    let lnn = connected(&served, &Viewport::DESKTOP)?;
    lnn.page.screenshot("connect-launched")?;
    lnn.click("Follow live: flowers-1")?;
    lnn.page.wait("the log to be asked for", || {
        Ok(served.lock().asked.get("/runs/flowers-1/log.ndjson").is_some_and(|n_asked| *n_asked > 1))
    })?;
    wait_for_bar(&lnn, "Waiting for its first line")?;
    lnn.page.screenshot("connect-waiting")?;
    grow(&served, 3)?;
    wait_for_step(&lnn, 3.0)?;
    grow(&served, N_STEPS)?;
    wait_for_step(&lnn, N_STEPS as f64)?;
    wait_for_bar(&lnn, "25 steps computed again")?;
    lnn.page.check_clean_beside(&served.address)
}

#[test]
fn the_calls_of_a_step_are_shown_with_what_went_wrong() -> Result<()> {
    let served = service()?;
    let lnn = connected(&served, &Viewport::DESKTOP)?;
    lnn.click("Replay: flowers-0")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    wait_for_calls(&lnn, "none is recorded of step 0")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("ArrowRight")?;
    wait_for_calls(&lnn, "Calls of step 1: 28 in")?;
    for words in ["cold start", "14 cold starts", "Calls so far", "Critical path"] {
        wait_for_calls(&lnn, words)?;
    }
    lnn.page.screenshot("calls-cold")?;
    (0..2).try_for_each(|_| timeline.press("ArrowRight"))?;
    wait_for_calls(&lnn, "Calls of step 3: 29 in")?;
    for words in ["timeout", "try 2", "run twice", "failed", "US$", "waiting at the barrier", "85"] {
        wait_for_calls(&lnn, words)?;
    }
    lnn.page.screenshot("calls")?;
    lnn.page.evaluate("document.querySelector('.calls details summary').click()")?;
    lnn.page.evaluate("document.querySelector('.calls-table').scrollIntoView()")?;
    lnn.page.screenshot("calls-table")?;
    timeline.press("End")?;
    wait_for_calls(&lnn, "Calls of step 24")?;
    lnn.page.check_clean_beside(&served.address)
}

#[test]
fn the_same_run_is_trained_in_the_page_and_holds_the_same_bits() -> Result<()> {
    let served = service()?;
    let lnn = connected(&served, &Viewport::DESKTOP)?;
    lnn.click("Follow live: flowers-1")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.click("Train the same here")?;
    let compared = || lnn.page.role("complementary").name("Compared runs").get()?.text();
    lnn.page
        .wait("both runs", || Ok(compared().is_ok_and(|text| text.contains("same recipe and data set"))))?;
    lnn.page.wait("the start", || Ok(compared()?.contains("Bit-identical so far (step 0)")))?;
    lnn.click("Step epoch")?;
    wait_for_step(&lnn, 4.0)?;
    lnn.page.wait("an epoch", || Ok(compared()?.contains("Bit-identical so far (step 4)")))?;
    lnn.click("Step epoch")?;
    wait_for_step(&lnn, 8.0)?;
    lnn.page.wait("the log's end", || Ok(compared()?.contains("Bit-identical so far (step 6)")))?;
    grow(&served, N_STEPS)?;
    lnn.page.wait("the log to come up", || Ok(compared()?.contains("Bit-identical so far (step 8)")))?;
    wait_for_calls(&lnn, "Calls of step 8")?;
    lnn.page.screenshot("train-here")?;
    lnn.page.set_viewport(&Viewport::PHONE.dark())?;
    lnn.page.evaluate("document.querySelector('.compare').scrollIntoView()")?;
    lnn.page.screenshot("train-here-390")?;
    lnn.page.check_clean_beside(&served.address)
}

#[test]
fn runs_and_calls_have_no_problem_of_access() -> Result<()> {
    for viewport in [Viewport::DESKTOP.dark(), Viewport::PHONE] {
        let served = service()?;
        let lnn = connected(&served, &viewport)?;
        lnn.page.screenshot(&format!("connect-{}", viewport.width))?;
        let check = || -> Result<()> {
            let violations = lnn.page.accessibility_violations()?.unwrap_or_default();
            assert!(violations.is_empty(), "{violations:#?}");
            let overflow = lnn.page.evaluate("document.documentElement.scrollWidth - innerWidth")?;
            assert!(overflow.as_f64().is_some_and(|px| px <= 0.0), "the page is {overflow} px too wide");
            Ok(())
        };
        check()?;
        lnn.click("Replay: flowers-0")?;
        wait_for_bar(&lnn, "Agrees with the log")?;
        let timeline = lnn.page.role("slider").name("Timeline").get()?;
        (0..3).try_for_each(|_| timeline.press("ArrowRight"))?;
        wait_for_calls(&lnn, "Calls of step 3: 29 in")?;
        lnn.page.screenshot_full(&format!("calls-{}", viewport.width))?;
        check()?;
    }
    Ok(())
}
