//! The picture people come for: every layer a column, every unit a tile.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use crate::{
    frame::Frame,
    page::theme::Palette,
    protocol::{Examples, ViewRequest},
};
use lnn_runlog::RunHeader;

/// Properties of [`NetworkView`].
#[derive(Properties, Clone, PartialEq)]
pub struct NetworkViewProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// Examples to show.
    pub examples: Rc<Examples>,
    /// What to show.
    pub frame: Rc<Frame>,
    /// What was asked for: lens, chosen unit.
    pub view: ViewRequest,
    /// Whether a table stands in the picture's place.
    pub shows_table: bool,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn NetworkView(props: &NetworkViewProps) -> Html {
    let _ = props;
    html! {}
}
