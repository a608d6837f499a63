//! The chosen unit's tile, large, with its scale and a verdict in plain words.
//!
//! In: the frame (pictures follow every one) and a calmer frame (words follow that). Out: two canvases, one over the
//! other, and text. Read next: `../chart/raster.rs`.

use std::rc::Rc;

use lnn_runlog::{Quantity, RunHeader, Task};
use yew::prelude::*;

use super::{names, verdict::verdict};
use crate::{
    frame::{Frame, TileContent, TileSheet, UnitDetail},
    page::{
        canvas::{Canvas, Draw, Surface},
        chart::{
            calm::Same,
            grid::Grid,
            pen::{Align, Pen},
            points,
            raster::{Picture, Rect},
            ticks,
        },
        number,
        theme::Palette,
    },
    protocol::UnitId,
    protocol::{Examples, Lens},
};

/// Properties of [`Portrait`].
#[derive(Properties, Clone, PartialEq)]
pub struct PortraitProps {
    /// What the picture shows.
    pub frame: Same<Frame>,
    /// What the words tell.
    pub calm_frame: Same<Frame>,
    /// Names.
    pub header: Same<RunHeader>,
    /// Points over a map.
    pub examples: Same<Examples>,
    /// Which watched example is chosen.
    pub example_idx: usize,
    /// Colours.
    pub palette: Same<Palette>,
}

/// Cells of the drawn map along a side.
const FINE: usize = 96;

/// See the module's text.
#[component]
pub fn Portrait(props: &PortraitProps) -> Html {
    let over = use_memo((props.examples.clone(), props.header.clone(), props.palette.clone()), draw_points);
    let is_share = is_share(props);
    let bar = use_memo((props.palette.clone(), is_share), draw_bar);
    let (Some(detail), Some(calm)) = (&props.frame.unit, &props.calm_frame.unit) else { return html! {} };
    let (frame, palette, example_idx) = (props.frame.clone(), props.palette.clone(), props.example_idx);
    let draw: Draw = Rc::new(move |surface: &Surface| {
        if let Some(detail) = &frame.unit {
            draw_tile(surface, &detail.tile, (example_idx, is_share), &palette);
        }
    });
    let scale = f64::from(calm.tile.scale);
    let (top, bottom) = if is_share { ("1".to_owned(), "0".to_owned()) } else { (end(scale), end(-scale)) };
    html! {
        <div class="portrait">
            <div class="portrait-stack">
                <Canvas class="portrait-canvas" {draw} />
                if detail.tile.content == TileContent::Plane && props.examples.reach > 0.0 {
                    <Canvas class="portrait-canvas" draw={(*over).clone()} />
                }
            </div>
            <div class="portrait-scale" aria-hidden="true">
                <span class="number">{ top }</span>
                <Canvas class="portrait-bar" draw={(*bar).clone()} />
                <span class="number">{ bottom }</span>
            </div>
            { facts(props, calm) }
            <p class="hint portrait-caption">{ caption(props, calm) }</p>
            { fate(props, calm) }
        </div>
    }
}

/// Whether the picture shows the output of a two-class network: 0 for the one class, 1 for the other, undecided between.
fn is_share(props: &PortraitProps) -> bool {
    let is_output =
        props.frame.unit.as_ref().is_some_and(|detail| names::is_output(&props.header, detail.unit));
    let is_two_class = props.header.data.task == Task::BinaryClassification;
    is_output
        && is_two_class
        && props.header.recipe.output == "sigmoid"
        && props.frame.lens == Lens::Activation
}

/// An end of the colour scale.
fn end(value: f64) -> String {
    let text = ticks::label(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

fn facts(props: &PortraitProps, detail: &UnitDetail) -> Html {
    let now = |quantity: Quantity| quantity_now(&props.calm_frame, detail.unit, quantity);
    let fact = |name: &'static str, title: &'static str, value: f64| {
        html! { <div><dt><abbr {title}>{ name }</abbr></dt><dd class="number">{ number::short(value) }</dd></div> }
    };
    html! {
        <dl class="portrait-facts">
            { fact("bias b", "Added to the weighted sum", f64::from(detail.bias)) }
            { fact("‖w‖", "Length of the vector of incoming weights", now(Quantity::WeightNorm)) }
            { fact("mean |δ|", "Mean size of the error that comes back", now(Quantity::ErrorMeanAbs)) }
        </dl>
    }
}

/// A quantity of the chosen unit in a frame; not a number where the frame hasn't got it.
pub fn quantity_now(frame: &Frame, unit: UnitId, quantity: Quantity) -> f64 {
    let layer = frame.units.get(unit.layer_idx);
    let n_units = layer.map_or(0, |flat| flat.len() / Quantity::ALL.len());
    let value = layer.and_then(|flat| flat.get(quantity as usize * n_units + unit.unit_idx));
    value.map_or(f64::NAN, |value| f64::from(*value))
}

fn fate(props: &PortraitProps, detail: &UnitDetail) -> Html {
    let now = |quantity: Quantity| quantity_now(&props.calm_frame, detail.unit, quantity);
    let fate = verdict(
        &detail.activation_name,
        names::is_output(&props.header, detail.unit),
        now(Quantity::InactiveShare),
        now(Quantity::SaturatedShare),
    );
    let class = if fate.is_warning { "verdict warning" } else { "verdict" };
    html! { <p {class}>{ fate.text }</p> }
}

fn caption(props: &PortraitProps, detail: &UnitDetail) -> String {
    let data = &props.header.data;
    let input = |idx: usize| data.input_names.get(idx).cloned().unwrap_or_else(|| format!("x{}", idx + 1));
    let what = match props.calm_frame.lens {
        Lens::Update => "last change of the incoming weights",
        Lens::Activation | Lens::Gradient | Lens::Weight => "incoming weights",
    };
    match (detail.tile.content, props.calm_frame.lens) {
        (TileContent::Plane, _) => format!("a over {} → and {} ↑", input(0), input(1)),
        (TileContent::InputPicture, _) => format!("{what}, as a picture of the inputs"),
        (TileContent::ColourPicture, _) => format!("{what}: of each pixel the channel with the largest"),
        (TileContent::Weights, _) => format!("{what}, in reading order"),
        (TileContent::Watched, lens) => {
            let letter = if lens == Lens::Gradient { "δ" } else { "a" };
            let order = if data.class_names.is_empty() { &data.target_name } else { "class" };
            format!("{letter} at {} watched examples, ordered by {order}", props.examples.watched_rows.len())
        }
    }
}

/// The tile in the middle of its box, as large as fits; maps smooth, everything else in sharp cells.
///
/// Of watched examples, the chosen one has a frame.
fn draw_tile(surface: &Surface, tile: &TileSheet, (example_idx, is_share): (usize, bool), palette: &Palette) {
    let (width, height) = (usize::from(tile.width), usize::from(tile.height));
    let Some(grid) = Grid::from_bytes(&tile.pixels, width, height) else { return };
    let grid = if is_share { grid.as_shares(tile.scale) } else { grid };
    let is_map = tile.content == TileContent::Plane;
    let shown = if is_map { grid.resized(FINE, FINE) } else { grid };
    let cell = (surface.width / width as f64).min(surface.height / height as f64);
    let (drawn_width, drawn_height) = (cell * width as f64, cell * height as f64);
    let to = Rect {
        x: (surface.width - drawn_width) / 2.0,
        y: (surface.height - drawn_height) / 2.0,
        width: drawn_width,
        height: drawn_height,
    };
    Picture::signed(&shown, palette).draw(surface, to, is_map);
    if tile.content == TileContent::Watched && example_idx < width * height {
        let (column, row) = (example_idx % width, example_idx / width);
        let (left, top) = (to.x + cell * column as f64 + 1.0, to.y + cell * row as f64 + 1.0);
        for (colour, line) in [(&palette.panel, 4.0), (&palette.accent, 2.0)] {
            surface.context.set_stroke_style_str(colour);
            surface.context.set_line_width(line);
            surface.context.stroke_rect(left, top, cell - 2.0, cell - 2.0);
        }
    }
}

fn draw_points((examples, header, palette): &(Same<Examples>, Same<RunHeader>, Same<Palette>)) -> Draw {
    let (examples, header, palette) = (examples.clone(), header.clone(), palette.clone());
    Rc::new(move |surface: &Surface| {
        let to = Rect { x: 0.0, y: 0.0, width: surface.width, height: surface.height };
        points::draw_in(Pen { context: surface.context }, &examples, header.data.task, to, &palette);
    })
}

/// The colour scale, the largest value at the top.
fn draw_bar((palette, is_share): &(Same<Palette>, bool)) -> Draw {
    let (palette, middle) = (palette.clone(), if *is_share { "½" } else { "0" });
    Rc::new(move |surface: &Surface| {
        let rgba = palette.signed.iter().skip(1).rev().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
        let to = Rect { x: 0.0, y: 0.0, width: surface.width - 14.0, height: surface.height };
        Picture { rgba, width: 1, height: 255 }.draw(surface, to, false);
        let pen = Pen { context: surface.context };
        pen.number(middle, (surface.width, surface.height / 2.0), Align::Right, &palette.faint);
    })
}
