//! The whole run so far, one strip a layer, and the cursor that moves all views.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use crate::page::theme::Palette;
use lnn_runlog::{RunHeader, Timeline};

/// Properties of [`TimelineView`].
#[derive(Properties, Clone, PartialEq)]
pub struct TimelineViewProps {
    /// Recipe and data.
    pub header: Rc<RunHeader>,
    /// The run so far.
    pub timeline: Rc<Timeline>,
    /// The cursor's step.
    pub cursor: u64,
    /// The newest step.
    pub newest_step: u64,
    /// Mini-batches that make one pass over the data.
    pub steps_per_epoch: u64,
    /// Whether the cost axis is logarithmic.
    pub has_log_axis: bool,
    /// Colours.
    pub palette: Rc<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn TimelineView(props: &TimelineViewProps) -> Html {
    let _ = props;
    html! {}
}
