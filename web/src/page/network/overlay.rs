//! The units as buttons, over their tiles: what keyboard, screen reader, mouse and finger meet.
//!
//! In: the layout and the chosen unit. Out: one button a unit, in the order of layers and units. It depends on nothing
//! that changes with a frame. Positions are set through CSSOM: the page's policy forbids style attributes. Read next:
//! `labels.rs` for their labels, `keys.rs` for the arrow keys.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use lnn_runlog::RunHeader;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{layout::Layout, units::unit_name};
use crate::{page::chart::calm::Same, protocol::UnitId};

/// What the overlay and the stage share: the buttons, and which of them is the tab stop.
#[derive(Clone, Default)]
pub struct Buttons {
    /// In the order of layers and units.
    pub all: Rc<RefCell<Vec<HtmlElement>>>,
    /// Index of the tab stop.
    pub stop: Rc<Cell<usize>>,
}

impl PartialEq for Buttons {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.all, &other.all)
    }
}

impl Buttons {
    /// Makes another unit the tab stop.
    pub fn move_stop(&self, to: usize) {
        let all = self.all.borrow();
        let Some(next) = all.get(to) else { return };
        if let Some(old) = all.get(self.stop.replace(to)) {
            let _ = old.set_attribute("tabindex", "-1");
        }
        let _ = next.set_attribute("tabindex", "0");
    }

    /// Focuses a unit.
    pub fn focus(&self, idx: usize) {
        let button = self.all.borrow().get(idx).cloned();
        if let Some(button) = button {
            let _ = button.focus();
        }
    }
}

/// Properties of [`Overlay`].
#[derive(Properties, Clone, PartialEq)]
pub struct OverlayProps {
    /// Names.
    pub header: Same<RunHeader>,
    /// Places.
    pub layout: Rc<Layout>,
    /// The unit in the inspector.
    pub selected: Option<UnitId>,
    /// The element that zoom and pan move.
    pub container: NodeRef,
    /// Filled with the buttons.
    pub buttons: Buttons,
    /// Called once they are in their places.
    pub on_placed: Callback<()>,
}

/// See the module's text.
#[component]
pub fn Overlay(props: &OverlayProps) -> Html {
    {
        let (container, buttons) = (props.container.clone(), props.buttons.clone());
        let on_placed = props.on_placed.clone();
        use_effect_with(props.layout.clone(), move |layout| {
            if let Some(container) = container.cast::<Element>() {
                place(&container, layout, &buttons);
                on_placed.emit(());
            }
        });
    }
    let n_layers = props.layout.layers.len();
    let button = |(idx, unit): (usize, UnitId)| {
        let is_selected = props.selected == Some(unit);
        html! {
            <button key={idx} type="button" class="unit" data-index={idx.to_string()} tabindex="-1"
                aria-label={unit_name(&props.header.data, n_layers, unit)} aria-pressed={is_selected.to_string()} />
        }
    };
    html! {
        <div class="net-units" role="group" aria-label="Units" ref={props.container.clone()}>
            { for units(&props.layout).into_iter().enumerate().map(button) }
        </div>
    }
}

/// Every unit, in the order of layers and units.
pub fn units(layout: &Layout) -> Vec<UnitId> {
    let layers = layout.layers.iter().enumerate();
    layers
        .flat_map(|(layer_idx, layer)| (0..layer.n_units).map(move |unit_idx| UnitId { layer_idx, unit_idx }))
        .collect()
}

/// Puts every button over its tile.
fn place(container: &Element, layout: &Layout, buttons: &Buttons) {
    let mut all = Vec::with_capacity(layout.n_units());
    let mut next = container.first_element_child();
    for unit in units(layout) {
        let Some(button) = next.as_ref().and_then(|element| element.dyn_ref::<HtmlElement>()).cloned() else {
            break;
        };
        next = button.next_element_sibling();
        if let Some(layer) = layout.layers.get(unit.layer_idx) {
            let rect = layer.tile_rect(unit.unit_idx);
            let style = button.style();
            // The ring lies between the tile and the outline.
            let ring = ((layer.pitch - layer.tile) / 2.0 - 1.0).max(0.5);
            for (name, value) in [
                ("margin-left", rect.x),
                ("margin-top", rect.y),
                ("width", rect.width),
                ("height", rect.height),
                ("--ring", ring),
            ] {
                let _ = style.set_property(name, &format!("{value:.1}px"));
            }
        }
        all.push(button);
    }
    let stop = buttons.stop.get().min(all.len().saturating_sub(1));
    *buttons.all.borrow_mut() = all;
    buttons.move_stop(stop);
}
