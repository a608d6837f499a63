//! The decision surface of a network with two inputs: what it answers at every point of the plane, with the examples on it.
//!
//! In: the output layer's maps, the examples' positions. Out: a smooth picture with the border between the classes, the
//! examples over it in a picture of their own (they don't move), axes in the user's units. Read
//! next: `../chart/grid.rs`, `../chart/contour.rs`.

use std::rc::Rc;

use lnn_runlog::{RunHeader, Task};
use yew::prelude::*;

use crate::{
    frame::{Frame, TileContent, TileSheet},
    page::{
        Commands,
        canvas::{Canvas, Draw, Surface as Drawn},
        chart::{
            calm::Same,
            contour::contour,
            grid::Grid,
            pen::{Align, Pen},
            points,
            raster::{Picture, Rect},
            scale::Scale,
            ticks,
        },
        number,
        theme::{Palette, Rgb, mix},
    },
    protocol::{Examples, Lens},
    state::Action,
};

/// Properties of [`Surface`].
#[derive(Properties, Clone, PartialEq)]
pub struct SurfaceProps {
    /// The output layer's maps.
    pub frame: Same<Frame>,
    /// Names and units.
    pub header: Same<RunHeader>,
    /// Points.
    pub examples: Same<Examples>,
    /// Colours.
    pub palette: Same<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

const LEFT: f64 = 40.0;
const BOTTOM: f64 = 20.0;
const EDGE: f64 = 4.0;
/// Cells of the drawn picture along a side.
const FINE: usize = 128;

/// See the module's text.
#[component]
pub fn Surface(props: &SurfaceProps) -> Html {
    let points = use_memo((props.examples.clone(), props.header.clone(), props.palette.clone()), draw_points);
    let ramps = use_memo(props.palette.clone(), |palette| ramps(palette));
    let sheet = props.frame.tiles.last().filter(|sheet| sheet.content == TileContent::Plane);
    let title = html! { <h3 class="cost-heading">{ "Decision surface" }</h3> };
    if sheet.is_none() {
        let onclick = props.commands.reform(|_: MouseEvent| Action::SetLens(Lens::Activation));
        return html! {
            <section class="surface" aria-label="Decision surface">
                { title }
                <p class="hint">{ "Shown with the lens Activation." }</p>
                <button class="button" {onclick}>{ "Show activations" }</button>
            </section>
        };
    }
    let (frame, header, palette) = (props.frame.clone(), props.header.clone(), props.palette.clone());
    let draw: Draw = Rc::new(move |drawn: &Drawn| {
        if let Some(sheet) = frame.tiles.last() {
            draw_surface(drawn, sheet, &header, &palette, &ramps);
        }
    });
    html! {
        <section class="surface" aria-label="Decision surface">
            { title }
            <div class="surface-stack">
                <Canvas class="surface-canvas" {draw} />
                <Canvas class="surface-canvas" draw={(*points).clone()} />
            </div>
            { legend(&props.header) }
        </section>
    }
}

fn plot(drawn: &Drawn) -> Rect {
    Rect { x: LEFT, y: EDGE, width: drawn.width - LEFT - EDGE, height: drawn.height - BOTTOM - EDGE }
}

/// From the panel's colour to each class's own, in 16 steps.
fn ramps(palette: &Palette) -> Vec<[Rgb; 16]> {
    let ramp = |class: &Rgb| std::array::from_fn(|idx| mix(palette.zero, *class, 0.12 + 0.055 * idx as f32));
    palette.classes.iter().map(ramp).collect()
}

fn draw_surface(
    drawn: &Drawn,
    sheet: &TileSheet,
    header: &RunHeader,
    palette: &Palette,
    ramps: &[[Rgb; 16]],
) {
    let (width, height) = (usize::from(sheet.width), usize::from(sheet.height));
    let tiles = sheet.pixels.chunks(width * height);
    let grids: Vec<Grid> = tiles.filter_map(|bytes| Grid::from_bytes(bytes, width, height)).collect();
    let to = plot(drawn);
    match grids.as_slice() {
        [] => {}
        [only] => {
            let is_share = header.recipe.output == "sigmoid";
            let grid = if is_share { only.clone().as_shares(sheet.scale) } else { only.clone() };
            Picture::signed(&grid.resized(FINE, FINE), palette).draw(drawn, to, true);
            if header.data.task == Task::BinaryClassification {
                let level = if is_share { 0.0 } else { 0.5 / sheet.scale.max(f32::MIN_POSITIVE) };
                draw_border(drawn, &grid, level, to, palette);
            }
        }
        many => {
            let fine: Vec<Grid> = many.iter().map(|grid| grid.resized(FINE, FINE)).collect();
            most_likely(&fine, ramps).draw(drawn, to, true);
        }
    }
}

/// Each cell in the colour of the class with the largest output, paler where it is less sure.
fn most_likely(grids: &[Grid], ramps: &[[Rgb; 16]]) -> Picture {
    let mut rgba = vec![255; FINE * FINE * 4];
    for (idx, cell) in rgba.chunks_exact_mut(4).enumerate() {
        let outputs = grids.iter().map(|grid| grid.values[idx]).enumerate();
        let (class, share) = outputs.fold((0, f32::MIN), |best, one| if one.1 > best.1 { one } else { best });
        let step = (share.clamp(0.0, 1.0) * 15.0) as usize;
        if let Some(ramp) = ramps.get(class % ramps.len().max(1)) {
            cell[..3].copy_from_slice(&ramp[step]);
        }
    }
    Picture { rgba, width: FINE, height: FINE }
}

/// The line along which the network can't decide.
fn draw_border(drawn: &Drawn, grid: &Grid, level: f32, to: Rect, palette: &Palette) {
    let context = drawn.context;
    context.set_stroke_style_str(&palette.ink);
    context.set_line_width(1.2);
    context.begin_path();
    for (from, end) in contour(grid, level) {
        context.move_to(to.x + f64::from(from.0) * to.width, to.y + f64::from(from.1) * to.height);
        context.line_to(to.x + f64::from(end.0) * to.width, to.y + f64::from(end.1) * to.height);
    }
    context.stroke();
}

/// Examples and axes: drawn once, they stay.
fn draw_points((examples, header, palette): &(Same<Examples>, Same<RunHeader>, Same<Palette>)) -> Draw {
    let (examples, header, palette) = (examples.clone(), header.clone(), palette.clone());
    Rc::new(move |drawn: &Drawn| {
        let (pen, to) = (Pen { context: drawn.context }, plot(drawn));
        let scales = points::draw_in(pen, &examples, header.data.task, to, &palette);
        axes(pen, &header, f64::from(examples.reach), scales, to, &palette);
    })
}

fn axes(pen: Pen, header: &RunHeader, reach: f64, (x, y): (Scale, Scale), to: Rect, palette: &Palette) {
    let data = &header.data;
    let scale_of = |idx: usize| data.input_scales.get(idx).copied().unwrap_or(lnn_runlog::InputScale::NONE);
    let (bottom, right) = (to.y + to.height, to.x + to.width);
    for (idx, axis) in [x, y].into_iter().enumerate() {
        let scale = scale_of(idx);
        let range = (scale.to_shown(-reach), scale.to_shown(reach));
        for tick in ticks::linear(range, 4) {
            let px = axis.to_px((tick - scale.shift) / scale.scale);
            let label = ticks::label(tick);
            if idx == 1 {
                pen.number(&label, (to.x - 5.0, px), Align::Right, &palette.faint);
            } else if px > to.x + 10.0 && px < right - 10.0 {
                pen.number(&label, (px, bottom + 9.0), Align::Centre, &palette.faint);
            }
        }
    }
}

/// What colours and axes mean, in words.
fn legend(header: &RunHeader) -> Html {
    let data = &header.data;
    let name = |idx: usize| data.input_names.get(idx).cloned().unwrap_or_else(|| format!("x{}", idx + 1));
    let classes = data.class_names.iter().take(10).enumerate().map(|(idx, class)| {
        html! { <li class={format!("class-{idx}")}>{ class }</li> }
    });
    html! {
        <>
            <p class="hint">
                { format!("→ {}, ↑ {}", name(0), name(1)) }
                if data.task == Task::BinaryClassification { { "; line: undecided" } }
            </p>
            if data.class_names.is_empty() {
                <p class="hint">{ format!("blue: low, orange: high {}; middle {}", data.target_name,
                    number::short(data.target_scale.to_shown(0.0))) }</p>
            } else {
                <ul class="class-legend" aria-label="Classes">{ for classes }</ul>
            }
        </>
    }
}
