//! Cost and metrics: curves of both splits, confusion matrix or fit, decision surface.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use crate::{frame::Frame, page::theme::Palette, protocol::Examples};
use lnn_runlog::{RunHeader, Timeline};

/// Properties of [`CostView`].
#[derive(Properties, Clone, PartialEq)]
pub struct CostViewProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// Points of the decision surface.
    pub examples: Rc<Examples>,
    /// What to show.
    pub frame: Rc<Frame>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn CostView(props: &CostViewProps) -> Html {
    let _ = props;
    html! {}
}
