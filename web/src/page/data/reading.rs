//! The choices about the whole file: how it is cut into cells, how inputs are scaled, which rows train.
//!
//! In: the preview's and the plan's settings. Out: a [`ReadChoice`] that makes the loader read again, or [`PlanEdit`]s.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    check::{Place, Problem},
    dialog::problems_at,
    plan::PlanEdit,
    words::separator,
};
use crate::{
    page::settings::choice::{Choice, Line},
    protocol::{ReadChoice, Normalise, Plan},
};

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Properties of [`Reading`].
#[derive(Properties, PartialEq)]
pub struct ReadingProps {
    /// In force.
    pub separator: char,
    /// In force.
    pub has_header: bool,
    /// Whether the loader works.
    pub is_busy: bool,
    /// Called with another way to cut the file.
    pub on_choose: Callback<ReadChoice>,
}

/// Separator and header.
#[component]
pub fn Reading(props: &ReadingProps) -> Html {
    let lines: Vec<Line> = SEPARATORS.iter().map(|it| Line::new(separator(*it))).collect();
    let chosen = SEPARATORS.iter().position(|it| *it == props.separator).unwrap_or(0);
    let has_header = Some(props.has_header);
    let on_separator = props
        .on_choose
        .reform(move |idx: usize| ReadChoice { separator: SEPARATORS.get(idx).copied(), has_header });
    let separator = Some(props.separator);
    let on_header =
        props.on_choose.reform(move |idx: usize| ReadChoice { separator, has_header: Some(idx == 0) });
    let headers = vec![Line::new("names of the columns"), Line::new("values already")];
    html! {
        <div class="preview-reading">
            <div class="field">
                <label for="preview-separator">{ "Separator" }</label>
                <Choice id="preview-separator" class="select" {lines} {chosen} on_choose={on_separator}
                    is_disabled={props.is_busy} />
            </div>
            <div class="field">
                <label for="preview-header">{ "First row" }</label>
                <Choice id="preview-header" class="select" lines={headers} chosen={usize::from(!props.has_header)}
                    on_choose={on_header} is_disabled={props.is_busy} />
            </div>
        </div>
    }
}

/// The ways to scale, with the words for them; dividing pixels by their range where the plan does.
fn scales(plan: &Plan) -> Vec<(Normalise, String)> {
    let mut scales = vec![
        (Normalise::ZScore, "mean 0, standard deviation 1".to_owned()),
        (Normalise::MinMax, "from 0 to 1".to_owned()),
        (Normalise::None, "as they are".to_owned()),
    ];
    if let Normalise::Factor(factor) = plan.pixel_scale {
        scales.push((plan.pixel_scale, format!("divided by {}, as pixels", (1.0 / factor).round())));
    }
    scales
}

/// Properties of [`Preparation`].
#[derive(Properties, PartialEq)]
pub struct PreparationProps {
    /// The plan as it stands.
    pub plan: Rc<Plan>,
    /// What is wrong with it.
    pub problems: Rc<Vec<Problem>>,
    /// Called with a change.
    pub on_edit: Callback<PlanEdit>,
}

/// Scaling and split.
#[component]
pub fn Preparation(props: &PreparationProps) -> Html {
    let scales = scales(&props.plan);
    let lines: Vec<Line> = scales.iter().map(|(_, words)| Line::new(words.clone())).collect();
    let chosen = scales.iter().position(|(scale, _)| *scale == props.plan.normalise).unwrap_or(0);
    let on_scale = props.on_edit.reform(move |idx: usize| {
        PlanEdit::Normalise(scales.get(idx).map_or(Normalise::ZScore, |(scale, _)| *scale))
    });
    let percent = (props.plan.train_share * 100.0).round();
    let words = match props.plan.train_rows {
        Some(n) => format!("the first {n} to train on, as in the file"),
        None => format!("{percent:.0} % to train on, {:.0} % held out", 100.0 - percent),
    };
    let oninput = props.on_edit.reform(|event: InputEvent| {
        PlanEdit::TrainShare(event.target_unchecked_into::<HtmlInputElement>().value_as_number() / 100.0)
    });
    html! {
        <section class="preview-preparation" aria-label="Scaling and split">
            <div class="field">
                <label for="preview-scale">{ "Numeric inputs" }</label>
                <Choice id="preview-scale" class="select" {lines} {chosen} on_choose={on_scale} />
            </div>
            <div class="field split">
                <label for="preview-share">{ "Rows" }</label>
                <input id="preview-share" type="range" min="10" max="100" step="1" value={percent.to_string()}
                    aria-valuetext={words.clone()} {oninput} />
                <span>{ words }</span>
            </div>
            { problems_at(&props.problems, Place::Split) }
        </section>
    }
}
