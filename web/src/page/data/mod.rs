//! Data sets: the gallery, the button to open a file, and the preview of an opened file.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use crate::{
    page::theme::Palette,
    state::{DataSource, Loading},
};
use lnn_runlog::RunHeader;

/// Properties of [`DataPanel`].
#[derive(Properties, Clone, PartialEq)]
pub struct DataPanelProps {
    /// What the run trains on.
    pub data: Rc<DataSource>,
    /// What the trainer confirmed of it.
    pub header: Option<Rc<RunHeader>>,
    /// Where opening a file stands.
    pub loading: Loading,
    /// Colours.
    pub palette: Rc<Palette>,
    /// Opens a file that the user chose.
    pub open_file: Callback<web_sys::File>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn DataPanel(props: &DataPanelProps) -> Html {
    let _ = props;
    html! {}
}
