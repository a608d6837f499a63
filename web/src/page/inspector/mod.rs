//! The chosen unit, closely: its numbers now and over time, its formula, its gradient check.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use crate::{
    frame::Frame,
    page::theme::Palette,
    protocol::{Examples, GradientReport, ViewRequest},
};
use lnn_runlog::{RunHeader, Timeline};

/// Properties of [`Inspector`].
#[derive(Properties, Clone, PartialEq)]
pub struct InspectorProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// Examples to plug in.
    pub examples: Rc<Examples>,
    /// What to show; `frame.unit` is the chosen unit.
    pub frame: Rc<Frame>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// What was asked for.
    pub view: ViewRequest,
    /// The newest gradient check.
    pub gradient_report: Option<Rc<GradientReport>>,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let _ = props;
    html! {}
}
