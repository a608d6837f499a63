//! The main job: press Play and see activations and gradients of every hidden unit move.

use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

#[test]
fn nothing_starts_by_itself() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.rest(Duration::from_secs(1))?;
    assert_eq!((lnn.number("Epoch")?, lnn.number("Step")?), (0.0, 0.0));
    lnn.page.role("button").name("Play").get()?;
    lnn.page.check_clean()
}

#[test]
fn training_moves_activations_and_gradients_of_every_hidden_unit() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.wait_for_rest()?;
    let before = lnn.labels()?;
    assert_eq!(before.len(), 22, "{before:?}");
    let cost = lnn.number("Cost")?;
    // Labels have two digits: of a value that moved, one moment may show the same two.
    let mut moments = Vec::new();
    for epoch in [100, 140, 180] {
        lnn.play_to_epoch(epoch, Duration::from_mins(1))?;
        lnn.wait_for_rest()?;
        moments.push(lnn.labels()?);
    }
    let part = |label: &str, idx: usize| label.split(", ").nth(idx).map(str::to_owned);
    for (idx, before) in before.iter().enumerate() {
        let unit = part(before, 0);
        assert!(part(before, 2).is_some(), "no activation and gradient in {before:?}");
        assert!(moments.iter().all(|labels| part(&labels[idx], 0) == unit));
        for (number, what) in [(1, "activation"), (2, "gradient")] {
            let moved = moments.iter().any(|labels| part(&labels[idx], number) != part(before, number));
            assert!(moved, "{before}: the {what} stood still");
        }
    }
    assert!(lnn.number("Cost")? < cost, "the cost did not fall");
    lnn.page.check_clean()
}

#[test]
fn the_picture_moves_smoothly_while_the_network_learns() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Play")?;
    lnn.page.rest(Duration::from_secs(2))?;
    // The middle rows of the canvas: tiles of every layer are in them.
    let count = "new Promise((done) => {
        const canvas = document.querySelector('canvas.net-picture');
        const context = canvas.getContext('2d');
        const seen = new Set(); const end = performance.now() + 2000;
        const look = () => {
            const pixels = context.getImageData(0, canvas.height / 2 | 0, canvas.width, 24).data;
            seen.add(pixels.reduce((sum, value) => (sum * 31 + value) | 0, 7));
            performance.now() < end ? requestAnimationFrame(look) : done(seen.size);
        };
        look();
    })";
    let n_pictures = lnn.page.evaluate(count)?.as_u64().unwrap_or(0);
    assert!(n_pictures >= 20, "only {n_pictures} different pictures were shown in two seconds");
    Ok(())
}

#[test]
fn the_spiral_is_learned_before_the_users_eyes() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.choose("Speed", "full")?;
    lnn.click("Play")?;
    lnn.page
        .wait_within("95 % on the spiral", Duration::from_secs(90), || Ok(lnn.number("Accuracy")? >= 0.95))?;
    lnn.pause()
}

#[test]
fn a_step_is_one_mini_batch_and_a_step_of_an_epoch_one_pass() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Step")?;
    lnn.page.wait("step 1", || Ok(lnn.number("Step")? == 1.0))?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    assert_eq!(lnn.number("Step")?, 10.0, "320 examples in mini-batches of 32");
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_run_and_a_new_one_another() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let cost_after_an_epoch = || -> Result<f64> {
        lnn.page.wait("the start", || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
        lnn.click("Step epoch")?;
        lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
        lnn.number("Cost")
    };
    let first = cost_after_an_epoch()?;
    lnn.click("Reset")?;
    assert_eq!(cost_after_an_epoch()?.to_bits(), first.to_bits());
    lnn.click("Reset with a new seed")?;
    assert_ne!(cost_after_an_epoch()?.to_bits(), first.to_bits());
    Ok(())
}

#[test]
fn a_decay_of_the_learning_rate_changes_in_the_middle_of_a_run() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(20, Duration::from_mins(1))?;
    let step = lnn.number("Step")?;
    lnn.choose("Decay", "exponential")?;
    lnn.wait_for_rest()?;
    assert_eq!(lnn.number("Step")?, step, "the run started again: {}", lnn.notice()?);
    lnn.click("Step epoch")?;
    lnn.page.wait("the next epoch", || Ok(lnn.number("Step")? > step))?;
    lnn.page.check_clean()
}

#[test]
fn a_reset_never_blanks_the_picture() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(30, Duration::from_mins(1))?;
    // Every change of the page is looked at, until the new run's step 0 is there.
    let watch = "new Promise((done) => {
        const reset = [...document.querySelectorAll('button')].find((it) => it.textContent.trim() === 'Reset');
        const step = document.querySelector('output[aria-label=Step]');
        const seen = { blanks: 0, steps: [step.textContent] };
        const look = () => {
            const views = ['.net-picture', '.cost-curve', '.timeline-canvas'];
            if (!views.every((view) => document.querySelector(view))) seen.blanks += 1;
            if (seen.steps.at(-1) !== step.textContent) seen.steps.push(step.textContent);
            if (step.textContent === '0') done(seen);
        };
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        reset.click();
    })";
    let before = lnn.output("Step")?;
    let seen = lnn.page.evaluate(watch)?;
    assert_eq!(seen["blanks"], 0, "{seen}");
    assert_eq!(
        seen["steps"],
        serde_json::json!([before, "–", "0"]),
        "no number of the old run is the new one's"
    );
    lnn.page.check_clean()
}

#[test]
fn a_worker_that_fails_is_reported_and_the_run_goes_on_from_its_last_state() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(50, Duration::from_mins(1))?;
    let (step, cost) = (lnn.number("Step")?, lnn.number("Cost")?);
    lnn.evaluate_in_worker("lnn-trainer", "setTimeout(() => { throw new Error('pulled the plug') }); null")?;
    lnn.page.wait("a report", || Ok(lnn.notice()?.contains("pulled the plug")))?;
    lnn.page.wait("the same step", || Ok(lnn.number("Step").is_ok_and(|found| found == step)))?;
    assert_eq!(lnn.number("Cost")?.to_bits(), cost.to_bits());
    lnn.page.forget_problems();
    lnn.play_to_epoch(80, Duration::from_mins(1))?;
    lnn.page.check_clean()
}

#[test]
fn a_worker_that_hangs_is_noticed_and_the_run_goes_on_from_its_last_state() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(50, Duration::from_mins(1))?;
    let (step, cost) = (lnn.number("Step")?, lnn.number("Cost")?);
    // No error, no event: it merely never comes back.
    lnn.evaluate_in_worker("lnn-trainer", "setTimeout(() => { for (;;) ; }); null")?;
    lnn.page.wait_within("a report", Duration::from_mins(1), || Ok(lnn.notice()?.contains("no answer")))?;
    lnn.page.wait("the same step", || Ok(lnn.number("Step").is_ok_and(|found| found == step)))?;
    assert_eq!(lnn.number("Cost")?.to_bits(), cost.to_bits());
    lnn.play_to_epoch(80, Duration::from_mins(1))?;
    assert!(lnn.number("Step")? > step);
    lnn.page.check_clean()
}

#[test]
fn play_pressed_before_the_worker_listens_is_not_lost() -> Result<()> {
    let page = lnn_e2e::Page::open(&lnn_e2e::page_url()?, &Viewport::DESKTOP)?;
    page.evaluate(
        "[...document.querySelectorAll('button')].find((it) => it.textContent.trim() === 'Play').click()",
    )?;
    let lnn = Lnn { page };
    lnn.page.wait("training", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch > 1.0)))
}
