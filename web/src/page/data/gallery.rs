//! Made-up data sets: five pictures to press, and how noisy and how many.
//!
//! In: the data set in use. Out: [`Action::SetData`], a moment after the last change, so that a slider under way
//! doesn't start a run at each of its stops. Read next: `thumbnail.rs`.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use lnn_core::SyntheticKind;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{thumbnail::Thumbnail, words::split_in_short};
use crate::{
    page::{Commands, number, theme::Palette},
    protocol::SyntheticData,
    state::{Action, DataSource},
};

/// Milliseconds after the last change of a slider.
const PATIENCE_MS: u32 = 250;

/// Properties of [`Gallery`].
#[derive(Properties, Clone)]
pub struct GalleryProps {
    /// What the run trains on; none where a log is played.
    pub data: Option<Rc<DataSource>>,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

impl PartialEq for GalleryProps {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data && Rc::ptr_eq(&self.palette, &other.palette)
    }
}

/// What people call a kind.
const fn title(kind: SyntheticKind) -> &'static str {
    match kind {
        SyntheticKind::Circle => "Circle",
        SyntheticKind::Xor => "XOR",
        SyntheticKind::Gaussians => "Gaussians",
        SyntheticKind::Moons => "Moons",
        SyntheticKind::Spiral => "Spiral",
    }
}

fn in_use(data: Option<&DataSource>) -> Option<SyntheticData> {
    match data {
        Some(DataSource::Synthetic(synthetic)) => Some(*synthetic),
        Some(DataSource::Arrays(_)) | None => None,
    }
}

/// The pictures, and the sliders of the one in use.
#[component]
pub fn Gallery(props: &GalleryProps) -> Html {
    let in_use = in_use(props.data.as_deref());
    let fallback = in_use.or(self::in_use(Some(&DataSource::default())));
    let draft = use_state_eq(|| fallback);
    let timer = use_mut_ref(|| None::<Timeout>);
    {
        let draft = draft.clone();
        use_effect_with(in_use, move |in_use| {
            if in_use.is_some() {
                draft.set(*in_use);
            }
        });
    }
    let Some(shown) = *draft else { return html! {} };
    let take = {
        let (commands, draft) = (props.commands.clone(), draft.clone());
        Callback::from(move |(data, patience_ms): (SyntheticData, u32)| {
            draft.set(Some(data));
            let commands = commands.clone();
            let act = move || commands.emit(Action::SetData(DataSource::Synthetic(data)));
            *timer.borrow_mut() = Some(Timeout::new(patience_ms, act));
        })
    };
    let look = Callback::from(move |data: SyntheticData| draft.set(Some(data)));
    html! {
        <>
            <div class="gallery" role="group" aria-label="Made-up data sets">
                { for SyntheticKind::ALL.iter().map(|kind| {
                    thumbnail(*kind, shown, in_use.map(|data| data.kind), &props.palette, &take)
                }) }
            </div>
            if in_use.is_some() { { sliders(shown, &take, &look) } }
        </>
    }
}

fn thumbnail(
    kind: SyntheticKind,
    shown: SyntheticData,
    in_use: Option<SyntheticKind>,
    palette: &Rc<Palette>,
    take: &Callback<(SyntheticData, u32)>,
) -> Html {
    let next = SyntheticData { kind, ..shown };
    let onclick = take.reform(move |_: MouseEvent| (next, 0));
    html! {
        <button class="thumb" aria-label={title(kind)} title={title(kind)} {onclick}
            aria-pressed={(in_use == Some(kind)).to_string()}>
            <Thumbnail {kind} noise={shown.noise} seed={shown.seed} {palette} />
        </button>
    }
}

fn sliders(
    shown: SyntheticData,
    take: &Callback<(SyntheticData, u32)>,
    look: &Callback<SyntheticData>,
) -> Html {
    let n_train = (shown.n_examples as f64 * shown.train_share).round() as usize;
    let next_seed = SyntheticData { seed: shown.seed.wrapping_add(1), ..shown };
    let onclick = take.reform(move |_: MouseEvent| (next_seed, 0));
    let noise = Slider {
        id: "data-noise",
        label: "Noise",
        range: (0.0, 0.5, 0.01),
        value: shown.noise,
        text: format!("{:.2}", shown.noise),
    };
    let examples = Slider {
        id: "data-examples",
        label: "Examples",
        range: (50.0, 2000.0, 50.0),
        value: shown.n_examples as f64,
        text: number::count(shown.n_examples as u64),
    };
    let share = Slider {
        id: "data-share",
        label: "Train on",
        range: (10.0, 100.0, 5.0),
        value: (shown.train_share * 100.0).round(),
        text: format!("{:.0} %", shown.train_share * 100.0),
    };
    html! {
        <div class="sliders">
            { noise.view(take, look, move |noise| SyntheticData { noise, ..shown }) }
            { examples.view(take, look, move |n| SyntheticData { n_examples: n as usize, ..shown }) }
            { share.view(take, look, move |percent| SyntheticData { train_share: percent / 100.0, ..shown }) }
            <div class="sliders-foot">
                <span>{ split_in_short(n_train, shown.n_examples.saturating_sub(n_train)) }</span>
                <button class="mini word" {onclick} title="Draw other points of the same kind">{ "Redraw" }</button>
            </div>
        </div>
    }
}

struct Slider {
    id: &'static str,
    label: &'static str,
    /// Least, most, step.
    range: (f64, f64, f64),
    value: f64,
    text: String,
}

impl Slider {
    /// The picture follows at once, the run a moment after the slider was let go.
    fn view(
        self,
        take: &Callback<(SyntheticData, u32)>,
        look: &Callback<SyntheticData>,
        with: impl Fn(f64) -> SyntheticData + Copy + 'static,
    ) -> Html {
        let value = |event: &Event| event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        let oninput = look.reform(move |event: InputEvent| with(value(&event)));
        let onchange = take.reform(move |event: Event| (with(value(&event)), PATIENCE_MS));
        let (least, most, step) = self.range;
        html! {
            <div class="slider">
                <label for={self.id}>{ self.label }</label>
                <input id={self.id} type="range" min={least.to_string()} max={most.to_string()} step={step.to_string()}
                    value={self.value.to_string()} aria-valuetext={self.text.clone()} {oninput} {onchange} />
                <span class="number" aria-hidden="true">{ self.text }</span>
            </div>
        }
    }
}
