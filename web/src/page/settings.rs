//! Every setting of network and training, as a list of sentences whose values turn into controls.

use std::rc::Rc;

use yew::prelude::*;

use crate::page::Commands;
use lnn_core::Recipe;
use lnn_runlog::Task;

/// Properties of [`SettingsPanel`].
#[derive(Properties, Clone, PartialEq)]
pub struct SettingsPanelProps {
    /// The settings in force.
    pub recipe: Rc<Recipe>,
    /// What the output is asked for.
    pub task: Option<Task>,
    /// Training examples, for the batch size's range; 0 where unknown.
    pub n_train: usize,
    /// How to ask for something.
    pub commands: Commands,
}

/// See the module's text.
#[component]
pub fn SettingsPanel(props: &SettingsPanelProps) -> Html {
    let _ = props;
    html! {}
}
