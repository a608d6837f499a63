//! The gradient check of the unit, on demand, number by number.
//!
//! In: the newest report. Out: a verdict and a table. Read next: `web/engine/src/check.rs` for who makes the report.

use lnn_runlog::RunHeader;
use yew::prelude::*;

use super::names;
use crate::{
    page::{Commands, chart::calm::Same, number},
    protocol::{GradientLine, GradientReport, UnitId},
    state::Action,
};

/// Properties of [`GradientCheck`].
#[derive(Properties, Clone, PartialEq)]
pub struct GradientCheckProps {
    /// Which unit.
    pub unit: UnitId,
    /// Its newest report.
    pub report: Option<Same<GradientReport>>,
    /// Names.
    pub header: Same<RunHeader>,
    /// The cursor's step.
    pub cursor: u64,
    /// How to ask for something.
    pub commands: Commands,
}

/// How well two gradients agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Agrees,
    Probably,
    Differs,
}

impl Agreement {
    /// By ‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖), in f64.
    fn of(relative_difference: f64) -> Self {
        if relative_difference < 1e-7 {
            Self::Agrees
        } else if relative_difference < 1e-5 {
            Self::Probably
        } else {
            Self::Differs
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Agrees => "good",
            Self::Probably => "unsure",
            Self::Differs => "bad",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Probably => "probably agrees",
            Self::Differs => "differs",
        }
    }
}

/// See the module's text.
#[component]
pub fn GradientCheck(props: &GradientCheckProps) -> Html {
    let unit = props.unit;
    let onclick = props.commands.reform(move |_: MouseEvent| Action::CheckGradient(unit));
    html! {
        <section class="inspector-part" aria-label="Gradient check">
            <h3>{ "Gradient check" }</h3>
            <p class="hint">{ "Backpropagation against central differences of the cost, in double precision." }</p>
            <button class="button" {onclick}>{ "Check gradients" }</button>
            <div role="status">if let Some(report) = &props.report { { verdict(report) } }</div>
            if let Some(report) = &props.report {
                if report.step != props.cursor {
                    <p class="hint">{ format!("Checked at step {}; the cursor stands elsewhere now.", report.step) }</p>
                }
                <Report report={report.clone()} header={props.header.clone()} />
            }
        </section>
    }
}

fn verdict(report: &GradientReport) -> Html {
    let agreement = Agreement::of(report.relative_difference);
    html! {
        <p class="check-verdict">
            <b class={agreement.class()}>
                <span class="number">{ format!("{} ", number::short(report.relative_difference)) }</span>{ agreement.words() }
            </b>
            <small>{ format!(" over {} parameters, {} examples", report.lines.len(), report.n_examples) }</small>
        </p>
    }
}

/// Properties of [`Report`].
#[derive(Properties, Clone, PartialEq)]
pub struct ReportProps {
    /// What is shown.
    pub report: Same<GradientReport>,
    /// Names.
    pub header: Same<RunHeader>,
}

/// The table; made anew only for a new report.
#[component]
fn Report(props: &ReportProps) -> Html {
    let report = &props.report;
    let n_left = report.n_parameters.saturating_sub(report.lines.len());
    html! {
        <div class="check-scroll" tabindex="0" role="group" aria-label="Gradients, number by number">
            <table class="terms check">
                <caption class="visually-hidden">{ format!("Gradients at step {}", report.step) }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ "∂C/∂" }</th>
                        <th scope="col"><abbr title="by backpropagation">{ "backprop." }</abbr></th>
                        <th scope="col"><abbr title="by central differences">{ "differences" }</abbr></th>
                        <th scope="col"><abbr title="relative difference, |g − g′| / (|g| + |g′|)">{ "rel." }</abbr></th>
                    </tr>
                </thead>
                <tbody>{ for report.lines.iter().map(|line| row(line, report.unit, &props.header)) }</tbody>
            </table>
            if n_left > 0 { <p class="hint">{ format!("{n_left} more parameters were not looked at.") }</p> }
        </div>
    }
}

fn row(line: &GradientLine, unit: UnitId, header: &RunHeader) -> Html {
    let name = match line.input_idx {
        Some(input_idx) => format!("w, {}", names::source(header, unit.layer_idx, input_idx)),
        None => "b".to_owned(),
    };
    let class = classes!("number", Agreement::of(line.relative_difference).class());
    html! {
        <tr>
            <th scope="row" title={name.clone()}>{ name }</th>
            <td class="number">{ exact(line.analytic) }</td>
            <td class="number">{ exact(line.numeric) }</td>
            <td {class}>{ number::short(line.relative_difference) }</td>
        </tr>
    }
}

/// Enough digits to see where two gradients part.
fn exact(value: f64) -> String {
    format!("{value:+.3e}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_millionth_is_not_agreement_yet() {
        let words = |difference: f64| Agreement::of(difference).words();
        assert_eq!(
            [2.1e-9, 1e-6, 1e-3, f64::NAN].map(words),
            ["agrees", "probably agrees", "differs", "differs"]
        );
    }

    #[test]
    fn gradients_are_written_with_sign_and_power() {
        assert_eq!(exact(-0.001_234_5), "−1.234e−3");
        assert_eq!(exact(2.0), "+2.000e0");
    }
}
