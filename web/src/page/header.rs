//! The controls that drive the run, and its headline numbers at the cursor's step.
//!
//! In: the frame's scores, at a pace at which numbers can be read. Out: [`Action`]s of playing. Read next: `timeline.rs`,
//! the other way to move in time.

use lnn_runlog::Scores;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    frame::Frame,
    page::{
        Commands,
        chart::calm::{Same, use_calm_first},
        number,
    },
    protocol::{LogKind, Speed},
    state::{Action, Theme},
};

/// Properties of [`Header`].
#[derive(Properties, Clone, PartialEq)]
pub struct HeaderProps {
    /// The cursor's step; none until the run's first frame is there.
    pub frame: Option<Same<Frame>>,
    /// Seconds that the trainer's present work takes, where that is long.
    pub working_s: Option<f64>,
    /// Whether the run can't be set up.
    pub is_refused: bool,
    /// Whether the trainer goes on by itself.
    pub is_playing: bool,
    /// How fast.
    pub speed: Speed,
    /// Light or dark.
    pub theme: Theme,
    /// What the log that is shown holds; none while the page trains.
    pub log: Option<LogKind>,
    /// How to ask for something.
    pub commands: Commands,
}

/// The speeds on offer, with the words for them.
const SPEEDS: [(&str, Speed); 7] = [
    ("1 step a second", Speed::StepsPerSecond(1.0)),
    ("5 steps a second", Speed::StepsPerSecond(5.0)),
    ("20 steps a second", Speed::StepsPerSecond(20.0)),
    ("60 steps a second", Speed::StepsPerSecond(60.0)),
    ("10 epochs a second", Speed::EpochsPerSecond(10.0)),
    ("60 epochs a second", Speed::EpochsPerSecond(60.0)),
    ("full", Speed::Full),
];

/// While the network trains, numbers change so often: faster than this, last digits only flicker.
const NUMBERS_MS: u32 = 100;

/// Play, step, reset, speed; epoch, cost, accuracy; theme.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let is_calm = props.frame.as_ref().is_some_and(|frame| frame.playing);
    let frame = use_calm_first(&props.frame, if is_calm { NUMBERS_MS } else { 0 });
    let shown = HeaderProps { frame, ..props.clone() };
    html! { <Bar ..shown /> }
}

/// The header as it is shown.
#[component]
fn Bar(props: &HeaderProps) -> Html {
    html! {
        <header class="top">
            <h1 class="brand" title="Lambda Neural Network">{ brand() }{ "LNN" }</h1>
            if props.log != Some(LogKind::Curves) {
                { controls(props) }
                { readouts(props) }
                { status(props) }
            }
            { theme_switch(props) }
        </header>
    }
}

fn brand() -> Html {
    html! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M7 10 15 6M7 12l8 4" stroke-width="1.4" />
            <circle class="n" cx="4" cy="11" r="3" /><circle class="p" cx="18" cy="5" r="3" />
            <circle class="g" cx="18" cy="17" r="3" />
        </svg>
    }
}

fn controls(props: &HeaderProps) -> Html {
    let act = |action: Action| props.commands.reform(move |_: MouseEvent| action.clone());
    let (word, play) = if props.is_playing { ("Pause", Action::Pause) } else { ("Play", Action::Play) };
    html! {
        <div class="controls" role="group" aria-label="Training">
            <button class="button primary" onclick={act(play)} title={format!("{word} (space)")}>{ word }</button>
            <button class="button" onclick={act(Action::StepBatch)} title="One mini-batch (. in the network)">{ "Step" }</button>
            <button class="button" onclick={act(Action::StepEpoch)} title="One pass over the data (, in the network)">{ "Step epoch" }</button>
            if props.log.is_none() {
                <button class="button" onclick={act(Action::Reset)} title="Back to the same start weights">{ "Reset" }</button>
                <button class="button icon" onclick={act(Action::ResetWithNewSeed)} aria-label="Reset with a new seed"
                    title="New start weights: the next seed">{ dice() }</button>
            }
            <label class="field">{ "Speed" }{ speed_select(props) }</label>
        </div>
    }
}

fn dice() -> Html {
    html! {
        <svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
            <path d="M3 1h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2Zm0 1.3a.7.7 0 0 0-.7.7v10c0 .4.3.7.7.7h10a.7.7 0 0 0 .7-.7V3a.7.7 0 0 0-.7-.7Z" />
            <circle cx="5" cy="5" r="1.3" /><circle cx="8" cy="8" r="1.3" /><circle cx="11" cy="11" r="1.3" />
        </svg>
    }
}

fn speed_select(props: &HeaderProps) -> Html {
    let onchange = props.commands.reform(|event: Event| {
        let idx = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Action::SetSpeed(SPEEDS.get(idx as usize).map_or(Speed::DEFAULT, |(_, speed)| *speed))
    });
    html! {
        <select class="select" {onchange}>
            { for SPEEDS.iter().map(|(word, speed)| html! {
                <option selected={*speed == props.speed}>{ *word }</option>
            }) }
        </select>
    }
}

fn readouts(props: &HeaderProps) -> Html {
    let head = props.frame.as_ref().map(|frame| frame.head);
    let cost = |scores: Option<Scores>| scores.map_or("–".to_owned(), |s| exact(s.cost));
    let quality = |scores: Option<Scores>| match scores {
        Some(Scores { accuracy: Some(share), .. }) => number::percent(share),
        Some(Scores { r2: Some(r2), .. }) => number::score(r2),
        _ => "–".to_owned(),
    };
    let is_regression = head.is_some_and(|head| head.train.r2.is_some());
    let (word, dev_word) = if is_regression { ("R²", "Dev R²") } else { ("Accuracy", "Dev accuracy") };
    let train = head.map(|head| head.train);
    let dev = head.and_then(|head| head.dev);
    let number = |value: Option<u64>| value.map_or("–".to_owned(), |value| value.to_string());
    html! {
        <div class="readouts">
            { readout("Epoch", number(head.map(|head| head.epoch)), None) }
            { readout("Step", number(head.map(|head| head.step)), None) }
            { readout("Cost", cost(train), train.map(|scores| scores.cost)) }
            { readout("Dev cost", cost(dev), dev.map(|scores| scores.cost)) }
            { readout(word, quality(train), train.and_then(|s| s.accuracy.or(s.r2))) }
            { readout(dev_word, quality(dev), dev.and_then(|s| s.accuracy.or(s.r2))) }
        </div>
    }
}

/// Six decimals with an ASCII sign and point: read by programs as well as by people.
fn exact(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { number::short(value) }
}

/// A number under its name; `all_digits` is the whole number for whoever needs it.
fn readout(name: &'static str, text: String, all_digits: Option<f64>) -> Html {
    let value = all_digits.map_or_else(|| text.clone(), |value| value.to_string());
    html! {
        <div class="readout">
            <small aria-hidden="true">{ name }</small>
            <output aria-label={name} aria-live="off" data-value={value}>{ text }</output>
        </div>
    }
}

fn status(props: &HeaderProps) -> Html {
    let (class, text) = match (&props.frame, props.working_s) {
        (None, _) if props.is_refused => ("status failed", "Not started".to_owned()),
        (_, Some(seconds)) => ("status busy", format!("Busy, about {} s", seconds.ceil())),
        (None, None) => ("status busy", "Starting …".to_owned()),
        (Some(frame), None) if props.is_playing && frame.steps_per_second > 0.0 => {
            let rate = number::count(f64::from(frame.steps_per_second).round() as u64);
            ("status running", format!("{rate} steps/s"))
        }
        (Some(_), None) if props.is_playing => {
            ("status running", if props.log.is_some() { "Playing" } else { "Training" }.to_owned())
        }
        (Some(_), None) if props.log.is_some() => ("status", "Replay".to_owned()),
        (Some(frame), None) if frame.head.step != frame.newest_step => ("status", "In the past".to_owned()),
        (Some(_), None) => ("status", "Paused".to_owned()),
    };
    html! { <span {class}>{ text }</span> }
}

fn theme_switch(props: &HeaderProps) -> Html {
    let (next, name) = match props.theme {
        Theme::System => (Theme::Light, "Theme: as the system"),
        Theme::Light => (Theme::Dark, "Theme: light"),
        Theme::Dark => (Theme::System, "Theme: dark"),
    };
    let onclick = props.commands.reform(move |_: MouseEvent| Action::SetTheme(next));
    html! {
        <button class="button icon quiet" {onclick} aria-label={name} title={name}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />
                if props.theme != Theme::Light {
                    <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4Z" fill="currentColor" />
                }
                if props.theme == Theme::Dark {
                    <circle cx="8" cy="8" r="6.2" fill="currentColor" />
                }
            </svg>
        </button>
    }
}
