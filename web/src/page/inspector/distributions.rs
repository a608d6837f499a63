//! How z, a and δ are spread over the training examples.
//!
//! In: the unit's histograms, every frame. Out: three small pictures with their ends written below, and the same in words.
//! Read next: `../chart/bars.rs`.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    frame::{Frame, Histogram, UnitDetail},
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            bars::{self, Tint},
            calm::Same,
        },
        number,
        theme::Palette,
    },
};

/// Properties of [`Distributions`].
#[derive(Properties, Clone, PartialEq)]
pub struct DistributionsProps {
    /// What the pictures show.
    pub frame: Same<Frame>,
    /// What the words tell.
    pub calm_frame: Same<Frame>,
    /// Colours.
    pub palette: Same<Palette>,
}

/// Which of a unit's histograms.
type Pick = fn(&UnitDetail) -> &Histogram;

/// Letter, meaning, histogram, colours.
const ALL: [(&str, &str, Pick, Tint); 3] = [
    ("z", "before the activation", |detail| &detail.pre_activations, Tint::Signed),
    ("a", "after it", |detail| &detail.activations, Tint::Signed),
    ("δ", "what comes back", |detail| &detail.errors, Tint::Gradient),
];

/// See the module's text.
#[component]
pub fn Distributions(props: &DistributionsProps) -> Html {
    let Some(detail) = &props.calm_frame.unit else { return html! {} };
    let figure = |(letter, meaning, pick, tint): (&'static str, &'static str, Pick, Tint)| {
        let (frame, palette) = (props.frame.clone(), props.palette.clone());
        let draw: Draw = Rc::new(move |surface: &Surface| {
            if let Some(detail) = &frame.unit {
                bars::histogram(surface, pick(detail), tint, &palette);
            }
        });
        html! {
            <figure class="distribution">
                <span><b class="number">{ letter }</b><small>{ meaning }</small></span>
                <Canvas class="distribution-canvas" {draw} />
                <figcaption class="visually-hidden">{ words(letter, pick(detail)) }</figcaption>
            </figure>
        }
    };
    html! {
        <section class="inspector-part" aria-label="Distributions">
            <h3>{ "Over the data" }<small>{ format!("{} training examples", detail.n_examples) }</small></h3>
            { for ALL.into_iter().map(figure) }
        </section>
    }
}

fn words(letter: &str, histogram: &Histogram) -> String {
    let (min, max) = (f64::from(histogram.min), f64::from(histogram.max));
    let most = histogram.counts.iter().enumerate().max_by_key(|(_, count)| **count);
    let n_bins = histogram.counts.len().max(1) as f64;
    let peak = most.map_or(min, |(idx, _)| min + (max - min) * (idx as f64 + 0.5) / n_bins);
    let [min, max, peak] = [min, max, peak].map(number::short);
    format!("{letter} from {min} to {max}, most often near {peak}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_is_told_by_its_ends_and_its_peak() {
        let histogram = Histogram { min: -1.0, max: 1.0, counts: vec![1, 0, 0, 7] };
        assert_eq!(words("a", &histogram), "a from −1.000 to 1.000, most often near 0.7500.");
    }
}
