//! What hands do on the stage: clicks, keys, the wheel.
//!
//! In: the browser's events. Out: a choice, another focus, messages to the stage. Read next: `../keys.rs`, `../gestures.rs`.

use web_sys::Element;
use yew::prelude::*;

use super::{Msg, Stage, StageProps};
use crate::{
    page::network::{camera::ZOOM_STEP, gestures::Gestures, keys, layout::Rect},
    protocol::UnitId,
    state::Action,
};

impl Stage {
    /// Chooses the unit that was clicked, or no unit when it is the chosen one.
    pub(super) fn choose(&self, props: &StageProps, event: &MouseEvent) {
        let is_drag = event.detail() > 0 && self.gestures.as_ref().is_some_and(Gestures::is_drag);
        if let (false, Some((_, unit))) = (is_drag, self.unit_of(event)) {
            let choice = (props.view.selected != Some(unit)).then_some(unit);
            props.commands.emit(Action::Select(choice));
        }
    }

    /// Arrow keys walk from unit to unit; others zoom or choose no unit.
    pub(super) fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        let unit = self.unit_of(event).map(|(_, unit)| unit);
        let next = unit.and_then(|unit| keys::step(&self.layout, unit, &key));
        match (key.as_str(), next) {
            (_, Some(next)) => self.buttons.focus(keys::index_of(&self.layout, next)),
            ("+" | "=", _) => ctx.link().send_message(Msg::Zoom(ZOOM_STEP, unit)),
            ("-" | "−", _) => ctx.link().send_message(Msg::Zoom(1.0 / ZOOM_STEP, unit)),
            ("0", _) => ctx.link().send_message(Msg::Fit),
            ("Escape", _) if ctx.props().view.selected.is_some() => {
                ctx.props().commands.emit(Action::Select(None));
            }
            _ => return,
        }
        event.prevent_default();
    }

    /// A unit's place in the layout.
    pub(super) fn tile_rect(&self, unit: UnitId) -> Rect {
        let layer = self.layout.layers.get(unit.layer_idx);
        layer.map(|layer| layer.tile_rect(unit.unit_idx)).unwrap_or_default()
    }

    /// The unit whose button an event happened on.
    pub(super) fn unit_of(&self, event: &Event) -> Option<(usize, UnitId)> {
        let idx: usize = event.target_dyn_into::<Element>()?.get_attribute("data-index")?.parse().ok()?;
        self.units.get(idx).map(|unit| (idx, *unit))
    }
}

/// Where the page itself scrolls, on narrow screens, the wheel is the page's.
pub fn wheel_zooms() -> bool {
    let overflow = web_sys::window().and_then(|window| {
        let body = window.document()?.body()?;
        window.get_computed_style(&body).ok().flatten()?.get_property_value("overflow-y").ok()
    });
    overflow.as_deref() == Some("hidden")
}
