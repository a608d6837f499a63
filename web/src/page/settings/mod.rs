//! Every setting of network and training, as a list of sentences whose values turn into controls.
//!
//! In: the recipe in force, the task, the number of examples. Out: [`Action::SetRecipe`]. What may be typed and what a
//! choice takes along is decided in `field.rs`, `edit.rs` and `words.rs`, which need no browser. Read next:
//! `network.rs`, `training.rs`.

pub mod choice;
mod edit;
mod field;
mod layers;
mod network;
mod number_field;
mod training;
mod walk;
mod words;

use std::rc::Rc;

use lnn_core::Recipe;
use lnn_runlog::Task;
use yew::prelude::*;

use crate::{page::Commands, state::Action};
use choice::{Choice, Line};
use edit::Edit;
use network::NetworkSettings;
use training::TrainingSettings;

/// Identifier of the words over settings that start the run again; their controls point at it by `aria-describedby`.
const RESTARTS_ID: &str = "starts-again";

/// Properties of [`SettingsPanel`].
#[derive(Properties, Clone)]
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

/// A callback made anew leads to the same application: it is no reason to draw the panel again.
impl PartialEq for SettingsPanelProps {
    fn eq(&self, other: &Self) -> bool {
        self.recipe == other.recipe && self.task == other.task && self.n_train == other.n_train
    }
}

/// Properties of the panel's parts.
#[derive(Properties, Clone, PartialEq)]
pub struct PartProps {
    /// The settings in force.
    pub recipe: Rc<Recipe>,
    /// What the output is asked for.
    pub task: Task,
    /// Training examples; 0 where unknown.
    pub n_train: usize,
    /// Called with a change to put in force.
    pub on_edit: Callback<Edit>,
}

/// See the module's text.
#[component]
pub fn SettingsPanel(props: &SettingsPanelProps) -> Html {
    let task = props.task.unwrap_or(Task::BinaryClassification);
    let on_edit = {
        let (recipe, commands) = (props.recipe.clone(), props.commands.clone());
        Callback::from(move |edit: Edit| {
            let next = edit.apply(&recipe, task);
            if next != *recipe && next.check().is_ok() {
                commands.emit(Action::SetRecipe(Rc::new(next)));
            }
        })
    };
    let (recipe, n_train) = (&props.recipe, props.n_train);
    html! {
        <div class="settings">
            <NetworkSettings recipe={recipe.clone()} {task} {n_train} on_edit={&on_edit} />
            <TrainingSettings recipe={recipe.clone()} {task} {n_train} {on_edit} />
        </div>
    }
}

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
struct RowProps {
    /// Identifier of the list.
    id: &'static str,
    /// The setting's name.
    label: &'static str,
    /// Every line of the list.
    lines: Vec<Line>,
    /// Index of the line in force.
    chosen: usize,
    /// Called with the index of another line.
    on_choose: Callback<usize>,
    /// What one should know of the choice.
    #[prop_or_default]
    hint: Option<&'static str>,
    /// Whether a choice acts from the next step on; else the run starts again.
    #[prop_or_default]
    continues: bool,
}

/// A setting that is chosen from a list.
#[component]
fn Row(props: &RowProps) -> Html {
    let hint_id = format!("{}-hint", props.id);
    let parts = [props.hint.map(|_| hint_id.as_str()), (!props.continues).then_some(RESTARTS_ID)];
    let described_by = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let described_by = (!described_by.is_empty()).then(|| AttrValue::from(described_by));
    html! {
        <div class="setting">
            <label for={props.id}>{ props.label }</label>
            <Choice id={props.id} class="value" lines={props.lines.clone()} chosen={props.chosen}
                on_choose={&props.on_choose} {described_by} />
            if let Some(hint) = props.hint { <p id={hint_id} class="setting-hint">{ hint }</p> }
        </div>
    }
}
