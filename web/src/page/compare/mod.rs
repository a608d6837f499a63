//! Runs beside the page's own: which they are, how their cursors are linked, how their recipes differ.
//!
//! In: the page's run and those beside. Out: a bar over the networks; [`BesideAction`]s. Each run has a letter, A is the
//! page's own: it stands wherever a colour tells runs apart. Read next: `recipes.rs`, `choose.rs`.

mod choose;
mod recipes;

use lnn_runlog::{Link, RunHeader, differences};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

pub use self::choose::ChooseLog;
use self::recipes::Recipes;
use crate::{
    frame::Frame,
    page::{Commands, chart::calm::Same, number, replay::verdict},
    protocol::LogStatus,
    state::{Action, Beside, BesideAction},
};

/// The letter of a run: 0 is the page's own.
pub fn letter(number: usize) -> char {
    char::from(b'A' + number.min(25) as u8)
}

/// Properties of [`CompareBar`].
#[derive(Properties, Clone, PartialEq)]
pub struct CompareBarProps {
    /// Recipe and data of the page's own run.
    pub own: Option<Same<RunHeader>>,
    /// What it is called.
    pub title: AttrValue,
    /// The runs beside.
    pub beside: Vec<Same<Beside>>,
    /// What cursors have in common.
    pub link: Link,
    /// Whether all runs know when their steps were taken.
    pub has_clocks: bool,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn CompareBar(props: &CompareBarProps) -> Html {
    html! {
        <aside class="compare" aria-label="Compared runs">
            <div class="compare-line">
                <ul class="compare-runs">
                    <li><RunMark number={0} /><b>{ &props.title }</b></li>
                    { for props.beside.iter().enumerate().map(|(idx, beside)| entry(props, idx + 1, beside)) }
                </ul>
                { link_switch(props) }
            </div>
            <Recipes own={props.own.clone()} beside={props.beside.clone()} />
        </aside>
    }
}

/// A run's letter in its colour.
#[component]
pub fn RunMark(props: &RunMarkProps) -> Html {
    html! { <span class={format!("run-mark beside-{}", props.number)}>{ letter(props.number) }</span> }
}

/// Properties of [`RunMark`].
#[derive(Properties, Clone, PartialEq, Eq)]
pub struct RunMarkProps {
    /// 0 is the page's own run.
    pub number: usize,
}

fn entry(props: &CompareBarProps, number: usize, beside: &Same<Beside>) -> Html {
    let (run, log) = (beside.run, &beside.log);
    let close = props.commands.reform(move |_: MouseEvent| Action::Beside(BesideAction::Close(run)));
    let (class, sentence) = verdict(log);
    // Runs of other settings hold other bits: nobody needs to be told.
    let is_same_recipe = props.own.as_ref().zip(beside.header.as_ref());
    let is_same_recipe =
        is_same_recipe.is_some_and(|(own, theirs)| differences(&[&own.0, theirs]).is_empty());
    let twin = log.twin.as_ref().filter(|_| is_same_recipe);
    let choose =
        props.commands.reform(move |log_run: String| Action::Beside(BesideAction::Choose { run, log_run }));
    html! {
        <li key={run}>
            <RunMark {number} />
            if log.log_runs.len() > 1 {
                <RunSelect log={Same(log.clone())} {choose} />
            } else {
                <b title={log.name.clone()}>{ beside.title() }</b>
            }
            if log.is_reading {
                <progress max="1" value={log.share.to_string()} aria-label={format!("Reading {}", log.name)} />
            }
            <span class={classes!("compare-verdict", class)}>{ sentence }</span>
            if let Some((is_same, sentence)) = twin {
                <b class={if *is_same { "good" } else { "bad" }}>{ sentence }</b>
            }
            <button class="button icon quiet" onclick={close} aria-label={format!("Close {}", beside.title())}>{ "✕" }</button>
        </li>
    }
}

/// Properties of [`RunSelect`].
#[derive(Properties, Clone, PartialEq)]
pub struct RunSelectProps {
    /// The log whose runs they are.
    pub log: Same<LogStatus>,
    /// Takes the chosen run's name.
    pub choose: Callback<String>,
}

/// The runs of a log that holds several.
#[component]
pub fn RunSelect(props: &RunSelectProps) -> Html {
    let (log, choose) = (&props.log, props.choose.clone());
    let onchange = {
        let log = log.clone();
        move |event: Event| {
            let idx = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            if let Some(run) = log.log_runs.get(idx as usize) {
                choose.emit(run.clone());
            }
        }
    };
    html! {
        <select class="select" aria-label={format!("Run of {}", log.name)} {onchange}>
            { for log.log_runs.iter().map(|run| html! {
                <option selected={*run == log.log_run}>{ run }</option>
            }) }
        </select>
    }
}

fn link_switch(props: &CompareBarProps) -> Html {
    let button = |link: &Link| {
        let link = *link;
        let (name, title) = match link {
            Link::Step => ("step", "The same number of updates"),
            Link::Epoch => ("epoch", "The same number of passes over the data"),
            Link::Time => ("time", "The same time since each run began"),
        };
        let is_off = link == Link::Time && !props.has_clocks;
        let title = if is_off { "Not all of these runs know when their steps were taken" } else { title };
        let onclick = props.commands.reform(move |_: MouseEvent| Action::Beside(BesideAction::Link(link)));
        html! {
            <button {onclick} {title} disabled={is_off} aria-pressed={(link == props.link).to_string()}>{ name }</button>
        }
    };
    html! {
        <span class="compare-link">
            { "Cursors at the same " }
            <span class="choice" role="group" aria-label="Link cursors by">{ for Link::ALL.iter().map(button) }</span>
        </span>
    }
}

/// Properties of [`PaneTitle`].
#[derive(Properties, Clone, PartialEq)]
pub struct PaneTitleProps {
    /// The run's number, 0 is the page's own.
    pub number: usize,
    /// What it is called.
    pub title: AttrValue,
    /// Its step.
    pub frame: Option<Same<Frame>>,
}

/// Over a network: which run it is, and where it stands.
#[component]
pub fn PaneTitle(props: &PaneTitleProps) -> Html {
    html! {
        <p class="pane-title">
            <RunMark number={props.number} />
            <b>{ &props.title }</b>
            if let Some(frame) = &props.frame {
                <span class="number">
                    { format!("step {} · epoch {} · cost ", frame.head.step, frame.head.epoch) }
                    { number::short(frame.head.train.cost) }
                </span>
            } else {
                <span>{ "Reading …" }</span>
            }
        </p>
    }
}
