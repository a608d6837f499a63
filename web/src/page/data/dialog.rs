//! The preview of an opened file: what was guessed, to look at and to correct, before anything is replaced.
//!
//! In: a [`Preview`]. Out: [`Action::UseData`] with the corrected plan, [`Action::CancelLoading`], a [`ReadChoice`]. The
//! plan being corrected lives here until it is used. Read next: `columns.rs`, `check.rs`.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    check::{self, Place, Problem},
    columns::Columns,
    plan::{PlanEdit, edited},
    reading::{Preparation, Reading},
    sample::Sample,
    words::counted,
};
use crate::{
    page::{Commands, chart::calm::Same, element::Drawn, modal::open_modal},
    protocol::{Kind, Offer, Plan, PlanColumn, Preview, ReadChoice, Role},
    state::Action,
};

/// What the loader is doing with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It waits for the user.
    Nothing,
    /// It reads the file again.
    Rereading,
    /// It makes the data set.
    Preparing,
}

/// Properties of [`PreviewDialog`].
#[derive(Properties, Clone)]
pub struct PreviewDialogProps {
    /// What the file holds.
    pub preview: Rc<Preview>,
    /// What the loader is doing with it.
    pub doing: Doing,
    /// What went wrong last.
    pub problem: Option<AttrValue>,
    /// What would help.
    pub offer: Option<Same<Offer>>,
    /// Called with another way to cut the file.
    pub on_reread: Callback<ReadChoice>,
    /// How to ask for something.
    pub commands: Commands,
}

impl PartialEq for PreviewDialogProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.preview, &other.preview)
            && self.doing == other.doing
            && self.problem == other.problem
            && self.offer == other.offer
    }
}

/// The plan of one preview while it is corrected.
struct Draft {
    preview: Rc<Preview>,
    plan: Rc<Plan>,
}

impl Draft {
    fn new(preview: &Rc<Preview>) -> Self {
        Self { preview: preview.clone(), plan: Rc::new(preview.plan.clone()) }
    }
}

impl Reducible for Draft {
    type Action = (Rc<Preview>, PlanEdit);

    fn reduce(self: Rc<Self>, (preview, edit): Self::Action) -> Rc<Self> {
        let plan = if Rc::ptr_eq(&self.preview, &preview) { &*self.plan } else { &preview.plan };
        Rc::new(Self { plan: Rc::new(edited(&preview, plan, &edit)), preview })
    }
}

/// A modal dialog over the page.
#[component]
pub fn PreviewDialog(props: &PreviewDialogProps) -> Html {
    let PreviewDialogProps { preview, doing, commands, .. } = props;
    let draft = use_reducer(|| Draft::new(preview));
    let plan =
        if Rc::ptr_eq(&draft.preview, preview) { draft.plan.clone() } else { Rc::new(preview.plan.clone()) };
    let on_edit = {
        let (preview, dispatcher) = (preview.clone(), draft.dispatcher());
        Callback::from(move |edit: PlanEdit| dispatcher.dispatch((preview.clone(), edit)))
    };
    let node = use_node_ref();
    {
        let (node, cancel) = (node.clone(), commands.reform(|()| Action::CancelLoading));
        use_effect_with((), move |()| open_modal(&node, ".preview-use", cancel));
    }
    let problems = Rc::new(check::problems(preview, &plan));
    let is_busy = *doing != Doing::Nothing;
    html! {
        <dialog ref={node} class={classes!("preview", is_busy.then_some("busy"))} aria-label="Data preview"
            aria-describedby="preview-summary">
            { head(props) }
            <div class="preview-body">
                if !preview.notes.is_empty() {
                    <ul class="preview-notes">{ for preview.notes.iter().map(|note| html! { <li>{ note }</li> }) }</ul>
                }
                if let Some(pictures) = &preview.pictures {
                    <section aria-label="Some of the pictures"><Drawn element={Same::from(pictures)} /></section>
                } else {
                    <Sample preview={preview.clone()} />
                }
                { balance(preview, &plan) }
                <Columns preview={preview.clone()} plan={plan.clone()} problems={problems.clone()} on_edit={&on_edit} />
                <Preparation plan={plan.clone()} problems={problems.clone()} {on_edit} />
            </div>
            { foot(props, &plan, &problems) }
        </dialog>
    }
}

/// How many examples each class has, where classes are to be learned.
fn balance(preview: &Preview, plan: &Plan) -> Html {
    let is_classes = |plan: &PlanColumn| plan.role == Role::Target && plan.kind == Kind::Categorical;
    let target = preview.columns.iter().zip(&plan.columns).find(|(_, plan)| is_classes(plan));
    let Some((column, balance)) = target.and_then(|(column, _)| Some((column, column.balance.as_ref()?)))
    else {
        return html! {};
    };
    html! {
        <section class="classes" aria-label="Classes">
            <h3>{ "Classes of " }{ &column.name }</h3>
            <Drawn element={Same::from(balance)} />
        </section>
    }
}

fn head(props: &PreviewDialogProps) -> Html {
    let preview = &props.preview;
    html! {
        <header class="preview-head">
            <div class="preview-title">
                <h2>{ &preview.name }</h2>
                <p>
                    { format!("{} × {}", counted(preview.n_rows, "row", "rows"),
                        counted(preview.columns.len(), "column", "columns")) }
                </p>
            </div>
            <Reading preview={preview.clone()} is_busy={props.doing != Doing::Nothing} on_choose={&props.on_reread} />
        </header>
    }
}

/// The sum of the plan, what blocks it, and the two ways out.
fn foot(props: &PreviewDialogProps, plan: &Rc<Plan>, problems: &[Problem]) -> Html {
    let blocking = problems.iter().find(|problem| problem.is_blocking);
    let is_busy = props.doing != Doing::Nothing;
    let cancel = props.commands.reform(|_: MouseEvent| Action::CancelLoading);
    let take = {
        let (commands, plan) = (props.commands.clone(), plan.clone());
        Callback::from(move |_: MouseEvent| {
            if !is_busy {
                commands.emit(Action::UseData((*plan).clone()));
            }
        })
    };
    let progress = match props.doing {
        Doing::Nothing => None,
        Doing::Rereading => Some("Reading the file again"),
        Doing::Preparing => Some("Making the data set"),
    };
    html! {
        <footer class="preview-foot">
            <div class="preview-sum">
                <p id="preview-summary">{ check::summary(&props.preview, plan) }</p>
                <p id="preview-block" class="preview-block" aria-live="polite">
                    { blocking.map(|problem| problem.text.clone()).unwrap_or_default() }
                </p>
                if let Some(problem) = props.problem.as_ref().filter(|_| blocking.is_none() && !is_busy) {
                    <p class="preview-block" role="alert">{ problem }</p>
                    if let Some(offer) = &props.offer {
                        <button class="button" onclick={
                            let choice = offer.choice.clone();
                            props.on_reread.reform(move |_: MouseEvent| choice.clone())
                        }>{ &offer.words }</button>
                    }
                }
                if let Some(words) = progress { <progress aria-label={words} /><span>{ words }{ " …" }</span> }
            </div>
            <button class="button" onclick={cancel}>{ "Cancel" }</button>
            <button class="button primary preview-use" onclick={take} disabled={blocking.is_some()}
                aria-disabled={is_busy.then_some("true")} aria-busy={is_busy.then_some("true")}
                aria-describedby="preview-summary preview-block">{ "Use this data" }</button>
        </footer>
    }
}

/// The sentences of one place.
pub fn problems_at(problems: &[Problem], place: Place) -> Html {
    problems.iter().filter(|problem| problem.place == place).map(problem_line).collect()
}

/// One sentence, marked by how much it weighs.
pub fn problem_line(problem: &Problem) -> Html {
    html! { <p class={if problem.is_blocking { "problem" } else { "remark" }}>{ &problem.text }</p> }
}
