//! Every column of a file with its part in the plan; of many, those that are looked for.
//!
//! In: a preview, a plan, its problems. Out: [`PlanEdit`]s. Read next: `column_row.rs`.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    check::{Place, Problem},
    column_row::{ColumnRow, Facts},
    dialog::{problem_line, problems_at},
    plan::PlanEdit,
};
use crate::{
    page::{letters::lowercase, number},
    protocol::{Plan, Preview, Role},
};

/// More columns than these aren't listed at once.
const N_LISTED: usize = 200;
/// From here on there is something to look for.
const N_MANY: usize = 12;

/// Properties of [`Columns`].
#[derive(Properties, Clone)]
pub struct ColumnsProps {
    /// What the file holds.
    pub preview: Rc<Preview>,
    /// The plan as it stands.
    pub plan: Rc<Plan>,
    /// What is wrong with it.
    pub problems: Rc<Vec<Problem>>,
    /// Called with a change.
    pub on_edit: Callback<PlanEdit>,
}

impl PartialEq for ColumnsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.preview, &other.preview) && Rc::ptr_eq(&self.plan, &other.plan)
    }
}

/// The list of columns.
#[component]
pub fn Columns(props: &ColumnsProps) -> Html {
    let ColumnsProps { preview, plan, problems, on_edit } = props;
    let sought = use_state_eq(String::new);
    let on_seek = {
        let sought = sought.clone();
        Callback::from(move |text: String| sought.set(text))
    };
    let matching = matching(preview, plan, problems, &sought);
    let is_long = preview.columns.len() > N_MANY;
    html! {
        <section class="columns" aria-label="Columns">
            if is_long { { seek(props, &sought, &on_seek, &matching) } }
            { problems_at(problems, Place::Columns) }
            <table class="columns-list">
                <thead>
                    <tr>
                        <th scope="col">{ "Column" }</th>
                        <th scope="col">{ "Role" }</th>
                        <th scope="col">{ "Read as" }</th>
                        <th scope="col">{ "Values" }</th>
                        <th scope="col">{ "Missing" }</th>
                    </tr>
                </thead>
                <tbody>
                    { for matching.iter().take(N_LISTED).filter_map(|idx| {
                        let (facts, column) = (preview.columns.get(*idx)?, *plan.columns.get(*idx)?);
                        let own = problems.iter().find(|problem| problem.place == Place::Column(*idx)).cloned();
                        Some(html! {
                            <ColumnRow key={*idx} idx={*idx} facts={Facts::new(preview, facts)} {column} problem={own} {on_edit} />
                        })
                    }) }
                </tbody>
            </table>
            if matching.is_empty() { <p class="remark">{ format!("No column is called “{}”.", *sought) }</p> }
            { unlisted(problems, &matching) }
        </section>
    }
}

/// Indices of the columns whose name holds the text; the target and columns in trouble come first in long files.
fn matching(preview: &Preview, plan: &Plan, problems: &[Problem], sought: &str) -> Vec<usize> {
    let sought = lowercase(sought.trim());
    let is_match = |idx: &usize| {
        let name = preview.columns.get(*idx).map(|column| lowercase(&column.name));
        sought.is_empty() || name.is_some_and(|name| name.contains(&sought))
    };
    let mut found: Vec<usize> = (0..preview.columns.len()).filter(is_match).collect();
    if found.len() > N_LISTED {
        let in_trouble: std::collections::HashSet<usize> = problems
            .iter()
            .filter_map(|problem| match problem.place {
                Place::Column(idx) if problem.is_blocking => Some(idx),
                _ => None,
            })
            .collect();
        let is_target =
            |idx: &usize| plan.columns.get(*idx).is_some_and(|column| column.role == Role::Target);
        found.sort_by_key(|idx| if is_target(idx) { 0 } else { 2 - usize::from(in_trouble.contains(idx)) });
    }
    found
}

/// A field to look for names, and what is to become of all that were found.
fn seek(props: &ColumnsProps, sought: &str, on_seek: &Callback<String>, matching: &[usize]) -> Html {
    let oninput =
        on_seek.reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value());
    let all = |role: Role| {
        let found = matching.to_vec();
        props.on_edit.reform(move |_: MouseEvent| PlanEdit::Others(found.clone(), role))
    };
    let (n_all, n_found) = (props.preview.columns.len(), matching.len());
    let words = match n_found {
        _ if n_found > N_LISTED => {
            format!("{N_LISTED} of {} shown", number::count(n_found as u64))
        }
        _ if n_found < n_all => {
            format!("{} of {}", number::count(n_found as u64), number::count(n_all as u64))
        }
        _ => format!("all {}", number::count(n_all as u64)),
    };
    let which = if n_found < n_all { "All of these" } else { "All others" };
    html! {
        <div class="columns-seek">
            <input class="select" type="search" aria-label="Find a column" placeholder="Find a column"
                value={sought.to_owned()} {oninput} />
            <span class="hint" role="status">{ words }</span>
            <span class="columns-bulk">
                <button class="button" onclick={all(Role::Input)}>{ which }{ ": input" }</button>
                <button class="button" onclick={all(Role::Ignore)}>{ which }{ ": leave out" }</button>
            </span>
        </div>
    }
}

/// What blocks the plan in a column that isn't in the list now.
fn unlisted(problems: &[Problem], matching: &[usize]) -> Html {
    let is_listed = |place: Place| match place {
        Place::Column(idx) => matching.iter().take(N_LISTED).any(|listed| *listed == idx),
        _ => true,
    };
    let hidden = problems.iter().find(|problem| problem.is_blocking && !is_listed(problem.place));
    hidden.map(problem_line).unwrap_or_default()
}
