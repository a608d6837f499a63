//! The choices about the whole file: how it is cut into cells or pixels, which array is what, how inputs are scaled, which rows train.
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
    protocol::{Normalise, Plan, Preview, ReadChoice},
};

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Sides of pictures to choose from, in pixels.
const SIDES: [usize; 8] = [8, 16, 28, 32, 48, 64, 96, 128];

/// Properties of [`Reading`].
#[derive(Properties)]
pub struct ReadingProps {
    /// What the files hold, and how they were read.
    pub preview: Rc<Preview>,
    /// Whether the loader works.
    pub is_busy: bool,
    /// Called with another way to read the files.
    pub on_choose: Callback<ReadChoice>,
}

impl PartialEq for ReadingProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.preview, &other.preview)
            && self.is_busy == other.is_busy
            && self.on_choose == other.on_choose
    }
}

/// Separator and header of a text; side and colours of pictures; what arrays are.
#[component]
pub fn Reading(props: &ReadingProps) -> Html {
    let choice = &props.preview.choice;
    let field = |id: AttrValue, label: &str, lines: Vec<Line>, chosen: usize, on_choose: Callback<usize>| {
        html! {
            <div class="field">
                <label for={&id}>{ label }</label>
                <Choice {id} class="select" {lines} {chosen} {on_choose} is_disabled={props.is_busy} />
            </div>
        }
    };
    let on = |with: fn(ReadChoice, usize) -> ReadChoice| {
        let choice = choice.clone();
        props.on_choose.reform(move |idx| with(choice.clone(), idx))
    };
    let mut fields = Vec::new();
    if let Some(separator) = choice.separator {
        let lines = SEPARATORS.iter().map(|it| Line::new(self::separator(*it))).collect();
        let chosen = SEPARATORS.iter().position(|it| *it == separator).unwrap_or(0);
        let on_choose = on(|choice, idx| ReadChoice { separator: SEPARATORS.get(idx).copied(), ..choice });
        fields.push(field("preview-separator".into(), "Separator", lines, chosen, on_choose));
        let lines = vec![Line::new("names of the columns"), Line::new("values already")];
        let on_choose = on(|choice, idx| ReadChoice { has_header: Some(idx == 0), ..choice });
        let chosen = usize::from(choice.has_header == Some(false));
        fields.push(field("preview-header".into(), "First row", lines, chosen, on_choose));
    }
    if let Some(side) = choice.side {
        let mut sides = SIDES.to_vec();
        sides.push(side);
        sides.sort_unstable();
        sides.dedup();
        let lines = sides.iter().map(|side| Line::new(format!("{side} × {side}"))).collect();
        let chosen = sides.iter().position(|it| *it == side).unwrap_or(0);
        let on_choose = {
            let choice = choice.clone();
            let side = move |idx: usize| ReadChoice { side: sides.get(idx).copied(), ..choice.clone() };
            props.on_choose.reform(side)
        };
        fields.push(field("preview-side".into(), "Pixels", lines, chosen, on_choose));
        let lines = vec![Line::new("red, green, blue"), Line::new("grey")];
        let on_choose = on(|choice, idx| ReadChoice { has_colours: Some(idx == 0), ..choice });
        let chosen = usize::from(choice.has_colours == Some(false));
        fields.push(field("preview-colours".into(), "Colours", lines, chosen, on_choose));
    }
    for (slot_idx, slot) in props.preview.arrays.iter().enumerate() {
        let lines = slot.lines.iter().map(|(words, _)| Line::new(words.clone())).collect();
        let preview = props.preview.clone();
        let on_choose = props.on_choose.reform(move |idx: usize| {
            let arrays = preview.arrays.get(slot_idx).and_then(|slot| slot.lines.get(idx));
            let arrays = arrays.map(|(_, arrays)| arrays.clone()).unwrap_or_default();
            ReadChoice { arrays, ..preview.choice.clone() }
        });
        let id = format!("preview-{}", slot.label.to_lowercase().replace(' ', "-")).into();
        fields.push(field(id, &slot.label, lines, slot.chosen, on_choose));
    }
    html! { <div class="preview-reading">{ for fields }</div> }
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
