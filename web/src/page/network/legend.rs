//! What colours, rings and lines mean, with their units and the numbers at their ends.
//!
//! In: a frame and the rings' scale. Out: [`Facts`], worked out without a browser, and the legend that tells them.

use lnn_runlog::{RunHeader, Task};
use yew::prelude::*;

use super::{
    scale::{Decades, brief, power_of_ten},
    text::ellipsis,
};
use crate::{
    frame::{Frame, TileContent},
    page::{chart::calm::Same, number::count},
    protocol::Lens,
};

/// What the legend tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What the tiles' colours are.
    pub tile: &'static str,
    /// The most negative value.
    pub low: String,
    /// The most positive value.
    pub high: String,
    /// How the scale belongs to layers, where each has its own.
    pub note: String,
    /// What the rings are.
    pub ring: &'static str,
    /// Their scale.
    pub decades: Decades,
    /// What the lines are.
    pub line: &'static str,
    /// How many lines are shown of how many.
    pub edges: String,
    /// What the two ends of the output's colours are, where it is a share between two classes.
    pub output: Option<(String, String)>,
}

impl Facts {
    /// Works them out. `classes` are the class names of a two-class task with a share as output.
    pub fn new(frame: &Frame, decades: Decades, task: Task, classes: &[String]) -> Self {
        let (low, high, note) = tile_scale(frame);
        let is_colour = frame.tiles.first().is_some_and(|sheet| sheet.content == TileContent::ColourPicture);
        let tile = match frame.lens {
            Lens::Activation => match frame.tiles.first().map(|sheet| sheet.content) {
                Some(TileContent::Plane) => "a over x₁, x₂",
                Some(TileContent::InputPicture) => "w as a picture, a of watched examples",
                Some(TileContent::ColourPicture) => "each pixel's strongest w, a of watched examples",
                _ => "a of watched examples",
            },
            Lens::Gradient => "δ of watched examples",
            Lens::Weight if is_colour => "incoming w, of a pixel the strongest",
            Lens::Weight => "incoming w",
            Lens::Update if is_colour => "Δw of the last step, of a pixel the strongest",
            Lens::Update => "Δw of the last step",
        };
        let is_share = task == Task::BinaryClassification && frame.lens == Lens::Activation;
        Self {
            tile,
            low,
            high,
            note,
            ring: if frame.lens == Lens::Gradient { "ring = ‖∂C/∂w‖" } else { "ring = mean |δ|" },
            decades,
            line: match frame.lens {
                Lens::Activation | Lens::Weight => "line = w",
                Lens::Gradient => "line = ∂C/∂w",
                Lens::Update => "line = Δw",
            },
            edges: edges(frame),
            output: match classes {
                [first, second] if is_share => Some((ellipsis(first, 84.0), ellipsis(second, 84.0))),
                _ => None,
            },
        }
    }
}

/// The ends of the tiles' scale over the hidden layers, and a note where layers differ.
fn tile_scale(frame: &Frame) -> (String, String, String) {
    let n_hidden = frame.tiles.len().saturating_sub(1).max(1);
    let scales = || frame.tiles.iter().take(n_hidden).map(|sheet| sheet.scale);
    let (least, most) = (scales().fold(f32::INFINITY, f32::min), scales().fold(0.0, f32::max));
    if most <= 0.0 {
        return ("0".to_owned(), "0".to_owned(), "nothing to show yet".to_owned());
    }
    let is_root = matches!(frame.lens, Lens::Gradient | Lens::Update);
    let end =
        |value: f32| if (value - value.round()).abs() < 1e-6 { format!("{value:.0}") } else { brief(value) };
    if most - least <= 0.02 * most {
        let note = if is_root { "square-root scale" } else { "" };
        return (format!("−{}", end(most)), format!("+{}", end(most)), note.to_owned());
    }
    let root = if is_root { ", square-root scale" } else { "" };
    let note = format!("s = {} to {}, by layer{root}", end(least), end(most));
    ("−s".to_owned(), "+s".to_owned(), note)
}

fn edges(frame: &Frame) -> String {
    let n_all: u64 = frame.edges.iter().map(|sheet| u64::from(sheet.n_all)).sum();
    let n_shown: u64 = frame.edges.iter().map(|sheet| sheet.value.len() as u64).sum();
    if n_all == 0 && !frame.edges.is_empty() {
        return "no step taken yet".to_owned();
    }
    if n_shown >= n_all {
        return String::new();
    }
    format!("showing the {} largest of {} edges", count(n_shown), count(n_all))
}

/// Properties of [`Legend`].
#[derive(Properties, Clone, PartialEq)]
pub struct LegendProps {
    /// Task and classes.
    pub header: Same<RunHeader>,
    /// What the words tell.
    pub frame: Same<Frame>,
    /// The rings' scale.
    pub decades: Decades,
}

/// See the module's text.
#[component]
pub fn Legend(props: &LegendProps) -> Html {
    let data = &props.header.data;
    let facts = Facts::new(&props.frame, props.decades, data.task, &data.class_names);
    html! {
        <div class="net-legend" role="group" aria-label="Legend">
            <div>
                <p>
                    <span>{ facts.tile }</span>
                    <span class="number">{ &facts.low }</span>
                    <span class="net-ramp signed" aria-label="through 0 to" role="img" />
                    <span class="number">{ &facts.high }</span>
                    if !facts.note.is_empty() { <span class="net-note">{ &facts.note }</span> }
                </p>
                if let Some((first, second)) = &facts.output {
                    <p>
                        <span>{ "output" }</span>
                        <span class="number">{ first }</span>
                        <span class="net-ramp signed" aria-label="to" role="img" />
                        <span class="number">{ second }</span>
                    </p>
                }
                if !facts.edges.is_empty() { <p class="net-note">{ &facts.edges }</p> }
            </div>
            <div>
                <p>
                    <span>{ facts.ring }</span>
                    <span class="number">{ power_of_ten(facts.decades.from) }</span>
                    <span class="net-ramp magnitude" aria-label="logarithmic, to" role="img" />
                    <span class="number">{ power_of_ten(facts.decades.to) }</span>
                </p>
                // A log alone has no lines.
                if !props.frame.edges.is_empty() {
                    <p>
                        <span>{ facts.line }</span>
                        <span class="net-stroke positive" aria-label="solid:" role="img" /><span>{ "+" }</span>
                        <span class="net-stroke negative" aria-label="dashed:" role="img" /><span>{ "−" }</span>
                        <span class="net-note">{ "width = size" }</span>
                    </p>
                }
                <p>
                    <span class="net-mark dead" aria-label="hatched:" role="img" /><span>{ "nearly dead" }</span>
                    <span class="net-mark saturated" aria-label="corner:" role="img" /><span>{ "saturated" }</span>
                </p>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::network::testing::frame;

    #[test]
    fn layers_with_scales_of_their_own_say_so() {
        let mut frame = frame(&[4, 4, 1], |_, _, _| None);
        assert_eq!(tile_scale(&frame), ("−1".to_owned(), "+1".to_owned(), String::new()));
        frame.tiles[1].scale = 2.5;
        assert_eq!(tile_scale(&frame).2, "s = 1 to 2.5, by layer");
    }

    #[test]
    fn pictures_in_colours_say_which_weight_a_pixel_shows() {
        let mut frame = frame(&[4, 1], |_, _, _| None);
        frame.tiles[0].content = TileContent::ColourPicture;
        for lens in [Lens::Activation, Lens::Weight, Lens::Update] {
            frame.lens = lens;
            let facts = Facts::new(&frame, Decades::default(), Task::BinaryClassification, &[]);
            assert!(facts.tile.contains("strongest"), "{lens:?}: {}", facts.tile);
        }
    }

    #[test]
    fn thinned_lines_are_admitted() {
        let mut frame = frame(&[4, 1], |_, _, _| None);
        assert_eq!(edges(&frame), "no step taken yet");
        frame.edges[0].n_all = 8320;
        frame.edges[0].value = crate::bulk::Bulk(vec![1.0; 400]);
        assert_eq!(edges(&frame), "showing the 400 largest of 8\u{202f}320 edges");
    }
}
