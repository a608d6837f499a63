//! The picture people come for: every layer a column, every unit a tile.
//!
//! In: a frame, header, examples. Out: one picture that is drawn anew with every frame, and around it what changes seldom.
//! A tile shows what a unit *responds to*, its ring what is *asked of it*, the lines what *ties* it to others.
//!
//! | file | what it is |
//! |---|---|
//! | `layout`, `fit`, `camera` | where everything lies, for any network; zoom |
//! | `raster`, `ribbon`, `tile` | shapes, lines and tiles, drawn into memory |
//! | `still`, `tones`, `scale`, `diagnosis`, `units` | what the picture is made from |
//! | `scene`, `lines`, `painter` | the picture, its lines, the canvas they go to |
//! | `text`, `writer` | its words, the canvas they go to |
//! | `overlay`, `labels`, `keys`, `gestures` | the units as buttons; keyboard, screen reader, mouse, fingers |
//! | `stage` | all of these together |
//! | `lens`, `legend`, `table` | around the picture |

mod camera;
mod diagnosis;
mod fit;
mod gestures;
mod keys;
mod labels;
mod layout;
mod legend;
mod lens;
mod lines;
mod overlay;
mod painter;
mod raster;
mod ribbon;
mod scale;
mod scene;
mod stage;
mod still;
mod table;
#[cfg(test)]
mod testing;
mod text;
mod tile;
mod tones;
mod units;
mod writer;

use lnn_runlog::RunHeader;
use yew::prelude::*;

use crate::{
    frame::Frame,
    page::{
        Commands,
        chart::calm::{Same, use_calm},
        theme::Palette,
    },
    protocol::{Examples, Lens, ViewRequest},
    state::Action,
};
use diagnosis::{Diagnosis, Flow, all_marks};
use legend::Legend;
use lens::LensSwitch;
use scale::{Decades, RingScale};
use stage::Stage;
use table::UnitTable;

/// Properties of [`NetworkView`].
#[derive(Properties, Clone, PartialEq)]
pub struct NetworkViewProps {
    /// Recipe and data.
    pub header: Same<RunHeader>,
    /// Examples to show.
    pub examples: Same<Examples>,
    /// What to show.
    pub frame: Same<Frame>,
    /// What was asked for: lens, chosen unit.
    pub view: ViewRequest,
    /// Whether a table stands in the picture's place.
    pub shows_table: bool,
    /// Colours.
    pub palette: Same<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// Words and numbers around the picture are held for so long while a run goes on.
const HOLD_MS: usize = 500;

/// See the module's text.
#[component]
pub fn NetworkView(props: &NetworkViewProps) -> Html {
    let NetworkViewProps { header, examples, frame, view, shows_table, palette, commands } = props.clone();
    let decades = use_decades(&frame);
    // A table of thousands of rows takes longer to renew than to read a part of.
    let n_units: usize = header.recipe.layers.iter().sum();
    let hold_ms = if shows_table { HOLD_MS.max(n_units * 4) } else { HOLD_MS };
    // Another run or lens is told at once.
    let now = ((frame.run, frame.lens), frame.clone());
    let calm = use_calm(&now, if frame.playing { hold_ms as u32 } else { 0 });
    let held = if calm.0 == now.0 { calm.1 } else { frame.clone() };
    html! {
        <div class={classes!("net", (!shows_table).then_some("net-pictured"))}>
            <Top header={header.clone()} frame={held.clone()} lens={view.lens} {shows_table} commands={commands.clone()} />
            if shows_table {
                <UnitTable {header} frame={held} selected={view.selected} {commands} />
            } else {
                <Stage header={header.clone()} {examples} {frame} {decades} {view} {palette} {commands} />
                <Legend {header} frame={held} {decades} />
            }
        </div>
    }
}

/// Properties of [`Top`].
#[derive(Properties, Clone, PartialEq)]
struct TopProps {
    header: Same<RunHeader>,
    /// What the words tell.
    frame: Same<Frame>,
    lens: Lens,
    shows_table: bool,
    commands: Commands,
}

/// Above the picture: lens, diagnosis, picture or table.
#[component]
fn Top(props: &TopProps) -> Html {
    let TopProps { header, frame, lens, shows_table, commands } = props.clone();
    let diagnosis = Diagnosis::of(&frame, &all_marks(&frame, header.recipe.batch_size));
    let toggle = commands.reform(move |_: MouseEvent| Action::SetTable(!shows_table));
    html! {
        <div class="net-top">
            <LensSwitch {lens} {commands} />
            <p class="net-diagnosis">
                if let Some(words) = diagnosis.unit_words() { <span><b>{ words }</b></span> }
                <span>
                    { "gradients " }
                    <b class={classes!((diagnosis.flow != Flow::Healthy).then_some("bad"))}>
                        { diagnosis.flow_words() }
                    </b>
                </span>
            </p>
            <button type="button" class="button" onclick={toggle}>
                { if shows_table { "Picture" } else { "Table" } }
            </button>
        </div>
    }
}

/// The rings' scale, which follows the run slowly.
#[hook]
fn use_decades(frame: &Frame) -> Decades {
    let scale = use_mut_ref(|| (None::<(u32, bool)>, RingScale::default()));
    let mut scale = scale.borrow_mut();
    let key = (frame.run, frame.lens == Lens::Gradient);
    if scale.0.replace(key) != Some(key) {
        scale.1.reset();
    }
    let which = scene::ring_quantity(frame.lens);
    let largest = (0..frame.units.len())
        .flat_map(|idx| units::quantity(frame, idx, which))
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f32::max);
    scale.1.follow(largest, js_sys::Date::now())
}
