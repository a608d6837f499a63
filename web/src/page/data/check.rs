//! What a plan comes to, and everything that is wrong with it, before the loader is asked.
//!
//! In: a preview and a plan. Out: an [`Outline`] and [`Problem`]s with their places; pure. The loader checks again with
//! the whole table, see `lnn_import`. Read next: `dialog.rs`.

use lnn_import::{ImportLimits, ImportPlan};

use super::words::{counted, split};
use crate::{
    page::number,
    protocol::{ColumnPreview, Kind, Missing, Plan, PlanColumn, Preview, Role},
};

/// The loader counts different numbers up to here.
pub const N_NUMBERS_COUNTED: usize = 1_000;
/// An input with more categories is worth a word.
const MANY_CATEGORIES: usize = 200;

/// Where a problem is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Over the list of columns.
    Columns,
    /// At one column.
    Column(usize),
    /// At the split.
    Split,
}

/// Something wrong with a plan, or worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where it is shown.
    pub place: Place,
    /// A sentence that says what to do.
    pub text: String,
    /// Whether the plan can't be used.
    pub is_blocking: bool,
}

/// What a plan comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Rows left when rows with gaps are left out; where several columns drop rows, at least so many.
    pub n_rows: usize,
    /// Whether `n_rows` is certain.
    pub is_exact: bool,
    /// Rows to train on.
    pub n_train: usize,
    /// Rows held out.
    pub n_dev: usize,
    /// Numbers that the network gets, categories one-hot.
    pub n_inputs: usize,
    /// Index of the target.
    pub target_idx: Option<usize>,
}

/// What a plan comes to.
pub fn outline(preview: &Preview, plan: &Plan) -> Outline {
    let pairs = || preview.columns.iter().zip(&plan.columns);
    let dropped = pairs().filter(|(_, column)| drops_rows(**column)).map(|(facts, _)| facts.n_missing);
    let (n_most, n_least) = (dropped.clone().sum::<usize>(), dropped.max().unwrap_or(0));
    let n_rows = preview.n_rows.saturating_sub(n_most);
    let share = (n_rows as f64 * plan.train_share).round().clamp(1.0, n_rows.max(1) as f64) as usize;
    let n_train = plan.train_rows.unwrap_or(share);
    let inputs = pairs().filter(|(_, column)| column.role == Role::Input);
    Outline {
        n_rows,
        is_exact: n_most == n_least,
        n_train: n_train.min(n_rows),
        n_dev: n_rows.saturating_sub(n_train),
        n_inputs: inputs.map(|(facts, column)| n_inputs(facts, *column)).fold(0, usize::saturating_add),
        target_idx: plan.columns.iter().position(|column| column.role == Role::Target),
    }
}

fn drops_rows(column: PlanColumn) -> bool {
    column.role == Role::Target || (column.role == Role::Input && column.missing == Missing::DropRow)
}

/// Numbers that one column becomes as an input.
pub fn n_inputs(facts: &ColumnPreview, column: PlanColumn) -> usize {
    let own = usize::from(column.missing == Missing::OwnCategory && facts.n_missing > 0);
    own + if column.kind == Kind::Numeric { 1 } else { facts.n_distinct }
}

/// `120 examples to train on, 30 held out · 4 inputs → 3 classes of species`.
pub fn summary(preview: &Preview, plan: &Plan) -> String {
    let outline = outline(preview, plan);
    let about = if outline.is_exact { "" } else { "at least " };
    let split = split(outline.n_train, outline.n_dev).replace(" to train", " examples to train");
    let inputs = counted(outline.n_inputs, "input", "inputs");
    let target = outline.target_idx.and_then(|idx| preview.columns.get(idx).zip(plan.columns.get(idx)));
    let target = match target {
        None => "no target yet".to_owned(),
        Some((facts, PlanColumn { kind: Kind::Numeric, .. })) => format!("{}, a number", facts.name),
        Some((facts, _)) => format!("{} of {}", counted(facts.n_distinct, "class", "classes"), facts.name),
    };
    format!("{about}{split} · {inputs} → {target}")
}

/// Everything wrong with a plan or worth knowing of it, what blocks it first.
pub fn problems(preview: &Preview, plan: &Plan) -> Vec<Problem> {
    let outline = outline(preview, plan);
    let mut all = Vec::new();
    whole(&mut all, preview, plan, &outline);
    for (idx, (facts, column)) in preview.columns.iter().zip(&plan.columns).enumerate() {
        let found = match column.role {
            Role::Ignore => None,
            _ if facts.n_distinct == 0 => {
                Some((column.role == Role::Target, "has no values: leave it out.".to_owned()))
            }
            Role::Input => input_problem(facts, *column),
            Role::Target => target_problem(facts, *column),
        };
        all.extend(found.map(|(is_blocking, text)| Problem {
            place: Place::Column(idx),
            text: format!("“{}” {text}", facts.name),
            is_blocking,
        }));
    }
    all.sort_by_key(|problem| !problem.is_blocking);
    all
}

fn whole(all: &mut Vec<Problem>, preview: &Preview, plan: &Plan, outline: &Outline) {
    let limits = ImportLimits::default();
    let mut add = |place, is_blocking, text: String| all.push(Problem { place, text, is_blocking });
    if outline.target_idx.is_none() {
        add(Place::Columns, true, "No column is the target: choose the one to be learned.".to_owned());
    }
    if outline.n_inputs == 0 {
        add(Place::Columns, true, "No column is an input: choose at least one.".to_owned());
    } else if outline.n_inputs > limits.n_columns {
        let inputs =
            preview.columns.iter().zip(&plan.columns).filter(|(_, column)| column.role == Role::Input);
        let widest = inputs.max_by_key(|(facts, column)| n_inputs(facts, **column));
        let widest = widest.map(|(facts, _)| facts.name.clone()).unwrap_or_default();
        let (found, most) = (number::count(outline.n_inputs as u64), number::count(limits.n_columns as u64));
        let text =
            format!("{found} inputs, one for each category, are more than {most}: leave out “{widest}”.");
        add(Place::Columns, true, text);
    } else if outline.n_inputs.saturating_mul(preview.n_rows) > limits.n_cells {
        let text = format!(
            "{} inputs of {} rows are more than {} numbers: leave columns out.",
            number::count(outline.n_inputs as u64),
            number::count(preview.n_rows as u64),
            number::count(limits.n_cells as u64)
        );
        add(Place::Columns, true, text);
    }
    if outline.is_exact && outline.n_rows < 2 {
        let text = "Fewer than two rows are left: fill missing values instead of leaving their rows out.";
        add(Place::Split, true, text.to_owned());
    } else if outline.n_dev == 0 && outline.is_exact {
        let text = "Nothing is held out: you will not see whether it learns or only remembers.";
        add(Place::Split, false, text.to_owned());
    }
}

fn input_problem(facts: &ColumnPreview, column: PlanColumn) -> Option<(bool, String)> {
    match column.kind {
        Kind::Numeric if !facts.is_numeric => {
            Some((true, "holds text: read it as categories, or leave it out.".to_owned()))
        }
        Kind::Categorical if is_uncounted(facts) => {
            let text = if facts.is_numeric {
                "has too many different numbers for categories: read it as numbers."
            } else {
                "has too many different texts for categories: leave it out."
            };
            Some((true, text.to_owned()))
        }
        Kind::Categorical if facts.n_distinct > MANY_CATEGORIES => {
            let n = number::count(facts.n_distinct as u64);
            Some((false, format!("becomes {n} inputs, one for each category.")))
        }
        _ if facts.n_distinct == 1 => Some((false, "is the same in every row: it tells nothing.".to_owned())),
        _ => None,
    }
}

/// Whether the loader stopped counting different values.
fn is_uncounted(facts: &ColumnPreview) -> bool {
    let limit = if facts.is_numeric { N_NUMBERS_COUNTED } else { ImportLimits::default().n_texts };
    facts.n_distinct >= limit
}

fn target_problem(facts: &ColumnPreview, column: PlanColumn) -> Option<(bool, String)> {
    let n_most = ImportPlan::MAX_CLASSES;
    match column.kind {
        _ if facts.n_distinct == 1 => Some((
            true,
            "is the same in every row: there is nothing to learn; choose another target.".to_owned(),
        )),
        Kind::Numeric if !facts.is_numeric => {
            Some((true, "holds text: read it as categories to learn classes.".to_owned()))
        }
        Kind::Categorical if facts.n_distinct > n_most => {
            let advice = if facts.is_numeric { "read it as numbers, or choose" } else { "choose" };
            let n = number::count(facts.n_distinct as u64);
            Some((
                true,
                format!("has {n} classes, at most {n_most} can be learned: {advice} another target."),
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
