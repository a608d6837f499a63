//! One column of a file: what it holds, and what becomes of it.
//!
//! In: [`Facts`], its part in the plan, its problem. Out: [`PlanEdit`]s. Drawn again only when one of these changes.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    check::{N_NUMBERS_COUNTED, Problem},
    dialog::problem_line,
    plan::PlanEdit,
    words::counted,
};
use crate::{
    page::{
        chart::calm::Same,
        element::Drawn,
        number,
        settings::choice::{Choice, Line},
    },
    protocol::{ColumnPreview, Element, Kind, Missing, PlanColumn, Preview, Role},
};

const ROLES: [(Role, &str); 3] =
    [(Role::Input, "input"), (Role::Target, "target"), (Role::Ignore, "left out")];
const KINDS: [(Kind, &str); 2] = [(Kind::Numeric, "numbers"), (Kind::Categorical, "categories")];

/// What is known of a column; equal as long as it is the same file.
#[derive(Clone)]
pub struct Facts {
    preview: Rc<Preview>,
    name: AttrValue,
    values: String,
    distribution: Option<Rc<Element>>,
    n_missing: usize,
}

impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.preview, &other.preview) && self.name == other.name
    }
}

impl Facts {
    /// Of a column of this preview.
    pub fn new(preview: &Rc<Preview>, column: &ColumnPreview) -> Self {
        let (name, n_missing) = (AttrValue::from(column.name.clone()), column.n_missing);
        let (preview, distribution) = (preview.clone(), column.distribution.clone());
        Self { preview, name, values: values(column), distribution, n_missing }
    }
}

/// `4.3 … 7.9, mean 5.843` or `3 values: setosa, versicolor …`.
fn values(column: &ColumnPreview) -> String {
    if let Some((min, mean, max)) = column.range {
        let (min, mean, max) = (compact(min), compact(mean), compact(max));
        return format!("{min} … {max}, mean {mean}");
    }
    let n_different = match column.n_distinct {
        N_NUMBERS_COUNTED if column.is_numeric => "many".to_owned(),
        n => counted(n, "value", "values"),
    };
    let mut first: Vec<&str> = Vec::new();
    for cell in column.sample.iter().map(String::as_str).filter(|cell| !cell.is_empty()) {
        if !first.contains(&cell) && first.len() < 3 {
            first.push(cell);
        }
    }
    let has_more = first.len() < column.n_distinct;
    match first.as_slice() {
        [] => n_different,
        shown => format!("{n_different}: {}{}", shown.join(", "), if has_more { " …" } else { "" }),
    }
}

/// Four digits, without the zeros at their end.
fn compact(value: f64) -> String {
    let text = number::short(value);
    if text.contains('.') && !text.contains('e') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// Properties of [`ColumnRow`].
#[derive(Properties, PartialEq)]
pub struct ColumnRowProps {
    /// Which column.
    pub idx: usize,
    /// What it holds.
    pub facts: Facts,
    /// What becomes of it.
    pub column: PlanColumn,
    /// What is wrong with that.
    pub problem: Option<Problem>,
    /// Called with a change.
    pub on_edit: Callback<PlanEdit>,
}

/// A row of the list of columns.
#[component]
pub fn ColumnRow(props: &ColumnRowProps) -> Html {
    let ColumnRowProps { idx, facts, column, problem, on_edit } = props;
    let (idx, name) = (*idx, &facts.name);
    let class = match column.role {
        Role::Input => None,
        Role::Target => Some("target"),
        Role::Ignore => Some("ignored"),
    };
    let on_role = on_edit
        .reform(move |at: usize| PlanEdit::Role(idx, ROLES.get(at).map_or(Role::Ignore, |(role, _)| *role)));
    let on_kind = on_edit
        .reform(move |at: usize| PlanEdit::Kind(idx, KINDS.get(at).map_or(Kind::Numeric, |(kind, _)| *kind)));
    let is_out = column.role == Role::Ignore;
    html! {
        <tr {class}>
            <th scope="row">{ name.clone() }{ for problem.iter().map(problem_line) }</th>
            <td>
                <Choice class="select" label={format!("Role of {name}")} on_choose={on_role}
                    lines={ROLES.iter().map(|(_, words)| Line::new(*words)).collect::<Vec<_>>()}
                    chosen={ROLES.iter().position(|(role, _)| *role == column.role).unwrap_or(0)} />
            </td>
            <td>
                <Choice class="select" label={format!("Read {name} as")} on_choose={on_kind} is_disabled={is_out}
                    lines={KINDS.iter().map(|(_, words)| Line::new(*words)).collect::<Vec<_>>()}
                    chosen={KINDS.iter().position(|(kind, _)| *kind == column.kind).unwrap_or(0)} />
            </td>
            <td class="values">
                if let Some(distribution) = &facts.distribution { <Drawn element={Same::from(distribution)} /> }
                { &facts.values }
            </td>
            <td>{ missing(props) }</td>
        </tr>
    }
}

/// How many cells are empty, and what becomes of them.
fn missing(props: &ColumnRowProps) -> Html {
    let ColumnRowProps { idx, facts, column, on_edit, .. } = props;
    let n_missing = number::count(facts.n_missing as u64);
    match column.role {
        _ if facts.n_missing == 0 => html! { <span class="hint">{ "none" }</span> },
        Role::Ignore => html! { <span class="number">{ n_missing }</span> },
        Role::Target => {
            html! { <><span class="number">{ n_missing }</span><span>{ if facts.n_missing == 1 { "row left out" } else { "rows left out" } }</span></> }
        }
        Role::Input => {
            let (idx, choices) = (*idx, Missing::choices(column.kind));
            let on_choose = on_edit.reform(move |at: usize| {
                PlanEdit::Missing(idx, choices.get(at).copied().unwrap_or(Missing::DropRow))
            });
            html! {
                <>
                    <span class="number">{ n_missing }</span>
                    <Choice class="select" label={format!("Missing values of {}", facts.name)} {on_choose}
                        lines={choices.iter().map(|it| Line::new(it.as_str())).collect::<Vec<_>>()}
                        chosen={choices.iter().position(|it| *it == column.missing).unwrap_or(0)} />
                </>
            }
        }
    }
}
