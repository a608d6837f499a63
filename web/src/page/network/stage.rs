//! The stage: the picture, its words and the units' buttons, with zoom and pan.
//!
//! In: frames. Out: pixels, and what the user chose. A new frame is painted at once, without a new virtual DOM: elements
//! change only with the network, the box or the choice. Read next: `scene.rs`, `overlay.rs`.

mod hands;

use std::rc::Rc;

use lnn_runlog::RunHeader;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::{
    camera::{Camera, ZOOM_STEP},
    diagnosis::{Mark, all_marks},
    gestures::{Gesture, Gestures},
    labels::{self, Rota},
    layout::Layout,
    overlay::{Buttons, Overlay, units},
    painter::Painter,
    scale::Decades,
    scene::Scene,
    still::{self, Still},
    text::Words,
    tones::Tones,
    writer::{Sheet, Writer},
};
use crate::{
    frame::Frame,
    page::{
        Commands, canvas,
        chart::calm::Same,
        theme::Palette,
        turns::{self, Rank, Ticket},
    },
    protocol::{Examples, UnitId, ViewRequest},
    state::Action,
};

/// While a run goes on, words on the picture are at least so old before they are rewritten.
const WORDS_MS: f64 = 250.0;

/// Properties of [`Stage`].
#[derive(Properties, Clone, PartialEq)]
pub struct StageProps {
    /// Recipe and data.
    pub header: Same<RunHeader>,
    /// Examples to show.
    pub examples: Same<Examples>,
    /// What to show.
    pub frame: Same<Frame>,
    /// The rings' scale.
    pub decades: Decades,
    /// What was asked for.
    pub view: ViewRequest,
    /// Colours.
    pub palette: Same<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// What happens on the stage.
pub enum Msg {
    /// Its box has another size.
    Resize(f32, f32),
    /// The picture is moved by hand.
    Move(Gesture),
    /// Larger or smaller, around a unit that has the focus, else around the middle.
    Zoom(f32, Option<UnitId>),
    /// The whole network.
    Fit,
    /// The buttons are in new places.
    Placed,
    /// An animation frame after a move.
    Paint,
    /// It is the words' turn.
    Write,
    /// A click on a unit's button.
    Click(MouseEvent),
    /// A key anywhere on the stage.
    Key(KeyboardEvent),
    /// A unit gets the focus.
    Focus(FocusEvent),
}

/// See the module's text.
pub struct Stage {
    root: NodeRef,
    picture: NodeRef,
    words: NodeRef,
    container: NodeRef,
    buttons: Buttons,
    units: Vec<UnitId>,
    painter: Painter,
    writer: Writer,
    marks: Vec<Vec<Mark>>,
    tones: Tones,
    still: Still,
    layout: Rc<Layout>,
    camera: Camera,
    size: (f32, f32),
    gestures: Option<Gestures>,
    stop_observing: Option<Box<dyn FnOnce()>>,
    is_paint_due: bool,
    words_at_ms: f64,
    words_turn: Option<Ticket>,
    rota: Rota,
    asked_tile_px: u16,
}

impl Component for Stage {
    type Message = Msg;
    type Properties = StageProps;

    fn create(ctx: &Context<Self>) -> Self {
        let props = ctx.props();
        let size = (800.0, 600.0);
        let layout = Layout::new(&still::plan(&props.header, &props.examples, size.0, size.1));
        Self {
            root: NodeRef::default(),
            picture: NodeRef::default(),
            words: NodeRef::default(),
            container: NodeRef::default(),
            buttons: Buttons::default(),
            units: units(&layout),
            painter: Painter::default(),
            writer: Writer::default(),
            marks: all_marks(&props.frame, props.header.recipe.batch_size),
            tones: Tones::new(&props.palette),
            still: Still::new(&props.header, &props.examples, props.view.example_idx),
            layout: Rc::new(layout),
            camera: Camera::default(),
            size,
            gestures: None,
            stop_observing: None,
            is_paint_due: false,
            words_at_ms: f64::NEG_INFINITY,
            words_turn: None,
            rota: Rota::default(),
            asked_tile_px: props.view.tile_px,
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &StageProps) -> bool {
        let new = ctx.props();
        let is_new_run = new.header != old.header || new.examples != old.examples;
        if is_new_run || new.view.example_idx != old.view.example_idx {
            self.still = Still::new(&new.header, &new.examples, new.view.example_idx);
        }
        if is_new_run {
            // Another network has other places; the same one, started again, is looked at as before.
            if new.header.recipe.layers != old.header.recipe.layers || new.header.data != old.header.data {
                self.camera = Camera::default();
            }
            self.arrange(new);
        }
        if new.palette != old.palette {
            self.tones = Tones::new(&new.palette);
        }
        if new.frame != old.frame {
            self.marks = all_marks(&new.frame, new.header.recipe.batch_size);
        }
        self.paint(new);
        let is_new_word = new.view.example_idx != old.view.example_idx || new.palette != old.palette;
        if !new.frame.playing || is_new_run || is_new_word {
            self.write(new);
        } else if self.words_turn.is_none() {
            let call = ctx.link().callback(|()| Msg::Write);
            self.words_turn = Some(turns::wait(self.words_at_ms + WORDS_MS, Rank::Other, call));
        }
        let range = self.rota.due(self.units.len(), new.frame.playing, turns::now_ms());
        self.relabel(new, range);
        is_new_run || new.view.selected != old.view.selected
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let middle = (self.size.0 / 2.0, self.size.1 / 2.0);
        match msg {
            Msg::Resize(width, height) => {
                self.size = (width, height);
                self.arrange(ctx.props());
                self.paint(ctx.props());
                self.write(ctx.props());
                return true;
            }
            Msg::Move(Gesture { factor, x, y, dx, dy }) => {
                let camera = self.camera.panned(dx, dy, self.size).zoomed(factor, x, y, self.size);
                self.look(ctx, camera);
            }
            Msg::Zoom(factor, unit) => {
                let tile = unit.map(|unit| self.tile_rect(unit));
                let (x, y) = tile.map_or(middle, |tile| self.camera.place(tile).centre());
                let zoomed = self.camera.zoomed(factor, x, y, self.size);
                self.look(ctx, tile.map_or(zoomed, |tile| zoomed.showing(tile, self.size)));
            }
            Msg::Fit => self.look(ctx, Camera::default()),
            Msg::Placed => {
                self.rota = Rota::default();
                let range = self.rota.due(self.units.len(), false, turns::now_ms());
                self.relabel(ctx.props(), range);
            }
            Msg::Paint => {
                self.is_paint_due = false;
                self.paint(ctx.props());
                self.write(ctx.props());
            }
            Msg::Write => self.write(ctx.props()),
            Msg::Click(event) => self.choose(ctx.props(), &event),
            Msg::Key(event) => self.key(ctx, &event),
            Msg::Focus(event) => {
                let camera = self.unit_of(&event).map(|(idx, unit)| {
                    self.buttons.move_stop(idx);
                    self.camera.showing(self.tile_rect(unit), self.size)
                });
                self.look(ctx, camera.unwrap_or(self.camera));
            }
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (props, link) = (ctx.props(), ctx.link());
        let zoom_button = |name: &'static str, sign: &'static str, msg: fn() -> Msg| {
            html! {
                <button type="button" aria-label={name} title={name}
                    onclick={link.callback(move |_: MouseEvent| msg())}>{ sign }</button>
            }
        };
        html! {
            <>
            <div class="net-zoom" role="group" aria-label="Zoom">
                { zoom_button("Zoom in", "+", || Msg::Zoom(ZOOM_STEP, None)) }
                { zoom_button("Zoom out", "−", || Msg::Zoom(1.0 / ZOOM_STEP, None)) }
                { zoom_button("Fit", "⤢", || Msg::Fit) }
            </div>
            <div class="net-stage" tabindex="-1" ref={self.root.clone()} onkeydown={link.callback(Msg::Key)}>
                <canvas class="net-picture" ref={self.picture.clone()} aria-hidden="true" />
                <canvas class="net-words" ref={self.words.clone()} aria-hidden="true" />
                <div class="net-overlay" onclick={link.callback(Msg::Click)} onfocusin={link.callback(Msg::Focus)}>
                    <Overlay header={props.header.clone()} layout={self.layout.clone()} selected={props.view.selected}
                        container={self.container.clone()} buttons={self.buttons.clone()} on_placed={link.callback(|()| Msg::Placed)} />
                </div>
            </div>
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if first_render {
            self.painter.attach(self.picture.cast::<HtmlCanvasElement>());
            self.writer.attach(self.words.cast::<HtmlCanvasElement>());
            let (link, last) = (ctx.link().clone(), std::cell::Cell::new((0.0, 0.0)));
            self.stop_observing = Some(Box::new(canvas::observe(&self.root, move |width, height| {
                if last.replace((width, height)) != (width, height) && width > 0.0 && height > 0.0 {
                    link.send_message(Msg::Resize(width as f32, height as f32));
                }
            })));
            if let Some(element) = self.root.cast::<Element>() {
                self.gestures =
                    Some(Gestures::listen(&element, hands::wheel_zooms, ctx.link().callback(Msg::Move)));
            }
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(stop) = self.stop_observing.take() {
            stop();
        }
    }
}

impl Stage {
    /// Finds places anew.
    fn arrange(&mut self, props: &StageProps) {
        let plan = still::plan(&props.header, &props.examples, self.size.0, self.size.1);
        self.layout = Rc::new(Layout::new(&plan));
        self.units = units(&self.layout);
        self.camera = self.camera.kept_inside(self.size);
        self.move_overlay();
    }

    fn paint(&mut self, props: &StageProps) {
        turns::picture_painted();
        self.ask_for_tiles(props);
        let scene = Scene {
            layout: &self.layout,
            camera: self.camera,
            ratio: Painter::ratio(self.size),
            frame: &props.frame,
            still: &self.still,
            tones: &self.tones,
            decades: props.decades,
            marks: &self.marks,
            focus: props.view.selected,
        };
        self.painter.paint(&scene, &props.frame, self.size);
    }

    fn write(&mut self, props: &StageProps) {
        (self.words_turn, self.words_at_ms) = (None, turns::now_ms());
        let words = Words {
            header: &props.header,
            examples: &props.examples,
            example_idx: props.view.example_idx,
            frame: &props.frame,
            layout: &self.layout,
            camera: self.camera,
        };
        let sheet = Sheet {
            ink: words.ink(),
            columns: words.columns(self.size.1),
            has_band: !self.camera.fits(),
            size: self.size,
            palette: props.palette.clone(),
        };
        self.writer.write(sheet);
    }

    /// Keeps the buttons' labels up to date.
    fn relabel(&self, props: &StageProps, range: std::ops::Range<usize>) {
        let mark = |unit: UnitId| {
            let is_hidden = unit.layer_idx + 1 < self.layout.layers.len();
            let of_layer = self.marks.get(unit.layer_idx).filter(|_| is_hidden);
            of_layer.and_then(|marks| marks.get(unit.unit_idx)).copied().unwrap_or_default()
        };
        labels::rewrite(range, &self.buttons.all.borrow(), &self.units, |unit| {
            labels::label(&props.header.data, &props.frame, unit, mark(unit))
        });
    }

    /// Another zoom or place; painted with the next animation frame.
    fn look(&mut self, ctx: &Context<Self>, camera: Camera) {
        if camera == self.camera {
            return;
        }
        self.camera = camera;
        self.move_overlay();
        if !self.is_paint_due {
            self.is_paint_due = true;
            crate::page::events::on_next_frame(ctx.link().callback(|()| Msg::Paint));
        }
    }

    fn move_overlay(&self) {
        let Camera { zoom, x, y } = self.camera;
        if let Some(container) = self.container.cast::<HtmlElement>() {
            let style = container.style();
            let _ = style.set_property("transform", &format!("translate({x}px, {y}px) scale({zoom})"));
            let _ = style.set_property("--zoom", &zoom.to_string());
        }
        if let Some(stage) = self.root.cast::<Element>() {
            let _ = stage.class_list().toggle_with_force("zoomed", !self.camera.fits());
        }
    }

    /// Asks the trainer for tiles as fine as they are seen, and no finer.
    fn ask_for_tiles(&mut self, props: &StageProps) {
        let n_hidden = self.layout.layers.len().saturating_sub(1);
        let largest = self.layout.layers.iter().take(n_hidden).map(|layer| layer.tile).fold(0.0, f32::max);
        let seen = largest * self.camera.zoom * Painter::ratio(self.size);
        let tile_px = match seen {
            seen if seen < 12.0 => 8,
            seen if seen < 26.0 => 16,
            seen if seen < 50.0 => 32,
            _ => 64,
        };
        if tile_px != self.asked_tile_px {
            self.asked_tile_px = tile_px;
            props.commands.emit(Action::SetTilePx(tile_px));
        }
    }
}
